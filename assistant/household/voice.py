"""The house speaks of its own accord: what plugins say, ask and ring, one after the other."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from assistant.audio.signs import sign
from assistant.bus import Bus
from assistant.events import Problem, Silenced, Spoke
from assistant.own_voice import Manner
from assistant.rooms import Rooms, asked_in
from assistant.tools.telling import tell

MOST_WAITING = 5
"""Of one plugin: whoever floods the house with words is not heard, the others are."""
MOST_RINGING = 10
"""At the same time, of one plugin; the others are only said."""
LONGEST_TEXT = 500
FIRST = "I have a question first."
"""Told by a slow tool that asks: a brain that waits for it would never let anybody else speak."""
OVERTAKING_SECONDS = 5.0
"""What rings lets an answer come to its end for so long."""
LONGEST_TALK_SECONDS = 60.0
"""A question that cannot be put for so long is not put any more."""
PAUSE_SECONDS = 4.0
"""Between two rings; time for somebody to say the wake word."""


class Talk(Protocol):
    """The room's talk: speaks once nobody else does."""

    def read_out(self, text: str, how: Manner, /) -> Awaitable[bool]: ...


async def _at_once() -> None:
    """Nobody else speaks."""


@dataclass(eq=False)
class _Utterance:
    text: str
    by: str
    room: str = ""
    """Where; "" is everywhere."""
    sound: bytes = b""
    answer: asyncio.Future[str] | None = None
    """Where the answer goes, when it is a question."""
    urgent: bool = False
    """Before all that is not."""
    shown: bool = True
    """Where there is no speaker it is shown instead; what rings, once."""
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    """Nobody wants to hear it any more."""
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def manner(self) -> Manner:
        """How it is said; whoever is rung at may say stop without the wake word."""
        patience = OVERTAKING_SECONDS if self.sound else None
        listening = self.answer is not None or bool(self.sound)
        return Manner(self.sound, listening, patience, lambda: not self.stopped.is_set(), self.room)


class HouseVoice:
    """What waits to be said, in its order; what rings, until somebody says stop."""

    def __init__(self, talk: Talk, bus: Bus, rooms: Rooms) -> None:
        self._talk = talk
        self._bus = bus
        self._rooms = rooms
        self.lately: Callable[[], str] = str
        """The room where somebody is, as far as can be known."""
        self.push: Callable[[str], bool] = lambda _room: False
        """Pushes to talk in a room; whether that is listened to."""
        self.aloud: Callable[[str], AbstractContextManager[None]] = lambda _room: nullcontext()
        """Within it a room, or all of them, can be heard."""
        self.quiet: Callable[[], Awaitable[None]] = _at_once
        """Waits until nobody talks."""
        self._waiting: deque[_Utterance] = deque()
        self._rings: deque[_Utterance] = deque()
        """These wait for nobody who only wants to say something."""
        self._waiting_of: Counter[str] = Counter()
        self._news, self._ring_news = asyncio.Event(), asyncio.Event()
        self._questions = asyncio.Lock()
        self._question: _Utterance | None = None
        """What waits for an answer, from the moment when it begins to be said."""
        self._ringing: dict[asyncio.Event, tuple[str, str]] = {}
        self._complained: set[str] = set()

    async def run(self) -> None:
        """Say what waits, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._heed(), name="silence")
            tasks.create_task(self._utter_all(self._rings, self._ring_news), name="rings")
            tasks.create_task(self._utter_all(self._waiting, self._news), name="sayings")

    async def _utter_all(self, waiting: deque[_Utterance], news: asyncio.Event) -> None:
        while True:
            while waiting:
                await self._utter(waiting.popleft())
            news.clear()
            await news.wait()

    def say(self, text: str, *, by: str, room: str, urgent: bool) -> bool:
        """Put a text into the queue, an urgent one before all others that are not.

        Raises:
            ToolError: there is no such room.
        """
        return self._put(_Utterance(text, by, "" if urgent else self._where(room)), urgent=urgent)

    def room(self, spoken: str) -> str:
        """A room's name, of whatever it is called.

        Raises:
            ToolError: there is no such room; with the nearest names.
        """
        return self._rooms.named(spoken).room

    def _where(self, room: str) -> str:
        """The room that is meant; without one the room where it was asked for, or where somebody is."""
        if not self._rooms.places:
            return ""
        return self.room(room) if room.strip() else asked_in() or self.lately()

    async def ask(self, question: str, *, by: str, room: str, seconds: float) -> str | None:
        """Say a question and wait for what is heard there next; one question at a time.

        Raises:
            ToolError: there is no such room.
        """
        where = self._where(room)
        await tell(FIRST)
        async with self._questions:
            answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            asked = _Utterance(question, by, where, answer=answer)
            if not self._put(asked, urgent=False):
                return None
            try:
                async with asyncio.timeout(LONGEST_TALK_SECONDS):
                    await asked.done.wait()
                async with asyncio.timeout(seconds):
                    return await answer
            except TimeoutError:
                return None
            finally:
                self._question = None
                asked.stopped.set()

    @property
    def asking(self) -> bool:
        """Whether a question of ours was put and waits for its answer."""
        question = self._question
        return (
            question is not None
            and question.done.is_set()
            and question.answer is not None
            and not question.answer.done()
        )

    def takes(self, text: str, room: str = "") -> bool:
        """Whether these words, said in a room, are the answer to a question of ours."""
        question = self._question
        if question is None or question.answer is None or question.answer.done():
            return False
        if room and question.room and room != question.room:
            return False
        question.answer.set_result(text)
        return True

    async def ring(self, text: str, *, by: str, room: str, seconds: float) -> bool:
        """Ring until ``hush``, or so long; whether somebody stopped it.

        Raises:
            ToolError: there is no such room.
        """
        where = self.room(room)
        if [who for who, _ in self._ringing.values()].count(by) >= MOST_RINGING:
            self._put(_Utterance(text, by, where), urgent=True)
            return False
        stopped = asyncio.Event()
        self._ringing[stopped] = (by, text)
        try:
            with self.aloud(where):
                async with asyncio.timeout(seconds):
                    await self._ring(_Utterance(text, by, where, sign("ring"), stopped=stopped))
        except TimeoutError:
            return False
        finally:
            stopped.set()
            del self._ringing[stopped]
        return True

    async def _ring(self, sounded: _Utterance) -> None:
        """Again and again until it is stopped; shown only once."""
        while not sounded.stopped.is_set():
            self._rings.append(sounded)
            self._ring_news.set()
            await sounded.done.wait()
            sounded = replace(sounded, shown=False, done=asyncio.Event())
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE_SECONDS):
                    await sounded.stopped.wait()

    def listen(self, room: str) -> bool:
        """Listen without the wake word, without a room in the first; whether it does.

        Raises:
            ToolError: there is no such room.
        """
        return self.push(self.room(room))

    def hush(self) -> list[str]:
        """End all ringing; the texts of what rang."""
        rang = [text for _, text in self._ringing.values()]
        for stopped in self._ringing:
            stopped.set()
        return rang

    async def _heed(self) -> None:
        with self._bus.subscribed(Silenced) as silenced:
            while True:
                await silenced.get()
                self.hush()

    def _put(self, said: _Utterance, *, urgent: bool) -> bool:
        said.text = " ".join(said.text.split())[:LONGEST_TEXT]
        if not said.text:
            return False
        if self._waiting_of[said.by] >= MOST_WAITING:
            if said.by not in self._complained:
                self._complained.add(said.by)
                who = said.by or "A plugin"
                self._bus.publish(
                    Problem(f"{who} has more to say than can be heard; some of it was left out.")
                )
            return False
        self._waiting_of[said.by] += 1
        said.urgent = urgent
        first = sum(each.urgent for each in self._waiting)  # what is urgent, too, and came before
        self._waiting.insert(first if urgent else len(self._waiting), said)
        self._news.set()
        return True

    async def _utter(self, said: _Utterance) -> None:
        try:
            if said.stopped.is_set():
                return
            if said.answer is not None:  # who answers early has answered, too
                self._question = said
            heard = await self._talk.read_out(said.text, said.manner())
            if not heard and said.shown:
                if said.answer is not None:  # what was told before it is said first, as where it is spoken
                    await self.quiet()
                self._bus.publish(Spoke(said.text, 0.0))
        finally:
            said.done.set()
            if not said.sound:
                self._waiting_of[said.by] -= 1
