"""Where speech goes: the speaker of a room, a command that wants the sound, or several at once."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

BYTES_PER_SECOND = 24_000 * 2
THINKING_SECONDS, THINKING_AGAIN_SECONDS = 1.5, 3.0


class Mouth(Protocol):
    """Plays 24 kHz mono s16le, and short sounds of the assistant's own by their names.

    ``heard`` is how many seconds of the present answer have been heard; ``room`` waits until more is welcome.
    """

    def play(self, pcm: bytes) -> None: ...
    def flush(self) -> None: ...
    def sign(self, name: str) -> None: ...
    def heard(self) -> float: ...
    async def room(self) -> None: ...
    async def finish(self, *, follow_up: bool = True) -> None: ...


class RoomMouth(Mouth, Protocol):
    """The mouth of a room, which may have no speaker: then nobody hears it."""

    speaks: bool


class Mouths(list[Mouth]):
    """All that speak at the same time."""

    def play(self, pcm: bytes) -> None:
        """Queue speech."""
        for mouth in self:
            mouth.play(pcm)

    def flush(self) -> None:
        """Forget what was not heard."""
        for mouth in self:
            mouth.flush()

    def sign(self, name: str) -> None:
        """A short sound over whatever is heard now."""
        for mouth in self:
            mouth.sign(name)

    def heard(self) -> float:
        """Seconds of the present answer that somebody has heard; infinite when it is only read."""
        return max((mouth.heard() for mouth in self), default=math.inf)

    async def room(self) -> None:
        """Wait until the slowest of them wants more."""
        for mouth in list(self):
            await mouth.room()

    async def finish(self, *, follow_up: bool) -> None:
        """Wait until all has been heard."""
        await asyncio.gather(*(mouth.finish(follow_up=follow_up) for mouth in list(self)))

    async def thinking(self, over: asyncio.Event, still: Callable[[], bool]) -> None:
        """Somebody has asked and waits: a soft sound now and then says that the question was heard."""
        wait = THINKING_SECONDS
        while not over.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await over.wait()
            if still() and not over.is_set():
                self.sign("thinking")
            wait = THINKING_AGAIN_SECONDS


class HouseMouths(Mouths):
    """Those that hear everything (commands that want the sound), and one for each room."""

    def __init__(self) -> None:
        super().__init__()
        self.rooms: dict[str, RoomMouth] = {}

    def of(self, room: str) -> Mouths:
        """Those that are heard in a room; "" is everywhere."""
        rooms = self.rooms.values() if not room else [self.rooms[room]] if room in self.rooms else []
        return Mouths([*self, *rooms])

    def reached(self, room: str) -> str:
        """Where somebody in that room hears an answer: there or, without a speaker, wherever there is one."""
        speaking = [name for name, mouth in self.rooms.items() if mouth.speaks]
        return room if room in speaking or not speaking else ""

    async def finish_in(self, heard_in: str, *, asked_in: str, follow_up: bool) -> None:
        """Wait until all has been heard; who asked may go on where they are, even if that room is dumb."""
        listening = self.of(asked_in if follow_up else heard_in)
        others = Mouths(mouth for mouth in self.of(heard_in) if mouth not in listening)
        await asyncio.gather(listening.finish(follow_up=follow_up), others.finish(follow_up=False))
