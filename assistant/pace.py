"""A device's own pace: how long its reports take, and how often it may be commanded."""

from __future__ import annotations

from assistant.errors import ToolError

FIRST_SECONDS, SHORTEST_SECONDS, LONGEST_SECONDS = 5.0, 2.0, 30.0
MARGIN = 3.0
"""A report may take so many times as long as the slowest of late, before we say that there is none."""
LEARNT_FROM = 5
"""Below so many reports the first guess stands: one quick answer proves little."""
REMEMBERED = 20
COMMANDS, COMMANDS_SECONDS = 20, 10.0
"""More than this is no wish of a person; a lamp's relay and a motor wear out."""


class Patience:
    """How long to wait for a device's report, learnt from the reports it has given."""

    __slots__ = ("_took",)

    def __init__(self) -> None:
        self._took: list[float] = []

    @property
    def seconds(self) -> float:
        """What to wait for the next report."""
        slowest = max(self._took, default=0.0) * MARGIN
        if len(self._took) < LEARNT_FROM:
            slowest = max(slowest, FIRST_SECONDS)
        return min(max(slowest, SHORTEST_SECONDS), LONGEST_SECONDS)

    def learn(self, seconds: float) -> None:
        """It took so long this time; what came after we had given up counts too."""
        self._took.append(min(seconds, LONGEST_SECONDS))
        del self._took[:-REMEMBERED]


class Throttle:
    """Refuses commands that come faster than anybody can mean them."""

    __slots__ = ("_most", "_seconds", "_sent")

    def __init__(self, most: int = COMMANDS, seconds: float = COMMANDS_SECONDS) -> None:
        self._sent: list[float] = []
        self._most, self._seconds = most, seconds

    def count(self, name: str, now: float) -> None:
        """Count one command.

        Raises:
            ToolError: there were too many.
        """
        full = len(self._sent) == self._most
        if full and now - self._sent[0] < self._seconds:
            raise ToolError(f"the {name} has just had {len(self._sent)} commands; wait a moment")
        self._sent.append(now)
        del self._sent[: -self._most]
