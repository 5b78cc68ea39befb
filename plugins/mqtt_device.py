"""Any MQTT device from a few lines of YAML: what it reports where, and with which words it obeys.

    plugins:
      - mqtt_device:
          name: rain pump
          area: garden
          kind: switch
          topic: garden/pump                        # it reports here ...
          command_topic: garden/pump/set            # ... and obeys here; left out: `<topic>/set`
          properties:
            on: {sends: {on: RUN, off: HALT}, reads: {running: on, stopped: off}}
            litres: {key: meter.total, unit: litres}    # a field of a JSON report

docs/plugins.md has the words that a property knows.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from assistant.api import PluginError, Topic
from assistant.api.sources import (
    Availability,
    Command,
    Found,
    Part,
    Property,
    Role,
    Source,
    Values,
    decoded,
    properties,
    words,
)

USUAL = {own.name: own for own in vars(properties).values() if isinstance(own, Property)}
WORDS = (
    *("topic", "command_topic", "key", "command_key", "sends", "reads"),
    *("low", "high", "unit", "options", "writable"),
)
HERE = ("online", "on", "1", "true", "connected", "ready")
GONE = ("offline", "off", "0", "false", "disconnected", "lost", "")
TRUTH = {True: "on", False: "off"}


@dataclass(frozen=True)
class Field:
    """One property between house and device: where it is read and sent, in which words and scale."""

    own: Property
    topic: str
    key: str
    command_topic: str
    command_key: str
    sends: Mapping[str, Any] = field(default_factory=dict)
    reads: Mapping[str, str] = field(default_factory=dict)
    low: float = 0.0
    high: float = 100.0

    @property
    def scaled(self) -> bool:
        """Whether the device counts otherwise than from 0 to 100 percent."""
        return self.own.unit.startswith("percent") and (self.low, self.high) != (0.0, 100.0)

    def read(self, payload: bytes) -> Values:
        """The value in a report; a JSON report without the key says nothing about it."""
        value: Any = words(payload)
        if self.key:
            value = decoded(payload)
            for step in self.key.split("."):
                if not isinstance(value, dict):
                    raise TypeError(f"expected a JSON object with {self.key!r}, got {payload[:40]!r}")
                if step not in value:
                    return {}
                value = value[step]
        elif value.startswith("{"):
            raise ValueError(f"{value[:40]!r} is JSON: say which of it, {self.own.name}: {{key: …}}")
        value = self.reads.get(_word(value), value)
        return {self.own.name: self._percent(value) if self.scaled else value}

    def _percent(self, value: Any) -> float | None:
        return None if value is None else (float(value) - self.low) * 100 / (self.high - self.low)

    def sent(self, value: Any) -> Any:
        """A wished value in the device's words."""
        word = _word(value)
        if word in self.sends:
            return self.sends[word]
        if self.scaled:
            return round(self.low + float(value) * (self.high - self.low) / 100)
        return word.upper() if isinstance(value, bool) else value


class MqttDevice(Source):
    """One device of any kind.

    ``actions`` are words it obeys, such as ``{open: UP, stop: HALT}``; ``availability`` is the topic where it
    says ``online`` or ``offline``.
    """

    rank: ClassVar[int] = 100
    name: str
    area: str = ""
    aliases: list[str] = []  # noqa: RUF012 - a setting with a default, never changed in place
    kind: str = "device"
    topic: Topic
    command_topic: Topic = ""
    properties: dict[str, dict[str, Any]] = {}  # noqa: RUF012
    actions: dict[str, str] = {}  # noqa: RUF012
    availability: str = ""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._fields = [self._field(name, told) for name, told in self.properties.items()]
        if not self._fields and not self.actions:
            raise PluginError(f"{self.name} has neither properties nor actions; give it one of them")

    @property
    def title(self) -> str:
        """Its place among the sources: the owner wrote it down."""
        return "configuration"

    async def run(self) -> None:
        """Show the device: it was found in the configuration."""
        main = Part(
            "main",
            self.kind,
            tuple(each.own for each in self._fields),
            readers={each.topic: self._read(each.topic) for each in self._fields if each.own.readable},
            write=self._write,
            actions={name: [Command(self._commands, word)] for name, word in self.actions.items()},
        )
        presence = (Availability(self.availability, _present),) if self.availability else ()
        self.show(
            Found(
                id=f"mqtt {self.name}",
                name=self.name,
                parts=(main,),
                area=self.area,
                aliases=tuple(self.aliases),
                availability=presence,
            )
        )

    @property
    def _commands(self) -> str:
        return self.command_topic or f"{self.topic}/set"

    def _field(self, name: str, told: Mapping[str, Any]) -> Field:
        for word in told:
            if word not in WORDS:
                near = difflib.get_close_matches(str(word), WORDS, 1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise PluginError(f"{self.name}: property {name!r} has no setting {word!r}{hint}")
        key, sends = str(told.get("key", "")), {_word(k): v for k, v in told.get("sends", {}).items()}
        low, high = float(told.get("low", 0)), float(told.get("high", 100))
        if not low < high:
            raise PluginError(f"{self.name}: {name!r} goes from {low:g} to {high:g}; low must be below high")
        reads = {_word(k): _word(v) for k, v in told.get("reads", {}).items()}
        return Field(
            _property(name, told),
            topic=str(told.get("topic", self.topic)),
            key=key,
            command_topic=str(told.get("command_topic", self._commands)),
            command_key=str(told.get("command_key", key)),
            sends=sends,
            reads=reads or {_word(word): own for own, word in sends.items()},
            low=low,
            high=high,
        )

    def _read(self, topic: str) -> Callable[[bytes], Values]:
        fields = [each for each in self._fields if each.topic == topic]

        def read(payload: bytes) -> Values:
            values: dict[str, Any] = {}
            for each in fields:
                values.update(each.read(payload))
            return values

        return read

    def _write(self, values: Values) -> Sequence[Command]:
        """One message for each topic: JSON with all its keys, or the bare word."""
        bodies: dict[str, dict[str, Any]] = {}
        plain: list[Command] = []
        for each in self._fields:
            if each.own.name in values:
                sent = each.sent(values[each.own.name])
                if each.command_key:
                    bodies.setdefault(each.command_topic, {})[each.command_key] = sent
                else:
                    plain.append(Command(each.command_topic, _word(sent)))
        return [*(Command(topic, json.dumps(body)) for topic, body in bodies.items()), *plain]


def _property(name: str, told: Mapping[str, Any]) -> Property:
    """One of the usual properties, or a measured value of the device's own."""
    options = tuple(str(option) for option in told.get("options", ()))
    unit = str(told.get("unit", ""))
    if (usual := USUAL.get(name)) is not None:
        own = usual.but(options=options or usual.options, unit=unit or usual.unit)
        if not own.unit.startswith("percent"):
            own = own.but(low=told.get("low", own.low), high=told.get("high", own.high))
        return own.but(writable=bool(told.get("writable", own.writable)))
    writable = bool(told.get("writable", False))
    role = Role.SETTING if writable else Role.SENSOR
    type_ = str if options or told.get("reads") else float
    return Property(
        name, type_, unit, told.get("low"), told.get("high"), options=options, writable=writable, role=role
    )


def _present(payload: bytes) -> bool | None:
    word = words(payload).casefold()
    return True if word in HERE else False if word in GONE else None


def _word(value: Any) -> str:
    """A YAML or JSON value as the word it was written as: YAML reads ``on`` as true."""
    return TRUTH[value] if isinstance(value, bool) else str(value)
