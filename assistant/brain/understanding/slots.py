"""The slots of an example phrase: which words of a sentence fill them, and what they make of those."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from assistant.brain.home import Tool
from assistant.brain.understanding.times import length_of, moment_of
from assistant.brain.understanding.words import Written, as_written, plain, verbatim, words

SLOT = re.compile(r"\{((?:a |-)?\w*(?:=[\w ]+)?)\}")
SIGN = re.compile(r"[^\w\s',’:-]|:(?!\d)")
"""A time of day is no such sign: tools that look for it know how it is said."""
WORDS = "{}"
"""A slot of no parameter: any words."""
ONE_OF = "a "
"""What a slot begins with whose words are new here, as an indefinite article before them says."""
LESS = "-"
"""What a slot begins with whose number is taken away: "take {-seconds} off the timer"."""
INDEFINITE = frozenset({"a", "an"})
ARTICLES = frozenset({"the", "a", "an", "my", "our"})
DETERMINERS = ARTICLES | {"please"}
LONGEST_TEXT = 32
TRUTHS = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}


class Said(Written):
    """A word that knows its place in the sentence: what is passed on has its little words again."""

    at: int

    def __new__(cls, word: str, at: int) -> Self:
        said = Written.__new__(cls, word, as_written(word), word.place if isinstance(word, Written) else None)
        said.at = at
        return said


def takes_anything(schema: Mapping[str, Any]) -> bool:
    """Whether a parameter is filled by any words at all."""
    kind = schema.get("type", "string")
    return kind in ("string", "array") and not (schema.get("enum") or schema.get("form"))


def is_said(part: str) -> bool:
    """Whether it is always the same words."""
    return not part.startswith("{") or bool(slot(part)[1])


def slot(part: str) -> tuple[str, str]:
    """The parameter of a slot, and the only words that it takes: ``{which=drawing}``; "" for any."""
    name, _, only = part.strip("{}").removeprefix(ONE_OF).removeprefix(LESS).partition("=")
    return name, only


def schema_of(tool: Tool, part: str) -> Mapping[str, Any]:
    """What may fill a slot, as JSON schema has it."""
    name, only = slot(part)
    return {"type": "string", "enum": [only]} if only else tool.properties.get(name, {})


@dataclass(frozen=True, slots=True)
class Filling:
    """One phrase tried on one sentence."""

    tool: Tool
    sentence: Sequence[str]
    now: datetime

    def fill(self, parts: tuple[str, ...], text: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """The parameters, each way in which the words fill the parts; nothing where they do not."""
        if not parts or not text:
            if not parts and not text:
                yield {}
            return
        first, rest = parts[0], parts[1:]
        if not first.startswith("{"):
            if plain(text[0]) == first:
                yield from self.fill(rest, text[1:])
            return
        if first.startswith("{" + ONE_OF) and not self._new(text[0]):
            return
        lengths = range(1, min(LONGEST_TEXT, len(text) - len(rest)) + 1)
        last = rest and not rest[0].startswith("{")  # "a boat on the lake on the TV" is on the TV
        for length in reversed(lengths) if last else lengths:
            value = self._value(schema_of(self.tool, first), text[:length], rest[:1])
            if value is not None:
                value = -value if first.startswith("{" + LESS) else value
                for others in self.fill(rest, text[length:]):
                    yield others if first == WORDS else {slot(first)[0]: value, **others}

    def _new(self, word: str) -> bool:
        """Whether an indefinite article stands before it, or is it."""
        assert isinstance(word, Said)
        return word == "some" or (word.at > 0 and self.sentence[word.at - 1] in INDEFINITE)

    def _value(self, schema: Mapping[str, Any], text: tuple[str, ...], after: tuple[str, ...]) -> Any:
        if (form := schema.get("form")) == "seconds":
            # Some phrases say the unit themselves: "blink for {seconds} seconds".
            return value_of(schema, text) if after in (("second",), ("seconds",)) else length_of(text)
        if form in ("moment", "morning"):
            return moment_of(text, self.now, morning=form == "morning")
        if not takes_anything(schema):
            return value_of(schema, text)
        first, last = text[0], text[-1]
        assert isinstance(first, Said)
        assert isinstance(last, Said)
        words = self.sentence[first.at : last.at + 1]
        if schema.get("type") == "array":
            return _several(words)
        return text_of(words)


def text_of(words: Sequence[str]) -> str:
    """As it was said; what is written with signs of its own (an address, "5:30") letter for letter."""
    exact = verbatim(words)
    if SIGN.search(exact):
        return exact
    return " ".join(as_written(word) for word in words if word != ",")


def _several(words: Sequence[str]) -> list[str]:
    """ "Milk, a dozen eggs and the bread" → milk, a dozen eggs, bread."""
    parts = " ".join("," if word == "and" else as_written(word) for word in words).split(",")
    found = [part.strip().removeprefix("the ").removeprefix("some ") for part in parts]
    return [part for part in found if part]


def value_of(schema: Mapping[str, Any], text: tuple[str, ...]) -> Any:
    """What words say of a parameter: a choice, a truth, a number or themselves; None where they say none."""
    kind = schema.get("type", "string")
    if choices := schema.get("enum"):
        said = tuple(plain(word) for word in text)
        return next(
            (choice for choice in choices if _bare(words(str(choice).replace("_", " "))) == said), None
        )
    if kind == "boolean":
        return TRUTHS.get(text[0]) if len(text) == 1 else None
    if kind in ("integer", "number"):
        return _number(schema, text)
    return " ".join(text) if kind == "string" else None


def _bare(text: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in text if word not in DETERMINERS)


def _number(schema: Mapping[str, Any], text: tuple[str, ...]) -> float | int | None:
    if len(text) != 1 or not text[0].replace(".", "", 1).isdigit():
        return None
    number = float(text[0])
    if not schema.get("minimum", number) <= number <= schema.get("maximum", number):
        return None
    if schema["type"] == "integer":
        return int(number) if number == int(number) else None
    return number
