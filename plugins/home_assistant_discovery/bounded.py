"""What a template from the network may make and how much work it may cause: every value is weighed before it
is used (docs/decisions/0007-templates-from-the-network.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Any

from jinja2 import Undefined

MOST_WORK = 30_000
"""Units per rendering: one per value touched, and one more per 64 characters."""
MOST_VALUES = 10_000
MOST_TEXT = 64 * 1024
MOST_BITS = 256
STEPS_PER_UNIT = 100
"""Of a regular expression: a step is a hundred times quicker than touching a value."""
MOST_PATTERN = 400

PLAIN = (float, date, time, timedelta, Undefined)
REPEATED = re.compile(r"[*+]|\{\d*,?\d*\}")


class Refused(ValueError):
    """A template wanted more than it may."""


class Budget:
    """The work that one rendering may still cause."""

    def __init__(self) -> None:
        self._left = MOST_WORK

    def renew(self) -> None:
        """A new rendering begins."""
        self._left = MOST_WORK

    def spend(self, work: int) -> None:
        """Raises: Refused: the budget is used up."""
        self._left -= work
        if self._left < 0:
            raise Refused("it takes too long")

    def weigh(self, *values: Any) -> None:
        """Charge for values by their size.

        Raises:
            Refused: one is too large or nothing that a template may handle.
        """
        for value in values:
            self.spend(weight(value))


def weight(value: Any) -> int:
    """How much a value is, everything in it counted as often as it can be reached."""
    total, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        total += 1
        if isinstance(one, str):
            total += len(one) >> 6
        elif isinstance(one, int):
            if one.bit_length() > MOST_BITS:
                raise Refused("a number is too large")
        elif isinstance(one, list | tuple):
            waiting.extend(one)
        elif isinstance(one, Mapping):
            waiting.extend(one.keys())
            waiting.extend(one.values())
        elif one is not None and not isinstance(one, PLAIN):
            raise Refused(f"it handles a {type(one).__name__}")
        if total + len(waiting) > MOST_VALUES:
            raise Refused("a value is too large")
    return total


def fitting(length: int) -> None:
    """Raises: Refused: a text or list of this length is too long."""
    if length > MOST_TEXT:
        raise Refused("a text is too long")


def narrow(format_text: str) -> str:
    """A format text that pads by fewer than a hundred characters.

    Raises:
        Refused: it wants more, or takes its width from a value.
    """
    wide = r"%[^a-zA-Z%]*\d{3}|\{[^}]*\d{3}"  # digits beside a format are digits: '%02x0000'
    if re.search(wide + r"|%[^a-zA-Z%]*\*|\{[^}:]*[.\[]|\{[^}]*\{", format_text):
        raise Refused("a format is too wide")
    return format_text


@lru_cache(maxsize=128)
def pattern(text: str, ignore_case: bool = False) -> re.Pattern[str]:
    """A compiled regular expression without repetitions inside repetitions.

    Raises:
        Refused: it is too long, wrong, or may take exponential time.
    """
    if len(text) > MOST_PATTERN or _nested(text):
        raise Refused("a regular expression is too complicated")
    try:
        return re.compile(text, re.IGNORECASE if ignore_case else 0)
    except (re.error, OverflowError, RecursionError) as error:
        raise Refused(f"a regular expression is wrong: {error}") from error


def matching(find: str, subject: str) -> int:
    """The work of matching in the worst case: each repetition multiplies the ways to match."""
    bare = _without_classes(find)
    branches = bare.count("?") - bare.count("(?") + bare.count("|")
    ways = (len(subject) + 1) ** (1 + len(REPEATED.findall(bare)))
    return int(ways * 2 ** min(max(branches, 0), 40) // STEPS_PER_UNIT)


def _nested(text: str) -> bool:
    """Whether a group that can match in more than one way is itself repeated."""
    bare = _without_classes(text)
    open_groups = [False]
    for at, char in enumerate(bare):
        if char == "(":
            open_groups.append(False)
        elif char == ")" and len(open_groups) > 1:
            varied = open_groups.pop()
            if varied and REPEATED.match(bare, at + 1):
                return True
            open_groups[-1] = open_groups[-1] or varied
        elif char == "|" or REPEATED.match(bare, at) or (char == "?" and bare[at - 1 : at] not in ("", "(")):
            open_groups[-1] = True
    return False


def _without_classes(text: str) -> str:
    """Every escaped character and character class as one letter."""
    return re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "c", re.sub(r"\\.", "e", text, flags=re.DOTALL))
