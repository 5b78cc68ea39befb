"""The bus: rare facts, subscribed by class, bounded, never blocking the one who tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TypeVar

from assistant.events import Event

E = TypeVar("E", bound=Event)

QUEUE_LENGTH = 1000


class Bus:
    """Carries events from whoever publishes to whoever listens."""

    def __init__(self) -> None:
        self._listeners: dict[asyncio.Queue[Event], tuple[type[Event], ...]] = {}

    def publish(self, event: Event) -> None:
        """Tell everybody; a listener that does not keep up loses its oldest events."""
        for queue, kinds in self._listeners.items():
            if isinstance(event, kinds):
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(event)

    @contextmanager
    def subscribed(self, *kinds: type[Event]) -> Iterator[asyncio.Queue[Event]]:
        """A queue that gets every event of these classes while the block lasts."""
        queue: asyncio.Queue[Event] = asyncio.Queue(QUEUE_LENGTH)
        self._listeners[queue] = kinds or (Event,)
        try:
            yield queue
        finally:
            del self._listeners[queue]

    async def listen(self, kind: type[E]) -> AsyncIterator[E]:
        """Events of one class, for ever."""
        with self.subscribed(kind) as queue:
            while True:
                event = await queue.get()
                assert isinstance(event, kind)
                yield event
