"""Pictures on screens: what a picture and a screen are, and the studio as plugins may use it."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal, Protocol

from assistant.errors import PluginError, ToolError

Form = Literal["as it is", "jpeg", "png", "rgb565", "rgb", "bgr", "rgbx", "bgrx"]
"""How a screen takes pictures: as files, or as bare pixels in this order of bytes, the upper lines first."""
Card = Literal["weather", "timers", "list", "qr code", "text"]


class NotShown(ToolError):
    """A screen did not say that it shows the picture."""


@dataclass(frozen=True)
class Countdown:
    """A timer on a card: ``left`` seconds when the card was made, going down while it is ``running``."""

    name: str
    left: float
    running: bool = True


@dataclass(frozen=True)
class Picture:
    """What a screen gets: ``data`` is a file of type ``mime``, ``alt`` tells those who cannot see it. A
    screen that can count shows the ``timers`` instead; the file tells when they end."""

    id: str
    data: bytes = field(repr=False)
    mime: str
    width: int
    height: int
    alt: str
    timers: Sequence[Countdown] = ()


@dataclass(frozen=True)
class Panel:
    """What a screen is made of.

    ``width`` and ``height`` are pixels (0: not known yet), ``colours`` the only ones it has ("#rrggbb";
    empty: all), ``rotate`` is how far it hangs turned (degrees, clockwise), ``form`` how it takes pictures,
    of at most ``largest`` bytes (0: any).
    """

    width: int = 0
    height: int = 0
    colours: tuple[str, ...] = ()
    rotate: int = 0
    form: Form = "as it is"
    largest: int = 0


@dataclass(frozen=True)
class Sketch:
    """How something is to be drawn: ``shape`` is a word or a ratio and ``size`` 1K, 2K or 4K ("": as the
    screen is), ``count`` how many, 1 to 4 (0: as configured)."""

    shape: str = ""
    size: str = ""
    count: int = 0


class Screen(Protocol):
    """A place where pictures are shown."""

    @property
    def name(self) -> str: ...
    @property
    def area(self) -> str: ...
    @property
    def aliases(self) -> Sequence[str]: ...
    @property
    def panel(self) -> Panel: ...
    @property
    def forgets(self) -> bool:
        """Whether its picture may be gone after a restart, and it does not ask for it by itself."""
        ...

    @property
    def absence(self) -> str:
        """Why nobody would see a picture there, as a sentence; "" when somebody would."""
        ...

    async def present(self, picture: Picture) -> None:
        """Show; returns once it is seen there.

        Raises:
            NotShown: it is not, or nobody knows.
        """
        ...

    async def wipe(self) -> None:
        """Show nothing."""
        ...

    def notice(self, text: str) -> None:
        """Tell in a corner what goes on; "" ends it."""
        ...


class Studio(Protocol):
    """Makes pictures and puts them on screens. Every method returns the sentence to speak.

    A ``screen`` is a name or an area as it was said; "" is the one nearest to whoever asked.
    """

    async def draw(self, prompt: str, sketch: Sketch, *, screen: str) -> str: ...
    async def change(self, wish: str, *, screen: str) -> str: ...
    async def anew(self, *, screen: str) -> str: ...
    async def pick(self, number: int, *, screen: str) -> str: ...
    async def photo(self, change: str, *, screen: str) -> str: ...
    async def also(self, *, screen: str, only: bool) -> str: ...
    async def back(self, steps: int = 1, *, screen: str) -> str: ...
    async def original(self, *, screen: str) -> str: ...
    async def again(self, words: str, *, screen: str) -> str: ...
    async def gallery(self, *, screen: str) -> str: ...
    async def card(self, kind: Card, text: str, *, screen: str) -> str: ...
    async def clear(self, *, screen: str) -> str: ...
    async def keep(self, *, screen: str, background: bool) -> str: ...
    async def delete(self, *, screen: str) -> str: ...
    async def cost(self, *, screen: str) -> str: ...
    async def latest(self, *, screen: str) -> Picture: ...


_studio: ContextVar[Studio | None] = ContextVar("studio", default=None)


def show_through(studio: Studio) -> None:
    """From now on, in this task and those that it starts, plugins show with this studio."""
    _studio.set(studio)


def studio() -> Studio:
    """The house's studio.

    Raises:
        PluginError: no house runs here.
    """
    found = _studio.get()
    if found is None:
        raise PluginError("there is no house to show pictures in: do it from run(), a reaction or a tool")
    return found
