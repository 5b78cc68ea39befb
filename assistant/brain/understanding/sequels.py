"""What goes on about the last thing done: "make it snow" after a picture was drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from assistant.brain.understanding.meaning import Call
from assistant.brain.understanding.phrases import Phrases

MEMORY = timedelta(minutes=5)
"""A picture takes a minute, and somebody looks at it."""


class Sequels:
    """Remembers whether the next sentence may go on about something; ``at`` is since when."""

    def __init__(self, phrases: Phrases, now: Callable[[], datetime]) -> None:
        self._phrases, self._now = phrases, now
        self.at: datetime | None = None

    @property
    def expected(self) -> bool:
        """Whether something was done lately that can be gone on about."""
        return self.at is not None and self._now() - self.at <= MEMORY

    def note(self, call: Call) -> None:
        """This was done now."""
        self.at = self._now() if self._phrases.continues(call) else None

    def call(self, spelled: Sequence[str], *, free: bool) -> Call | None:
        """What can be about nothing else; ``free`` allows slots that take any words."""
        return self._phrases.sequel(spelled, self._now(), free=free) if self.expected else None

    def vague(self, spelled: Sequence[str]) -> Call | None:
        """What may be about it, where the home makes nothing of it: "make the sky purple"."""
        return self._phrases.vaguely(spelled, self._now()) if self.expected else None
