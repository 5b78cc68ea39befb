"""What the brain is told about the home: names by area, nothing about state; of a large home a part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.device import Device
from assistant.home.areas import AreaNames
from assistant.home.registry import Registry, cleaned, folded
from assistant.prompts import Areas, Entry, Storeys, called
from assistant.tokens import BYTES_PER_TOKEN

ASKED_SELDOM = ("sensor", "detector", "meter", "remote", "button", "keypad")
"""Kinds that stand behind lamps and locks when not all can be named."""
HEADING_BYTES = 4
"""Signs around an area or a kind."""


def by_area(devices: Iterable[Device], names: AreaNames) -> Areas:
    """Catalogue entries by area with its other names, areas and devices in the order they came."""
    areas: dict[str, list[Entry]] = {}
    for device in devices:
        areas.setdefault(device.area, []).append(_entry(device))
    return {called((area, *names.of(area))): entries for area, entries in areas.items()}


def storeys(registry: Registry) -> Storeys:
    """The floors on which there is anything, with those of their areas where it is."""
    floors, areas = registry.floors, {folded(device.area) for device in registry.devices}
    lived_in = ((floor, [area for area in floor.areas if folded(area) in areas]) for floor in floors.all)
    return Storeys([(floors.names(floor), inside) for floor, inside in lived_in if inside], floors.relative)


def chosen(devices: Sequence[Device], *, tokens: int, lately: Sequence[str]) -> list[Device]:
    """As many devices as the catalogue may name, those used lately first; in the order they came."""
    used = {name: place for place, name in enumerate(lately)}

    def urgency(device: Device) -> tuple[int, bool]:
        return used.get(device.name, len(used)), device.household_kind.endswith(ASKED_SELDOM)

    left = tokens * BYTES_PER_TOKEN
    headings: set[tuple[str, ...]] = set()
    named: set[str] = set()
    for device in sorted(devices, key=urgency):
        entry = _entry(device)
        new = {(device.area,), (device.area, entry.kind)} - headings
        left -= _bytes(entry.name, *entry.aliases) + sum(_bytes(path[-1]) + HEADING_BYTES for path in new)
        if left < 0:
            break
        headings |= new
        named.add(device.name)
    return [device for device in devices if device.name in named]


def _entry(device: Device) -> Entry:
    return Entry(device.name, cleaned(device.household_kind) or "device", tuple(device.aliases))


def _bytes(*names: str) -> int:
    return sum(len(name.encode()) + 2 for name in names) + (len("(also )") if len(names) > 1 else 0)
