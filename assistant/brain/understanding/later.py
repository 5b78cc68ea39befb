""" "In ten minutes", "at six", "for an hour": when a wish is to come true, and for how long.

A sentence is taken apart into its times and the wish, which is then understood as if it were to be done now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from assistant.brain.understanding.lexicon import COLOURS
from assistant.brain.understanding.meaning import Call, Delay, Miss, Understanding
from assistant.brain.understanding.openings import opening, without_politeness
from assistant.brain.understanding.tables import bag
from assistant.brain.understanding.times import DAYS, PARTS, moment_of, seconds_of

Words = tuple[str, ...]
LONGEST_TIME = 12
SUN = bag("sunset sunrise dusk dawn sundown")
BEGINS = bag("in at after on tomorrow tonight today every each this daily weekdays weekends") | {
    *DAYS,
    *(f"{day}s" for day in DAYS),
}
"""Words that a time begins with."""
SWITCHING = bag("turn switch put")
JOINING = bag(", and then please")
SETTING = bag(
    """
    set dim brighten darken make put change adjust raise lower increase decrease up down
    brightness volume temperature thermostat position level
    """
)
"""Words of wishes that have a number: "set the light at 10" is no time."""


def postponed(
    delay: Delay, rest: tuple[str, ...], understood: Callable[[Words, Words], Understanding]
) -> Understanding | None:
    """What the rest of a sentence wishes; None when it is no wish about devices.

    Raises:
        Miss: of several things one could be meant; an answer to that is meant for then.
    """
    wish = without_politeness(rest)
    if opening(wish)[0] or wish[:1] == ("cancel",):  # "cancel the light at six" is about what is planned
        return None
    try:
        found = understood(rest, rest)
    except Miss as miss:
        if not miss.things:
            return None
        miss.delay = delay
        raise
    return None if any(not _is_deed(call) for call in found.calls) else found


def _is_deed(call: Call) -> bool:
    return "device" in call.args and call.name != "get_state"


def delayed(sentence: Sequence[str], now: datetime) -> tuple[Delay, tuple[str, ...]] | None:
    """The times of a sentence, and the rest of it; None when it has none."""
    when, rest = _when(tuple(sentence), now)
    seconds, rest = _length(rest)
    if seconds is not None and not when:  # "for an hour at six", the other way round
        when, rest = _when(rest, now)
    if not rest or (not when and seconds is None):
        return None
    return Delay(when, seconds), rest


def _when(sentence: tuple[str, ...], now: datetime) -> tuple[str, tuple[str, ...]]:
    """The longest time at the end, else at the beginning, and what is left."""
    size = len(sentence)
    tails = ((at, size) for at in range(max(1, size - LONGEST_TIME), size))
    heads = ((0, end) for end in range(min(LONGEST_TIME, size - 1), 0, -1))
    for start, end in (*tails, *heads):
        rest = _trimmed(sentence[:start] + sentence[end:])
        if when := _read(_trimmed(sentence[start:end]), rest, now):
            return when, rest
    return "", sentence


def _read(said: tuple[str, ...], rest: Sequence[str], now: datetime) -> str:
    """A time as tools take it; "" when these words are none."""
    if said[:1] in (("at",), ("after",), ("before",)) and len(said) == 2 and said[1] in SUN:
        return said[1]
    ahead = said[-2:] == ("from", "now")
    if not said or not (said[0] in BEGINS or ahead) or (said[0] == "on" and not _is_day(said[1:2], rest)):
        return ""
    found = moment_of(said, now) or ""
    if found.startswith("in ") or not found:
        return found
    if said[0] == "in" and not any(word in PARTS for word in said):  # "in 10" is no time
        return ""
    return "" if _is_value(said, rest) else found


def _is_day(word: Sequence[str], rest: Sequence[str]) -> bool:
    """Whether "on" belongs to a day: "turn the fan on on monday"; else it is what a switch should be."""
    switched = not SWITCHING.isdisjoint(rest) and "on" not in rest and "off" not in rest
    return not switched and bool(word) and word[0].removesuffix("s") in {*DAYS, "weekday", "weekend"}


def _is_value(said: Sequence[str], rest: Sequence[str]) -> bool:
    """Whether "at 40" may as well be how bright, or how warm."""
    if said[0] != "at" or len(said) != 2 or not said[1].isdigit():
        return False
    settable = any(word in SETTING for word in rest) and not any(word in COLOURS for word in rest)
    return int(said[1]) > 12 or (settable and not any(word.isdigit() for word in rest))


def _length(sentence: tuple[str, ...]) -> tuple[int | None, tuple[str, ...]]:
    """ "For ten minutes" at the end or the beginning, and what is left."""
    size = len(sentence)
    tails = ((at, size) for at in range(max(1, size - LONGEST_TIME), size - 1))
    heads = ((0, end) for end in range(min(LONGEST_TIME, size - 1), 1, -1))
    for start, end in (*tails, *heads):
        said = _trimmed(sentence[start:end])
        if said[:1] == ("for",) and (seconds := seconds_of(said[1:])):
            return seconds, _trimmed(sentence[:start] + sentence[end:])
    return None, sentence


def _trimmed(words: tuple[str, ...]) -> tuple[str, ...]:
    start, end = 0, len(words)
    while start < end and words[start] in JOINING:
        start += 1
    while end > start and words[end - 1] in JOINING:
        end -= 1
    return words[start:end]
