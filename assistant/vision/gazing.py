"""Looking through a camera for a while, within the conversation: a picture a second, as long as agreed.

Everything else looks at one clip and forgets it. Here the brain that talks sees what comes, as long as it is
wanted: so it is begun by a word, told, bounded, and ended by time, by a word, or by whatever goes wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from assistant.config import CameraConfig
from assistant.errors import BrainError, VisionError
from assistant.events import CameraGazed, Event
from assistant.vision.cameras import FROZEN_SECONDS, Cameras

SECONDS_BETWEEN = 1.0
"""The Live service takes one picture a second; more are thrown away there and paid for here."""
LONGEST_SECONDS = 120
PIXELS = 768
BLIND = "Nobody can see it just now: that needs Gemini."
ASLEEP = "the picture stands still"

Show = Callable[[bytes], Awaitable[None]]
"""Shows a JPEG to the brain that talks; raises BrainError when nobody can see it."""


@dataclass(frozen=True)
class _Wish:
    camera: CameraConfig
    seconds: float


class Gaze:
    """At most one camera at a time; ``show`` is set by the house, ``foreign`` hears that the brain has seen
    something that nobody of the house has said.
    """

    def __init__(self, cameras: Cameras, tell: Callable[[Event], None]) -> None:
        self._cameras, self._tell = cameras, tell
        self._wishes: asyncio.Queue[_Wish] = asyncio.Queue(1)
        self._pictures = 0
        self._looking: asyncio.Task[None] | None = None
        self.show: Show | None = None
        self.foreign: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Look whenever somebody wants it, for ever."""
        while True:
            wish = await self._wishes.get()
            async with asyncio.TaskGroup() as tasks:
                self._looking = tasks.create_task(self._look(wish), name="gaze")

    async def begin(self, camera: CameraConfig, seconds: float) -> None:
        """Look through a camera from now on; through another one before ends.

        Raises:
            VisionError: it cannot be seen, or nobody is there who sees.
        """
        await self.end()
        self._pictures = 0
        await self._shown(camera)
        if self._wishes.full():
            self._wishes.get_nowait()  # somebody has changed his mind
        self._wishes.put_nowait(_Wish(camera, min(seconds, LONGEST_SECONDS)))

    async def end(self) -> bool:
        """Stop looking; whether anybody was."""
        if self._looking is None or self._looking.done():
            return False
        self._looking.cancel()
        await asyncio.wait([self._looking])
        return True

    async def _look(self, wish: _Wish) -> None:
        clock = asyncio.get_running_loop().time
        began, why = clock(), ""
        self._tell(CameraGazed(wish.camera.name, "began"))
        try:
            while clock() < began + wish.seconds:
                await asyncio.sleep(SECONDS_BETWEEN)
                await self._shown(wish.camera)
        except VisionError as error:
            why = str(error)
        finally:
            seconds = round(clock() - began, 1)
            self._tell(CameraGazed(wish.camera.name, "ended", self._pictures, seconds, why))

    async def _shown(self, camera: CameraConfig) -> None:
        picture, age = await self._cameras.still(camera, PIXELS)
        if age > FROZEN_SECONDS:
            raise VisionError(f"I cannot look through the {camera.name}: {ASLEEP}.")
        if self.show is None:
            raise VisionError(BLIND)
        self.foreign()
        try:
            await self.show(picture)
        except BrainError as error:
            raise VisionError(str(error)) from error
        self._pictures += 1
