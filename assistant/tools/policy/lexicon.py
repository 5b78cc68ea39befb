"""Words of people by what they mean, in fourteen languages; the table is `data/words.toml`."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "data" / "words.toml"
SHORTEST_STEM, SHORTEST_INSIDE = 4, 5
WORD = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+")
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
"""Scripts that write no spaces between words, or put endings on them."""


OWN_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
"""Letters that are not a letter with an accent."""


def folded(text: str) -> str:
    """For comparing: no case, no accents, no apostrophes."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(OWN_LETTERS))
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’`")
    return unicodedata.normalize("NFC", plain)


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text, folded."""
    return tuple(WORD.findall(folded(text)))


@dataclass(frozen=True)
class Passage:
    """Some words that were said together."""

    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """With a space around each, so that whole words can be found in it."""
        return f" {' '.join(self.words)} "


@dataclass(frozen=True)
class Family:
    """Words that mean the same."""

    exact: frozenset[str]
    stems: tuple[str, ...]
    spoken_apart: tuple[str, ...]
    signs: tuple[str, ...]

    @classmethod
    def read(cls, told: str) -> Family:
        """From a line of the table."""
        exact, stems, apart, signs = set(), [], [], []
        for word in told.split():
            bare = folded(word.strip("_").replace("_", " "))
            if " " in bare:
                apart.append(bare if UNSPACED.search(bare) else f" {bare}")
            elif UNSPACED.search(bare) and not word.endswith("_"):
                signs.append(bare)
            elif word.endswith("_") or len(bare) < SHORTEST_STEM:
                exact.add(bare)
            else:
                stems.append(bare)
        return cls(frozenset(exact), tuple(stems), tuple(apart), tuple(signs))

    def means(self, word: str) -> bool:
        """Whether one word is of this family."""
        return (
            word in self.exact
            or word.startswith(self.stems)
            or any(len(stem) >= SHORTEST_INSIDE and stem in word for stem in self.stems)
            or any(sign in word for sign in self.signs)
        )

    def stands_in(self, passage: Passage) -> bool:
        """Whether one of its words was said."""
        return any(map(self.means, passage.words)) or any(one in passage.text for one in self.spoken_apart)


@dataclass(frozen=True)
class Lexicon:
    """The whole table."""

    verbs: Mapping[str, Family]
    kinds: Mapping[str, Family]
    areas: Mapping[str, Family]
    others: Mapping[str, Family]
    numbers: Mapping[str, float]
    tools: Mapping[str, list[str]]
    with_value: Mapping[str, list[str]]
    loose: frozenset[str]
    joining: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    not_before: frozenset[str]
    """Soon before the verb these forbid what it says; ``not_after`` wherever they stand."""
    not_after: Family
    not_prefixes: tuple[str, ...]
    """Before a verb's own letters, as in French (n'allume) and Czech."""
    ended: tuple[str, ...]
    """Verbs that are forbidden by their endings, as in Turkish, and those endings."""
    not_endings: tuple[str, ...]
    forget: Family

    def family(self, name: str) -> Family:
        """The family of this name, or the word itself."""
        for known in (self.verbs, self.others, self.kinds, self.areas):
            if name in known:
                return known[name]
        return Family.read(name)

    def acts(self, word: str) -> bool:
        """Whether a word says what is to be done to something."""
        return any(family.means(word) for family in self.verbs.values())

    def refuses(self, word: str) -> bool:
        """Whether a word is a verb with its negation."""
        roots = [word.removeprefix(each) for each in self.not_prefixes if word.startswith(each)]
        if any(len(root) >= SHORTEST_STEM and self.acts(root) for root in roots):
            return True
        return word.endswith(self.not_endings) and word.startswith(self.ended)

    def families(self, word: str) -> list[Family]:
        """All those that one word is of."""
        everything = (self.verbs, self.kinds, self.areas, self.others)
        return [family for group in everything for family in group.values() if family.means(word)]


@cache
def lexicon() -> Lexicon:
    """The table, read once."""
    told = tomllib.loads(TABLE.read_text(encoding="utf-8"))

    def group(name: str) -> dict[str, Family]:
        return {key: Family.read(words) for key, words in told[name].items()}

    def small(name: str) -> frozenset[str]:
        return frozenset(folded(word.replace("_", " ")) for word in told["small"][name].split())

    return Lexicon(
        verbs=group("verbs"),
        kinds=group("kinds"),
        areas=group("areas"),
        others={**group("things"), **group("colours")},
        numbers={folded(w): float(n) for n, words in told["numbers"].items() for w in words.split()},
        tools=told["tools"],
        with_value=told["with_value"],
        loose=small("loose"),
        joining=small("and"),
        yes=small("yes"),
        no=small("no"),
        not_before=small("not_before"),
        not_after=Family.read(told["small"]["not_after"]),
        not_prefixes=tuple(told["small"]["not_prefixes"].split()),
        ended=tuple(told["small"]["ended"].split()),
        not_endings=tuple(told["small"]["not_endings"].split()),
        forget=Family.read(told["small"]["forget"]),
    )
