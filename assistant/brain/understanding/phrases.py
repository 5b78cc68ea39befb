"""Functions that are no house verbs: found by the example phrases in their descriptions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, TypeVar

from assistant.brain.home import Home, Tool
from assistant.brain.understanding.kinds import FAMILIES, HOUSE_VERBS, RISKY
from assistant.brain.understanding.lexicon import (
    COLOURS,
    FILLERS,
    PROPERTIES,
    QUANTIFIERS,
    SENSES,
    STATES,
    UNITS,
)
from assistant.brain.understanding.meaning import Call, Miss
from assistant.brain.understanding.strangers import told_apart
from assistant.brain.understanding.tables import phrases
from assistant.brain.understanding.times import length_of, moment_of
from assistant.brain.understanding.words import Written, as_written, plain, verbatim, words

FAMILY_WORDS = frozenset(noun for each in FAMILIES.values() for noun in (*each.singular, *each.plural))
SLOT = re.compile(r"\{((?:a |-)?\w*(?:=[\w ]+)?)\}")
SIGN = re.compile(r"[^\w\s',’:-]|:(?!\d)")
"""A time of day is no such sign: tools that look for it know how it is said."""
WORDS = "{}"
"""A slot of no parameter: any words."""
ONE_OF = "a "
SCREEN = "screen"
"""The parameter of functions that are about what hangs on a screen."""
"""What a slot begins with whose words are new here, as an indefinite article before them says."""
LESS = "-"
"""What a slot begins with whose number is taken away: "take {-seconds} off the timer"."""
INDEFINITE = frozenset({"a", "an"})
POINTING = frozenset({"it", "that", "this", "them"})
ARTICLES = frozenset({"the", "a", "an", "my", "our"})
DETERMINERS = ARTICLES | {"please"}
FILLER_PHRASES = sorted((words(filler) for filler in FILLERS), key=len, reverse=True)
LONGEST_TEXT = 32
ORDINARY = frozenset(
    word
    for table in (SENSES, PROPERTIES, COLOURS, STATES, UNITS, QUANTIFIERS, FILLERS, FAMILY_WORDS)
    for phrase in table
    for word in phrase.removeprefix("^").split()
)
"""Words of commands to the home; a phrase that has another one is about something else."""
TRUTHS = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
ONCE = {
    "get_time": phrases(
        """
        what time is it, tell me the time, what is the time, time please, do you know what time it is,
        do you have the time, how late is it, the time, what is the time now, give me the time,
        what time do we have, say the time, what time it is, do you know the time, tell me what time it is
        """
    ),
    "get_date": phrases(
        """
        what day is it, what is the date, what day is it today, what is today, what date is it,
        which day is it, what is the date today, what is the day today, tell me the date,
        what is todays date, what day is today, what is the day, which day is today, what is today date,
        the date, what day of the week is it, what date is it today, which date is it,
        what date is today, what month is it, what year is it, tell me what day it is
        """
    ),
}


@dataclass(frozen=True, slots=True)
class _Phrase:
    tool: Tool
    parts: tuple[str, ...]
    """Words, and "{name}" for slots."""
    sequel: bool = False
    verb: bool = False
    """Of a verb that the house knows without: what its author says of it besides."""

    @property
    def weight(self) -> int:
        return sum(_said(part) for part in self.parts)

    @property
    def known(self) -> int:
        """How many of its slots take only what is known: a camera says more than any words."""
        return sum(part.startswith("{") and not _takes_anything(self.schema(part)) for part in self.parts)

    @property
    def free(self) -> bool:
        """Whether a slot takes any words at all."""
        return any(part.startswith("{") and _takes_anything(self.schema(part)) for part in self.parts)

    @property
    def plain(self) -> bool:
        """Whether it is a sentence of its own, of a tool that is found by nothing else."""
        return not (self.sequel or self.verb)

    @property
    def own(self) -> bool:
        """Whether it has a word that no command to the home has."""
        return any(_said(part) and part not in ORDINARY for part in self.parts)

    @property
    def new(self) -> bool:
        """Whether it is about what is not there yet: what the home knows by these words is meant first."""
        return any(part.startswith("{" + ONE_OF) for part in self.parts)

    @property
    def vague(self) -> bool:
        """Whether a command to the home may have all its words: it goes on about something only where the
        home makes nothing of it."""
        return self.sequel and WORDS in self.parts and not (self.own or self.pointing)

    @property
    def pointing(self) -> bool:
        """Whether it has a word for what was done last."""
        return not POINTING.isdisjoint(self.parts)

    def schema(self, part: str) -> Mapping[str, Any]:
        return _schema(self.tool, part)


class _Said(Written):
    """A word that knows its place in the sentence: what is passed on has its little words again."""

    at: int

    def __new__(cls, word: str, at: int) -> Self:
        said = Written.__new__(cls, word, as_written(word), word.place if isinstance(word, Written) else None)
        said.at = at
        return said


Word = TypeVar("Word", bound=str)


def _takes_anything(schema: Mapping[str, Any]) -> bool:
    kind = schema.get("type", "string")
    return kind in ("string", "array") and not (schema.get("enum") or schema.get("form"))


def _said(part: str) -> bool:
    """Whether it is always the same words."""
    return not part.startswith("{") or bool(slot(part)[1])


def slot(part: str) -> tuple[str, str]:
    """The parameter of a slot, and the only words that it takes: ``{which=drawing}``; "" for any."""
    name, _, only = part.strip("{}").removeprefix(ONE_OF).removeprefix(LESS).partition("=")
    return name, only


def _schema(tool: Tool, part: str) -> Mapping[str, Any]:
    name, only = slot(part)
    return {"type": "string", "enum": [only]} if only else tool.properties.get(name, {})


def _parts(phrase: str) -> tuple[str, ...]:
    found: list[str] = []
    for at, piece in enumerate(SLOT.split(phrase)):
        found.extend(
            [f"{{{piece}}}"] if at % 2 else (w for w in words(piece) if w not in DETERMINERS and w != ",")
        )
    return tuple(found)


def _is_anything(tool: Tool, parts: tuple[str, ...], sequel: bool) -> bool:
    """Whether a phrase has no word of its own; one that goes on about something may begin with a choice."""
    if any(_said(part) for part in parts):
        return False
    return not sequel or all(_takes_anything(_schema(tool, part)) for part in parts)


def _is_verb(tool: Tool) -> bool:
    """Whether it is a verb of devices, which is understood without its phrases."""
    return tool.name in HOUSE_VERBS and "device" in tool.properties


def _known_or_strange(tool: Tool) -> tuple[Tool, tuple[str, ...]]:
    """A function and its example phrases, where there are no things that verbs could be about."""
    return (tool, tool.phrases) if tool.phrases else told_apart(tool)


class Phrases:
    """Matches whole sentences against example phrases."""

    def __init__(self, home: Home) -> None:
        known = [(tool, tool.phrases) if home.things else _known_or_strange(tool) for tool in home.tools]
        found = [
            _Phrase(tool, parts, phrase in tool.sequels, bool(home.things) and _is_verb(tool))
            for tool, told in known
            for phrase in (*told, *ONCE.get(tool.name, ()))
            if (parts := _parts(phrase)) and not _is_anything(tool, parts, phrase in tool.sequels)
        ]
        self._phrases = sorted(found, key=lambda phrase: (-phrase.weight, -phrase.known))
        self._things = frozenset(thing.name for thing in home.things)
        self._continued = frozenset(tool.name for tool in home.tools if tool.continues)
        self._shown = frozenset(
            tool.name for tool in home.tools if tool.continues and SCREEN in tool.properties
        )

    def continues(self, call: Call) -> bool:
        """Whether what is said after this call may go on about it."""
        return call.name in self._continued

    def shows(self, call: Call) -> bool:
        """Whether this call is about what hangs on a screen."""
        return call.name in self._shown

    def sequel(self, sentence: Sequence[str], now: datetime, *, free: bool) -> Call | None:
        """The call of a phrase that goes on about the last call."""

        def fits(phrase: _Phrase) -> bool:
            return phrase.sequel and not phrase.vague and (free or not phrase.free)

        return self._match(sentence, now, fits)

    def vaguely(self, sentence: Sequence[str], now: datetime) -> Call | None:
        """What may go on about the last call, if it is about nothing in the home."""
        return self._match(sentence, now, lambda phrase: phrase.vague)

    def match(self, sentence: Sequence[str], now: datetime, *, free: bool) -> Call | None:
        """The call of the most specific phrase; ``free`` allows slots that take any words."""

        def fits(phrase: _Phrase) -> bool:
            return phrase.plain and (free or not phrase.free)

        return self._match(sentence, now, fits)

    def telling(self, sentence: Sequence[str], now: datetime, *, sequels: bool) -> Call | None:
        """The call of a phrase with free words that no command to the home can be, or with ``sequels`` points
        at what was done last: "paint {prompt}", but "…paint it {}"."""

        def fits(phrase: _Phrase) -> bool:
            if phrase.verb or not phrase.free:
                return False
            return sequels and phrase.pointing if phrase.sequel else phrase.own and not phrase.new

        return self._match(sentence, now, fits)

    def any(self, sentence: Sequence[str], now: datetime, *, new: bool) -> Call | None:
        """The call of any phrase, where the house knows of no command; ``new`` allows what is not there yet.

        Of what an author says of the house's own verbs it takes only what names a thing in full, and never
        what lets somebody in.
        """
        if call := self._match(sentence, now, lambda phrase: phrase.plain and (new or not phrase.new)):
            return call
        call = self._match(sentence, now, lambda phrase: phrase.verb and phrase.tool.name not in RISKY)
        return call if call and call.args.get("device") in self._things else None

    def refuse_beyond(self, sentence: Sequence[str], now: datetime) -> None:
        """Say between what a number has to be.

        Raises:
            Miss: the sentence is a phrase but for its number.
        """
        call = self._match(sentence, now, lambda phrase: phrase.plain and not phrase.free, bound=False)
        tool = next((each.tool for each in self._phrases if call and each.tool.name == call.name), None)
        if call is None or tool is None:
            return
        for name in call.args:
            schema = tool.properties[name]
            if {"minimum", "maximum"} <= schema.keys():
                ends = f"{schema['minimum']:g} and {schema['maximum']:g}"
                unit = " percent" if name == "percent" else ""
                raise Miss(f"That has to be between {ends}{unit}.", final=True)

    def _match(
        self, sentence: Sequence[str], now: datetime, fits: Callable[[_Phrase], bool], *, bound: bool = True
    ) -> Call | None:
        said = [_Said(word, at) for at, word in enumerate(sentence)]
        for text in trimmed(said):
            for phrase in filter(fits, self._phrases):
                for values in _Filling(phrase, said, now, bound).fill(phrase.parts, tuple(text)):
                    values = _asking(phrase, _whole(phrase, values, sentence, text), sentence)
                    if all(name in values for name in phrase.tool.required):
                        return Call(phrase.tool.name, values)
        return None


def trimmed(sentence: Sequence[Word]) -> list[list[Word]]:
    """The sentence as it is, and without politeness at its ends."""
    whole = [word for word in sentence if word not in DETERMINERS and word != ","]
    short = list(whole)
    changed = True
    while changed:
        changed = False
        for filler in FILLER_PHRASES:
            kept = [word for word in filler if word not in DETERMINERS]
            size = len(kept)
            if 0 < size < len(short) and short[:size] == kept:
                short, changed = short[size:], True
            if (
                0 < size < len(short)
                and short[-size:] == kept
                and kept[0] not in ("to", "in", "on", "for", "from")
            ):
                short, changed = short[:-size], True
    return [whole] if whole == short else [whole, short]


def _asking(phrase: _Phrase, values: dict[str, Any], sentence: Sequence[str]) -> dict[str, Any]:
    """A parameter that is called ``question`` is what was asked, unless a slot has filled it; where the
    sentence goes on about something, it is all of it."""
    if "question" in phrase.tool.properties and (phrase.sequel or "question" not in values):
        return {**values, "question": _text(sentence)}
    return values


def _whole(
    phrase: _Phrase, values: dict[str, Any], sentence: Sequence[str], text: Sequence[_Said]
) -> dict[str, Any]:
    """A text that a sequel needs and has no slot for is all that was said, without politeness: "put a hat on
    it"."""
    missing = [name for name in phrase.tool.required if name not in values]
    if not phrase.sequel or len(missing) != 1 or not _takes_anything(phrase.schema(missing[0])):
        return values
    begin = text[0].at
    while begin and sentence[begin - 1] in ARTICLES:
        begin -= 1
    return {**values, missing[0]: _text(sentence[begin : text[-1].at + 1])}


@dataclass(frozen=True, slots=True)
class _Filling:
    """One phrase tried on one sentence."""

    phrase: _Phrase
    sentence: Sequence[str]
    now: datetime
    bound: bool
    """Whether numbers have to be between those that their parameters allow."""

    def fill(self, parts: tuple[str, ...], text: tuple[str, ...]) -> Iterator[dict[str, Any]]:
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
            value = self._value(self.phrase.schema(first), text[:length], rest[:1])
            if value is not None:
                value = -value if first.startswith("{" + LESS) else value
                for others in self.fill(rest, text[length:]):
                    yield others if first == WORDS else {slot(first)[0]: value, **others}

    def _new(self, word: str) -> bool:
        """Whether an indefinite article stands before it, or is it."""
        assert isinstance(word, _Said)
        return word == "some" or (word.at > 0 and self.sentence[word.at - 1] in INDEFINITE)

    def _value(self, schema: Mapping[str, Any], text: tuple[str, ...], after: tuple[str, ...]) -> Any:
        if (form := schema.get("form")) == "seconds":
            # Some phrases say the unit themselves: "blink for {seconds} seconds".
            return value_of(schema, text) if after in (("second",), ("seconds",)) else length_of(text)
        if form in ("moment", "morning"):
            return moment_of(text, self.now, morning=form == "morning")
        if not _takes_anything(schema):
            return value_of(schema if self.bound else _unbound(schema), text)
        first, last = text[0], text[-1]
        assert isinstance(first, _Said)
        assert isinstance(last, _Said)
        words = self.sentence[first.at : last.at + 1]
        if schema.get("type") == "array":
            return _several(words)
        return _text(words)


def _text(words: Sequence[str]) -> str:
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


def _unbound(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in schema.items() if name not in ("minimum", "maximum")}


def _number(schema: Mapping[str, Any], text: tuple[str, ...]) -> float | int | None:
    if text[0] == "minus" and len(text) == 2 and "minimum" not in schema:
        number = _number(schema, text[1:])
        return -number if number is not None else None
    if len(text) != 1 or not text[0].replace(".", "", 1).isdigit():
        return None
    number = float(text[0])
    if not schema.get("minimum", number) <= number <= schema.get("maximum", number):
        return None
    if schema["type"] == "integer":
        return int(number) if number == int(number) else None
    return number
