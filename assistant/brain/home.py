"""The home as the brain knows it: what the setup message says, and nothing more."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SEVERAL_ROOMS = "people are heard in several rooms"
HUNG = re.compile(
    r"^what is on a screen now was hung there at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.$", re.IGNORECASE
)
HEADING = re.compile(r"^devices by area\b", re.IGNORECASE)
ENTRY = re.compile(r"([^(),]+)(?:\(also ([^()]*)\))?")
STOREYS = re.compile(r"^floors\b.*\bareas\b", re.IGNORECASE)
PLACE = re.compile(r"([^()]+)(?:\(also ([^()]*)\))?")
RELATIVE = ("upstairs", "downstairs", "this floor")
"""Floors that only the house knows: it was told in which room it was said."""
EXAMPLES = re.compile(r"for example:(.*)\Z", re.IGNORECASE | re.DOTALL)
SEQUEL = "…"
QUOTED = re.compile(r'["“]([^"“”]{1,200})["”]')
TELLING_VERBS: Mapping[str, str] = {
    "lock": "lock",
    "set_temperature": "thermostat",
    "set_position": "blinds",
    "start_cleaning": "vacuum",
    "set_volume": "media player",
    "set_speed": "fan",
}
LAMPS = frozenset({"light", "lamp", "bulb", "strip", "spot", "chandelier", "lantern"})
NO_AREA = "no area"
MOST_THINGS = 2000
MOST_TOOLS = 500
MOST_FLOORS = 40
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Thing:
    """One device: its name, its area ("" when it has none), its kind, and other names for it."""

    name: str
    area: str
    kind: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """One function that the setup declared; ``parameters`` is a JSON schema with lower-case types.

    ``sequels`` are those of its ``phrases`` that say something only after what was done before; whether what
    is said next may go on about this one is ``continues``.
    """

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    phrases: tuple[str, ...] = ()
    sequels: frozenset[str] = frozenset()
    continues: bool = False

    @property
    def properties(self) -> Mapping[str, Mapping[str, Any]]:
        """Schema of each parameter by its name."""
        found: Mapping[str, Mapping[str, Any]] = self.parameters.get("properties", {})
        return found

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the parameters that cannot be left out."""
        return tuple(self.parameters.get("required", ()))


@dataclass(frozen=True, slots=True)
class Floor:
    """Areas above each other: its names, the usual one first."""

    names: tuple[str, ...]
    areas: frozenset[str]


@dataclass(frozen=True, slots=True)
class Home:
    """All that can be spoken about."""

    things: tuple[Thing, ...] = ()
    areas: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    floors: tuple[Floor, ...] = ()
    """The lowest first."""
    knows_rooms: bool = False
    """Whether the house knows in which room it was said, and finds by itself what a bare word means there."""
    relative: tuple[str, ...] = ()
    """Words for a floor that the house finds by itself ("upstairs")."""
    also: tuple[tuple[str, str], ...] = ()
    """Other names of areas: ("lounge", "living room")."""
    hung: datetime | None = None
    """When something was hung on a screen that is still there."""

    def tool(self, name: str) -> Tool | None:
        """The declared function of this name."""
        return next((tool for tool in self.tools if tool.name == name), None)

    def within(self, thing: Thing, place: str | None) -> bool:
        """Whether a thing is in that area or on that floor, or may be for all we know; None: anywhere."""
        if place is None or place == thing.area:
            return True
        if place in self.relative:
            return thing.area in self._perhaps(place)
        floor = next((floor for floor in self.floors if floor.names[0] == place), None)
        named_alike = floor is not None and place in self.areas and place not in floor.areas
        return floor is not None and not named_alike and thing.area in floor.areas

    def _perhaps(self, place: str) -> set[str]:
        """Nothing lies above the lowest floor that is not upstairs from somewhere."""
        floors = {"upstairs": self.floors[1:], "downstairs": self.floors[:-1]}.get(place, self.floors)
        return {area for floor in floors for area in floor.areas}


def read_setup(setup: Mapping[str, Any]) -> Home:
    """Read catalogue and functions from a setup message; what is malformed is left out, never an error."""
    lines = _text(setup.get("systemInstruction")).splitlines()
    areas, things, also = _catalogue(lines)
    tools = tuple(_tools(setup.get("tools")))[:MOST_TOOLS]
    knows_rooms = any(line.casefold().startswith(SEVERAL_ROOMS) for line in lines)
    floors, relative = _floors(lines)
    hung = _hung(lines)
    return Home(things or _enumerated(tools), areas, tools, floors, knows_rooms, relative, also, hung)


def _hung(lines: Sequence[str]) -> datetime | None:
    """When what is on a screen was hung there."""
    told = next((found[1] for line in lines if (found := HUNG.match(line))), "")
    try:
        return datetime.fromisoformat(told) if told else None
    except ValueError:
        return None


def _enumerated(tools: Sequence[Tool]) -> tuple[Thing, ...]:
    """Without a catalogue: what the functions' ``device`` parameters allow, which also tells the kinds."""
    able: dict[str, dict[str, Tool]] = {}
    for tool in tools:
        for name in tool.properties.get("device", {}).get("enum", ()):
            called = _name(str(name))
            if called and not called.lower().startswith("all "):
                able.setdefault(called, {})[tool.name] = tool
    return tuple(Thing(called, "", _kind(called, tools), ()) for called, tools in able.items())


def _kind(called: str, able: Mapping[str, Tool]) -> str:
    """What can do what the functions do; a lamp is told from a switch by the last word of its name."""
    telling = next((kind for verb, kind in TELLING_VERBS.items() if verb in able), "")
    if telling:
        return telling
    last = called.split()[-1].lower().removesuffix("s")
    lit = able["turn_on"].properties if "turn_on" in able else {}
    if "color" in lit:
        return "colour light"
    if "brightness" in lit and last in LAMPS:
        return "dimmable light"
    return "light" if last in LAMPS else "switch" if "turn_on" in able else last


def _items(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _text(instruction: object) -> str:
    if isinstance(instruction, str):
        return instruction
    if not isinstance(instruction, Mapping):
        return ""
    texts = [part.get("text") for part in _items(instruction.get("parts")) if isinstance(part, Mapping)]
    return "\n".join(text for text in [*texts, instruction.get("text")] if isinstance(text, str))


Also = tuple[tuple[str, str], ...]


def _catalogue(lines: Sequence[str]) -> tuple[tuple[str, ...], tuple[Thing, ...], Also]:
    start = next((at for at, line in enumerate(lines) if HEADING.match(line.strip())), len(lines))
    areas: dict[str, None] = {}
    things: dict[tuple[str, str], Thing] = {}
    also: dict[str, str] = {}
    for line in lines[start + 1 :]:
        if not line.strip().startswith("- "):
            break
        heading, _, entries = line.strip()[2:].partition(":")
        named = PLACE.fullmatch(heading)
        area = _name(named[1] if named else heading)
        area = "" if area.lower() == NO_AREA else area
        others = (named[2] or "").split(",") if named and area else []
        also |= {name: area for part in others if (name := _name(part))}
        if area:
            areas[area] = None
        for thing in _entries(area, entries):
            if len(things) < MOST_THINGS:
                things.setdefault((thing.name.lower(), area), thing)
    return tuple(areas), tuple(things.values()), tuple(also.items())


def _floors(lines: Sequence[str]) -> tuple[tuple[Floor, ...], tuple[str, ...]]:
    """The floors, and the words for them that the house says it understands by itself."""
    start = next((at for at, line in enumerate(lines) if STOREYS.match(line.strip())), len(lines))
    paragraph = list(itertools.takewhile(str.strip, lines[start:]))
    floors: list[Floor] = []
    for line in paragraph:
        called, _, areas = line.strip().removeprefix("- ").partition(":")
        if line.strip().startswith("- ") and (names := PLACE.fullmatch(called)):
            also = [name for part in (names[2] or "").split(",") if (name := _name(part))]
            inside = frozenset(area for part in areas.split(",") if (area := _name(part)))
            floors.append(Floor((_name(names[1]), *also), inside))
    told = " ".join(line for line in paragraph if not line.strip().startswith("- "))
    return tuple(floors[:MOST_FLOORS]), tuple(word for word in RELATIVE if f'"{word}"' in told)


def _entries(area: str, text: str) -> Iterator[Thing]:
    for group in text.split(";"):
        kind, _, names = group.partition(":")
        for name, also in ENTRY.findall(names):
            aliases = tuple(alias for part in also.split(",") if (alias := _name(part)))
            if cleaned := _name(name):
                yield Thing(cleaned, area, _name(kind).lower() or "device", aliases)


def _name(text: str) -> str:
    return " ".join(text.split())[:LONGEST_NAME].strip()


def _tools(groups: object) -> Iterator[Tool]:
    seen: set[str] = set()
    for group in _items(groups):
        declared = group.get("functionDeclarations") if isinstance(group, Mapping) else None
        for entry in _items(declared):
            tool = _tool(entry) if isinstance(entry, Mapping) else None
            if tool and tool.name not in seen:
                seen.add(tool.name)
                yield tool


def _tool(entry: Mapping[str, Any]) -> Tool | None:
    name = entry.get("name")
    if not isinstance(name, str) or not name:
        return None
    description = entry.get("description")
    description = description if isinstance(description, str) else ""
    schema = entry.get("parameters") or entry.get("parametersJsonSchema")
    examples = EXAMPLES.search(description)
    told = QUOTED.findall(examples.group(1)) if examples else []
    marked = [phrase for phrase in told if phrase.startswith(SEQUEL)]
    phrases = tuple(filter(None, (phrase.removeprefix(SEQUEL).strip() for phrase in told)))
    sequels = frozenset(phrase.removeprefix(SEQUEL).strip() for phrase in marked)
    return Tool(name, description, _schema(schema), phrases, sequels, bool(marked))


def _schema(schema: object) -> dict[str, Any]:
    """The schema of an object of parameters, one level deep, in one spelling."""
    if not isinstance(schema, Mapping):
        return {}
    declared = schema.get("properties")
    properties = {
        name: _property(about)
        for name, about in (declared.items() if isinstance(declared, Mapping) else ())
        if isinstance(name, str)
    }
    required = [name for name in _items(schema.get("required")) if name in properties]
    return {"type": "object", "properties": properties, "required": required}


def _property(about: object) -> dict[str, Any]:
    if not isinstance(about, Mapping):
        return {"type": "string"}
    for choice in (about, *(c for c in _items(about.get("anyOf")) if isinstance(c, Mapping))):
        kind = choice.get("type")
        kind = next((k for k in _items(kind) if k != "null"), kind)
        if isinstance(kind, str) and kind.lower() != "null":
            enum = [item for item in _items(choice.get("enum")) if isinstance(item, str | int)]
            limits = {key: choice[key] for key in ("minimum", "maximum") if _is_number(choice.get(key))}
            form = _form(about.get("description"))
            return {"type": kind.lower(), **({"enum": enum} if enum else {}), **limits, **form}
    return {"type": "string"}


def _form(description: object) -> dict[str, str]:
    """How a description says that a value is written: ``seconds``, a ``moment``, one of the ``morning``."""
    text = description if isinstance(description, str) else ""
    if "in seconds" in text:
        return {"form": "seconds"}
    if "HH:MM" in text:
        return {"form": "morning" if "in the morning" in text else "moment"}
    return {}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
