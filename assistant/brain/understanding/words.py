"""Text to plain lower-case words: one spelling, contractions opened, numbers as digits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple, Self

from assistant.brain.understanding.lexicon import SPELLINGS
from assistant.brain.understanding.tables import table

LONGEST_TEXT = 600
WORD = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*|,")
SIGNS = (
    ("’", "'"),
    ("a.m.", "am"),
    ("p.m.", "pm"),
    ("‘", "'"),
    ("%", " percent "),
    ("°c", " degrees "),
    ("°", " degrees "),
    ("&", " and "),
    ("to-do", "todo"),
    ("to do list", "todo list"),
)
CONTRACTIONS = table(
    """
    don't=do not | doesn't=does not | didn't=did not | isn't=is not | aren't=are not | won't=will not
    can't=can not | cannot=can not | couldn't=could not | wouldn't=would not | shouldn't=should not
    wasn't=was not | haven't=have not | hasn't=has not | i'm=i am | i'd=i would | i've=i have | i'll=i will
    it's=it is | what's=what is | where's=where is | who's=who is | how's=how is | that's=that is
    there's=there is | let's=let us | you're=you are | we're=we are | they're=they are | you'd=you would
    we'd=we would | gonna=going to | wanna=want to | gimme=give me | lemme=let me
    """
)
SMALL = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen
"""
UNITS = {word: number for number, word in enumerate(SMALL.split())}
ROUND = "twenty thirty forty fifty sixty seventy eighty ninety"
TENS = {word: 10 * number for number, word in enumerate(ROUND.split(), 2)}


LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
TYPED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
"""How a keyboard without these letters spells them."""


def plain(text: str) -> str:
    """Without the marks on its letters: küche -> kuche, café -> cafe."""
    bare = (c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", "".join(bare)).translate(LETTERS)


def typed(text: str) -> str:
    """As it is typed where there are no umlauts: Küche -> kueche; and back: Kueche -> kuche."""
    text = unicodedata.normalize("NFC", text.lower())
    spelled = text.translate(TYPED)
    return spelled if spelled != text else re.sub(r"(?<![aeiouq])([aou])e(?![aeiou])", r"\1", text)


class Place(NamedTuple):
    """Where a word stands in what was written."""

    source: str
    begin: int
    end: int


class Written(str):
    """A word as everything compares it; ``raw`` is how it was written: "Graz" of "graz"."""

    raw: str
    place: Place | None

    def __new__(cls, word: str, raw: str, place: Place | None = None) -> Self:
        made = super().__new__(cls, word)
        made.raw, made.place = raw, place
        return made


def words(text: str) -> tuple[str, ...]:
    """Split a sentence (or a name) into the words that everything else compares."""
    text = unicodedata.normalize("NFKC", plain(text[:LONGEST_TEXT].lower())).lower()
    for sign, instead in SIGNS:
        text = text.replace(sign, instead)
    return tuple(_digits([part for word in WORD.findall(text) for part in _parts(word)]))


def written(text: str) -> tuple[str, ...]:
    """The same words with the marks and capitals of their letters, for what is passed on, not compared."""
    source = unicodedata.normalize("NFKC", text[:LONGEST_TEXT])
    opened, origin = _opened(source)
    found: list[str] = []
    for match in WORD.finditer(opened):
        raw = match[0]
        place = Place(source, origin[match.start()], origin[match.end() - 1] + 1)
        parts = _parts(raw.lower())
        bare = raw[:-2] if raw.lower().endswith("'s") else raw
        kept = len(parts) == 1 and parts[0] == bare.lower()
        found += [Written(parts[0], bare, place)] if kept else [Written(part, part, place) for part in parts]
    return tuple(_digits(found))


def _opened(text: str) -> tuple[str, list[int]]:
    """The text with its signs in words, and where each of its letters was."""
    pieces: list[str] = []
    origin: list[int] = []
    at = 0
    while at < len(text):
        sign, instead = next(
            (s for s in SIGNS if text[at : at + len(s[0])].lower() == s[0]), (text[at], text[at])
        )
        pieces.append(instead)
        origin += [at] * len(instead)
        at += len(sign)
    return "".join(pieces), origin


def verbatim(words: Sequence[str]) -> str:
    """What stands between the first and the last word, letter for letter; "" where that is not known.

    A full stop, a comma or a question mark at its end is not part of it.
    """
    first, last = (word.place if isinstance(word, Written) else None for word in (words[0], words[-1]))
    if first is None or last is None:
        return ""
    attached = re.match(r"\S*", first.source[last.end :])
    assert attached is not None
    return first.source[first.begin : last.end] + attached[0].rstrip(".,?")


def as_written(word: str) -> str:
    """A word with its capitals, as far as somebody has written them."""
    return word.raw if isinstance(word, Written) else word


def _parts(word: str) -> list[str]:
    """Its contractions opened, spelled as everything else is."""
    word = CONTRACTIONS.get(word, word.removesuffix("'s"))
    return [SPELLINGS.get(part, part) for part in word.replace("'", "").split()]


def _digits(found: Sequence[str]) -> list[str]:
    """Number words become digits: twenty one -> 21, a hundred -> 100, twenty point five -> 20.5."""
    out: list[str] = []
    at = 0
    while at < len(found):
        length, number = _number(found, at)
        raw = number
        if length and at + 1 == len(found) and found[at] == "one":
            raw = "one"  # "the second one" counts nothing
        out.append(Written(number, raw, _across(found[at : at + length])) if length else found[at])
        at += length or 1
    return out


def _across(found: Sequence[str]) -> Place | None:
    first, last = (word.place if isinstance(word, Written) else None for word in (found[0], found[-1]))
    return first and last and Place(first.source, first.begin, last.end)


def _number(found: Sequence[str], at: int) -> tuple[int, str]:
    rest = [*found[at : at + 6], "", "", ""]
    if rest[0] in ("a", "one") and rest[1] == "hundred":
        return 2, "100"
    if rest[0] == "hundred":
        return 1, "100"
    length, value = _below_hundred(rest)
    if not length:
        return 0, ""
    if rest[length] == "point" and rest[length + 1] in UNITS:
        return length + 2, f"{value}.{UNITS[rest[length + 1]]}"
    if rest[length : length + 3] == ["and", "a", "half"]:
        return length + 3, f"{value}.5"
    return length, str(value)


def _below_hundred(rest: Sequence[str]) -> tuple[int, int]:
    if rest[0] in TENS:
        unit = UNITS.get(rest[1], 0)
        return (2, TENS[rest[0]] + unit) if 0 < unit < 10 else (1, TENS[rest[0]])
    if rest[0] in UNITS:
        return 1, UNITS[rest[0]]
    if rest[0].isdigit() and rest[1] == "point" and rest[2] in UNITS:
        return 1, int(rest[0])
    return 0, 0
