"""Functions that are no house verbs: found by the example phrases in their descriptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

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
from assistant.brain.understanding.meaning import Call
from assistant.brain.understanding.slots import (
    ARTICLES,
    DETERMINERS,
    ONE_OF,
    SLOT,
    WORDS,
    Filling,
    Said,
    is_said,
    schema_of,
    takes_anything,
    text_of,
)
from assistant.brain.understanding.strangers import told_apart
from assistant.brain.understanding.tables import phrases
from assistant.brain.understanding.words import words

SCREEN = "screen"
"""The parameter of functions that are about what hangs on a screen."""
FAMILY_WORDS = frozenset(noun for each in FAMILIES.values() for noun in (*each.singular, *each.plural))
POINTING = frozenset({"it", "that", "this", "them"})
FILLER_PHRASES = sorted((words(filler) for filler in FILLERS), key=len, reverse=True)
ORDINARY = frozenset(
    word
    for table in (SENSES, PROPERTIES, COLOURS, STATES, UNITS, QUANTIFIERS, FILLERS, FAMILY_WORDS)
    for phrase in table
    for word in phrase.removeprefix("^").split()
)
"""Words of commands to the home; a phrase that has another one is about something else."""
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
        return sum(is_said(part) for part in self.parts)

    @property
    def known(self) -> int:
        """How many of its slots take only what is known: a camera says more than any words."""
        return sum(part.startswith("{") and not takes_anything(self.schema(part)) for part in self.parts)

    @property
    def free(self) -> bool:
        """Whether a slot takes any words at all."""
        return any(part.startswith("{") and takes_anything(self.schema(part)) for part in self.parts)

    @property
    def plain(self) -> bool:
        """Whether it is a sentence of its own, of a tool that is found by nothing else."""
        return not (self.sequel or self.verb)

    @property
    def own(self) -> bool:
        """Whether it has a word that no command to the home has."""
        return any(is_said(part) and part not in ORDINARY for part in self.parts)

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
        return schema_of(self.tool, part)


Word = TypeVar("Word", bound=str)


def _parts(phrase: str) -> tuple[str, ...]:
    found: list[str] = []
    for at, piece in enumerate(SLOT.split(phrase)):
        found.extend(
            [f"{{{piece}}}"] if at % 2 else (w for w in words(piece) if w not in DETERMINERS and w != ",")
        )
    return tuple(found)


def _is_anything(tool: Tool, parts: tuple[str, ...], sequel: bool) -> bool:
    """Whether a phrase has no word of its own; one that goes on about something may begin with a choice."""
    if any(is_said(part) for part in parts):
        return False
    return not sequel or all(takes_anything(schema_of(tool, part)) for part in parts)


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

    def _match(self, sentence: Sequence[str], now: datetime, fits: Callable[[_Phrase], bool]) -> Call | None:
        said = [Said(word, at) for at, word in enumerate(sentence)]
        for text in trimmed(said):
            for phrase in filter(fits, self._phrases):
                for values in Filling(phrase.tool, said, now).fill(phrase.parts, tuple(text)):
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
        return {**values, "question": text_of(sentence)}
    return values


def _whole(
    phrase: _Phrase, values: dict[str, Any], sentence: Sequence[str], text: Sequence[Said]
) -> dict[str, Any]:
    """A text that a sequel needs and has no slot for is all that was said, without politeness: "put a hat on
    it"."""
    missing = [name for name in phrase.tool.required if name not in values]
    if not phrase.sequel or len(missing) != 1 or not takes_anything(phrase.schema(missing[0])):
        return values
    begin = text[0].at
    while begin and sentence[begin - 1] in ARTICLES:
        begin -= 1
    return {**values, missing[0]: text_of(sentence[begin : text[-1].at + 1])}
