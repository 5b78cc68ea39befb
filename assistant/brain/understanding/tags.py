"""Words to tags: what each stretch of a sentence is (a name, a wish, a number, a filler, or unknown)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.brain.understanding import lexicon
from assistant.brain.understanding.names import EXACT, Names, Words
from assistant.brain.understanding.words import words


@dataclass(frozen=True, slots=True)
class Tag:
    """One stretch of words and what it is."""

    kind: str
    value: Any
    text: str
    start: int


def _phrases(kind: str, table: Mapping[str, str] | Iterable[str]) -> Iterator[tuple[Words, tuple[str, Any]]]:
    pairs = table.items() if isinstance(table, Mapping) else ((phrase, phrase) for phrase in table)
    for phrase, value in pairs:
        if not phrase.startswith("^"):
            yield words(phrase), (kind, value)


def _lexicon() -> dict[Words, tuple[str, Any]]:
    """Later tables win over earlier ones where a phrase stands in both."""
    too = {
        f"{start} {phrase}": sense
        for phrase, sense in lexicon.SENSES.items()
        if phrase[:4] in ("too ", "so d")
        for start in ("is", "it is", "a bit", "it is a bit", "is a bit")
    }
    cold = {
        f"it is {phrase}": lexicon.SENSES[phrase] for phrase in ("freezing", "boiling", "stuffy", "chilly")
    }
    cold |= {"it is cold": "up/temperature", "it is hot": "down/temperature", "is cold": "up/temperature"}
    found: dict[Words, tuple[str, Any]] = {}
    for kind, table in (
        ("filler", lexicon.FILLERS),
        ("sense", lexicon.SENSES),
        ("sense", too | cold),
        ("property", lexicon.PROPERTIES),
        ("state", lexicon.STATES),
        ("share", lexicon.SHARES),
        ("share", lexicon.LEVELS),
        ("step", lexicon.STEPS),
        ("unit", lexicon.UNITS),
        ("quantifier", lexicon.QUANTIFIERS),
        ("pronoun", lexicon.PRONOUNS),
        ("except", lexicon.EXCEPT),
        ("and", lexicon.AND),
        ("but", lexicon.BUT),
        ("to", lexicon.TO),
        ("by", lexicon.BY),
        ("not", lexicon.NEGATIONS),
    ):
        found |= dict(_phrases(kind, table))
    return found | {phrase: ("colour", colour) for phrase, colour in lexicon.COLOUR_PHRASES.items()}


LEXICON = _lexicon()
LONGEST_PHRASE = max(map(len, LEXICON))
OPENERS = {words(phrase[1:]): value for phrase, value in lexicon.SENSES.items() if phrase.startswith("^")}


class Tagger:
    """Longest match from the left; names of the home win over everything of the same length."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.longest = max(names.longest, LONGEST_PHRASE)

    def tags(self, sentence: Words) -> list[Tag]:
        """Tag the whole sentence; a word that nothing explains is ``unknown``."""
        found: list[Tag] = []
        at = 0
        while at < len(sentence):
            opening = (
                not any(tag.kind not in ("filler", "and") for tag in found[-2:]) or found[-1].kind == "and"
            )
            length, kind, value = self._longest(sentence, at, opening=opening)
            found.append(Tag(kind, value, " ".join(sentence[at : at + length]), at))
            at += length
        return found

    def naming(self, sentence: Words) -> bool:
        """Whether it names something in the home, or a kind of it; at its end, "on the TV" is a place."""
        at = len(sentence) - 1 - sentence[::-1].index("on") if "on" in sentence else len(sentence)
        named = any(tag.kind in ("noun", "both") for tag in self.tags(sentence[:at]))
        return named or self.commanding(sentence)

    def commanding(self, sentence: Words) -> bool:
        """Whether it says what should be done with something in the home; "on" alone is also a place."""
        tags = self.tags(sentence)
        told = any(tag.kind == "sense" and tag.value != "weak on" for tag in tags)
        return told and any(tag.kind in ("noun", "both") for tag in tags)

    def _longest(self, sentence: Words, at: int, *, opening: bool) -> tuple[int, str, Any]:
        for length in range(min(self.longest, len(sentence) - at), 0, -1):
            phrase = sentence[at : at + length]
            if opening and phrase in OPENERS:
                return length, "sense", OPENERS[phrase]
            if found := self._lookup(phrase):
                return length, *found
        if sentence[at].replace(".", "", 1).isdigit():
            return 1, "number", float(sentence[at])
        return 1, "unknown", sentence[at]

    def _lookup(self, phrase: Words) -> tuple[str, Any] | None:
        """An exact name beats a word of the language, and that beats a noun derived from a kind or name."""
        noun = self.names.nouns.get(phrase)
        area = self.names.areas.get(phrase)
        if noun and noun.ranks[EXACT]:
            return ("both", (noun, area)) if area else ("noun", noun)
        if area:
            return "area", area
        if found := LEXICON.get(phrase):
            return found
        return ("noun", noun) if noun else None
