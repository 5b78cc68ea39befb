"""One conversation's mind: the home it was told of, its ear and its understanding, and when to act."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.brain.hearing import Ear, Hearing
from assistant.brain.home import Home, read_setup
from assistant.brain.understanding import Understander, Understanding

HARMLESS = frozenset({"get_state", "get_time", "get_date"})
RISKY_CONFIDENCE = 0.02
"""Letting somebody in takes ten times the certainty of a light."""
SAY_AGAIN = "I did not catch that. Please say it again."
NOTHING_HEARD = "I did not hear anything."


def _local_now() -> datetime:
    return datetime.now().astimezone()


class Mind:
    """Turns what is said or typed into function calls, or into a sentence."""

    def __init__(self, home: Home, ear: Ear, now: Callable[[], datetime] = _local_now) -> None:
        self.home = home
        self.ear = ear
        self._understander = Understander(home, now)

    @classmethod
    async def open(cls, setup: Mapping[str, Any], *, cache: Path, whisper: Path | None = None) -> Mind:
        """A mind for the home that a setup message describes."""
        home = read_setup(setup)
        return cls(home, await Ear.open(home, cache=cache, whisper=whisper))

    def understand_text(self, text: str) -> Understanding:
        """What to do about a typed sentence."""
        return self._understander.understand(text)

    def understand_heard(self, hearing: Hearing) -> Understanding:
        """What to do about speech: what was not heard well is asked about, never acted on. May block."""
        if not hearing.text:
            return Understanding(say=NOTHING_HEARD)
        understood = self._understander.understand(hearing.text)
        clear = hearing.sure and not hearing.noisy
        if clear and not understood.risky and (understood.calls or not self.ear.has_second):
            return understood
        if self.ear.has_second:
            return self._with_second(hearing, understood)
        harmless = bool(understood.calls) and all(call.name in HARMLESS for call in understood.calls)
        if harmless or (clear and hearing.confidence >= RISKY_CONFIDENCE):
            return understood
        return self._ask(hearing.text, understood)

    def answer(self, understanding: Understanding, responses: Sequence[Mapping[str, Any]]) -> str:
        """The sentence to speak once the functions have answered."""
        return self._understander.answer(understanding, responses)

    def _with_second(self, hearing: Hearing, understood: Understanding) -> Understanding:
        """The second listener decides what the first was unsure of, and can veto what is risky."""
        text = self.ear.second_opinion() or ""
        self._understander.rewind()
        second = self._understander.understand(text)
        if second.calls == understood.calls:
            return second
        if understood.risky or second.risky or hearing.noisy:
            return self._ask(hearing.text, understood if understood.calls else second)
        if second.calls or not understood.calls:
            return second
        return self._ask(hearing.text, understood)

    def _ask(self, heard: str, understood: Understanding) -> Understanding:
        if not understood.calls:
            return Understanding(say=SAY_AGAIN)
        return self._understander.offer(understood, f"Did you say: {heard}?")
