"""Cards of the house as posters: what stands on them is asked of other tools, and they can be made anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from assistant.errors import ToolError
from assistant.showing import Card, Countdown, Panel
from assistant.vision.wall import Poster
from assistant.vision.workshop import Done, Workshop

TITLES: dict[Card, str] = {
    "weather": "The weather is",
    "timers": "The list of timers is",
    "list": "The list is",
    "qr code": "The QR code is",
    "text": "The text is",
}

Look = Callable[[str, dict[str, Any]], Awaitable[tuple[str, dict[str, Any]]]]
"""Asks another tool of the house, one that only looks: its sentence and its values."""


class Cards:
    """Makes cards; nobody outside the house is asked."""

    def __init__(self, workshop: Workshop, look: Look) -> None:
        self._workshop, self._look = workshop, look

    async def made(self, kind: Card, text: str) -> Poster:
        """A card of this kind; a screen that can count gets its timers, too.

        Raises:
            ToolError: there is nothing to put on it.
        """
        content, alt = await self._content(kind, text)

        async def made(panel: Panel) -> Done:
            return await self._workshop.card(content, panel)

        timers = content["values"].get("timers", []) if kind == "timers" else []
        counted = [_countdown(told) for told in timers if "seconds" in told]
        return Poster(made, alt, counted, {"card": kind, "text": text})

    async def remade(self, recipe: Mapping[str, Any]) -> Poster:
        """A card that hung somewhere before the house was built anew: the weather is that of now."""
        return await self.made(recipe["card"], recipe["text"])

    async def _content(self, kind: Card, text: str) -> tuple[dict[str, Any], str]:
        match kind:
            case "weather":
                said, values = await self._look("get_weather", {})
            case "timers":
                said, values = await self._look("timers_left", {})
            case "list":
                said, values = await self._look("read_list", {"list": text} if text else {})
            case _:
                said, values = text, {}
                if not text.strip():
                    raise ToolError("What should stand there?")
        return {"kind": kind, "text": said, "values": values, "title": text}, said or text


def _countdown(told: Mapping[str, Any]) -> Countdown:
    return Countdown(str(told["name"]), float(told["seconds"]), told.get("running") is True)
