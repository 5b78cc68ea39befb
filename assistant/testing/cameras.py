"""The cameras of a pretend home: what each of them sees is said beforehand."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from assistant.config import CameraConfig
from assistant.errors import VisionError
from assistant.looking import Looked
from assistant.vision.cameras import Cameras
from assistant.vision.looks import FACTS, KINDS
from assistant.vision.moments import span
from assistant.wallclock import WallClock

USUAL_SECONDS = 15.0
NOTHING: Mapping[str, Any] = {"integer": 0, "array": []}
DOOR = b64decode(  # a dark door in a light wall, 64 by 48 points
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////////////"
    "////////////////////wAALCAAwAEABAREA/8QAFwABAQEBAAAAAAAAAAAAAAAAAAMBBP/EABgQAQADAQAAAAAAAAAAAAAAAAAB"
    "AjJx/9oACAEBAAA/AKAAAAAAOcXrmONAHOL1zHGgDnF65jjQBzi9cxxo/9k="
)


class Sights(dict[str, str | Mapping[str, Any]]):
    """Name of a camera → what a look tells, or the facts, of which ``summary`` is what it tells.

    ``deaf``: nothing comes of them; ``slow``: a look takes so many seconds longer.
    """

    def __init__(self, clock: WallClock) -> None:
        super().__init__()
        self._clock = clock
        self.deaf, self.slow = False, 0.0

    async def looked(self, camera: str, question: str, *, when: str, seconds: float, kind: str) -> Looked:
        """What was said beforehand.

        Raises:
            VisionError: no camera is called so, it gives no pictures, or what is asked for makes no sense.
        """
        if kind not in KINDS:
            raise VisionError(f"An answer is one of {', '.join(KINDS)}, not {kind[:20]!r}.")
        seen = self._seen(camera)
        begin = span(when, seconds or USUAL_SECONDS, self._clock).begin
        await asyncio.sleep(self.slow)
        told = seen if isinstance(seen, Mapping) else {"summary": seen}
        nothing = {name: NOTHING.get(each["type"], "") for name, each in FACTS["properties"].items()}
        return Looked(str(told.get("summary", "")), {**nothing, **told} if kind == "facts" else {}, begin)

    async def snapshot(self, camera: str, at: float | None) -> bytes:
        """A small drawn picture, the same of all; raises what ``looked`` raises."""
        self._seen(camera)
        return DOOR

    def _seen(self, camera: str) -> str | Mapping[str, Any]:
        there = [CameraConfig(name=name, url="rtsp://127.0.0.1/") for name in self]
        name = Cameras(there, self._clock).named(camera).name
        if self.deaf:
            raise VisionError(f"I can't see the {name} now: it does not answer.")
        return self[name]
