"""Where speech goes: the speaker of a room, a command that wants the sound, or several at once."""

from __future__ import annotations

import math
from typing import Protocol

BYTES_PER_SECOND = 24_000 * 2


class Mouth(Protocol):
    """Plays 24 kHz mono s16le.

    ``heard`` is how many seconds of the present answer have been heard; ``room`` waits until more is welcome.
    """

    def play(self, pcm: bytes) -> None: ...
    def flush(self) -> None: ...
    def heard(self) -> float: ...
    async def room(self) -> None: ...
    async def finish(self, *, follow_up: bool = True) -> None: ...


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

    def heard(self) -> float:
        """Seconds of the present answer that somebody has heard; infinite when it is only read."""
        return max((mouth.heard() for mouth in self), default=math.inf)

    async def room(self) -> None:
        """Wait until the slowest of them wants more."""
        for mouth in list(self):
            await mouth.room()

    async def finish(self, *, follow_up: bool) -> None:
        """Wait until all has been heard."""
        for mouth in list(self):
            await mouth.finish(follow_up=follow_up)
