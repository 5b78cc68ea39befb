"""The mind: hears, understands and answers for one home that a setup message described."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from assistant.brain.hearing import Ear, Hearing
from assistant.brain.home import read_setup
from assistant.brain.understanding import Understander, Understanding

log = logging.getLogger(__name__)

PARDON = "Sorry, I didn't catch that. Please say it again."
MEANT = 'Did you mean "{text}"?'


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
        """What spoken words ask for: acts on what is sure, else asks.

        A look that is sure decides; two that are sure of different things decide nothing, and neither does
        a single look about something risky, nor any in noise.
        """
        if not hearing.text:
            return Understanding(say=PARDON)
        wishes: dict[str, Understanding] = {}
        trusted: list[Understanding] = []
        for text, sure in self._looks(hearing):
            wish = self._glimpse(text)
            if not wish.calls:
                continue
            agreed = any(wish.calls == other.calls for other in trusted)
            first = all(wish.calls == other.calls for other in wishes.values())
            if sure and (agreed or (not wish.risky and first)):
                return self._understander.understand(text)
            wishes.setdefault(text, wish)
            trusted.extend([wish] if sure else [])
        if wishes:
            text, wish = next(iter(wishes.items()))
            return self._understander.offer(wish, MEANT.format(text=text))
        return self._understander.understand(hearing.text) if hearing.sure else Understanding(say=PARDON)

    def answer(self, understanding: Understanding, responses: Sequence[Mapping[str, Any]]) -> str:
        """The sentence to say once the calls have been answered."""
        return self._understander.answer(understanding, responses)

    def _looks(self, hearing: Hearing) -> Iterator[tuple[str, bool]]:
        """What was heard and whether it may be acted on: at once, without the noise, by Whisper."""
        yield hearing.text, hearing.sure and not hearing.noisy
        assert self.ear is not None, "it has heard something"
        again = self.ear.again()
        if again.text:
            yield again.text, again.sure and not again.noisy
        if opinion := self.ear.second_opinion():
            yield opinion, not hearing.noisy

    def _glimpse(self, text: str) -> Understanding:
        """What a text would mean, without remembering it."""
        return copy.copy(self._understander).understand(text)
