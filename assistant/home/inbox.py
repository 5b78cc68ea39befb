"""Messages that have arrived and wait for their callbacks."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

PATIENCE = 1000
"""Messages that may wait before only the last of each topic is kept."""


@dataclass(frozen=True)
class Message:
    """What arrived. ``retained``: the broker kept it, it may be old. ``subscriptions``: whom it is for."""

    topic: str
    payload: bytes
    retained: bool = False
    subscriptions: tuple[int, ...] = ()

    @property
    def stream(self) -> tuple[str, tuple[int, ...]]:
        """Messages of one stream replace each other."""
        return self.topic, self.subscriptions


class Inbox:
    """Keeps every message while few wait; in a flood, the last of each topic.

    A queue that drops what does not fit would lose a lamp's final state; one that never drops would
    eat the memory. So the length is bounded by the number of topics, and the last value always arrives.
    """

    def __init__(self, patience: int = PATIENCE) -> None:
        self._patience = patience
        self._waiting: OrderedDict[int, Message] = OrderedDict()
        self._newest: dict[tuple[str, tuple[int, ...]], int] = {}
        self._serial = 0
        self._something = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, message: Message) -> None:
        """Add a message; never blocks."""
        if len(self._waiting) >= self._patience and (older := self._newest.get(message.stream)) is not None:
            if message.retained:  # what waits is at least as new as what the broker had kept
                return
            del self._waiting[older]
        self._serial += 1
        self._waiting[self._serial] = message
        self._newest[message.stream] = self._serial
        self._something.set()

    async def get(self) -> Message:
        """The oldest waiting message."""
        await self._something.wait()
        serial, message = self._waiting.popitem(last=False)
        if self._newest[message.stream] == serial:
            del self._newest[message.stream]
        if not self._waiting:
            self._something.clear()
        return message
