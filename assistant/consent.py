"""Consent: one question at a time, answered by a later word of the user, by the PIN, or on a screen."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from assistant.bus import Bus
from assistant.errors import AssistantError, Refused, UsageError
from assistant.events import ConsentEnded, ConsentWanted
from assistant.rooms import NOWHERE, Place, asked_from, asking_place
from assistant.tools.dispatch import Dispatcher, ToolCall, ToolResult
from assistant.tools.policy.heard import Heard
from assistant.tools.policy.judge import By, Held
from assistant.tools.policy.pin import Pin, is_pin, spoken_wait

LEFT = "I leave it."
BETWEEN = re.compile(r"[\s.,_-]+")
MANY_DIGITS = re.compile(r"\d(?:[\s.,_-]*\d){3}")
"""As many as the shortest PIN has."""
WRONG = "That is not the PIN."
NOT_THERE = "there is no such question any more; ask anew"

Tell = Callable[[str, str], Awaitable[None]]
"""Says a text in a room."""


@dataclass(frozen=True)
class Question:
    """What waits for an answer, from the ``place`` where it was asked; ``until`` is by the loop's clock."""

    id: str
    call: ToolCall
    held: Held
    until: float
    place: Place = NOWHERE

    def told(self, now: float) -> ConsentWanted:
        """As everybody hears of it."""
        return ConsentWanted(self.id, str(self.held), self.held.by, round(max(0.0, self.until - now), 1))


class Consent:
    """Keeps the one call that waits, and does it once the user agrees. ``tell`` speaks without a brain."""

    def __init__(self, dispatcher: Dispatcher, bus: Bus, pin: Pin, tell: Tell) -> None:
        self._dispatcher, self._bus, self._pin, self._tell = dispatcher, bus, pin, tell
        self._question: Question | None = None
        self._agreed: asyncio.Queue[tuple[Question, bool]] = asyncio.Queue()
        self._proving = asyncio.Lock()
        """Guesses wait for each other: none is compared before the one before it was counted."""
        self._idle = asyncio.Event()
        self._idle.set()
        self._ids = (str(number) for number in itertools.count(1))
        dispatcher.held = self._ask
        dispatcher.policy.obstacle = self._obstacle

    @property
    def question(self) -> ConsentWanted | None:
        """What waits now."""
        self._expire()
        return self._question.told(_now()) if self._question else None

    @property
    def awaits_pin(self) -> bool:
        """Whether digits are expected: none may be heard, logged or shown meanwhile."""
        self._expire()
        return self._question is not None and self._question.held.by == "pin"

    def typed(self, words: str) -> str:
        """The digits, when a typed sentence is the PIN that is awaited; "" when it is one for a brain.

        Raises:
            UsageError: it may hold the PIN, and nothing of it may go further.
        """
        digits = BETWEEN.sub("", words)
        if self.awaits_pin:
            if is_pin(digits):
                return digits
            if MANY_DIGITS.search(words):
                raise UsageError("a PIN is awaited: type its digits and nothing else; nobody was told")
        elif is_pin(digits) and self._pin.is_set:
            raise UsageError(
                "no PIN is awaited now, and digits alone may be one, so nobody was told; "
                "if they are something else, say so in a sentence"
            )
        return ""

    async def run(self) -> None:
        """Do what was agreed to by word, and tell what became of it, for ever."""
        while True:
            question, agreed = await self._agreed.get()
            asked_from(question.place)
            text = (await self._dispatcher.perform(question.call)).text if agreed else LEFT
            await self._tell(text, question.place.room)
            if self._agreed.empty():
                self._idle.set()

    async def settled(self) -> None:
        """Wait until what was agreed to by word is done and told."""
        await self._idle.wait()

    def takes(self, text: str, room: str = "") -> bool:
        """Whether a sentence is the answer; whoever says anything else has gone on.

        A yes that is said in another room is no answer.
        """
        self._expire()
        question, policy = self._question, self._dispatcher.policy
        if question is None or question.held.by != "yes":
            return False
        # A yes counts only when it began after everything that a tool has told, the question included.
        elsewhere = room and question.place.room and room != question.place.room
        later = not elsewhere and policy.utterance > max(question.held.after, policy.last_result)
        answer = Heard(text)
        if not (later and (answer.affirms or answer.denies)):
            self._end("dropped")
            return False
        self._end("given" if answer.affirms else "refused")
        self._idle.clear()
        self._agreed.put_nowait((question, bool(answer.affirms)))
        return True

    async def answer(self, ident: str, *, yes: bool, digits: str = "") -> ToolResult:
        """Answer on a screen, or with the PIN; ``ident`` may be left out for the PIN.

        Raises:
            UsageError: nothing waits, or not for that.
            Refused: it is not the PIN.
            PinError: the PIN is locked or not set.
        """
        self._expire()
        question = self._question
        if question is None or (ident or question.id) != question.id:
            raise UsageError(NOT_THERE)
        if not yes:
            self._end("refused")
            return ToolResult(question.id, question.call.name, True, LEFT)
        if question.held.by == "pin":
            await self._prove("".join(digits.split()))
        elif not ident:
            raise UsageError("this is not confirmed with a PIN")
        if self._question is not question:
            raise UsageError(NOT_THERE)
        self._end("given")
        self._dispatcher.new_utterance()
        asked_from(question.place)
        result = await self._dispatcher.perform(question.call)
        await self._tell(result.text, question.place.room)
        return result

    async def _prove(self, digits: str) -> None:
        """Compare in a thread: it is meant to take its time.

        Raises:
            Refused, PinError: it is not the PIN, or no PIN counts now.
        """
        try:
            async with self._proving:
                right = is_pin(digits) and await asyncio.to_thread(self._pin.check, digits)
        except AssistantError:
            self._end("refused")
            raise
        if not right:
            raise Refused(WRONG)

    def _obstacle(self, by: By) -> str:
        if by != "pin":
            return ""
        if not self._pin.is_set:
            return "That needs the PIN, and none is set yet. The command is: assistant pin set."
        wait = self._pin.locked_seconds
        return f"The PIN is locked for {spoken_wait(wait)} after too many wrong ones." if wait else ""

    def _ask(self, call: ToolCall, held: Held) -> None:
        self._end("dropped")
        seconds = self._dispatcher.policy.rules.answer_seconds
        ident = next(self._ids)
        anew = replace(call, id=f"consent-{ident}")  # under its old id it has ended: with this question
        self._question = Question(ident, anew, held, _now() + seconds, asking_place())
        self._bus.publish(self._question.told(_now()))

    def _expire(self) -> None:
        if self._question is not None and self._question.until < _now():
            self._end("dropped")

    def _end(self, outcome: str) -> None:
        if self._question is not None:
            self._bus.publish(ConsentEnded(self._question.id, outcome))
            self._question = None


def _now() -> float:
    return asyncio.get_running_loop().time()
