"""What the user said and the brain has not got yet; and whether a turn is going on."""

from __future__ import annotations

import asyncio
from collections import deque

from assistant.live.messages import Audio, Outgoing, Say, SpeechStarted

BACKLOG = 500
"""Frames kept while a link is made: 10 s of microphone."""


class Outbox:
    """In order, bounded; survives links."""

    def __init__(self) -> None:
        self._items: deque[Outgoing] = deque(maxlen=BACKLOG)
        self._cut_off = False
        self._generated = self._done_due = False
        self.to_send = asyncio.Event()
        self.idle = asyncio.Event()
        self.idle.set()

    def __bool__(self) -> bool:
        return bool(self._items)

    def post(self, item: Outgoing) -> None:
        """Add what the user said.

        The rest of an utterance whose beginning went with a lost link makes no sense to the next one.
        """
        if isinstance(item, Say | SpeechStarted):
            self._cut_off = self._generated = False
        if self._cut_off:
            return
        if not isinstance(item, Audio):
            self.idle.clear()
        self._items.append(item)
        self.to_send.set()

    def next(self) -> Outgoing:
        """The oldest item."""
        return self._items.popleft()

    def link_made(self) -> None:
        """What waited can be sent; ends of turns from before will not come any more."""
        self._done_due = False
        self.to_send.set()

    def answer_generated(self) -> None:
        """The brain has finished its answer; it tells later that the turn is over too."""
        self._generated = self._done_due = True

    def answer_broken_off(self) -> None:
        """The user spoke over it; the end of that turn is still to come."""
        self._done_due = True

    def turn_done(self) -> None:
        """A turn is over: the one that is going on, or an earlier one whose end came late."""
        earlier = self._done_due and not self._generated
        self._done_due = False
        if not earlier:
            self.idle.set()

    async def quiet(self) -> None:
        """Wait until nobody talks."""
        while not self.idle.is_set():  # woken, the user may have begun anew
            await self.idle.wait()

    def lose_turn(self) -> bool:
        """What was not sent yet belongs to the lost turn; False when a new one has begun in it."""
        while self._items and not isinstance(self._items[0], Say | SpeechStarted):
            self._items.popleft()
        self._cut_off = not self._items
        if self._items:
            return False
        self.idle.set()
        return True
