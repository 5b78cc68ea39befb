"""Who has the floor: many rooms have ears, one of them at a time is listened to (docs/decisions/0023)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import partial

from assistant.audio.messages import (
    ALWAYS,
    OFFERS,
    PUSH,
    VOICE,
    FromAudio,
    GateClosed,
    GateOpened,
    SourceEnded,
    SpeechBegan,
    Trouble,
)

BALLOT_SECONDS = 0.25
"""Less than what a wake word's sign waits for: who is not listened to makes no sound."""
LOUDER_DB = 3.0
"""Two microphones of one kind differ by less."""
LATE_SECONDS = 1.5
"""The same wake word within that is the same wake word, heard through a wall."""
LATELY_SECONDS = 600.0
BUSY = "busy"

Shut = Callable[[str], None]
"""Closes a room's gate, with a sign or with none."""


class Ear:
    """What one room hears, on its way to the conversation."""

    def __init__(self, room: str, shut: Shut) -> None:
        self.room, self._shut = room, shut
        self.by = self.word = ""
        """What its gate is open for, "" when it is closed; and what it was open for last."""
        self.claims = False
        """Whether somebody there wants to be listened to."""
        self.loud = 0.0
        self._known = False
        self.barred = False
        """Whether it is not listened to until its gate has closed."""
        self._waiting: list[FromAudio] | None = None
        self._passed: asyncio.Queue[FromAudio | None] = asyncio.Queue()

    async def admitted(self) -> AsyncIterator[FromAudio]:
        """What the house listens to, until the source ends."""
        while (message := await self._passed.get()) is not None:
            yield message

    def take(self, message: FromAudio | None) -> None:
        """Let it through or, during a ballot, keep it; of one who is barred nothing is heard."""
        if self._waiting is not None and message is not None:
            self._waiting.append(message)
        elif not self.barred or isinstance(message, Trouble | SourceEnded | None):
            self._pass(message)

    def _pass(self, message: FromAudio | None) -> None:
        match message:
            case SpeechBegan() if not self._known:
                self._pass(GateOpened(self.by))  # it was open already when another room had the floor
            case GateOpened():
                self._known = True
            case GateClosed():
                self._known = False
        self._passed.put_nowait(message)

    def wait(self) -> None:
        """A ballot has begun."""
        self._waiting = []

    def go_on(self) -> None:
        """It is over and won, or there is none."""
        waiting, self._waiting = self._waiting, None
        for message in waiting or ():
            self.take(message)

    def bar(self) -> None:
        """Nothing passes until its gate has closed, which is asked for."""
        self._waiting, self.barred, self.claims = None, bool(self.by), False
        if self._known:
            self._pass(GateClosed(False, self.by))
        if self.by and self.by != ALWAYS:
            self._shut("")

    def busy(self) -> None:
        """Tell who wanted to be listened to that they are not."""
        self._shut(BUSY)

    def closed(self) -> bool:
        """Its gate has closed; whether the conversation knew that it was open."""
        barred, self.barred = self.barred, False
        self.by, self.claims = "", False
        return not barred


class Floor:
    """``engaged`` tells whether somebody is being answered."""

    def __init__(self, engaged: Callable[[], bool]) -> None:
        self._engaged = engaged
        self._clock = asyncio.get_running_loop().time
        self._ears: list[Ear] = []
        self._ballot: list[Ear] = []
        self.room = self.usual = ""
        """Where the present talk is, "" when it is typed; and where it is as long as nobody has talked."""
        self._word, self._word_at = "", -LATE_SECONDS
        self._talked_in, self._talked_at = "", -LATELY_SECONDS

    @contextmanager
    def ear(self, room: str, shut: Shut) -> Iterator[Ear]:
        """A source of sound takes part."""
        ear = Ear(room, shut)
        self._ears.append(ear)
        try:
            yield ear
        finally:
            self._ears.remove(ear)
            if ear in self._ballot:
                self._ballot.remove(ear)

    def typed(self, room: str) -> None:
        """A sentence comes by hand: it takes the floor from everybody."""
        self.room = room

    def last(self) -> str:
        """The room where somebody talked last."""
        return self._talked_in or self.usual

    def lately(self) -> str:
        """The room where somebody talked a short while ago, and so probably is; "" when nobody has."""
        return self._talked_in if self._clock() - self._talked_at < LATELY_SECONDS else ""

    async def listen(self, ear: Ear, heard: AsyncIterator[FromAudio]) -> None:
        """Judge everything that an ear hears, to its end."""
        async for message in heard:
            self._hear(ear, message)
        ear.go_on()
        ear.take(None)

    def _hear(self, ear: Ear, message: FromAudio) -> None:
        match message:
            case GateOpened(by, loud):
                ear.by, ear.word, ear.loud, ear.claims = by, by, loud, by not in OFFERS
                if by == ALWAYS and self._taken_by_another(ear):
                    return
                self._opened(ear)
            case SpeechBegan() if not (ear.claims or ear.barred):
                ear.claims = True
                self._opened(ear)
            case GateClosed(spoken):
                if ear in self._ballot and not spoken:  # it was muted
                    self._ballot.remove(ear)
                    ear.bar()
                if not ear.closed():
                    return
        ear.take(message)

    def _opened(self, ear: Ear) -> None:
        if self._taken_by_another(ear):
            ear.bar()
            if ear.word not in OFFERS:
                told = partial(self._tell_busy, ear, ear.word, self._clock())
                asyncio.get_running_loop().call_later(BALLOT_SECONDS, told)
        elif ear.claims and self._one_of_many(ear):
            if ear.room == self.room:  # over its own answer: others may hear it, too
                self._word, self._word_at = ear.word, self._clock()
            if not self._ballot:
                asyncio.get_running_loop().call_later(BALLOT_SECONDS, self._count)
            self._ballot.append(ear)
            ear.wait()
        elif ear.claims:
            self._give(ear)

    def _taken_by_another(self, ear: Ear) -> bool:
        holder = next((each for each in self._ears if each.room == self.room), None)
        if not self.room or not ear.room or ear.room == self.room:
            return False
        return self._engaged() or (holder is not None and holder.claims and holder not in self._ballot)

    def _one_of_many(self, ear: Ear) -> bool:
        """Whether another room may have heard the same wake word."""
        spoken_to_here = ear.by in (*OFFERS, PUSH, VOICE) or not ear.room
        return not spoken_to_here and any(each.room and each is not ear for each in self._ears)

    def _tell_busy(self, ear: Ear, word: str, at: float) -> None:
        """Unless it was only what the floor was given for: the same word, or one in a follow-up window."""
        same = self._word in (word, *OFFERS) and abs(at - self._word_at) < LATE_SECONDS
        if not same and ear in self._ears:
            ear.busy()

    def _count(self) -> None:
        """The loudest has the floor, of those that are about as loud the first."""
        ballot, self._ballot = self._ballot, []
        if not ballot:
            return
        won = ballot[0]
        for ear in ballot[1:]:
            won = ear if ear.loud > won.loud + LOUDER_DB else won
        for ear in ballot:
            if ear is not won:
                ear.bar()
                if ear.word != won.word:
                    ear.busy()
        self._give(won)
        won.go_on()

    def _give(self, ear: Ear) -> None:
        """Everybody else is not listened to any more."""
        for each in self._ears:
            wanted = each.claims or each.by not in ("", ALWAYS)
            if each is not ear and wanted and not each.barred:
                if each in self._ballot:
                    self._ballot.remove(each)
                each.bar()
        self.room = ear.room
        self._word, self._word_at = ear.word, self._clock()
        if ear.room:
            self._talked_in, self._talked_at = ear.room, self._clock()
