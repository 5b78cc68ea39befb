"""What the brain is told about the home: names by area, nothing about state."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.device import Device
from assistant.home.registry import cleaned
from assistant.prompts import Entry


def by_area(devices: Iterable[Device]) -> dict[str, list[Entry]]:
    """Catalogue entries by area, areas and devices in the order they were configured."""
    areas: dict[str, list[Entry]] = {}
    for device in devices:
        entry = Entry(device.name, cleaned(device.household_kind) or "device", tuple(device.aliases))
        areas.setdefault(device.area, []).append(entry)
    return areas
