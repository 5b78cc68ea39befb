"""Moments in words: what "two minutes ago" means, and when something in a clip was, as people say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from assistant.errors import VisionError
from assistant.wallclock import WallClock

NUMBERS = dict(
    zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        range(1, 13),
        strict=True,
    )
) | {"a": 1, "an": 1, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
UNITS = {"second": 1.0, "sec": 1.0, "minute": 60.0, "min": 60.0, "hour": 3600.0, "day": 86_400.0}
AGO = re.compile(r"(?:about |around )?(half an?|\w+|\d+(?:\.\d+)?) (second|sec|minute|min|hour|day)s? ago")
CLOCK = re.compile(
    r"(?:(today|yesterday)(?: at)? )?(?:at )?(\d{1,2})(?:[:.](\d{2}))?(?:[:.](\d{2}))? ?([ap])?\.?(?:m\.?)?"
)
PAST = re.compile(r"\b(half|quarter) (past|to) (\d{1,2})\b")
DIGITS = re.compile(r"\b(\d{1,2}) (\d{2})\b(?! ?(?:sec|min))")
BETWEEN = re.compile(r"(?:between|from) (.+?) (?:and|to|until|till) (.+)")
BEFORE, AFTER, ABOUT = "before ", "after ", ("at ", "around ", "about ")
HALF = re.compile(r" ?(am|pm)$")
HALF_DAY, NEAR = 43_200.0, 1800.0
"""Seconds; so far from the hour that is named may be what is asked about."""
YESTERDAY = {"morning": (5, 12), "afternoon": (12, 18), "evening": (18, 24)}
OCLOCK = re.compile(r" o'?clock\b")
HALVES = re.compile(r" (?:in the|this) (morning|afternoon|evening)$")
DAY_PARTS = {
    "midnight": time(0),
    "this morning": time(6),
    "noon": time(12),
    "midday": time(12),
    "this afternoon": time(12),
    "this evening": time(18),
    "tonight": time(18),
    "today": time(0),
}
NOW = frozenset({"", "now", "right now", "just now", "at the moment", "live", "currently", "recently"})
COMING = re.compile(r"((?:the )?day after )?tomorrow\b.*|(?:next|in) .+|later\b.*|soon")
TO_COME = "That is still to come: I tell only what has been."
NEXT = re.compile(r"(?:in |for )?(?:the )?(?:next|coming)(?: few)?(?: seconds| moments?)?")
MOMENT = re.compile(r"\[?\b(\d{1,2}):([0-5]\d)(?::([0-5]\d))?(?:\.\d+)?\b\]?")
SPAN = re.compile(
    rf"(?:from |between )?({MOMENT.pattern}) ?(?:to|and|until|-|–) ?({MOMENT.pattern})", re.IGNORECASE
)


@dataclass(frozen=True)
class Span:
    """Seconds since 1970. ``now`` means that it ends with what is seen at this moment."""

    begin: float
    end: float
    now: bool = False


def span(when: str, seconds: float, clock: WallClock) -> Span:
    """The span of a clip: ``now`` ends it now, a moment of the past is its middle, ``next`` begins it now.

    Raises:
        VisionError: it is no moment.
    """
    text, now = " ".join(when.casefold().split()).strip(" .?"), clock.read()
    if text in NOW:
        return Span(now - seconds, now, now=True)
    if NEXT.fullmatch(text):
        return Span(now, now + seconds)
    at = moment(text, clock)
    if now - at <= seconds:
        return Span(min(at - seconds / 2, now - seconds), now, now=True)
    return Span(at - seconds / 2, at + seconds / 2)


def moment(text: str, clock: WallClock) -> float:
    """A moment of the past in seconds since 1970: "two minutes ago", "18:30", "yesterday at 6 pm", "noon", or
    ISO 8601.

    Raises:
        VisionError: it is none, or still to come.
    """
    text = OCLOCK.sub("", " ".join(text.casefold().split()).strip(" .?"))
    text = HALVES.sub(lambda found: " am" if found[1] == "morning" else " pm", text)
    vague = ":" not in text and "." not in text
    text = _in_digits(text)
    if ago := AGO.fullmatch(text):
        return clock.read() - _amount(ago[1], text) * UNITS[ago[2]]
    if text in DAY_PARTS:
        return _latest(DAY_PARTS[text], clock, 0)
    if text == "last night":
        return _latest(time(20), clock, 1)
    if text == "yesterday":
        return _latest(time(0), clock, 1)
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        pass
    else:
        if len(text) > 8:
            return _gone(clock.instant(parsed) if parsed.tzinfo is None else parsed.timestamp(), clock)
    if COMING.fullmatch(text):
        raise VisionError(TO_COME)
    if found := CLOCK.fullmatch(text):
        return _of_clock(found, text, clock, vague=vague)
    raise VisionError(f"I don't know when {text[:40]!r} is; say for example 18:30, or two minutes ago.")


def _gone(at: float, clock: WallClock) -> float:
    if at > clock.read():
        raise VisionError(TO_COME)
    return at


def _amount(word: str, text: str) -> float:
    if word.startswith("half"):
        return 0.5
    if word.replace(".", "", 1).isdigit():
        return float(word)
    if word in NUMBERS:
        return float(NUMBERS[word])
    raise VisionError(f"I don't know when {text[:40]!r} is; say for example 18:30, or two minutes ago.")


def period(text: str, clock: WallClock) -> tuple[float, float]:
    """From when to when, in seconds since 1970: "between two and three", "after noon", "at half past two",
    "yesterday morning"; any other moment begins what goes on until now (infinite).

    Raises:
        VisionError: it is no time.
    """
    text = " ".join(text.casefold().split()).strip(" .?")
    if found := BETWEEN.fullmatch(text):
        return _between(found[1], found[2], clock)
    day, _, part = text.partition(" ")
    if day == "yesterday" and part in YESTERDAY:
        midnight = datetime.combine(clock.now().date() - timedelta(days=1), time(0))
        begin, end = (clock.instant(midnight + timedelta(hours=hour)) for hour in YESTERDAY[part])
        return begin, end
    if text.startswith(BEFORE):
        end = moment(text.removeprefix(BEFORE), clock)
        return clock.instant(datetime.combine(clock.at(end).date(), time(0))), end
    if text.startswith(ABOUT) and not AGO.fullmatch(text):
        at = moment(text.partition(" ")[2], clock)
        return at - NEAR, at + NEAR
    return moment(text.removeprefix(AFTER), clock), float("inf")


def _between(first: str, last: str, clock: WallClock) -> tuple[float, float]:
    """The half of the day that is told of the last is that of the first, too."""
    last = HALVES.sub(lambda told: " am" if told[1] == "morning" else " pm", last)
    yesterday = last.endswith(" yesterday")
    last = last.removesuffix(" yesterday")
    half = HALF.search(last)
    if half and not HALF.search(first):
        first = f"{first} {half[1]}"
    begin = moment(f"yesterday at {first}" if yesterday else first, clock)
    end, step = moment(last, clock), HALF_DAY if not half else 2 * HALF_DAY
    return begin, end + step * -((end - begin - 1) // step)


def _in_digits(text: str) -> str:
    """Numbers in words as digits: "half past two" is 2:30."""
    text = " ".join(str(NUMBERS[word]) if NUMBERS.get(word, 1) > 1 else word for word in text.split())
    text = DIGITS.sub(r"\1:\2", re.sub(r"\bone\b", "1", text))

    def past(found: re.Match[str]) -> str:
        minutes = 30 if found[1] == "half" else 15
        all_of_them = (int(found[3]) * 60 + (minutes if found[2] == "past" else -minutes)) % 720
        return f"{all_of_them // 60 or 12}:{all_of_them % 60:02}"

    return PAST.sub(past, text)


def _of_clock(found: re.Match[str], text: str, clock: WallClock, *, vague: bool) -> float:
    """The last time that it was so late; a ``vague`` two is that of the afternoon, too."""
    hour, minute, second = int(found[2]), int(found[3] or 0), int(found[4] or 0)
    half = found[5]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise VisionError(f"{text[:40]!r} is no time of day.")
    hours = {hour, (hour + 12) % 24} if vague and not half and 1 <= hour <= 12 else {hour}
    days = 1 if found[1] == "yesterday" else 0
    return max(_latest(time(hour, minute, second), clock, days) for hour in hours)


def _latest(wanted: time, clock: WallClock, days_ago: int) -> float:
    """When it was that time: today, or yesterday when it is still to come; of two in a night the last."""
    today = clock.now().date() - timedelta(days=days_ago)
    for day in (today, today - timedelta(days=1)):
        local = datetime.combine(day, wanted)
        first, again = clock.instant(local), local.replace(tzinfo=clock.zone, fold=1).timestamp()
        gone = [at for at in (first, max(first, again)) if at <= clock.read()]
        if gone:
            return gone[-1]
    return first


def ago(seconds: float) -> str:
    """``about two minutes ago``."""
    if seconds < 5:
        return "just now"
    if seconds < 90:
        return f"about {max(5, round(seconds / 5) * 5)} seconds ago"
    minutes = round(seconds / 60)
    words = {number: word for word, number in NUMBERS.items() if number > 1}
    if minutes < 60:
        return f"about {words.get(minutes, str(minutes))} minutes ago"
    hours = round(seconds / 3600)
    return f"about {words.get(hours, str(hours))} hour{'s' if hours > 1 else ''} ago"


def said(at: float, clock: WallClock) -> str:
    """A moment as it is spoken: how long ago, or from an hour on at what time."""
    now, then = clock.now(), clock.at(at)
    past = clock.read() - at
    if past < 3600:
        return ago(past)
    days = (now.date() - then.date()).days
    day = {0: "", 1: " yesterday"}.get(days, f" on {then:%A}" if days < 7 else f" on {then:%d %B}")
    return f"at {then:%H:%M}{day}"


def later(text: str, begins: float, seconds: float) -> str:
    """What was told of a piece of a film, with its places (``[00:05]``) as they are in the whole of it.

    The piece ``begins`` there and lasts so many ``seconds``; what cannot be a place in it stays.
    """

    def moved(match: re.Match[str]) -> str:
        at = _place(match, 1)
        if at > seconds + 1:
            return match[0]
        minutes, rest = divmod(round(at + begins), 60)
        place = (
            f"{minutes:02d}:{rest:02d}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
        )
        return f"{'[' * match[0].startswith('[')}{place}{']' * match[0].endswith(']')}"

    return MOMENT.sub(moved, text)


def _place(match: re.Match[str], first: int) -> int:
    """Seconds of a place whose digits begin with that group."""
    a, b, c = match[first], match[first + 1], match[first + 2]
    return int(a) * 60 + int(b) if c is None else int(a) * 3600 + int(b) * 60 + int(c)


def by_the_clock(text: str, begin: float, seconds: float, clock: WallClock, *, kept: bool = False) -> str:
    """A model's answer with its places in the clip (``[00:05]``) turned into times as people say them.

    ``begin`` is when the clip begins; what cannot be a place in it stays. What is ``kept`` is read later,
    when no "ago" is true any more.
    """

    def place(match: re.Match[str], first: int) -> float | None:
        at = _place(match, first)
        return at if at <= seconds + 1 else None

    def spanned(match: re.Match[str]) -> str:
        first, last = place(match, 2), place(match, 6)
        if first is None or last is None:
            return match[0]
        return f"from {clock.at(begin + first):%H:%M:%S} to {clock.at(begin + last):%H:%M:%S}"

    def single(match: re.Match[str]) -> str:
        at = place(match, 2)
        if at is not None and kept:
            return f"at {clock.at(begin + at):%H:%M:%S}"
        return match[0] if at is None else said(begin + at, clock)

    text = SPAN.sub(spanned, text)
    single_place = re.compile(rf"(?:\b(?:at|around|about|by) )?({MOMENT.pattern})(?!:)", re.IGNORECASE)
    return single_place.sub(single, text)
