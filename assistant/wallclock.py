"""The clock on the wall: local times to instants, right over summer time and when the clock is set anew."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

LOOK_SECONDS = 15.0
"""So often is looked whether the clock was set anew."""
LATE_SECONDS = 15 * 60.0
"""What is later than that, because the machine slept or the clock jumped, is left out."""
BACK_SECONDS = 2 * 3600.0
"""A clock that was put back further than that had been wrong; what is due then is due again."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY_DAY = frozenset(range(7))
GROUPS = {
    "": EVERY_DAY,
    "daily": EVERY_DAY,
    "weekdays": frozenset(range(5)),
    "weekends": frozenset({5, 6}),
}
TIME = re.compile(r"(\d{1,2}):(\d{2})")
AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(s|sec|seconds?|min|minutes?|h|hours?|days?)")
UNIT_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def _system() -> float:
    return datetime.now().timestamp()


@dataclass(frozen=True)
class WallClock:
    """The house's clock. ``zone`` None is the system's own; ``read`` gives seconds since 1970."""

    zone: tzinfo | None = None
    read: Callable[[], float] = _system

    def now(self) -> datetime:
        """The local date and time, aware of its zone."""
        return self.at(self.read())

    def at(self, instant: float) -> datetime:
        """What the clock shows at an instant (seconds since 1970)."""
        moment = datetime.fromtimestamp(instant, self.zone)
        return moment if self.zone else moment.astimezone()

    def instant(self, local: datetime) -> float:
        """When the clock shows a local time, in seconds since 1970.

        One that is left out when summer time begins is the first moment after the gap; of one that comes
        twice it is the first.
        """
        plain = local.replace(tzinfo=self.zone, fold=0)
        found = plain.timestamp()
        if self.at(found).replace(tzinfo=None) == local.replace(tzinfo=None, fold=0):
            return found
        before, after = plain.replace(fold=1).timestamp(), found
        while after - before > 0.5:
            middle = (before + after) / 2
            if self.at(middle).replace(tzinfo=None) < local.replace(tzinfo=None):
                before = middle
            else:
                after = middle
        return float(round(after))

    def next(self, wanted: time, days: Collection[int] = EVERY_DAY, *, after: float) -> float:
        """The first instant later than ``after`` at which it is ``wanted`` on one of the ``days`` (0 is
        Monday)."""
        today = self.at(after).date()
        for ahead in range(-1, 15):
            day = today + timedelta(days=ahead)
            if day.weekday() in days and (found := self.instant(datetime.combine(day, wanted))) > after:
                return found
        raise ValueError("no day of the week was given")

    async def until(self, instant: float) -> float | None:
        """Wait for an instant, however the clock is set meanwhile.

        Returns by how many seconds it is late; None when the clock was put back so far that what comes next
        has to be reckoned anew.
        """
        before = self.read()
        while (left := instant - (now := self.read())) > 0:
            if before - now > BACK_SECONDS:
                return None
            before = now
            await asyncio.sleep(min(left, LOOK_SECONDS))
        return -left


def clock_time(text: str) -> time:
    """``7:30`` or ``07:30`` as a time of day.

    Raises:
        ValueError: it is none.
    """
    match = TIME.fullmatch(text.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(f"{text!r} is no time of day; write for example 7:30 or 22:00")
    return time(int(match[1]), int(match[2]))


def span(text: str) -> tuple[time, time]:
    """``22:00-6:00`` as its two ends.

    Raises:
        ValueError: it is none.
    """
    begin, dash, end = text.replace("–", "-").partition("-")
    if not dash:
        raise ValueError(f"{text!r} is no part of a day; write for example 22:00-6:00")
    return clock_time(begin), clock_time(end)


def within(moment: time, ends: tuple[time, time]) -> bool:
    """Whether a time of day lies between two others; the second may be of the next day."""
    begin, end = ends
    return begin <= moment < end if begin <= end else moment >= begin or moment < end


def weekdays(text: str | Collection[str]) -> frozenset[int]:
    """``weekdays``, ``weekends``, ``daily``, or days by name (``mon, thursday``) as numbers, Monday 0.

    Raises:
        ValueError: a day is none.
    """
    names = text.replace(",", " ").split() if isinstance(text, str) else list(text)
    found: set[int] = set()
    for name in names or [""]:
        word = name.strip().lower()
        if word in GROUPS:
            found |= GROUPS[word]
            continue
        day = next((n for n, full in enumerate(DAYS) if len(word) >= 3 and full.startswith(word)), None)
        if day is None:
            raise ValueError(f"{name!r} is no day; write weekdays, weekends, daily or names such as mon, thu")
        found.add(day)
    return frozenset(found)


def seconds_in(text: str) -> float:
    """``10 min``, ``90 s`` or ``1 h 30 min`` in seconds.

    Raises:
        ValueError: it is no length of time.
    """
    amounts = list(AMOUNT.finditer(text.strip().lower()))
    if not amounts or AMOUNT.sub("", text.strip().lower()).strip():
        raise ValueError(f"{text!r} is no length of time; write for example 90 s, 10 min or 1 h 30 min")
    return sum(float(amount[1]) * UNIT_SECONDS[amount[2][0]] for amount in amounts)
