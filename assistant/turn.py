"""One question and its answer, and which end belongs to which."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from assistant.live.messages import Generated, TurnDone


@dataclass
class Turn:
    """One question and its answer so far."""

    room: str = ""
    """Where it was said; "" when nobody knows."""
    heard_in: str = ""
    """Where the answer is heard; "" is everywhere."""
    by_ear: bool = False
    """It was spoken, not typed."""
    own: bool = False
    """The house speaks by itself: it has not been asked."""
    own_bytes: int = 0
    """Of speech that is the house's, not the brain's."""
    heard: str = ""
    told_heard: bool = False
    spoken: str = ""
    audio_bytes: int = 0
    written: bool = False
    """The brain has no voice for it: the house reads it aloud."""
    counted_bytes: int = 0
    """Of speech whose end has come."""
    calls: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    going_on: set[str] = field(default_factory=set)
    """Calls of slow tools that have told something meanwhile: once that is spoken, nobody waits for them."""
    running: set[asyncio.Task[None]] = field(default_factory=set)
    """Its tools that run, whether or not anybody still waits for them."""
    call_ids: set[str] = field(default_factory=set)
    """Every call that was made for it."""
    told: list[str] = field(default_factory=list)
    """What the tools have answered."""
    due: int = 0
    """How many answers the house will have given when what its slow tools brought is told."""
    unsaid: bool = False
    """The brain was given a result to speak of, and has not spoken since."""
    generated: bool = False
    early: bool = False
    """The brain has ended it though a tool still works for it."""
    being_said: bool = False
    """The user is still speaking: what arrives now cannot be the answer to it."""
    stopped: bool = False
    """Nobody wants to hear the rest."""
    taken: bool = False
    """It was the answer to a question of ours: what the brain makes of it is not done."""
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
        self.answers = 0
        """How often something was spoken to its end or broken off, since the start."""
        self.promised = 0
        """How many there will have been when all is told that the brain was given."""

    def broken_off(self, turn: Turn) -> None:
        """The user spoke over an answer: its end is still to come."""
        self._due = True
        self.cut(turn)

    def cut(self, turn: Turn) -> None:
        """Nothing more of what is being spoken will be heard."""
        if self.is_spoken(turn):
            turn.counted_bytes = turn.audio_bytes
            self.answers += 1

    def is_spoken(self, turn: Turn) -> bool:
        """Whether an answer has been begun in it and not ended."""
        return not turn.own and turn.audio_bytes > turn.counted_bytes

    def promise(self, turn: Turn, *, after_this: bool) -> None:
        """The brain was given something more to tell of a turn; it does so after all that it was given before
        and, when it is just answering, ``after_this``."""
        turn.due = self.promised = max(self.answers + after_this, self.promised) + 1

    def give_up(self) -> None:
        """The brain has told several things in one, or one not at all."""
        self.promised = min(self.promised, self.answers)

    def complete(self, message: Generated | TurnDone, turn: Turn) -> bool:
        """Whether this end is that of ``turn``, the present one, and nothing more can come: no tool runs (but
        a slow one of which it has spoken), and it spoke or stayed silent. An end that crosses a result on its
        way is not: what the brain makes of that is still to come."""
        due = self._due
        self._due = isinstance(message, Generated)
        turn.generated = turn.generated or self._due
        if self._due and turn.audio_bytes > turn.counted_bytes:
            turn.spoken += " "  # what follows is another sentence
            self.cut(turn)
        of_an_earlier = due and not turn.generated
        turn.early = turn.early or (bool(turn.calls) and not self._due and not of_an_earlier)
        silent = isinstance(message, Generated) and not turn.audio_bytes
        waited_for = turn.calls.keys() - (turn.going_on if turn.spoken else set())
        return not (of_an_earlier or waited_for or silent or turn.unsaid)
