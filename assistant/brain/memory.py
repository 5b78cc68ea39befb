"""What survives a connection: the conversation behind a resumption handle, for two hours, in memory only."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from assistant.brain.protocols import Setup
from assistant.brain.thinking import Thinker
from assistant.brain.usage import Usage
from assistant.brain.wire import Hangup, Said

SESSIONS_KEPT = 4
"""Minds weigh some 20 MB each; a house has one conversation, rarely two."""
TURNS_KEPT = 200


@dataclass
class Conversation:
    """One talk, over however many connections."""

    turns: list[Said] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    connections: int = 0
    setup: Setup = field(default_factory=dict)
    thinker: Thinker | None = None

    @contextmanager
    def connected(self) -> Iterator[None]:
        """While one connection carries this talk."""
        self.connections += 1
        try:
            yield
        finally:
            self.connections -= 1

    def kept_for(self, setup: Setup) -> Thinker | None:
        """The mind of an earlier connection, unless it is busy on one or the home has changed."""
        same = all(self.setup.get(key) == setup.get(key) for key in ("systemInstruction", "tools"))
        return self.thinker if same and not self.connections else None

    def add(self, said: Said) -> None:
        """Remember a turn; the oldest are forgotten, as context compression would."""
        self.turns.append(said)
        del self.turns[:-TURNS_KEPT]


class Memory:
    """Handles and the conversations they lead to."""

    def __init__(self, life: timedelta, now: Callable[[], datetime]) -> None:
        self._life = life
        self._now = now
        self._kept: dict[str, tuple[Conversation, datetime]] = {}

    def handle(self, conversation: Conversation) -> str:
        """A new handle; the conversation's earlier one stays good until the next but one."""
        self._forget_old()
        own = [handle for handle, (kept, _) in self._kept.items() if kept is conversation]
        for handle in own[:-1]:
            del self._kept[handle]
        handle = secrets.token_urlsafe(24)
        self._kept[handle] = (conversation, self._now() + self._life)
        return handle

    def find(self, handle: str, *, strict: bool) -> Conversation:
        """The conversation of a handle, or the close that a stale one is answered with."""
        self._forget_old()
        if handle not in self._kept:
            raise Hangup(1008, "Requested entity was not found.")
        conversation, _ = self._kept[handle]
        if strict and conversation.connections:
            raise Hangup(1011, "Internal error encountered.")
        return conversation

    def _forget_old(self) -> None:
        now = self._now()
        self._kept = {handle: kept for handle, kept in self._kept.items() if now < kept[1]}
        talks = list(dict.fromkeys(id(talk) for talk, _ in reversed(self._kept.values())))
        recent = set(talks[:SESSIONS_KEPT])
        self._kept = {h: kept for h, kept in self._kept.items() if id(kept[0]) in recent}
