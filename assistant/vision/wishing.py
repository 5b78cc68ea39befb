"""From what somebody ordered to what a model is asked: shape, size, how many, what is allowed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.config import PicturesConfig
from assistant.errors import ToolError
from assistant.showing import Panel
from assistant.vision import table
from assistant.vision.gallery import Entry
from assistant.vision.making import LONGEST_PROMPT

log = logging.getLogger(__name__)

SHAPES = {"square": 1.0, "portrait": 9 / 16, "tall": 9 / 16, "landscape": 16 / 9, "wide": 21 / 9}
USUAL_SHAPE = 16 / 9
USUAL_PIXELS = 1376
MOST_AT_ONCE = 4
NOTHING = frozenset({"", "picture", "a picture", "image", "an image", "something"})
"""Nobody can draw that."""
WORDLESS = ("remove", "extend")
"""What is done to a masked part needs no words."""


@dataclass(frozen=True)
class Order:
    """What somebody wants drawn. ``shape`` is a word or a ratio, ``size`` 1K, 2K or 4K ("": as the screen
    is); ``parent`` is what is to be changed, of which ``mask`` shows white what may, or ``part`` names it
    (foreground, background, things) and ``mode`` says how (insert, remove, extend, background);
    ``agreed``: the price is known and right; ``count`` is how many (0: as configured); ``cameras`` are those
    whose pictures are among the references; of a ``mute`` order nobody can be asked anything."""

    prompt: str
    shape: str = ""
    size: str = ""
    references: Sequence[tuple[bytes, str]] = field(default=(), repr=False)
    parent: Entry | None = None
    mask: bytes = field(default=b"", repr=False)
    part: str = ""
    mode: str = ""
    agreed: bool = False
    count: int = 0
    cameras: Sequence[str] = ()
    mute: bool = False


def model(config: PicturesConfig, *, vertex: bool, free: bool) -> table.Model:
    """The configured one, as far as it lives and can be reached, with the prices that the owner knows.

    Raises:
        ToolError: it cannot; the text names one that can.
    """
    name = config.model
    if gone := table.retired(name):
        log.warning("%s was shut down on %s; %s takes its place", name, gone.since, gone.successor)
        name = gone.successor
    found = table.model(name)
    usable = table.known() if vertex else table.known("gemini")
    if found is None:
        known = " or ".join(usable)
        raise ToolError(f"There is no picture model {name} (pictures.model); take {known}.")
    if found.way == "vertex" and not (vertex or free):
        raise ToolError(
            f"{name} is drawn by Google Cloud only (gemini.project); with a key, take {usable[0]} "
            "(pictures.model)."
        )
    usd = dict(found.usd)
    usd.update({size: told for size, told in config.usd.items() if size in usd})
    return replace(found, usd=usd)


def checked(config: PicturesConfig, *, vertex: bool) -> None:
    """Whether the configured model takes the other settings.

    Raises:
        ToolError: it does not; the text says what it takes.
    """
    found = model(config, vertex=vertex, free=False)
    people(config.people, found, vertex=vertex)
    safety(config.safety, found)
    thinking(config.thinking, found)
    search(config, found)


def people(wanted: str, found: table.Model, *, vertex: bool) -> str:
    """Whether people may be drawn, as the service is told."""
    if wanted and found.way == "gemini" and not vertex:
        raise ToolError(
            f"{found.name} takes pictures.people with Google Cloud only (gemini.project); "
            'with a key, leave it empty: "".'
        )
    if wanted and wanted not in found.people:
        raise ToolError(f"{found.name} takes for pictures.people {_any(found.people)}, not {wanted}.")
    return wanted


def safety(wanted: str, found: table.Model) -> str:
    """What the service holds back, as it is told."""
    if wanted and wanted not in found.safety:
        raise ToolError(f"{found.name} takes for pictures.safety {_any(found.safety)}, not {wanted}.")
    return wanted


def thinking(wanted: str, found: table.Model) -> str:
    """How much it thinks before it draws, as it is told."""
    if wanted and not found.thinking:
        raise ToolError(f'{found.name} takes no pictures.thinking; leave it empty: "".')
    if wanted and wanted not in found.thinking:
        raise ToolError(f"{found.name} takes for pictures.thinking {_any(found.thinking)}, not {wanted}.")
    return wanted


def search(config: PicturesConfig, found: table.Model) -> bool:
    """Whether it may look things up before it draws."""
    if config.google_search and not found.search:
        able = [name for name in table.known() if (each := table.model(name)) and each.search]
        raise ToolError(f"{found.name} takes no pictures.google_search; these do: {_any(able)}.")
    return config.google_search


def worded(order: Order) -> str:
    """What the picture is to be, in words; what a mask shows is taken away, or gone on with, without any.

    Raises:
        ToolError: there are none, or too many.
    """
    words = order.prompt.strip()
    if len(words) > LONGEST_PROMPT:
        raise ToolError(f"That is too long: a picture takes at most {LONGEST_PROMPT} characters.")
    wordless = order.parent is not None and order.mode in WORDLESS and bool(order.mask or order.part)
    if words.casefold() in NOTHING and not (wordless and not words):
        raise ToolError("What should I draw?")
    return words


def ratio(order: Order, found: table.Model, panel: Panel) -> str:
    """As it was said, else as the picture is that is to be changed, else as the screen is."""
    shape = order.shape.strip().casefold()
    if shape in found.ratios:
        return shape
    if shape and shape not in SHAPES:
        ratios = ", ".join((*SHAPES, *found.ratios))
        raise ToolError(f"{found.name} draws no pictures of the shape {shape[:20]!r}; there are {ratios}.")
    if shape:
        return found.nearest(SHAPES[shape])
    if order.parent:
        return found.nearest(order.parent.width / order.parent.height)
    wide, high = (panel.height, panel.width) if panel.rotate % 180 else (panel.width, panel.height)
    return found.nearest(wide / high if wide and high else USUAL_SHAPE)


def size(order: Order, found: table.Model, panel: Panel, largest: str) -> str:
    """As it was said, else the smallest that covers the screen."""
    wanted = order.size.strip().upper()
    if wanted and wanted not in found.sizes:
        sizes = ", ".join(found.sizes)
        raise ToolError(f"{found.name} draws in {sizes}, not in {wanted[:20]}.")
    return wanted or found.covering(max(panel.width, panel.height) or USUAL_PIXELS, largest)


def edit(order: Order, found: table.Model) -> None:
    """Whether the model changes only what it is told to.

    Raises:
        ToolError: it does not, and nothing was paid; the text says what does.
    """
    if found.way == "gemini" and (order.part or order.mode):
        raise ToolError(
            f"{found.name} knows no part and no mode: say it in words, with a mask if all else is to stay, "
            "or take imagen-3.0-capability-001 (pictures.model), which needs gemini.project."
        )


def count(order: Order, config: PicturesConfig) -> int:
    """How many are made; a change makes one unless somebody says so."""
    wanted = order.count or (1 if order.parent else config.count)
    if not 1 <= wanted <= MOST_AT_ONCE:
        raise ToolError(f"I draw one to {MOST_AT_ONCE} pictures at once, not {wanted}.")
    return wanted


def _any(allowed: Sequence[str]) -> str:
    return " or ".join(allowed) or "nothing"
