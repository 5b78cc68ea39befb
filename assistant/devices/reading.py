"""What a described device is and reports: its properties out of its parts, read from their topics."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from assistant.device import Device
from assistant.devices.found import Availability, Command, Found, Part, Reader
from assistant.devices.presence import Whereabouts
from assistant.devices.properties import Property, Role
from assistant.devices.slots import keep_learnt, learn, slots_of
from assistant.devices.wording import phrase
from assistant.plugin import Host
from assistant.tools.sentences import listed

UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, AttributeError)
"""What readers raise on a payload that is not what the source expected."""


class Carrier(Protocol):
    """Who takes commands to the device: its source."""

    @property
    def title(self) -> str: ...
    @property
    def way(self) -> str: ...
    async def send(self, command: Command) -> None: ...
    def complain(self, text: str, same: object = None) -> None: ...


class Described(Device):
    """A device made of described parts: identity, state and presence."""

    def __init__(self, found: Found, parts: Sequence[Part], carrier: Carrier, **naming: Any) -> None:
        self._found = found
        self._parts = list(parts)
        self._carrier = carrier
        self._slots = slots_of(parts)
        self._presence = Whereabouts(found, parts)
        self._stale_at: dict[str, float] = {}
        super().__init__(**naming)

    @property
    def id(self) -> str:
        """Its own for ever: of the physical device and its main part."""
        return f"{self._found.id}/{self._parts[0].id}"

    @property
    def model(self) -> str:
        """Who made it, and what it is called there."""
        return self._found.model

    def topics_filled(self) -> set[str]:
        """Where it is heard."""
        return super().topics_filled() | self.topics().keys()

    @property
    def found(self) -> Found:
        """As its source described it."""
        return self._found

    @property
    def household_kind(self) -> str:
        """The household word for it."""
        return self._parts[0].kind

    @property
    def source(self) -> str:
        """Which source found it."""
        return self._carrier.title

    @property
    def way(self) -> str:
        """What stands between us and it."""
        return self._carrier.way

    @property
    def properties(self) -> Mapping[str, Property]:
        """What can be read and written, by state field."""
        return {name: slot.property for name, slot in self._slots.items()}

    @property
    def states(self) -> dict[str, Any]:
        """What it has reported and is still to be believed, by field."""
        if self._stale_at:
            now = time.monotonic()
            for name in [name for name, stale_at in self._stale_at.items() if stale_at < now]:
                del self._stale_at[name]
                self.take(name, self._slots[name].property.lapsed)
        absent = self._presence.absent
        if not absent:
            return self._states
        return {
            name: value for name, value in self._states.items() if self._slots[name].part.id not in absent
        }

    @property
    def reports(self) -> bool:
        """Whether it tells its state at all; some only listen."""
        return any(part.reports for part in self._parts)

    def can(self, name: str) -> bool:
        """Whether a property of this name can be written."""
        slot = self._slots.get(name)
        return slot is not None and slot.property.writable

    def acts(self, action: str) -> bool:
        """Whether it has an action of this name."""
        return any(action in part.actions for part in self._parts)

    def actions(self) -> list[str]:
        """All its actions."""
        return [action for part in self._parts for action in part.actions]

    def topics(self) -> dict[str, list[Callable[[bytes], None]]]:
        """What must be heard for it: topic → readers."""
        found: dict[str, list[Callable[[bytes], None]]] = {}
        for part in self._parts:
            for topic, reader in part.readers.items():
                found.setdefault(topic, []).append(self._taker(part, topic, reader))
        for place, say in self._presence.places():
            found.setdefault(place.topic, []).append(self._presence_taker(place, say))
        return found

    def attach(self, host: Host) -> Callable[[], None]:
        """Bind to the house and hear its topics; returns what undoes it."""
        undo = [super().attach(host)]
        undo += [host.subscribe(topic, self._hearer(takers)) for topic, takers in self.topics().items()]

        def close() -> None:
            for undone in undo:
                undone()

        return close

    def complain(self, text: str, same: object = None) -> None:
        """Its source says it once: a device that comes and goes is made anew each time."""
        self._carrier.complain(text, (self.id, same) if same is not None else None)

    def _hearer(self, takers: Sequence[Callable[[bytes], None]]) -> Callable[[str, bytes], None]:
        def hear(_topic: str, payload: bytes) -> None:
            def take_all() -> None:
                for take in takers:
                    take(payload)

            self.heard(take_all)

        return hear

    def inherit(self, other: Described) -> None:
        """Keep what an earlier description of the same device has reported: not everything is said again."""
        keep_learnt(self._slots, other._slots, self._parts)
        slots = other._slots.items()
        told = {(slot.part.id, slot.inner): name for name, slot in slots if name in other._states}
        for name, slot in self._slots.items():
            if (before := told.get((slot.part.id, slot.inner))) is not None:
                self._states[name] = other._states[before]
        self._stale_at = {name: at for name, at in other._stale_at.items() if name in self._slots}
        self._presence.inherit(other._presence)

    def receive_message(self, topic: str, payload: bytes) -> None:
        """Take a message that came before this device listened to its topic."""
        if takers := self.topics().get(topic):
            self._hearer(takers)(topic, payload)

    def receive(self, part_id: str, values: Mapping[str, Any]) -> None:
        """Take values that came some other way than over MQTT."""
        part = next(part for part in self._parts if part.id == part_id)
        self.heard(lambda: self._take(part, values))

    def _taker(self, part: Part, topic: str, reader: Reader) -> Callable[[bytes], None]:
        def take(payload: bytes) -> None:
            try:
                self._take(part, reader(payload))
            except UNREADABLE as error:
                self.misread(f"{self.name} could not read {topic}: {error}")

        return take

    def _take(self, part: Part, values: Mapping[str, Any]) -> None:
        if part.open:
            learn(self._slots, part, values)
        for name, slot in self._slots.items():
            if slot.part is part and slot.inner in values:
                try:
                    self.take(name, slot.property.fit(values[slot.inner]))
                    self._expect(name, slot.property)
                except ValueError as error:
                    self.misread(f"{self.name} reports {slot.property.spoken} wrongly: {error}")

    def _expect(self, name: str, own: Property) -> None:
        """A report that lapses does so counted from now."""
        self._stale_at.pop(name, None)
        if own.expires and self._states[name] != own.lapsed:
            self._stale_at[name] = time.monotonic() + own.expires

    def _presence_taker(
        self, place: Availability, say: Callable[[bool | None], None]
    ) -> Callable[[bytes], None]:
        def take(payload: bytes) -> None:
            try:
                say(place.read(payload))
            except UNREADABLE as error:
                self.misread(f"{self.name} could not read {place.topic}: {error}")

        return take

    def set_present(self, there: bool) -> None:
        """It came or went, said some other way than on a topic."""
        self._presence.say(there)

    @property
    def available(self) -> bool | None:
        """Whether it is there; None until somebody said so."""
        return self._presence.there

    def describe(self) -> str:
        """Its state as a phrase: the main properties, else the sensors."""
        if self.available is False:
            return f"{self.name} is offline"
        for roles in ({Role.MAIN}, {Role.SENSOR}, {Role.SETTING, Role.DIAGNOSTIC}):
            phrases = [
                self.phrase(name, value)
                for name, value in self.states.items()
                if value is not None and self._slots[name].property.role in roles
            ]
            if phrases:
                return f"{self.name} is {listed(phrases[:4])}"
        return f"{self.name} has not reported yet"

    def phrase(self, name: str, value: Any) -> str:
        """One property in words."""
        return phrase(self._slots[name].property, value)
