"""A part in the making: its properties, who reads them and who writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from typing import Any

from assistant.api.sources import Command, Part, Property, Reader, Role, Values, decoded, slug, words

from .config import Config, Unsupported
from .templates import Absent, Template

NOTHING = frozenset({"none", "unknown", "unavailable", "null"})
"""Rendered states that mean "not known"."""

Convert = Callable[[str], Any]
Write = Callable[[Any], Sequence[Command]]
Learn = Callable[[str, str, Any], None]
"""Entity id, key of its configuration, and the value that a report has told for it."""
SECRET = re.compile("pass(word|wd)?$|token|secret|code$|api_key")
"""Attributes that nobody should hear."""
MOST_ATTRIBUTES = 64
ALIASES = {"battery_level": "battery", "current_temperature": "temperature", "current_humidity": "humidity"}


@dataclass(frozen=True)
class Owner:
    """What an entity is not told by its configuration: the owner's codes by unique id, and whom to tell what
    a report adds to it.
    """

    codes: Mapping[str, str] = field(default_factory=dict, repr=False)
    learn: Learn = lambda *_: None


NOBODY = Owner()


class Draft:
    """Collects what a component says; ``part`` makes the Part of it.

    ``name`` is the entity's own name without the device's; ``primary`` is False for what is a detail beside
    a lamp, a lock or the like.
    """

    def __init__(
        self, config: Config, owner: Owner = NOBODY, *, id: str, name: str, primary: bool = True
    ) -> None:
        self.config, self.id, self.name, self.primary = config, id, name, primary
        self._owner = owner
        self.component = id.partition(".")[0]
        category = config.text("entity_category") if isinstance(config.raw("entity_category"), str) else ""
        self.role = {"config": Role.SETTING, "diagnostic": Role.DIAGNOSTIC}.get(category, Role.MAIN)
        self._properties: dict[str, Property] = {}
        self._readers: dict[str, list[Reader]] = {}
        self._writers: dict[str, Write] = {}
        self._joint: Callable[[Values], Sequence[Command]] | None = None
        self._actions: dict[str, Sequence[Command]] = {}
        self._topics: set[str] = set()
        self._told: set[str] = set()
        self._open = False

    def has(self, own: Property) -> Property:
        """Give it a property; a detail's is a detail. It can be written once there is a writer."""
        own = own.but(writable=False, expires=max(self.config.number("expire_after", 0), 0))
        if self.role is not Role.MAIN:
            own = own.but(role=self.role)
        self._properties[own.name] = own
        return own

    @property
    def code(self) -> str:
        """The code that its owner has left for it, or ""."""
        return self._owner.codes.get(self.config.text("unique_id"), "")

    def learn(self, key: str, value: Any) -> None:
        """A report has told what the configuration could: the entity is to be described anew."""
        self._owner.learn(self.id, key, value)

    def lapses(self, name: str, seconds: float, value: Any) -> None:
        """So long after a report a property has this value by itself."""
        if seconds > 0:
            self._properties[name] = self._properties[name].but(expires=seconds, lapsed=value)

    def reads(self, name: str, topic: str, template: str, convert: Convert = str) -> bool:
        """A property from a state topic (config keys); whether there is one."""
        where, how = self.config.heard(topic), self.config.template(template)
        if where:
            self.listens(
                where, how, (name,), lambda text: {name: None if text.lower() in NOTHING else convert(text)}
            )
        return bool(where)

    def listens(
        self, topic: str, template: Template | None, names: Sequence[str], told: Callable[[str], Values]
    ) -> None:
        """Let rendered reports of a topic tell these properties; what says nothing is passed over."""
        self._told.update(names)

        def read(payload: bytes) -> Values:
            try:
                text = template.read(payload) if template else words(payload)
            except Absent:
                return {}
            return told(text) if text else {}

        self._readers.setdefault(topic, []).append(read)

    def attributes(self) -> None:
        """Let its attributes be read, besides what it has so far; without a mistake in them."""
        try:
            where = self.config.heard("json_attributes_topic")
            template = self.config.template("json_attributes_template")
        except Unsupported:
            return  # they are extras: the entity is worth having without
        # The raw values of a lamp's own reports are told already, in the house's scale.
        if not where or (where in self._readers and self._written and template is None):
            return
        own = frozenset(self._properties)
        self._open = True

        def read(payload: bytes) -> Values:
            report = decoded(template.read(payload).encode() if template else payload)
            if not isinstance(report, dict):
                raise ValueError("its attributes are no JSON object")
            named = ((ALIASES.get(name := slug(str(key)), name), value) for key, value in report.items())
            return {
                name: value
                for name, value in islice(named, MOST_ATTRIBUTES)
                if isinstance(value, str | int | float) and name not in own and not SECRET.search(name)
            }

        self.hears(where, (), read)

    def hears(self, topic: str, names: Sequence[str], read: Reader) -> None:
        """A reader of its own for reports that tell several properties."""
        self._told.update(names)

        def reader(payload: bytes) -> Values:
            try:
                return read(payload)
            except Absent:
                return {}

        self._readers.setdefault(topic, []).append(reader)

    def knows(self, name: str) -> bool:
        """Whether it has a property of this name."""
        return name in self._properties

    @property
    def can_do_anything(self) -> bool:
        """Whether it has an action."""
        return bool(self._actions)

    def does(self, action: str, commands: Sequence[Command]) -> None:
        """An action of these commands."""
        self._actions[action] = commands

    def writes(self, name: str, write: Write) -> None:
        """How a wished value of a property becomes commands; the property must be there."""
        self._properties[name] = self._properties[name].but(writable=True)
        self._writers[name] = write

    def writes_together(self, write: Callable[[Values], Sequence[Command]]) -> None:
        """One writer for all properties so far at once."""
        self._properties = {name: own.but(writable=True) for name, own in self._properties.items()}
        self._joint = write

    def acts(self, action: str, topic: str, payload: str) -> None:
        """An action; none when the configuration has no topic for it."""
        if self.config.topic(topic):
            self._actions[action] = [self.command(topic, payload)]

    def command(self, topic: str, payload: str) -> Command:
        """A message on a topic of the configuration."""
        where = self.config.topic(topic)
        if not where:
            raise Unsupported(f"it has no {topic}")
        self._topics.add(where)
        return Command(where, payload, self.config.qos, self.config.retain)

    def setter(self, topic: str, template: str) -> Callable[..., Command]:
        """How to send a value on a topic through a template (config keys); both are checked now."""
        bare = self.command(topic, "")
        how = self.config.template(template)

        def send(value: Any, **variables: Any) -> Command:
            payload = how.fill(value, **variables) if how else str(value)
            return replace(bare, payload=payload)

        return send

    def part(self, kind: str) -> Part:
        """What was collected.

        Raises:
            Unsupported: that is nothing.
        """
        known = {name: own for name, own in self._properties.items() if own.writable or name in self._told}
        if not known and not self._actions and not self._open:
            raise Unsupported("there is nothing to control or to read")
        readers = {topic: _merged(many) for topic, many in self._readers.items()}
        return Part(
            self.id,
            kind,
            tuple(
                shared(own if name in self._told else own.but(readable=False)) for name, own in known.items()
            ),
            readers,
            self._joint or (_each(self._writers) if self._writers else None),
            dict(self._actions),
            frozenset(self._topics),
            self.name,
            self.role,
            open=self._open,
        )

    @property
    def _written(self) -> bool:
        return bool(self._writers) or self._joint is not None


@lru_cache(maxsize=4096)
def shared(own: Property) -> Property:
    """The same object for what is equal: a home has thousands of properties, and few different ones."""
    return own


def _each(writers: Mapping[str, Write]) -> Callable[[Values], Sequence[Command]]:
    return lambda values: [command for name, value in values.items() for command in writers[name](value)]


def _merged(readers: Sequence[Reader]) -> Reader:
    if len(readers) == 1:
        return readers[0]

    def read(payload: bytes) -> Values:
        """What one cannot read does not stop the others; only when all are silent its problem is told."""
        values: dict[str, Any] = {}
        problem: ValueError | None = None
        for reader in readers:
            try:
                values.update(reader(payload))
            except ValueError as error:
                problem = problem or error
        if problem and not values:
            raise problem
        return values

    return read


def one_of(meanings: Mapping[str, Any]) -> Convert:
    """A word as what it means; another word means nothing and is an error."""

    def convert(text: str) -> Any:
        if text not in meanings:
            raise ValueError(f"{text[:40]!r} is none of {', '.join(meanings)}"[:200])
        return meanings[text]

    return convert


def number_of(text: Any) -> float:
    """A reported number; the complaint does not quote it, so that it is the same for each report."""
    try:
        return float(text)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("it reports no number") from None


def shown(value: float) -> str:
    """A number as devices write it: no ``.0``, at most four decimals."""
    return f"{round(value, 4):g}" if abs(value) < 100_000 else str(round(value, 4))


def scaled(value: float, ends: tuple[float, float]) -> float:
    """Percent on a scale whose ends are 0 and 100 percent."""
    return ends[0] + value * (ends[1] - ends[0]) / 100


def percent(value: float, ends: tuple[float, float]) -> int:
    """A value of a scale in percent, within 0 to 100."""
    return min(max(round((value - ends[0]) * 100 / (ends[1] - ends[0])), 0), 100)
