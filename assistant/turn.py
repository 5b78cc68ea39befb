"""One question and its answer, and which end belongs to which."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from assistant.live.messages import Generated, TurnDone


@dataclass
class Turn:
    """One question and its answer so far."""

    heard: str = ""
    told_heard: bool = False
    spoken: str = ""
    audio_bytes: int = 0
    calls: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    """What the tools have answered."""
    generated: bool = False
    being_said: bool = False
    """The user is still speaking: what arrives now cannot be the answer to it."""
    stopped: bool = False
    """Nobody wants to hear the rest."""
    owed: bool = False
    """Its link is gone, and the user has not been told yet what became of it."""
    ended: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def close(self) -> None:
        """Nothing more belongs to this turn."""
        self.ended = True
        self.over.set()


class Ends:
    """Which turn an end belongs to: TurnDone comes long after Generated, perhaps in the next turn."""

    def __init__(self) -> None:
        self._due = False

    def broken_off(self) -> None:
        """The user spoke over an answer: its end is still to come."""
        self._due = True

    def complete(self, message: Generated | TurnDone, turn: Turn) -> bool:
        """Whether this end is that of ``turn``, the present one, and nothing more can come: no tool runs, and
        it spoke or stayed silent."""
        due = self._due
        self._due = isinstance(message, Generated)
        turn.generated = turn.generated or self._due
        of_an_earlier = due and not turn.generated
        silent = isinstance(message, Generated) and not turn.audio_bytes
        return not (of_an_earlier or turn.calls or silent)
