"""Tilt, effects, presets, modes, settings, scenes, alarms, rooms to clean: understood by whole sentences.

Thing and values are left open, every other word counts: "auto", "night" and "eco" mean something else
everywhere else.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.brain.home import Home, Thing, Tool
from assistant.brain.understanding.meaning import Call, Miss
from assistant.brain.understanding.names import EXACT, KIND, PART, Names, joined, spoken
from assistant.brain.understanding.phrases import trimmed
from assistant.brain.understanding.slots import DETERMINERS, value_of
from assistant.brain.understanding.special_verbs import THING, Special, declared
from assistant.brain.understanding.words import words

LONGEST_SLOT = 6
TAKEN = frozenset({"on", "off"})
"""Values that the ordinary verbs have."""
Slots = Mapping[str, Any]


class Specials:
    """Matches whole sentences against the special verbs that one home declares."""

    def __init__(self, home: Home, names: Names) -> None:
        self._home, self._names = home, names
        self._known = [
            (special, tool, [_words(frame) for frame in special.frames]) for special, tool in declared(home)
        ]

    def match(self, sentence: Sequence[str], *, free: bool) -> tuple[list[Call], list[Thing]] | None:
        """The calls for a sentence; ``free`` allows values that are any words.

        Raises:
            Miss: more than one thing could be meant.
        """
        for text in trimmed(sentence):
            for special, tool, frames in self._known:
                for frame in frames:
                    for slots in self._fill(special, tool, frame, tuple(text), free=free):
                        return self._calls(special, slots)
        return None

    def _calls(self, special: Special, slots: Slots) -> tuple[list[Call], list[Thing]]:
        values = {name: value for name, value in slots.items() if name != THING} | dict(special.fixed)
        things, several = slots.get(THING) or (self._fitting(special), False)
        if not things:
            raise Miss("There is nothing here that can do that.", final=True)
        if len(things) > 1 and not several:
            raise Miss(f"Do you mean {joined([spoken(thing) for thing in things], 'or')}?", final=True)
        return [Call(special.verb, {"device": thing.name, **values}) for thing in things], things

    def _fitting(self, special: Special) -> list[Thing]:
        return [thing for thing in self._home.things if special.fits(thing)]

    def _fill(
        self, special: Special, tool: Tool, frame: tuple[str, ...], text: tuple[str, ...], *, free: bool
    ) -> Iterator[Slots]:
        if not frame or not text:
            if not frame and not text:
                yield {}
            return
        first, rest = frame[0], frame[1:]
        if not first.startswith("{"):
            if text[0] == first:
                yield from self._fill(special, tool, rest, text[1:], free=free)
            return
        for length in range(1, min(LONGEST_SLOT, len(text) - len(rest)) + 1):
            said, name = text[:length], first.strip("{}")
            value = self._meant(special, said) if first == THING else self._value(tool, name, said, free=free)
            if value is not None:
                for others in self._fill(special, tool, rest, text[length:], free=free):
                    yield {first if first == THING else name: value, **others}

    def _meant(self, special: Special, said: tuple[str, ...]) -> tuple[list[Thing], bool] | None:
        """The things that a phrase names, and whether it speaks of several."""
        noun, area = self._names.nouns.get(said), None
        if noun is None and "in" in said[1:-1]:
            at = said.index("in", 1)
            noun, area = self._names.nouns.get(said[:at]), self._names.areas.get(said[at + 1 :])
            if area is None:
                return None
        if noun is None and said[0] == "all":
            noun = self._names.nouns.get(said[1:])
        if noun is None:
            return None
        ranks = [[t for t in rank if special.fits(t) and area in (None, t.area)] for rank in noun.ranks]
        several = (noun.plural and not ranks[EXACT]) or said[0] == "all"
        if several:
            return list(dict.fromkeys(itertools.chain.from_iterable(ranks))), True
        found = ranks[EXACT] or ([] if special.exact else ranks[PART] or ranks[KIND])
        return (found, False) if found else None

    def _value(self, tool: Tool, name: str, said: tuple[str, ...], *, free: bool) -> Any:
        schema = tool.properties.get(name, {})
        if schema.get("type") == "array":
            return self._rooms(said)
        if schema.get("enum") is None and schema.get("type", "string") == "string" and not free:
            return None
        value = value_of(schema, said)
        return None if value in TAKEN and name != "value" else value

    def _rooms(self, said: tuple[str, ...]) -> list[str] | None:
        """ "Kitchen and hallway"; only what is a room of the home."""
        parts = [tuple(part.split()) for part in " ".join(said).replace(" , ", " and ").split(" and ")]
        rooms = [self._names.areas.get(part, "") for part in parts]
        return rooms if all(rooms) else None


def _words(frame: str) -> tuple[str, ...]:
    return tuple(
        part if part.startswith("{") else words(part)[0] for part in frame.split() if part not in DETERMINERS
    )
