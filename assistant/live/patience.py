"""How long a brain may take to answer the phone, what its failing is called, and how long nobody listened."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from assistant.live.failures import Cause, Failure

HURRY_SECONDS = 1.2
"""Somebody speaks and there is another brain: no link may take longer to make."""
GAPS = 100


class Patience:
    """With one connection in the making; cut short when the user begins to speak."""

    def __init__(self) -> None:
        self._present: asyncio.Timeout | None = None

    def begin(self, seconds: float, *, awaited: bool, last: bool) -> asyncio.Timeout:
        """The time for one attempt; nobody else could answer instead of the ``last``."""
        patience = asyncio.timeout(min(seconds, HURRY_SECONDS) if awaited and not last else seconds)
        self._present = None if last else patience
        return patience

    def end(self) -> None:
        """The attempt is over."""
        self._present = None

    def hurry(self) -> None:
        """The user begins to speak: whoever has not answered by now has little time left."""
        if self._present is not None:
            soon = asyncio.get_running_loop().time() + HURRY_SECONDS
            self._present.reschedule(min(self._present.when() or soon, soon))


class Gaps:
    """The times without a link, in seconds; the first is the start's."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._since = self._clock()
        self.all: deque[float] = deque(maxlen=GAPS)
        self.served = 0.0
        """How long the last link lived."""

    def over(self) -> None:
        """There is a link."""
        now = self._clock()
        self.all.append(now - self._since)
        self._since = now

    def begun(self) -> None:
        """The link is lost."""
        now = self._clock()
        self.served, self._since = now - self._since, now


class Complaints:
    """One sentence per brain and cause until it is back, not one per attempt."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told: dict[int, str] = {}
        self.trouble = ""
        """Why no brain answers: a sentence for the user, empty while one does."""

    def failed(self, failure: Failure, rank: int) -> None:
        """A brain cannot be used, or, with the rank behind the last one, none."""
        if failure.cause is Cause.GIVEN_UP:
            return
        self.trouble = failure.sentence
        if failure.sentence not in self._told.values():
            self._told[rank] = failure.sentence
            self._tell(failure.sentence)

    def serves(self, rank: int) -> None:
        """A brain is back; what was said of better ones stays said."""
        self.trouble = ""
        self._told = {known: text for known, text in self._told.items() if known < rank}
