"""The state fields of a described device: the properties of all its parts under names of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.devices import properties
from assistant.devices.found import Part, slug
from assistant.devices.properties import Property, Role
from assistant.devices.trust import orders

MOST_LEARNT = 24
"""Fields that a device may have beyond those that its source has named."""
USUAL: Mapping[str, Property] = {
    own.name: own for own in (properties.BATTERY, properties.TEMPERATURE, properties.HUMIDITY)
}


@dataclass(frozen=True, slots=True)
class Slot:
    """A property of the composed device: which part has it, and under which name there."""

    property: Property
    part: Part
    inner: str
    learnt: bool = False
    """Its source did not name it; a report did."""


def slots_of(parts: Sequence[Part]) -> dict[str, Slot]:
    """State fields of all parts; a name that is taken gets its part's name before it."""
    slots: dict[str, Slot] = {}
    for part in parts:
        for own in part.properties:
            name = own.name
            if name in slots and part.slug() != name:
                name = f"{part.slug()}_{name}"
            while name in slots:
                name += "_2"
            title = own.title if name == own.name else name.replace("_", " ")
            if orders(title or own.spoken):
                title = f"{part.kind} {len(slots) + 1}"
            slots[name] = Slot(own if own.title == title else own.but(title=title), part, own.name)
    return {name: _told_apart(slot, slots) for name, slot in slots.items()}


def _told_apart(slot: Slot, slots: Mapping[str, Slot]) -> Slot:
    """The first of several that measure the same is spoken of by its part's name, as the others are."""
    own, part = slot.property, slot.part
    if own.title or not part.name or own.role is Role.MAIN or orders(part.name):
        return slot
    alike = any(other.inner == slot.inner and other.part is not part for other in slots.values())
    return replace(slot, property=own.but(title=f"{part.name.casefold()} {own.spoken}")) if alike else slot


def learn(slots: dict[str, Slot], part: Part, values: Mapping[str, Any]) -> None:
    """Give fields to what an open part tells beyond its properties: plain values only, and not without end.

    What another part has a field for stays that part's.
    """
    for name, value in values.items():
        known = slots.get(name)
        if known is not None and not (known.learnt and known.part is part):
            continue
        kind: Any = float if isinstance(value, int) and not isinstance(value, bool) else type(value)
        if kind not in (bool, float, str) or (known is not None and _holds(known.property, kind)):
            continue
        if known is not None or _may_learn(slots, name):
            usual = USUAL.get(name) if kind is float else None
            slots[name] = Slot(usual or Property(name, kind, role=Role.DIAGNOSTIC), part, name, learnt=True)


def _holds(own: Property, kind: type) -> bool:
    return own.type is kind or (own.type is int and kind is float)


def _may_learn(slots: Mapping[str, Slot], name: str) -> bool:
    enough = sum(slot.learnt for slot in slots.values()) >= MOST_LEARNT
    return not enough and slug(name) == name and not orders(name.replace("_", " "))


def keep_learnt(slots: dict[str, Slot], earlier: Mapping[str, Slot], parts: Sequence[Part]) -> None:
    """Let a new description of a device have what its parts have shown before."""
    by_id = {part.id: part for part in parts}
    for name, slot in earlier.items():
        if slot.learnt and name not in slots and slot.part.id in by_id:
            slots[name] = replace(slot, part=by_id[slot.part.id])
