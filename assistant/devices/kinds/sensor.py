"""What only reports."""

from __future__ import annotations

import re
from typing import ClassVar

from assistant.devices.kinds.details import Detailed
from assistant.devices.properties import Role
from assistant.devices.wording import COUNT

MOST_TELLING = (
    *("motion", "presence", "open", "leak", "smoke", "gas", "vibration", "action"),
    *("temperature", "humidity", "power"),
)
"""What a device of many sensors is called after, the first that it has."""
NAMES = {
    "open": "door sensor",
    "presence": "motion sensor",
    "leak": "leak sensor",
    "smoke": "smoke detector",
    "action": "remote",
    "temperature": "temperature sensor",
    "humidity": "humidity sensor",
    "power": "power meter",
}


class Sensor(Detailed):
    """One or more measured values."""

    verbs_of: ClassVar[tuple[str, ...]] = ("sensor",)

    @property
    def household_kind(self) -> str:
        """By its most telling value: ``temperature sensor``."""
        if self._parts[0].kind != "sensor":
            return self._parts[0].kind
        told_of = (Role.MAIN, Role.SENSOR)
        names = [n for n, own in self.properties.items() if own.role in told_of] or list(self.properties)
        if any(name.startswith("button_") for name in names):
            return "remote"
        told = next((name for name in MOST_TELLING if name in names), names[0] if names else "")
        if any(re.fullmatch(r"power_\d", name) for name in names):  # of three phases
            return "power meter"
        spoken = self.properties[told].spoken.removeprefix(COUNT) if told else ""
        return NAMES.get(told, f"{spoken} sensor".strip())

    def describe(self) -> str:
        """Its values, batteries and signal strengths last or not at all."""
        known = {
            name: value
            for name, value in self.states.items()
            if value is not None and self.properties[name].role in (Role.MAIN, Role.SENSOR)
        }
        if self.available is False or not known:
            return super().describe()
        aside = "" if self.household_kind == "battery sensor" else "battery"
        first, *rest = [self.phrase(name, value) for name, value in known.items() if name != aside][:3] or [
            self.phrase("battery", known["battery"])
        ]
        if len(known) == 1:
            first = first.removeprefix(f"at {next(iter(known)).replace('_', ' ')} ")
        return f"{self.name} is {', '.join([first, *rest])}"
