"""The vocabulary of pictures: drivers of displays, and the studio that makes and shows."""

from assistant.cast import Cast
from assistant.display import Display, Medium
from assistant.fetching import form
from assistant.framebuffer import Framebuffer
from assistant.lending import Loan, lent
from assistant.renderer import Renderer
from assistant.showing import Card, NotShown, Panel, Picture, Sketch, Studio, studio
from assistant.upnp import Upnp

__all__ = [
    "Card",
    "Cast",
    "Display",
    "Framebuffer",
    "Loan",
    "Medium",
    "NotShown",
    "Panel",
    "Picture",
    "Renderer",
    "Sketch",
    "Studio",
    "Upnp",
    "form",
    "lent",
    "studio",
]
