"""A property of a described device: its meaning in the house, its range, and what of a report it believes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Any

from assistant.tools.vocabulary import Risk

MAX_TEXT = 255
"""Characters of a text that is kept; Home Assistant draws the same line for a state."""

TRUTHS: Mapping[str, bool] = MappingProxyType(
    {"on": True, "true": True, "1": True, "yes": True, "off": False, "false": False, "0": False, "no": False}
)


class Role(Enum):
    """Why a property is there, which decides when it is spoken of."""

    MAIN = "main"
    SENSOR = "sensor"
    SETTING = "setting"
    DIAGNOSTIC = "diagnostic"


@dataclass(frozen=True, slots=True)
class Property:
    """One value of a device, in the house's own scale: percent, degrees Celsius, kelvin, true and false.

    ``tolerance`` is how far a report may be from what was wished and still confirm it: scales are rounded,
    motors are out by a little. ``title`` is its spoken name where that is not ``name``.
    """

    name: str
    type: type[bool] | type[int] | type[float] | type[str] = str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    step: float | None = None
    options: tuple[str, ...] = ()
    writable: bool = False
    readable: bool = True
    """Whether anything reports it; a wish for what is not readable cannot be confirmed."""
    tolerance: float = 0.0
    role: Role = Role.MAIN
    title: str = ""
    risk: Risk = Risk.COMFORT
    expires: float = 0.0
    """Seconds after which a report is too old to be believed; 0 for never."""
    lapsed: Any = None
    """What is believed then: a motion sensor that never says "nobody" has seen nobody for long enough."""

    @property
    def spoken(self) -> str:
        """What people call it."""
        return self.title or self.name.replace("_", " ")

    def but(self, **changes: Any) -> Property:
        """The same with some of its attributes changed."""
        return replace(self, **changes)

    def fit(self, value: Any) -> Any:
        """A reported value as this property can hold it; None (unknown) stays None.

        Percentages out of range become the nearest end: their meaning is plain. Any other number far out
        of its range is refused.

        Raises:
            ValueError: it cannot be meant.
        """
        if value is None:
            return None
        if self.type is bool:
            return _truth(value)
        if self.type is str:
            return _text(value)
        number = _number(value)
        if self.unit == "percent" and self.high is not None:
            number = min(max(number, self.low or 0.0), self.high)
        elif abs(number) > 1e12:
            raise ValueError(f"{number:g} cannot be meant")
        return round(number) if self.type is int else number

    def agrees(self, reported: Any, wanted: Any) -> bool:
        """Whether a report confirms a wish."""
        if reported is None:
            return False
        if isinstance(wanted, bool) or isinstance(reported, bool) or self.type is str:
            return bool(reported == wanted)
        return abs(float(reported) - float(wanted)) <= self.tolerance + 1e-9


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    truth = TRUTHS.get(str(value).casefold()) if isinstance(value, str | int | float) else None
    if truth is None:
        raise ValueError(f"{str(value)[:40]!r} is neither on nor off")
    return truth


def _text(value: Any) -> str:
    if isinstance(value, bool | Mapping | list):
        raise ValueError(f"{str(value)[:40]!r} is no text")
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)[: 4 * MAX_TEXT]).split())
    return text[:MAX_TEXT]


def _number(value: Any) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{str(value)[:40]!r} is no number")
    return number


ON = Property("on", bool, writable=True)
BRIGHTNESS = Property("brightness", int, "percent", 0, 100, writable=True, tolerance=1)
COLOR = Property("color", str, writable=True)
COLOR_TEMPERATURE = Property("color_temperature", int, "kelvin", 2000, 6500, writable=True, tolerance=150)
EFFECT = Property("effect", str, writable=True)
OPEN = Property("open", bool)
POSITION = Property("position", int, "percent open", 0, 100, writable=True, tolerance=2)
TILT = Property("tilt", int, "percent", 0, 100, writable=True, tolerance=2)
LOCKED = Property("locked", bool, writable=True)
TARGET = Property(
    "target", float, "degrees", 5, 30, 0.5, writable=True, tolerance=0.26, title="set point", risk=Risk.COSTLY
)
TEMPERATURE = Property("temperature", float, "degrees", role=Role.SENSOR)
HUMIDITY = Property("humidity", float, "percent", 0, 100, role=Role.SENSOR)
TARGET_HUMIDITY = Property("target_humidity", int, "percent", 0, 100, writable=True, tolerance=1)
MODE = Property("mode", str, writable=True)
PRESET = Property("preset", str, writable=True)
FAN_MODE = Property("fan_mode", str, writable=True)
SPEED = Property("speed", int, "percent", 0, 100, writable=True, tolerance=1)
OSCILLATING = Property("oscillating", bool, writable=True)
VOLUME = Property("volume", int, "percent", 0, 100, writable=True, tolerance=1)
STATUS = Property("status", str)
BATTERY = Property("battery", int, "percent", 0, 100, role=Role.SENSOR)
