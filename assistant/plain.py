"""Values from somebody else's code or device → values that JSON can carry."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from typing import Any

DEEPEST = 20
LONGEST = 1000
MOST = 10_000
"""Values inside one; a list that holds itself many times over must not fill the memory."""


def plain(value: Any) -> Any:
    """The value itself where JSON has it, else what it says of itself as text; never an exception."""
    try:
        return _plain(value, 0, itertools.count())
    except Exception:  # noqa: BLE001 - the author's own __str__ or items() may be wrong, too
        return _unreadable(value)


def text(value: str) -> str:
    """Text that UTF-8 can carry: JSON lets half of a surrogate pair through."""
    return value.encode(errors="replace").decode()


def _plain(value: Any, depth: int, counted: Iterator[int]) -> Any:
    if depth > DEEPEST or next(counted) > MOST:
        return "..."
    match value:
        case None | bool():
            return value
        case int():
            return int(value) if value.bit_length() < 1000 else _unreadable(value)
        case float():
            return float(value) if math.isfinite(value) else str(value)
        case str():
            return text(value)
        case Mapping():
            some = itertools.islice(value.items(), LONGEST)
            return {text(str(key)): _plain(item, depth + 1, counted) for key, item in some}
        case list() | tuple():
            return [_plain(item, depth + 1, counted) for item in value[:LONGEST]]
        case set() | frozenset():
            return sorted((_plain(item, depth + 1, counted) for item in list(value)[:LONGEST]), key=str)
        case _:
            return text(str(value))[:LONGEST]


def _unreadable(value: object) -> str:
    return f"({type(value).__name__})"


def one_line(text: str, longest: int) -> str:
    """Text from the network as it may stand in a line of the log: nothing in it ends the line."""
    return "".join(character if character.isprintable() else "?" for character in text[:longest])


JOINER = "\u200d"
"""It holds the parts of one emoji together."""


def words(text: str) -> str:
    """Somebody's text as one line of words: without what steers a terminal or turns the order of letters."""
    return " ".join("".join(c if c.isprintable() or c == JOINER else " " for c in text).split())


def on_a_terminal(text: str) -> str:
    """Lines as they may be shown: what would steer the terminal, or turn the order of letters, is a "?"."""
    return "".join(c if c.isprintable() or c in ("\n", JOINER) else "?" for c in text)


def is_plain(value: object, depth: int = 8) -> bool:
    """Whether a value is data alone, all the way down: numbers, words, times, and containers of them."""
    match value:
        case None | bool() | int() | float() | str() | bytes() | date() | time() | timedelta():
            return True
        case dict():
            return depth > 0 and all(is_plain(each, depth - 1) for pair in value.items() for each in pair)
        case list() | tuple() | set() | frozenset() | deque():
            return depth > 0 and all(is_plain(each, depth - 1) for each in value)
        case _:
            return False
