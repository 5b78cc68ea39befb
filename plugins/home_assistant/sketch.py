"""What one entity can do, drawn from its attributes: properties, how to read and how to set them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.api.sources import Command, Part, Property, Role, Values

UNTOLD = frozenset({"unknown", "unavailable", ""})
Attributes = Mapping[str, Any]
Read = Callable[[str, Attributes], Any]
Call = tuple[str, dict[str, Any]]
"""A service, and what it is given."""


class Unsupported(Exception):
    """This entity becomes nothing; the text says why."""


@dataclass
class Sketch:
    """An entity on its way to a part. ``fahrenheit``: its home measures so."""

    entity: str
    attributes: Attributes
    fahrenheit: bool = False
    role: Role = Role.MAIN
    properties: list[Property] = field(default_factory=list)
    reads: dict[str, Read] = field(default_factory=dict)
    writes: dict[str, Callable[[Any], Call]] = field(default_factory=dict)
    actions: dict[str, Call] = field(default_factory=dict)
    write_all: Callable[[Values], Sequence[Call]] | None = None
    """Instead of one service for each property."""

    @property
    def domain(self) -> str:
        """``light`` of ``light.kitchen``."""
        return self.entity.partition(".")[0]

    @property
    def about(self) -> str:
        """Its device class."""
        return str(self.attributes.get("device_class") or "")

    def words(self, name: str) -> tuple[str, ...]:
        """An attribute that is a list of words."""
        told = self.attributes.get(name)
        return tuple(str(word)[:120] for word in told[:300]) if isinstance(told, list) else ()

    def number(self, name: str, otherwise: float) -> float:
        """An attribute that is a number."""
        told = self.attributes.get(name)
        usable = isinstance(told, int | float) and not isinstance(told, bool) and abs(told) < 1e9
        return float(told) if usable and told is not None else otherwise

    def can(self, feature: int) -> bool:
        """Whether a bit of its supported features is set."""
        told = self.attributes.get("supported_features")
        return isinstance(told, int) and bool(told & feature)

    def has(self, own: Property, read: Read | None = None) -> None:
        """It has a property, read so."""
        self.properties.append(own if read else own.but(readable=False))
        if read is not None:
            self.reads[own.name] = read

    def sets(self, name: str, service: str, key: str, convert: Callable[[Any], Any] = lambda v: v) -> None:
        """A property is set by a service of its domain."""
        self.writes[name] = lambda value: (f"{self.domain}.{service}", {key: convert(value)})

    def switches(self, name: str, on: str, off: str) -> None:
        """A truth is set by two services of its domain."""
        self.writes[name] = lambda value: (f"{self.domain}.{on if value else off}", {})

    def does(self, action: str, service: str, **data: Any) -> None:
        """A wish without a value."""
        self.actions[action] = f"{self.domain}.{service}", data

    def values(self, state: str, attributes: Attributes) -> dict[str, object]:
        """What it reports now; None for what it does not tell."""
        told = state not in UNTOLD
        return {name: read(state, attributes) if told else None for name, read in self.reads.items()}

    def part(self, kind: str, name: str) -> Part:
        """As the house takes it."""
        written = {own.name for own in self.properties if own.name in self.writes or self.write_all}
        own = tuple(each.but(writable=each.writable and each.name in written) for each in self.properties)
        return Part(
            id=self.entity,
            kind=kind,
            properties=own,
            write=self._write if written else None,
            actions={action: [self._command(call)] for action, call in self.actions.items()},
            name=name,
            role=self.role,
            told=bool(self.reads),
        )

    def _write(self, wanted: Values) -> list[Command]:
        if self.write_all is not None:
            return [self._command(call) for call in self.write_all(wanted)]
        return [self._command(self.writes[name](value)) for name, value in wanted.items()]

    def _command(self, call: Call) -> Command:
        service, data = call
        return Command(service, json.dumps({"entity_id": self.entity, **data}))


def truth(state: str) -> bool | None:
    """``on`` and ``off``."""
    return {"on": True, "off": False}.get(state)


def attribute(name: str, convert: Callable[[Any], Any] = lambda v: v) -> Read:
    """A reader of an attribute; None while it is not there."""

    def read(_state: str, attributes: Attributes) -> Any:
        told = attributes.get(name)
        return None if told is None else convert(told)

    return read
