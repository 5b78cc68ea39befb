"""Functions of clients that tell nothing of a home: phrases made of their own names and parameters.

Names of devices and rooms are passed on as they were said; only the client knows which there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from assistant.brain.home import Tool
from assistant.brain.understanding.meaning import Call, Miss

SWITCHING = ("turn", "switch", "put")
POWER = ("on", "off")
ASKING = frozenset({"get", "check", "read", "query", "fetch", "find", "show", "tell"})
SETTING = frozenset({"set", "control", "change", "adjust", "update", "manage", "toggle", "turn", "switch"})
STATES = frozenset({"state", "action", "power", "status", "command", "mode"})
PLACES = frozenset({"room", "area", "location", "zone", "place", "city", "town"})
UNITS = ("seconds", "minutes", "hours", "percent", "degrees")
ANYTHING = STATES | {"device", "devices", "entity", "thing", "appliance", "smart", "home", "values"}
QUESTIONS = ("what is", "how is", "get", "tell me", "show me", "check", "")
PRONOUNS = frozenset({"it", "that", "this", "them", "those", "these", "that 1", "this 1"})
MOST_PHRASES = 60


class Lately:
    """What was named in the last call; "it" means that."""

    def __init__(self) -> None:
        self._named: dict[str, Any] = {}

    def meant(self, call: Call) -> Call:
        """The call with names in place of pronouns.

        Raises:
            Miss: nothing was named that a pronoun could mean.
        """
        if any(value in PRONOUNS and name not in self._named for name, value in _texts(call)):
            raise Miss("Which one do you mean?", final=True)
        named = {name: self._named[name] for name, value in _texts(call) if value in PRONOUNS}
        self._named = {**call.args, **named}
        return replace(call, args=self._named)


def _texts(call: Call) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in call.args.items() if isinstance(value, str))


def told_apart(tool: Tool) -> tuple[Tool, tuple[str, ...]]:
    """The function, its states with the words they may have, and phrases that call it."""
    clear = replace(tool, parameters={**tool.parameters, "properties": _with_states(tool.properties)})
    return clear, tuple(dict.fromkeys(_Shape.of(clear).phrases()))[:MOST_PHRASES]


def _with_states(properties: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Any words fit a text; one that is called a state can only be on or off here."""
    return {
        name: {**schema, "enum": list(POWER)} if name in STATES and _is_free(schema) else schema
        for name, schema in properties.items()
    }


def _is_free(schema: Mapping[str, Any]) -> bool:
    return schema.get("type", "string") == "string" and not schema.get("enum")


def _is_power(schema: Mapping[str, Any]) -> bool:
    choices = {str(choice).lower() for choice in schema.get("enum", ())}
    return schema.get("type") == "boolean" or set(POWER) <= choices


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a function does to what, as far as its name and parameters show."""

    verb: str
    nouns: str
    power: str
    """``on`` or ``off`` from its name, or a slot."""
    place: str
    name: str
    numbers: tuple[str, ...]
    whole: str
    """Its name in plain words."""

    @classmethod
    def of(cls, tool: Tool) -> _Shape:
        """Read a function's declaration."""
        named = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", tool.name).lower()
        words = [word for word in re.split(r"[\W_]+", named) if word]
        verb = words[0] if words and words[0] in ASKING | SETTING else ""
        literal = next((word for word in words if word in POWER), "")
        nouns = [w for w in words if w not in ANYTHING and w not in POWER and w != verb]
        slots = {
            name: schema
            for name, schema in tool.properties.items()
            if name in tool.required or not tool.required
        }
        free = [name for name, schema in slots.items() if _is_free(schema) or _is_choice(schema)]
        return cls(
            verb,
            " ".join(nouns),
            literal or next((f"{{{name}}}" for name, schema in slots.items() if _is_power(schema)), ""),
            next((f"{{{name}}}" for name in free if name in PLACES), ""),
            next((f"{{{name}}}" for name in free if name not in PLACES), ""),
            tuple(name for name, schema in slots.items() if schema.get("type") in ("integer", "number")),
            " ".join(words),
        )

    def phrases(self) -> Iterator[str]:
        """The likeliest first."""
        things = list(self._things())
        for number in self.numbers:
            for thing in things or [number]:
                yield from self._with_number(thing, number)
        for thing in things:
            if self.power and not self.numbers:
                for switch in SWITCHING:
                    yield f"{switch} {self.power} {thing}"
                    yield f"{switch} {thing} {self.power}"
            elif self.verb in ASKING:
                # "{city} weather" alone would take "what is the" for a city
                asked = QUESTIONS[:-1] if thing.startswith("{") else QUESTIONS
                yield from (f"{question} {thing}".strip() for question in asked)
            elif not self.numbers:
                yield f"{self.verb} {thing}".strip()
        if not (self.place or self.name or self.numbers) and (self.power in ("", *POWER)):
            yield self.whole

    def _things(self) -> Iterator[str]:
        """How one may call what it is about."""
        if self.place and self.nouns:
            yield f"{self.place} {self.nouns}"
            for little in ("in", "for", "of", "at", "like in"):
                yield f"{self.nouns} {little} {self.place}"
        elif self.name and self.nouns and (self.verb in ASKING or not self.verb):
            for little in ("", "of", "for", "in"):
                yield f"{self.nouns} {little} {self.name}"
        elif self.name or self.place:
            yield self.name or self.place
        elif self.nouns:
            yield self.nouns

    def _with_number(self, thing: str, number: str) -> Iterator[str]:
        unit = next((unit for unit in UNITS if unit in number), "")
        for verb in ("set", "start", "change", "dim", "turn"):
            yield f"{verb} {thing} to {{{number}}}"
            for each in [unit] if unit else UNITS[3:]:
                yield f"{verb} {thing} to {{{number}}} {each}"
                yield f"{verb} {thing} for {{{number}}} {each}"
                yield f"{verb} {{{number}}} {each.removesuffix('s')} {thing}"


def _is_choice(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("enum")) and schema.get("type") == "string" and not _is_power(schema)
