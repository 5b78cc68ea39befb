"""Everything that sees, put together for the house."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from assistant.config import CameraConfig, Config
from assistant.errors import AssistantError, VisionError
from assistant.events import CameraChanged, ClipSent, Event
from assistant.looking import Looked
from assistant.vision.cameras import FROZEN_SECONDS, Cameras
from assistant.vision.describing import Describer, Purse
from assistant.vision.gazing import Gaze
from assistant.vision.looks import KINDS, Wanted
from assistant.vision.memory import Memory
from assistant.vision.pipe import Item
from assistant.vision.serving import Service
from assistant.vision.tally import Tally
from assistant.vision.watching import Watch
from assistant.wallclock import WallClock

SERVICE_SECONDS = 15.0
"""A brain of our own that is just being started is waited for so long."""

Show = Callable[[bytes, str, str], Awaitable[str]]
"""Puts a JPEG with its caption on a screen (named, or "" for any); where it is shown, in words."""


class Draw(Protocol):
    """Draws what a camera sees as somebody wants it; the sentence about it."""

    def __call__(self, snapshot: bytes, camera: str, wish: str, *, screen: str) -> Awaitable[str]: ...


class Vision:
    """The house's cameras and what looks through them."""

    def __init__(
        self,
        config: Config,
        folder: Path,
        clock: WallClock,
        purse: Purse,
        tell: Callable[[Event], None],
    ) -> None:
        self.config, self.clock = config, clock
        self._tell = tell
        self._wanted = asyncio.Event()
        if config.cameras:
            self._wanted.set()
        self._services: list[Callable[[], Awaitable[Service]]] = []
        self.cameras = Cameras(config.cameras, clock)
        self.cameras.changed = self._changed
        self.memory = Memory(folder / "seen.sqlite", clock, config.clips.remember_days)
        self.tally = Tally(folder / "looks.json", clock)
        self.describer = Describer(self.cameras, self.services, purse, config.clips, clock, tell, self.tally)
        self.gaze = Gaze(self.cameras, tell)
        self.watch: Watch | None = None
        """Set by the house, which has sensors and a voice."""
        self.show: Show | None = None
        self.draw: Draw | None = None
        """Set by whoever has screens."""

    def asks(self, services: Sequence[Callable[[], Awaitable[Any]]]) -> None:
        """Whom to ask, the best first."""
        self._services = list(services)

    async def services(self) -> list[Service]:
        """Those that can be reached now."""
        found: list[Service] = []
        for service in self._services:
            with suppress(TimeoutError, AssistantError):
                async with asyncio.timeout(SERVICE_SECONDS):
                    found.append(await service())
        return found

    async def run(self) -> None:
        """Keep the cameras; without any, the process that reads films is started when one is asked about."""
        await self._wanted.wait()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.cameras.run(), name="cameras")
            tasks.create_task(self.gaze.run(), name="gaze")
            tasks.create_task(self.describer.uploads.run(), name="uploads")
            if self.watch is not None:
                tasks.create_task(self.watch.run(), name="watch")

    def wanted(self) -> None:
        """Something is going to be looked at."""
        self._wanted.set()

    def _changed(self, state: Item) -> None:
        if state["state"] != "connecting":
            self._tell(CameraChanged(str(state["name"]), str(state["state"]), str(state["why"])))

    async def looked(self, camera: str, question: str, *, when: str, seconds: float, kind: str) -> Looked:
        """For plugins."""
        if kind not in KINDS:
            raise VisionError(f"An answer is one of {', '.join(KINDS)}, not {kind[:20]!r}.")
        wanted = Wanted(question or "What happens here?", kind)
        look = await self.describer.look(self.cameras.named(camera), wanted, when, seconds)
        return Looked(look.text, look.facts or {}, look.begin)

    async def snapshot(self, camera: str, at: float | None) -> bytes:
        """For plugins."""
        picture, _ = await self.cameras.still(self.cameras.named(camera), at=at)
        return picture

    async def shown(self, camera: CameraConfig, screen: str = "") -> str:
        """Put the newest picture of a camera on a screen; nothing leaves the house, nothing is paid.

        Raises:
            VisionError: there is no picture, or no screen.
        """
        picture, age = await self.cameras.still(camera)
        if self.show is None:
            raise VisionError(
                f"I have the picture of the {camera.name}, but there is no screen to show it on."
            )
        where = await self.show(
            picture, f"{camera.name}, {self.clock.at(self.clock.read() - age):%H:%M:%S}", screen
        )
        old = f", of {age:.0f} seconds ago" if age > FROZEN_SECONDS else ""
        return f"The {camera.name} is {where}{old}"

    async def drawn(self, camera: CameraConfig, wish: str, screen: str = "") -> str:
        """Have what a camera sees now drawn as somebody wants it; the picture leaves the house.

        Raises:
            VisionError: there is no picture.
            ToolError: it was not drawn; the text says why.
        """
        picture, age = await self.cameras.still(camera)
        if self.draw is None:
            raise VisionError("There is no screen here to draw on.")
        said = await self.draw(picture, camera.name, wish, screen=screen)
        old = f" The camera's picture was {age:.0f} seconds old." if age > FROZEN_SECONDS else ""
        return said + old

    def left(self, camera: str, size: int, brain: str) -> None:
        """A picture of a camera is on its way to whoever draws."""
        self._tell(ClipSent(camera, 0.0, size, brain))
