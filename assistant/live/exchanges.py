"""The last things said, in words: what a fresh link is told so that "turn it off" still means something."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

MOST = 4
OLDEST_SECONDS = 600.0
LONGEST = 400
"""Characters of one side of an exchange."""
CUT = "(interrupted)"


@dataclass
class Exchange:
    """What the user said and what was answered."""

    user: str = ""
    answer: str = ""
    at: float = field(default_factory=time.monotonic)


class Exchanges:
    """The last few, as they were heard and spoken."""

    def __init__(self) -> None:
        self._past: deque[Exchange] = deque(maxlen=MOST)
        self._now = Exchange()

    def heard(self, text: str) -> None:
        """A piece of what the user says."""
        self._now.user += text

    def heard_again(self) -> None:
        """The user's words come once more from their beginning."""
        self._now = Exchange()

    def answered(self, text: str) -> None:
        """A piece of the answer."""
        self._now.answer += text

    def heard_only(self, share: float) -> None:
        """Of the last answer only so much (0 to 1) was heard before the user spoke over it."""
        cut = self._now if self._now.answer else self._past[-1] if self._past else self._now
        words = cut.answer.split()
        cut.answer = " ".join([*words[: round(len(words) * share)], CUT])

    def over(self) -> None:
        """The turn has ended."""
        if self._now.user.strip() and self._now.answer.strip():
            self._now.at = time.monotonic()
            self._past.append(self._now)
        self._now = Exchange()

    def forget(self) -> None:
        """None of it was ever said."""
        self._past.clear()
        self._now = Exchange()

    def recent(self) -> list[tuple[str, str]]:
        """User and answer, the oldest first, as far as anybody still remembers them."""
        since = time.monotonic() - OLDEST_SECONDS
        return [
            (each.user.strip()[:LONGEST], each.answer.strip()[:LONGEST])
            for each in self._past
            if each.at >= since
        ]
