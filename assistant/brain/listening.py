"""From the microphone's stream to one hearing per utterance; the loop never waits for the ear."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from assistant.brain.protocols import Hearing
from assistant.brain.thinking import Thinker

PIECE_BYTES = 3200
"""100 ms: one trip to the thread carries this much."""
LONGEST_PIECES = 900
"""A minute and a half of one utterance; more is noise, or a radio."""


@dataclass(frozen=True)
class _Start:
    pass


@dataclass(frozen=True)
class _Finish:
    heard: asyncio.Future[tuple[Thinker, Hearing]]


class Listener:
    """One ear at a time. Audio that comes before the mind is ready waits for it."""

    def __init__(self, thinker: Callable[[], Awaitable[Thinker]]) -> None:
        self._thinker = thinker
        self._work: asyncio.Queue[_Start | bytes | _Finish] = asyncio.Queue()
        self._audio = bytearray()
        self._pieces = 0

    def start(self) -> None:
        """The user starts to speak; what came before and was not finished is dropped."""
        self._audio.clear()
        self._pieces = 0
        self._work.put_nowait(_Start())

    def feed(self, pcm16k: bytes) -> None:
        """More of the utterance."""
        self._audio += pcm16k
        while len(self._audio) >= PIECE_BYTES:
            self._hand_over(PIECE_BYTES)

    def finish(self) -> asyncio.Future[tuple[Thinker, Hearing]]:
        """The user has finished: what was heard, and by whom."""
        if self._audio:
            self._hand_over(len(self._audio))
        heard: asyncio.Future[tuple[Thinker, Hearing]] = asyncio.get_running_loop().create_future()
        self._work.put_nowait(_Finish(heard))
        return heard

    def _hand_over(self, size: int) -> None:
        piece = bytes(self._audio[:size])
        del self._audio[:size]
        self._pieces += 1
        if self._pieces <= LONGEST_PIECES:
            self._work.put_nowait(piece)

    async def run(self) -> None:
        """Work through what was put, in order, for ever."""
        thinker = await self._thinker()
        while True:
            match await self._work.get():
                case _Start():
                    thinker = await self._thinker()
                    await thinker.listen()
                case _Finish(heard):
                    hearing = await thinker.heard()
                    if not heard.cancelled():
                        heard.set_result((thinker, hearing))
                case piece:
                    await thinker.hear(piece)
