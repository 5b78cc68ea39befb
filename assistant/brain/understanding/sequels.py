"""What goes on about the last thing done: "make it snow" after a picture was drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from assistant.brain.understanding.meaning import Call, Understanding
from assistant.brain.understanding.phrases import Phrases

LAST = "Do you mean what I did last?"
HANGING = "Do you mean what is on the screen?"
MEMORY = timedelta(minutes=5)
"""A picture takes a minute, and somebody looks at it."""


class Sequels:
    """Remembers whether the next sentence may go on about something; ``at`` is since when.

    ``hung``: since when there is something on a screen, as the house told; it may have been hung there in a
    talk of which nothing else is left.
    """

    def __init__(self, phrases: Phrases, now: Callable[[], datetime], hung: datetime | None = None) -> None:
        self._phrases, self._now = phrases, now
        self._hangs = hung is not None
        self.at = hung

    @property
    def expected(self) -> bool:
        """Whether something was done lately that can be gone on about."""
        return self.at is not None and self._now() - self.at <= MEMORY

    def note(self, call: Call) -> None:
        """This was done now."""
        self.at = self._now() if self._phrases.continues(call) else None
        self._hangs = self._hangs or self._phrases.shows(call)

    def call(self, spelled: Sequence[str], *, free: bool) -> Call | None:
        """What can be about nothing else; ``free`` allows slots that take any words."""
        return self._phrases.sequel(spelled, self._now(), free=free) if self.expected else None

    def agreed(self, answered: Understanding | None) -> Understanding | None:
        """The same; what somebody has said yes to is done now."""
        for call in answered.calls if answered else ():
            self.note(call)
        return answered

    def asked_back(self, spelled: Sequence[str], miss: str) -> tuple[Understanding, str] | None:
        """What a sentence may mean of which the home makes nothing (``miss`` says so), and the question:
        "make the sky purple", or anything about a picture of which nobody has spoken lately."""
        if miss.endswith("?"):
            return None
        if call := self._phrases.vaguely(spelled, self._now()) if self.expected else None:
            return Understanding(calls=(call,)), f"{miss} {LAST}"
        call = self._phrases.sequel(spelled, self._now(), free=True) if self._hangs else None
        return (Understanding(calls=(call,)), HANGING) if call and self._phrases.shows(call) else None
