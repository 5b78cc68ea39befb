"""What the user has said, as far as it can be compared with what a brain wants to do."""

from __future__ import annotations

import difflib
import itertools
import re
from dataclasses import dataclass
from functools import cached_property

from assistant.tools.policy.lexicon import UNSPACED, Passage, folded, lexicon, tokens

BREAK = re.compile(r"(?<!\d)[,.:]|[,.:](?!\d)|[;!?、。，；！？\n]|そして|それから|然后|그리고")
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
ADDRESS = re.compile(r"://|\bwww\.|@\w")
UNITS = (1.0, 60.0, 3600.0, 86_400.0)
"""A length of time is said in minutes and meant in seconds."""
MOST_NUMBERS = 4
LITTLE = 3
"""A word of so few letters says nothing about whose words they are."""
ALIKE, SLIPS = 0.8, 2
"""How much alike misheard words are, and by how many letters they may be longer or shorter."""
MOST_OWN = 2 / 3
FEW_WORDS = 4
TENS = range(20, 100, 10)
SOON = 7
"""So few words after a "not" its verb comes: "no se te ocurra encender la lámpara"."""
SHORT_ANSWER = 4
"""Whoever says more than so many words has said more than yes."""


@dataclass(frozen=True)
class Heard:
    """One utterance, empty while nothing of it is known."""

    said: str = ""

    @cached_property
    def clauses(self) -> tuple[Passage, ...]:
        """Its parts between commas and conjunctions, without those that say what shall not be."""
        joining = lexicon().joining
        parts: list[list[str]] = []
        for piece in BREAK.split(folded(self.said)):
            parts.append([])
            for word in tokens(piece):
                if word in joining:
                    parts.append([])
                else:
                    parts[-1].append(word)
        return tuple(part for words in parts if words and not forbids(part := Passage(tuple(words))))

    @cached_property
    def whole(self) -> Passage:
        """All of it."""
        return Passage(tokens(self.said))

    @cached_property
    def wanted(self) -> Passage:
        """All of it but what shall not be."""
        return Passage(tuple(word for clause in self.clauses for word in clause.words))

    @cached_property
    def numbers(self) -> frozenset[float]:
        """Every number in it."""
        return numbers(self.whole)

    @property
    def affirms(self) -> bool:
        """Whether it is a yes and nothing else."""
        return self._only(lexicon().yes)

    @property
    def denies(self) -> bool:
        """Whether it begins with a no."""
        return bool(self.whole.words) and self.whole.words[0] in lexicon().no

    def _only(self, wanted: frozenset[str]) -> bool:
        words = self.whole.words
        return 0 < len(words) <= SHORT_ANSWER and (set(words) <= wanted or " ".join(words) in wanted)

    def holds(self, word: str) -> bool:
        """Whether one word was said, in this form, a similar one or another language."""
        return held(word, self.whole) or any(f.stands_in(self.whole) for f in lexicon().families(word))

    def own(self, text: str) -> bool:
        """Whether a text is made of the user's words."""
        words = [word for word in tokens(text) if len(word) > LITTLE or UNSPACED.search(word)]
        digits = [float(number) for number in re.findall(r"\d+", text) if int(number)]
        if not self.loose and not all(map(self.numbered, digits)):
            return False
        if ADDRESS.search(text):
            return folded(text) in folded(self.said)
        return not words or sum(map(self.holds, words)) / len(words) >= MOST_OWN

    def reveals(self, text: str) -> bool:
        """Whether a text would carry out more than a name: words of others, or an address."""
        return (len(tokens(text)) > FEW_WORDS or bool(ADDRESS.search(text))) and not self.own(text)

    def numbered(self, value: float) -> bool:
        """Whether a number is among those that were said, as such, as a length of time, or of a clock."""
        return fits(value, self.numbers) or fits(value - 12, self.numbers)

    @property
    def loose(self) -> bool:
        """Whether it has a half or a quarter of something."""
        return not lexicon().loose.isdisjoint(self.whole.words)


def forbids(clause: Passage) -> bool:
    """Whether it says what shall not be done: "don't turn on the light" asks for no light."""
    told = lexicon()
    if told.forget.stands_in(clause):  # "don't forget to ..." wants it done
        return False
    if told.not_after.stands_in(clause):
        return True
    soon = [
        clause.words[at + 1 : at + SOON] for at, word in enumerate(clause.words) if word in told.not_before
    ]
    return any(map(told.refuses, clause.words)) or any(any(map(told.acts, words)) for words in soon)


def held(word: str, passage: Passage) -> bool:
    """Whether a word was said, or one that is much like it."""
    if UNSPACED.search(word):
        return word in passage.text
    if word in passage.words:
        return True
    near = [other for other in passage.words if other[0] == word[0] and abs(len(other) - len(word)) <= SLIPS]
    return len(word) > LITTLE and bool(difflib.get_close_matches(word, near, 1, cutoff=ALIKE))


def numbers(passage: Passage) -> frozenset[float]:
    """The numbers in some words; "twenty one" is 20, 1 and 21."""
    words = [_number(word) for word in passage.words]
    found = {number for number in words if number is not None}
    found |= {a + b for a, b in itertools.pairwise(words) if a and b and a in TENS and b < 10}
    return frozenset(found)


def _number(word: str) -> float | None:
    if NUMBER.fullmatch(word) and word.isascii():
        return float(word.replace(",", "."))
    return lexicon().numbers.get(word)


def fits(value: float, said: frozenset[float]) -> bool:
    """Whether a value is one of these numbers, or a sum of some of them in units of time."""
    some = sorted(said)[:MOST_NUMBERS]
    for count in range(1, min(len(some), 3) + 1):
        for chosen in itertools.combinations(some, count):
            for units in itertools.product(UNITS, repeat=count):
                if abs(sum(n * u for n, u in zip(chosen, units, strict=True)) - abs(value)) < 0.01:
                    return True
    return any(abs(number - abs(value)) < 0.01 for number in said)
