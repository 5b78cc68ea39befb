"""Functions that are no house verbs: found by the example phrases in their descriptions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.brain.home import Home, Tool
from assistant.brain.understanding.kinds import HOUSE_VERBS
from assistant.brain.understanding.lexicon import FILLERS
from assistant.brain.understanding.meaning import Call
from assistant.brain.understanding.tables import phrases
from assistant.brain.understanding.words import plain, words

SLOT = re.compile(r"\{(\w+)\}")
DETERMINERS = frozenset({"the", "a", "an", "my", "our", "please"})
FILLER_PHRASES = sorted((words(filler) for filler in FILLERS), key=len, reverse=True)
LONGEST_TEXT = 12
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

    @property
    def weight(self) -> int:
        return sum(not part.startswith("{") for part in self.parts)

    @property
    def free(self) -> bool:
        """Whether a slot takes any words at all."""
        return any(part.startswith("{") and self.schema(part).get("type", "string") == "string"
                   and not self.schema(part).get("enum") for part in self.parts)  # fmt: skip

    def schema(self, part: str) -> Mapping[str, Any]:
        return self.tool.properties.get(part.strip("{}"), {})


def _parts(phrase: str) -> tuple[str, ...]:
    found: list[str] = []
    for at, piece in enumerate(SLOT.split(phrase)):
        found.extend(
            [f"{{{piece}}}"] if at % 2 else (w for w in words(piece) if w not in DETERMINERS and w != ",")
        )
    return tuple(found)


class Phrases:
    """Matches whole sentences against example phrases."""

    def __init__(self, home: Home) -> None:
        found = [
            _Phrase(tool, parts)
            for tool in home.tools
            if tool.name not in HOUSE_VERBS or tool.name in ONCE
            for phrase in (*tool.phrases, *ONCE.get(tool.name, ()))
            if (parts := _parts(phrase)) and not all(part.startswith("{") for part in parts)
        ]
        self._phrases = sorted(found, key=lambda phrase: -phrase.weight)

    def match(self, sentence: Sequence[str], *, free: bool) -> Call | None:
        """The call of the most specific phrase; ``free`` allows slots that take any words."""
        for text in trimmed(sentence):
            for phrase in self._phrases:
                if phrase.free and not free:
                    continue
                for values in _fill(phrase, phrase.parts, tuple(text)):
                    if all(name in values for name in phrase.tool.required):
                        return Call(phrase.tool.name, values)
        return None


def trimmed(sentence: Sequence[str]) -> list[list[str]]:
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


def _fill(phrase: _Phrase, parts: tuple[str, ...], text: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    if not parts or not text:
        if not parts and not text:
            yield {}
        return
    first, rest = parts[0], parts[1:]
    if not first.startswith("{"):
        if plain(text[0]) == first:
            yield from _fill(phrase, rest, text[1:])
        return
    for length in range(1, min(LONGEST_TEXT, len(text)) + 1):
        value = value_of(phrase.schema(first), text[:length])
        if value is not None:
            for others in _fill(phrase, rest, text[length:]):
                yield {first.strip("{}"): value, **others}


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


def _number(schema: Mapping[str, Any], text: tuple[str, ...]) -> float | int | None:
    if len(text) != 1 or not text[0].replace(".", "", 1).isdigit():
        return None
    number = float(text[0])
    if not schema.get("minimum", number) <= number <= schema.get("maximum", number):
        return None
    if schema["type"] == "integer":
        return int(number) if number == int(number) else None
    return number
