"""Limits that hold: what the next turn may cost is set aside before it is asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from assistant.money.ledger import Ledger, LedgerError

LEAST_RESERVE_USD = 0.002
"""About a minute of talk with a fresh conversation (Live prices of November 2026)."""
MARGIN = 1.5
"""The next turn bills what the last one did, and a little more."""
HOUR, MINUTE = 3600.0, 60.0


@dataclass
class Limits:
    """Dollars for a day and a month (0: no limit), and how fast turns and connections may follow."""

    ledger: Ledger
    soft_usd: float = 0.0
    hard_usd: float = 0.0
    month_usd: float = 0.0
    turns_per_minute: int = 20
    connects_per_hour: int = 60
    clock: Callable[[], float] = monotonic
    _turns: deque[float] = field(default_factory=deque)
    _connects: deque[float] = field(default_factory=deque)
    _last_usd: float = 0.0
    _held_usd: float = 0.0

    def obstacle(self, ahead_usd: float | None = None) -> str:
        """Why a paid brain must not be asked now: a sentence for the user, or "".

        ``ahead_usd`` is what it may cost; without it, what the last turn did and a little more.
        """
        try:
            today, month = self.ledger.spent()
        except LedgerError as error:
            return f"Nobody knows what has been spent: {error}."
        usual = max(self._last_usd * MARGIN, LEAST_RESERVE_USD)
        reserve = self._held_usd + (usual if ahead_usd is None else ahead_usd)
        if self.hard_usd and today + reserve > self.hard_usd:
            return f"Today's limit of {self.hard_usd:g} dollars is reached."
        if self.month_usd and month + reserve > self.month_usd:
            return f"This month's limit of {self.month_usd:g} dollars is reached."
        if _within(self._turns, self.clock() - MINUTE) >= self.turns_per_minute:
            return f"More than {self.turns_per_minute} turns in a minute are not paid for."
        if _within(self._connects, self.clock() - HOUR) >= self.connects_per_hour:
            return f"More than {self.connects_per_hour} connections in an hour are not paid for."
        return ""

    @contextmanager
    def held(self, usd: float) -> Iterator[None]:
        """Set money aside while something is asked for: nobody else may spend it meanwhile."""
        self._held_usd += usd
        try:
            yield
        finally:
            self._held_usd -= usd

    @property
    def thrifty(self) -> bool:
        """Whether the soft limit is reached: shorter answers, no pictures."""
        try:
            return self.ledger.spent()[0] >= (self.soft_usd or float("inf"))
        except LedgerError:
            return True

    def connected(self) -> None:
        """A link to a paid brain was asked for."""
        self._connects.append(self.clock())

    def paid(self, usd: float, *, turn: bool = True) -> None:
        """Something was billed; a ``turn`` tells what the next one may cost."""
        self._turns.append(self.clock())
        if turn:
            self._last_usd = usd


def _within(times: deque[float], since: float) -> int:
    while times and times[0] < since:
        times.popleft()
    return len(times)
