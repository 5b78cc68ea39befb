"""Messages that have arrived and wait for their callbacks."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

PATIENCE = 1000
"""Messages that may wait before only the last of each topic is kept."""
MOST_BYTES = 32 * 2**20
MOST_BYTES_OF_ONE = 24 * 2**20
"""Of all that waits, and of what waits below one first level of topics: a flood leaves room for others."""
BOOKKEEPING_BYTES = 600
"""What a message costs beside topic and payload; it bounds the number of topics, too."""


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

    @property
    def prefix(self) -> str:
        """The first level of its topic."""
        return self.topic.partition("/")[0]

    @property
    def weight(self) -> int:
        """Bytes of memory, about."""
        return len(self.payload) + len(self.topic) + BOOKKEEPING_BYTES


class Inbox:
    """Keeps every message while few wait; in a flood, the last of each topic.

    A queue that drops what does not fit would lose a lamp's final state; one that never drops would
    eat the memory. So what waits is thinned out first, and only topics that are too many or too heavy
    for that are left out.
    """

    def __init__(
        self, patience: int = PATIENCE, most: int = MOST_BYTES, most_of_one: int = MOST_BYTES_OF_ONE
    ) -> None:
        self._patience, self._most, self._most_of_one = patience, most, most_of_one
        self._waiting: OrderedDict[int, Message] = OrderedDict()
        self._newest: dict[tuple[str, tuple[int, ...]], int] = {}
        self._weights: dict[str, int] = {}
        self._weight = 0
        self._serial = 0
        self._something = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, message: Message) -> bool:
        """Add a message; never blocks. False when it had to be left out."""
        older = None
        if len(self._waiting) >= self._patience or 2 * self._weight >= self._most:
            older = self._newest.get(message.stream)
        if older is not None and message.retained:
            return True  # what waits is at least as new as what the broker had kept
        more = message.weight - (0 if older is None else self._waiting[older].weight)
        below = self._weights.get(message.prefix, 0)
        if self._weight + more > self._most or below + more > self._most_of_one:
            return False
        if older is not None:
            self._weigh(self._waiting.pop(older), -1)
        self._weigh(message, 1)
        self._serial += 1
        self._waiting[self._serial] = message
        self._newest[message.stream] = self._serial
        self._something.set()
        return True

    async def get(self) -> Message:
        """The oldest waiting message."""
        await self._something.wait()
        serial, message = self._waiting.popitem(last=False)
        self._weigh(message, -1)
        if self._newest[message.stream] == serial:
            del self._newest[message.stream]
        if not self._waiting:
            self._something.clear()
        return message

    def _weigh(self, message: Message, sign: int) -> None:
        weight = self._weights.get(message.prefix, 0) + sign * message.weight
        self._weight += sign * message.weight
        if weight:
            self._weights[message.prefix] = weight
        else:
            del self._weights[message.prefix]
