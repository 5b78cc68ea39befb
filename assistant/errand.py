"""One errand: what happens meanwhile, told to whoever sent it, and to nobody what is another one's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from assistant.app import House
from assistant.control import Outlet, Tell, as_json
from assistant.errors import AssistantError
from assistant.events import (
    CameraChanged,
    CameraGazed,
    CameraSaw,
    ClipSent,
    CommandSent,
    ConsentEnded,
    ConsentWanted,
    Event,
    Heard,
    Interrupted,
    Offline,
    Online,
    Problem,
    Reported,
    Spoke,
    ToolCalled,
    ToolFinished,
    UsageCounted,
    Woke,
)
from assistant.turn import Turn

TOLD: tuple[type[Event], ...] = (
    Woke,
    Heard,
    ToolCalled,
    ToolFinished,
    CommandSent,
    Reported,
    Spoke,
    Interrupted,
    Online,
    Offline,
    UsageCounted,
    ClipSent,
    CameraChanged,
    CameraGazed,
    CameraSaw,
    ConsentWanted,
    ConsentEnded,
    Problem,
)
LAST_WORD_SECONDS = 6.0
LOOK_SECONDS = 0.2


class Errand:
    """Has the room for a while and then, when a slow tool still works for it, waits beside the others.

    ``speech``: the answer's audio is told, too.
    """

    def __init__(self, house: House, tell: Tell, errands: list[Errand], *, speech: bool) -> None:
        self._house, self._tell = house, tell
        self._outlet = Outlet(self._sound) if speech else None
        self._news: asyncio.Queue[Event] = asyncio.Queue()
        self._failures: list[Event] = []
        self.has_room = self._had_room = False
        """Whether what happens now belongs to it, and whether it ever did."""
        self._errands = errands
        self.turns: list[Turn] = []
        """What it has asked."""
        self._asking: asyncio.Task[bool] | None = None
        self._told_due = 0
        """What was due (``due``) when something of its slow tools was spoken last."""

    async def run(self, work: Coroutine[Any, Any, bool]) -> bool:
        """Run it with its events told; it worked when nothing failed and something was answered."""
        answered, problem = False, None
        self._errands.append(self)
        try:
            with self._house.bus.subscribed(*TOLD) as self._news:
                async with asyncio.TaskGroup() as self._tasks:
                    passing = self._tasks.create_task(self._pass_on())
                    try:
                        answered = await work
                    except AssistantError as error:
                        # Raised outside: a TaskGroup that fails while it is cancelled swallows that.
                        problem = error
                    passing.cancel()
                self._catch_up()
        finally:
            self._errands.remove(self)
            if self._had_room and self._outlet is not None:
                self._house.conversation.mouths.remove(self._outlet)
        if problem is not None:
            raise problem
        return answered and not self._failures

    @contextmanager
    def having_the_room(self) -> Iterator[None]:
        """All that happens meanwhile belongs to this errand, and nothing that happened before."""
        self._catch_up()
        self.has_room = self._had_room = True
        if self._outlet is not None:
            self._house.conversation.mouths.append(self._outlet)
        try:
            yield
        finally:
            self._catch_up()
            self.has_room = False
            if any(turn.taken for turn in self.turns):  # a slow tool had asked, and goes on
                self.turns += self._house.conversation.calling.running.values()

    async def ask(self, text: str, room: str) -> bool:
        """Say typed words; whether they were answered when the brain had nothing more to say: a slow tool may
        still work for them."""
        asking = self._house.conversation.ask(text, room, self.turns.append)
        self._asking = self._tasks.create_task(asking, name="ask")
        while not self._asking.done() and not any(turn.early for turn in self.turns):
            await asyncio.wait({self._asking}, timeout=LOOK_SECONDS)
        return self._asking.done() and self._asking.result()

    async def last_word(self, *, patient: bool) -> bool:
        """Wait for what slow tools bring, until it has been told; whether something was.

        What they ask is answered by another errand; who is ``patient`` waits for that, too.
        """
        voice = self._house.voice
        while running := [task for turn in self.turns for task in turn.running]:
            if voice.asking and not patient:
                return False
            await asyncio.wait(running, timeout=LOOK_SECONDS)
        if self._asking is not None:
            await self._asking
        if self.due and not self._was_told:
            await until_told(self._house, lambda: self._was_told)
            self._catch_up()
        if self._results and self.due and not self._was_told:
            self._tell(as_json(Spoke(" ".join(self._results), 0.0)))  # in words of the brain's own, perhaps
        return bool(self._results) or (self._asking is not None and self._asking.result())

    @property
    def _was_told(self) -> bool:
        return self._told_due == self.due

    @property
    def _results(self) -> list[str]:
        """What its tools have answered."""
        return [text for turn in self.turns for text in turn.told if text]

    @property
    def due(self) -> int:
        """How many answers there will have been when what its tools brought is told."""
        return max((turn.due for turn in self.turns), default=0)

    def asked_for(self, call_id: str) -> bool:
        """Whether a tool was called for it."""
        return any(call_id in turn.call_ids for turn in self.turns)

    def _sound(self, item: dict[str, Any]) -> None:
        if self.has_room or not any(other.has_room for other in self._errands):
            self._tell(item)

    async def _pass_on(self) -> None:
        while True:
            self._hand_on(await self._news.get())

    def _catch_up(self) -> None:
        while not self._news.empty():
            self._hand_on(self._news.get_nowait())

    def _hand_on(self, event: Event) -> None:
        if not self._is_mine(event):
            return
        if isinstance(event, Spoke) and self.tells_result(event):
            self._told_due = self.due
        if isinstance(event, Problem) or (isinstance(event, ToolFinished) and not event.ok):
            self._failures.append(event)
        self._tell(as_json(event))

    def _is_mine(self, event: Event) -> bool:
        others = [other for other in self._errands if other is not self]
        if isinstance(event, ToolFinished) and any(other.asked_for(event.id) for other in others):
            return False  # one errand stops what another one has begun
        if isinstance(event, Spoke) and (self.is_in(event) or any(other.is_in(event) for other in others)):
            return self.is_in(event)
        if self.has_room or not self._had_room:
            return self.has_room
        if isinstance(event, ToolCalled | ToolFinished):
            return self.asked_for(event.id)
        if any(other.has_room for other in others):
            return False
        if not isinstance(event, Spoke):
            return True
        return self.tells_result(event) or not any(other.tells_result(event) for other in others)

    def is_in(self, spoke: Spoke) -> bool:
        """Whether what its slow tools have answered is told by these words."""
        return bool(self.due) and any(text in spoke.text for text in self._results)

    def tells_result(self, spoke: Spoke) -> bool:
        """Whether it is told by these words or, in words of a brain's own, was to be told by now."""
        return self.is_in(spoke) or 0 < self.due <= self._house.conversation.ends.answers


async def until_told(house: House, told: Callable[[], bool]) -> None:
    """Wait until it is told and nobody talks, or until the house asks something itself.

    A brain that has nothing else to do and stays silent has told several things in one.
    """
    talk, patience = house.conversation, LAST_WORD_SECONDS
    while not told() and not house.voice.asking:
        if patience <= 0:
            talk.ends.give_up()
            return
        await asyncio.sleep(LOOK_SECONDS)
        patience -= LOOK_SECONDS if talk.phases.is_quiet else 0
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_WORD_SECONDS):
            await talk.phases.quiet()
