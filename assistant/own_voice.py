"""The house's own voice: it speaks without the brain that holds the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from assistant.bus import Bus
from assistant.errors import BrainError
from assistant.events import Problem, Spoke
from assistant.mouths import HouseMouths

WORDS_SECONDS = 2.0
"""What rings does not wait longer for words."""


@dataclass(frozen=True)
class Manner:
    """How something is said: after a ``sound``, and with an ear for the answer (``follow_up``).

    After ``patience`` seconds an answer that is still being spoken is broken off; what is not ``wanted`` any
    more when its turn has come is left out. ``room``: where, "" is everywhere.
    """

    sound: bytes = b""
    follow_up: bool = False
    patience: float | None = None
    wanted: Callable[[], bool] = lambda: True
    room: str = ""


QUIETLY = Manner()


class Announce(Protocol):
    """Plays 24 kHz mono s16le once nobody talks."""

    def __call__(self, text: str, speech: bytes, how: Manner, /) -> Awaitable[None]: ...


class OwnVoice:
    """Reads texts to whoever is in a room; ``announce`` plays them in their turn."""

    def __init__(self, mouths: HouseMouths, bus: Bus, announce: Announce) -> None:
        self._mouths, self._bus, self._announce = mouths, bus, announce
        self.read_aloud: Callable[[str], Awaitable[bytes]] | None = None
        """A voice that works without the link: text → 24 kHz mono s16le. Raises BrainError."""

    async def apologise(self, text: str, room: str = "") -> None:
        """Tell that something went wrong, aloud where there is a voice."""
        self._bus.publish(Problem(text))
        if not await self.read_out(text, Manner(room=room)):
            self._mouths.of(self._mouths.reached(room)).sign("error")

    async def tell(self, text: str, room: str = "") -> None:
        """Tell what the brain cannot tell any more."""
        if not await self.read_out(text, Manner(room=room)):
            self._bus.publish(Spoke(text, 0.0))

    async def read_out(self, text: str, how: Manner = QUIETLY) -> bool:
        """Say it; whether there was a speaker, and a voice or at least the sound."""
        speech = b""
        mouths = self._mouths.of(self._mouths.reached(how.room))
        if mouths:
            with suppress(BrainError, TimeoutError):
                async with asyncio.timeout(WORDS_SECONDS if how.sound else None):
                    speech = await self.read_aloud(text) if self.read_aloud is not None else b""
        if not (mouths and (speech or how.sound)):
            return False
        await self._announce(text, how.sound + speech, how)
        return True
