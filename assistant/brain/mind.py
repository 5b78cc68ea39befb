"""The mind: hears, understands and answers for one home that a setup message described."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from assistant.brain.hearing import Ear, Hearing
from assistant.brain.home import read_setup
from assistant.brain.understanding import Understander, Understanding
from assistant.brain.understanding.choosing import YES
from assistant.brain.understanding.pending import LEFT
from assistant.brain.understanding.understander import CANCEL_TOOL, STOP_TOOL

log = logging.getLogger(__name__)

PARDON = "Sorry, I didn't catch that. Please say it again."
DANGLING = frozenset(
    ["a", "all", "an", "and", "at", "by", "every", "for", "from", "in", "my", "of", "the", "to", "with"]
)
"""No order ends with one of these; "switch off all" is heard of "switch off the hall...", cut short."""
ENDING = (STOP_TOOL, CANCEL_TOOL)
AT_ONCE = 0.03
"""A clear look this confident is acted on before a second one is taken; in quiet most are."""
TOO_LOUD = "It is too loud here to be sure of that; please type it, or say it again when it is quieter."
MEANT = 'Did you mean "{text}"?'


@dataclass(frozen=True)
class _Look:
    """What was heard, and what it would mean."""

    heard: Hearing
    wish: Understanding

    @property
    def believed(self) -> bool:
        """Whether it may be acted on at all."""
        half = self.heard.text.rpartition(" ")[2] in DANGLING and not self.wish.reads
        return self.heard.sure and not half and (self.agreed or not self.heard.noisy)

    @property
    def alone(self) -> bool:
        """Whether it may be acted on without another."""
        return self.believed and (self.agreed or (self.heard.clear and self.harmless))

    @property
    def answers(self) -> bool:
        """Whether it says yes to a question of ours."""
        return self.heard.text in YES

    @property
    def ends(self) -> bool:
        """Whether it only stops or calls off: whoever says that waits for no question."""
        return bool(self.wish.calls) and all(call.name in ENDING for call in self.wish.calls)

    @property
    def agreed(self) -> bool:
        """Whether it says yes to something harmless: with what was asked about, it has been heard twice."""
        return self.answers and self.harmless

    @property
    def harmless(self) -> bool:
        """Whether it opens nothing, and is not about all of something."""
        return not self.wish.risky and not self.wish.wide

    def agrees(self, other: _Look) -> bool:
        """Whether both may be believed, and mean the same."""
        return self.believed and other.believed and self.wish.calls == other.wish.calls


class Mind:
    """One conversation: its memory, its ear, and the rule when what was heard may be acted on."""

    def __init__(self, understander: Understander, open_ear: Callable[[], Awaitable[Ear]]) -> None:
        self._understander = understander
        self._open_ear = open_ear
        self._next: Ear | None = None
        self.ear: Ear | None = None

    @classmethod
    async def open(cls, setup: Mapping[str, Any], *, cache: Path, whisper: Path | None = None) -> Mind:
        """A mind for the home in a setup message; it understands at once, and hears after ``open_ear``."""
        home = read_setup(setup)
        understander = await asyncio.to_thread(Understander, home, datetime.now)
        return cls(understander, partial(Ear.open, home, cache=cache, whisper=whisper))

    async def open_ear(self) -> None:
        """Learn the sounds of the home's names: seconds when the home is new, else at once."""
        self._next = await self._open_ear()
        if self._next.unheard:
            log.warning(
                "These words of the home cannot be heard, only typed; give the devices aliases: %s",
                ", ".join(self._next.unheard),
            )

    def borrow(self, other: Mind) -> bool:
        """Hear with the ear of the mind before until there is an own one; whether there is such an ear."""
        self.ear = other.ear
        return self.ear is not None

    def listen(self) -> None:
        """A new utterance begins; never is the ear changed within one."""
        if self._next is not None:
            self.ear, self._next = self._next, None
        assert self.ear is not None, "open_ear() comes first"
        self.ear.start()

    def understand_text(self, text: str) -> Understanding:
        """What typed words ask for."""
        return self._understander.understand(text)

    def recall(self, text: str) -> None:
        """Words of before, so that "it" is what was spoken of; nothing is done about them now."""
        self._understander.understand(text)

    def understand_heard(self, hearing: Hearing) -> Understanding:
        """What spoken words ask for: acts on what is certain, else asks.

        One look that is clear decides about something harmless, unless another is understood differently;
        for all else two that are sure must agree. In noise one word heard wrongly turns a sentence round,
        and mostly each look hears another one wrongly.
        """
        if not hearing.text:
            return Understanding(say=PARDON)
        looks: list[_Look] = []
        for heard in self._looks(hearing):
            look = _Look(heard, self._glimpse(heard.text))
            if look.wish.say == LEFT or (heard.sure and look.ends):
                return self._understander.understand(heard.text)
            if not look.wish.calls:
                continue
            at_once = heard is hearing and look.alone and heard.confidence >= AT_ONCE
            if at_once or any(look.agrees(other) for other in looks):
                return self._understander.understand(heard.text)
            looks.append(look)
        alone = next((look for look in looks if look.alone), None)
        if alone and all(look.wish.calls == alone.wish.calls for look in looks):
            return self._understander.understand(alone.heard.text)
        if looks:
            question = TOO_LOUD if looks[0].answers else MEANT.format(text=looks[0].heard.text)
            return self._understander.offer(looks[0].wish, question)
        return self._understander.understand(hearing.text) if hearing.sure else Understanding(say=PARDON)

    def answer(self, understanding: Understanding, responses: Sequence[Mapping[str, Any]]) -> str:
        """The sentence to say once the calls have been answered."""
        return self._understander.answer(understanding, responses)

    def _looks(self, hearing: Hearing) -> Iterator[Hearing]:
        """What is made of it one after another: at once, without the noise, by Whisper."""
        yield hearing
        assert self.ear is not None, "it has heard something"
        if (again := self.ear.again()).text:
            yield again
        if opinion := self.ear.second_opinion():
            yield Hearing(opinion, sure=True, noisy=hearing.noisy)

    def _glimpse(self, text: str) -> Understanding:
        """What a text would mean, without remembering it."""
        return copy.copy(self._understander).understand(text)
