"""Spoken lengths of time, and times to come: "an hour and a half", "half past seven tomorrow morning".

Words come lower-case, their numbers as digits, the little words "a" and "the" left out or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from assistant.brain.understanding.tables import bag, spread

Words = Sequence[str]

UNITS = spread(
    """
    1: second, seconds, sec, secs, s
    60: minute, minutes, min, mins, m
    3600: hour, hours, h, hr, hrs
    86400: day, days
    604800: week, weeks
    """
)
LITTLE = bag("a an the my of")
LONGEST_SECONDS = 400 * 86400
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PARTS = {"morning": 9, "noon": 12, "midday": 12, "lunchtime": 12, "afternoon": 15, "evening": 19, "night": 20}
"""Parts of a day, and the hour that is meant by them alone."""
REPEATS = {
    ("every", "day"): "daily", ("daily",): "daily", ("each", "day"): "daily",
    ("weekdays",): "weekdays", ("every", "weekday"): "weekdays", ("weekday",): "weekdays",
    ("working", "days"): "weekdays", ("during", "week"): "weekdays",
    ("weekends",): "weekends", ("every", "weekend"): "weekends", ("weekend",): "weekends",
}  # fmt: skip


def seconds_of(said: Words) -> int | None:
    """A length of time in seconds: "90 seconds", "hour and a half", "half an hour", "2 minutes 30"."""
    words = [word for word in said if word not in LITTLE and word not in (",", "and", "about")]
    total, unit, at = 0.0, 0.0, 0
    while at < len(words):
        found = _amount(words, at)
        if found is None:
            if words[at] != "half" or not unit:  # "two hours and a half"
                return _minutes_after(words, at, total, unit)
            total, at = total + unit / 2, at + 1
            continue
        count, unit, at = found
        total += count * unit
    return round(total) if unit and 0 < total <= LONGEST_SECONDS else None


def length_of(said: Words) -> int | None:
    """A length as tools take it: as `seconds_of`, and "0 minutes" is none at all, "minus 5 minutes" less."""
    if said[:1] in (("minus",), ("negative",)):
        seconds = seconds_of(said[1:])
        return -seconds if seconds else None
    return 0 if len(said) == 2 and said[0] == "0" and said[1] in UNITS else seconds_of(said)


def _amount(words: Words, at: int) -> tuple[float, float, int] | None:
    """How many of which unit, and where it ends: "10 minutes", "hour", "half hour", "3 quarters hour"."""
    rest = [*words[at : at + 3], "", "", ""]
    if rest[0] in UNITS and rest[0].endswith("s"):  # "minutes" alone are none
        return None
    for size, count in ((2, 0.75 if rest[:2] == ["3", "quarters"] else None), (1, _count(rest[0])), (0, 1.0)):
        if count is not None and rest[size] in UNITS:
            return count, float(UNITS[rest[size]]), at + size + 1
    return None


def _count(word: str) -> float | None:
    if word.replace(".", "", 1).isdigit():
        return float(word)
    return {"half": 0.5, "quarter": 0.25, "couple": 2.0, "one": 1.0}.get(word)


def _minutes_after(words: Words, at: int, total: float, unit: float) -> int | None:
    """ "An hour 20": a bare number at the end counts in the next smaller unit."""
    if at == len(words) - 1 and unit in (60, 3600) and words[at].isdigit() and int(words[at]) < 60:
        return round(total + int(words[at]) * unit / 60)
    return None


def moment_of(said: Words, now: datetime, *, morning: bool = False) -> str | None:
    """A time to come, as tools take it: "20:00", "tomorrow 09:00", "weekdays 06:30", "in 1200 s".

    An hour that may be of the morning or of the evening is the next to come, or in the ``morning``.
    """
    words = [word for word in said if word not in LITTLE and word not in (",", "please")]
    if words[:1] in (["in"], ["after"]) and (seconds := seconds_of(words[1:])):
        return f"in {seconds} s"
    if words[-2:] == ["from", "now"] and (seconds := seconds_of(words[:-2])):
        return f"in {seconds} s"
    reading = _Reading(words)
    if not reading.whole or not (reading.time or reading.part or reading.day):
        return None
    return reading.told(now, morning=morning)


class _Reading:
    """Takes a time, a day and a part of the day out of words in any order; ``whole`` when all was used."""

    def __init__(self, words: Words) -> None:
        self.time: tuple[int, int] | None = None
        self.clear = False
        """Morning or evening was said, or need not be."""
        self.part = self.day = ""
        self.whole = True
        at = 0
        while at < len(words) and self.whole:
            at += (
                self._day(words, at)
                or self._part(words, at)
                or self._time(words, at)
                or self._link(words, at)
            )
        self._adjust()

    def _link(self, words: Words, at: int) -> int:
        self.whole = words[at] in (
            "at",
            "on",
            "by",
            "for",
            "in",
            "this",
            "and",
            "next",
            "around",
            "to",
        ) and at + 1 < len(words)
        return 1

    def _day(self, words: Words, at: int) -> int:
        if self.day:
            return self._another_day(words, at)
        for size in (2, 1):
            if found := REPEATS.get(tuple(words[at : at + size])):
                self.day = found
                return size
        word = words[at]
        if word in ("today", "tomorrow"):
            self.day = word
            return 1
        if word == "tonight":
            self.day, self.part = "today", "night"
            return 1
        if tuple(words[at : at + 3]) == ("day", "after", "tomorrow"):
            self.day = "overmorrow"
            return 3
        if word.removesuffix("s") in DAYS:
            self.day = f"every {word[:-1]}" if word.endswith("s") else word
            return 1
        if word in ("every", "each") and at + 1 < len(words) and words[at + 1] in PARTS:
            self.day = "daily"
            return 1
        if word == "every" and at + 1 < len(words) and words[at + 1].removesuffix("s") in DAYS:
            self.day = f"every {words[at + 1].removesuffix('s')}"
            return 2
        return 0

    def _another_day(self, words: Words, at: int) -> int:
        """ "Mondays and thursdays"."""
        word = words[at].removesuffix("s")
        if word in DAYS and self.day.startswith("every "):
            self.day += f",{word}"
            return 1
        return 0

    def _part(self, words: Words, at: int) -> int:
        word = words[at]
        if word not in PARTS or self.part:
            return 0
        if word in ("noon", "midday") and self.time is None:
            self.time, self.clear = (12, 0), True
        else:
            self.part = word
        return 1

    def _time(self, words: Words, at: int) -> int:
        if self.time is not None:
            return 0
        if words[at] == "midnight":
            self.time, self.clear = (0, 0), True
            return 1
        found = _relative(words, at) or _plain(words, at)
        if found is None:
            return 0
        hour, minute, size = found
        half = words[at + size] if at + size < len(words) else ""
        if half in ("am", "pm") and 1 <= hour <= 12:
            self.time, self.clear = (hour % 12 + (12 if half == "pm" else 0), minute), True
            return size + 1
        self.time, self.clear = (hour, minute), hour == 0 or hour > 12
        return size

    def _adjust(self) -> None:
        """ "8 in the evening" is 20:00."""
        if self.time is None or self.clear or not self.part:
            return
        hour, minute = self.time
        late = self.part in ("afternoon", "evening", "night", "noon", "midday", "lunchtime")
        early_night = self.part == "night" and (hour == 12 or hour < 5)
        self.time, self.clear = ((hour % 12) + (12 if late and not early_night else 0), minute), True

    def told(self, now: datetime, *, morning: bool) -> str:
        """As tools take it."""
        hour, minute = self.time or (PARTS.get(self.part, 9), 0)
        if self.time is not None and not self.clear:
            hour = self._half_of_day(hour, minute, now, morning=morning)
        day = self.day
        if day == "overmorrow":
            day = f"{now.date() + timedelta(days=2):%Y-%m-%d}"
        return f"{day} {hour:02}:{minute:02}".strip()

    def _half_of_day(self, hour: int, minute: int, now: datetime, *, morning: bool) -> int:
        """Morning or evening: noon rather than midnight, and the next to come when the day is today."""
        if hour == 12:
            return 12
        if morning or self.day not in ("", "today"):
            return hour if morning or hour >= 7 else hour + 12
        passed = (now.hour, now.minute) >= (hour, minute)
        return hour + 12 if passed and (now.hour, now.minute) < (hour + 12, minute) else hour


def _relative(words: Words, at: int) -> tuple[int, int, int] | None:
    """ "Half past 7", "quarter to 9", "10 minutes to 8", "half 7": hour, minute and words used."""
    if words[at] == "half" and at + 1 < len(words) and words[at + 1].isdigit() and _hour(words[at + 1]):
        return int(words[at + 1]), 30, 2
    amount = {"half": 30, "quarter": 15}.get(words[at]) or (int(words[at]) if words[at].isdigit() else 0)
    size = 2 if list(words[at + 1 : at + 2]) in (["minutes"], ["minute"]) else 1
    rest = list(words[at + size : at + size + 2])
    if not 0 < amount < 60 or len(rest) < 2 or rest[0] not in ("past", "after", "to", "before"):
        return None
    if rest[1] in ("midnight", "noon", "midday"):
        hour = 0 if rest[1] == "midnight" else 12
    elif _hour(rest[1]):
        hour = int(rest[1])
    else:
        return None
    if rest[0] in ("past", "after"):
        return hour, amount, size + 2
    return (hour - 1 if hour > 1 else hour + 11 if hour else 23), 60 - amount, size + 2


def _plain(words: Words, at: int) -> tuple[int, int, int] | None:
    """ "7", "7 30", "7.30", "7 oh 5", "7 oclock", "19 00": hour, minute and words used."""
    whole, point, part = words[at].partition(".")
    if not whole.isdigit() or not (_hour(whole) or int(whole) == 0):
        return None
    hour = int(whole)
    if point:
        return (hour, int(part), 1) if len(part) == 2 and int(part) < 60 else None
    rest = [*words[at + 1 : at + 3], "", ""]
    if rest[0] in ("oclock", "hundred"):
        return hour, 0, 2
    if rest[0] in ("oh", "o", "zero") and rest[1].isdigit() and int(rest[1]) < 10:
        return hour, int(rest[1]), 3
    if len(rest[0]) == 2 and rest[0].isdigit() and int(rest[0]) < 60:
        return hour, int(rest[0]), 2
    return (hour, 0, 1) if hour else None


def _hour(word: str) -> bool:
    return word.isdigit() and 1 <= int(word) <= 23
