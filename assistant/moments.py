"""Times to come as tools are told them: "20:00", "tomorrow 07:30", "weekdays 06:30", "in 20 min"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from assistant.wallclock import DAYS, EVERY_DAY, GROUPS, WallClock, clock_time, seconds_in, weekdays

ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ]+(\d{1,2}:\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?", re.I
)
TIME_AT_END = re.compile(r"(.*?)\b(\d{1,2}:\d{2})(?::\d{2})?\s*([ap]\.?m\.?)?", re.I)
FARTHEST = timedelta(days=400)
GROUP_OF = {"weekday": "weekdays", "weekend": "weekends", "workdays": "weekdays"}
ADVICE = "say it for example as 20:00, tomorrow 7:30, weekdays 6:30 or in 20 min"


@dataclass(frozen=True)
class Planned:
    """An instant (seconds since 1970); with ``days`` it comes again on each of them (0 is Monday)."""

    instant: float
    time: time
    days: frozenset[int] = frozenset()


def moment(text: str, clock: WallClock) -> Planned:
    """Read a time to come.

    Raises:
        ValueError: it is none, or has passed; the text may be spoken.
    """
    words = " ".join(text.replace(",", ", ").lower().split())
    if words.startswith(("in ", "+")):
        return _from_now(words.removeprefix("in ").removeprefix("+"), clock)
    if found := ISO.fullmatch(words):
        return _dated(found[1], found[2] or "09:00", clock)
    found = TIME_AT_END.fullmatch(words)
    if found is None:
        raise ValueError(f"I don't know when {text[:60]!r} is; {ADVICE}")
    wanted = _clock(found[2], found[3] or "")
    return _on(found[1].replace(" at ", " ").strip().removesuffix(" at"), wanted, clock)


def _from_now(amount: str, clock: WallClock) -> Planned:
    seconds = seconds_in(amount)
    if not 0 < seconds <= FARTHEST.total_seconds():
        raise ValueError(f"I can't look that far ahead; {ADVICE}")
    instant = clock.read() + seconds
    return Planned(instant, clock.at(instant).time())


def _clock(text: str, half: str) -> time:
    wanted = clock_time(text)
    if not half or not 1 <= wanted.hour <= 12:
        return wanted
    return wanted.replace(hour=wanted.hour % 12 + (12 if half.startswith("p") else 0))


def _dated(day: str, at: str, clock: WallClock) -> Planned:
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise ValueError(f"There is no day {day}; {ADVICE}") from None
    wanted = clock_time(at)
    instant = clock.instant(datetime.combine(on, wanted))
    if instant <= clock.read():
        raise ValueError("That has passed already.")
    if on - clock.now().date() > FARTHEST:
        raise ValueError(f"I can't look that far ahead; {ADVICE}")
    return Planned(instant, wanted)


def _on(day: str, wanted: time, clock: WallClock) -> Planned:
    """One day, or days that come again: those with "every", in the plural, or several."""
    if day in ("", "at", "today"):
        return Planned(clock.next(wanted, after=clock.read()), wanted)
    if day == "tomorrow":
        next_day = clock.now().date() + timedelta(days=1)
        return Planned(clock.instant(datetime.combine(next_day, wanted)), wanted)
    if found := ISO.fullmatch(day):
        return _dated(found[1], f"{wanted:%H:%M}", clock)
    names = re.split(r"[,\s]+(?:and\s+)?", day.removeprefix("on ").removeprefix("next "))
    every = names[0] in ("every", "each")
    names = names[1:] if every else names
    if names in (["day"], ["days"], ["everyday"]):
        names = ["daily"]
    try:
        days = weekdays(
            [name if name in GROUPS else GROUP_OF.get(name, name.removesuffix("s")) for name in names]
        )
    except ValueError:
        raise ValueError(f"I don't know the day {day[:40]!r}; {ADVICE}") from None
    again = every or len(days) > 1 or names[0].endswith("days")
    return Planned(clock.next(wanted, days, after=clock.read()), wanted, days if again else frozenset())


def spoken(instant: float, clock: WallClock) -> str:
    """An instant as people say it: "at 20:00", "tomorrow at 07:30", "on Friday at 9:00"."""
    then, today = clock.at(instant), clock.now().date()
    ahead = (then.date() - today).days
    at = f"at {then.hour}:{then:%M}"
    if ahead == 0:
        return at
    if ahead == 1:
        return f"tomorrow {at}"
    if 1 < ahead < 7:
        return f"on {then:%A} {at}"
    return f"on {then.day} {then:%B} {at}"


def spoken_days(days: frozenset[int]) -> str:
    """Days of the week as people say them: "on weekdays", "every day", "on Monday and Thursday"."""
    named = {EVERY_DAY: "every day", GROUPS["weekdays"]: "on weekdays", GROUPS["weekends"]: "on weekends"}
    if days in named:
        return named[days]
    names = [DAYS[day].title() for day in sorted(days)]
    return f"every {' and '.join([', '.join(names[:-1]), names[-1]] if names[:-1] else names)}"


def spoken_length(seconds: float) -> str:
    """A length of time as people say it: "1 hour and 20 minutes", "90 seconds"."""
    whole = max(0, round(seconds))
    if whole == 90:
        return "90 seconds"
    parts = []
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count} {name}{'s' if count != 1 else ''}")
    return " and ".join(parts[:2]) or "0 seconds"
