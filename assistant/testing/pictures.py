"""The pictures of a pretend home: a gallery, somebody who draws at once, and screens that are browsers."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.atelier import displays
from assistant.config import PicturesConfig
from assistant.errors import ToolError
from assistant.home.furniture import Furniture
from assistant.live.purse import Purse
from assistant.money import Ledger, Limits
from assistant.showing import NotShown, Panel, Picture, Screen
from assistant.tools.dispatch import Dispatcher
from assistant.vision.gallery import Entry, Gallery
from assistant.vision.painting import Batch, Painter, Service
from assistant.vision.studio import Studio
from assistant.vision.undrawn import NotDrawn
from assistant.vision.wishing import Order

WIDTH, HEIGHT = 64, 48
LIGHT = bytes((200, 200, 200))


@dataclass
class Browser:
    """A screen that somebody looks at; ``deaf``: it is there, and says nothing about what it got."""

    name: str
    area: str = ""
    aliases: Sequence[str] = ()
    panel: Panel = field(default_factory=Panel)
    deaf: bool = False
    forgets: bool = False

    @property
    def absence(self) -> str:
        """Somebody always looks."""
        return ""

    async def present(self, picture: Picture) -> None:
        """It is seen."""
        if self.deaf:
            raise NotShown(f"The {self.name} screen does not say that it shows the picture.")

    async def wipe(self) -> None:
        """It is gone."""

    def notice(self, text: str) -> None:
        """Nobody reads it."""


class Brush(Painter):
    """Draws a grey field, at once and for nothing, and says that it is what was ordered."""

    deaf = False

    async def several(self, order: Order, targets: Sequence[Screen]) -> Batch:
        """As many as are wanted."""
        if not order.prompt.strip():
            raise ToolError("What should I draw?")
        if self.deaf:
            raise NotDrawn("offline")
        parent = order.parent.id if order.parent else ""
        return Batch([await self._drawn(order.prompt, parent) for _ in range(order.count or 1)])

    async def _drawn(self, prompt: str, parent: str) -> Entry:
        about = {"mime": "image/png", "width": WIDTH, "height": HEIGHT, "parent": parent}
        return await self._gallery.add(
            _png(), prompt=prompt, alt=prompt, kind="edited" if parent else "made", **about
        )


class Pictures:
    """``studio`` is what plugins show with; displays among the plugins are screens besides the browsers."""

    def __init__(self, folder: Path, furniture: Furniture, dispatcher: Dispatcher) -> None:
        self._gallery = Gallery(folder / "pictures")

        async def nobody() -> Service:
            raise NotDrawn("offline")

        async def look(name: str, args: dict[str, Any]) -> tuple[str, dict[str, Any]]:
            if not dispatcher.has(name):
                raise ToolError(f"There is no {name} here.")
            answer = await dispatcher.look(name, args)
            return answer.text, answer.state

        till = Purse(Limits(Ledger(folder)), [])
        self._brush = Brush(PicturesConfig(), self._gallery, nobody, till)
        self.studio = Studio(self._brush, self._gallery, look)
        self._browsers: list[Browser] = []
        self.studio.wall.sources = [lambda: self._browsers, lambda: displays(furniture)]

    @property
    def deaf(self) -> bool:
        """Whether browsers and the one who draws do not answer."""
        return self._brush.deaf

    @deaf.setter
    def deaf(self, deaf: bool) -> None:
        self._brush.deaf = deaf
        for browser in self._browsers:
            browser.deaf = deaf

    def browser(self, name: str, area: str = "") -> None:
        """One more screen."""
        self._browsers.append(Browser(name, area))

    async def painted(self, words: str) -> Entry:
        """One more picture in the gallery; ``words`` are what it is of."""
        return (await self._brush.several(Order(words, count=1), ())).entries[0]

    async def shown(self, screen: str) -> str:
        """What a screen shows, in words; "" when that is nothing.

        Raises:
            ToolError: there is no such screen.
        """
        (target,) = self.studio.wall.targets(screen)
        picture = await self.studio.current(target)
        return "" if picture is None else picture.alt


def _png() -> bytes:
    """A small grey picture."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    lines = zlib.compress((b"\0" + LIGHT * WIDTH) * HEIGHT)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", lines) + part(b"IEND", b"")
