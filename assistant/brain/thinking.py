"""One mind at work: its blocking methods in a thread, never two at once, whoever gave up waiting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from assistant.brain.protocols import Ear, Hearing, Mind, Understanding

P = ParamSpec("P")
R = TypeVar("R")


class Thinker:
    """A mind that may be asked from the event loop."""

    def __init__(self, mind: Mind) -> None:
        self._mind = mind
        self._hears = asyncio.Event()
        self._opened = False
        # a cancelled caller leaves its thread running; the next caller must wait for that one
        self._turn = threading.Lock()

    async def open_ear(self, before: Thinker | None) -> None:
        """Make it hear, unless it does; until it can, it hears with the ear of the mind before."""
        if self._opened:
            return
        if before is not None and before is not self and self._mind.borrow(before._mind):
            self._hears.set()
        await self._mind.open_ear()
        self._opened = True
        self._hears.set()

    async def listen(self) -> None:
        """A new utterance begins."""
        await self._hears.wait()
        await self._ask(self._mind.listen)

    async def hear(self, pcm16k: bytes) -> None:
        """The utterance goes on."""
        await self._ask(self._ear.feed, pcm16k)

    async def heard(self) -> Hearing:
        """The utterance is over: what was it?"""
        await self._hears.wait()
        return await self._ask(self._ear.finish)

    @property
    def _ear(self) -> Ear:
        assert self._mind.ear is not None, "listen() comes first"
        return self._mind.ear

    async def understand(self, request: str | Hearing) -> Understanding:
        """What to do about something typed or heard."""
        if isinstance(request, str):
            return await self._ask(self._mind.understand_text, request)
        return await self._ask(self._mind.understand_heard, request)

    async def recall(self, text: str) -> None:
        """What the user said before there was this mind."""
        await self._ask(self._mind.recall, text)

    async def answer(self, understanding: Understanding, responses: list[dict[str, Any]]) -> str:
        """The sentence to say after the calls were answered."""
        return await self._ask(self._mind.answer, understanding, responses)

    async def _ask(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.to_thread(self._exclusively, work, *args, **kwargs)

    def _exclusively(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self._turn:
            return work(*args, **kwargs)
