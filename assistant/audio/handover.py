"""Frames on their way from the microphone's thread to the loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from assistant.audio.ears import TOGETHER


class Handover:
    """``take`` is called on the microphone's thread, everything else on the loop, for which ``hear`` is."""

    def __init__(self, hear: Callable[[bytes], None]) -> None:
        self._hear = hear
        self._waiting: deque[bytes] = deque()

    def take(self, frame: bytes, loop: asyncio.AbstractEventLoop, *, hurry: bool) -> None:
        """Where nothing hurries, a few are heard at once: the loop sleeps for longer."""
        self._waiting.append(frame)
        if hurry or len(self._waiting) >= TOGETHER:
            loop.call_soon_threadsafe(self.listen)

    def listen(self) -> None:
        """Hear what waits: before an order is obeyed, for it was heard before it."""
        while self._waiting:
            self._hear(self._waiting.popleft())
