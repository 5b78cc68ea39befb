"""What the schemas of lamps have in common: scales, colour temperature, colours, effects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from assistant.api.sources import Property, colours, properties

from .config import Config
from .draft import Draft, scaled

COLOR_MODES = ("hs", "xy", "rgb", "rgbw", "rgbww")


def brightness(scale: float) -> Property:
    """Percent, as exactly as the scale allows."""
    return properties.BRIGHTNESS.but(tolerance=max(1, math.ceil(50 / scale)))


def to_scale(value: float, scale: float) -> int:
    """Percent on a scale; what is on is never 0."""
    return max(round(scaled(value, (0, scale))), 1 if value > 0 else 0)


class Warmth:
    """Colour temperature: kelvin in the house, mired or kelvin on the wire."""

    def __init__(self, config: Config) -> None:
        self._kelvin = config.flag("color_temp_kelvin")
        coldest = config.number("max_kelvin", colours.kelvin(max(config.number("min_mireds", 153), 1)))
        warmest = config.number("min_kelvin", colours.kelvin(max(config.number("max_mireds", 500), 1)))
        self.own = properties.COLOR_TEMPERATURE.but(low=warmest, high=coldest)

    def wire(self, kelvin: float) -> int:
        """As the lamp wants it."""
        return round(kelvin) if self._kelvin else colours.kelvin(kelvin)

    def kelvin(self, told: Any) -> int:
        """As the house wants it."""
        return round(float(told)) if self._kelvin else colours.kelvin(float(told))


def numbers(text: str, count: int) -> list[float]:
    """``255,120,0``: at least so many numbers.

    Raises:
        ValueError: it is something else.
    """
    found = [float(part) for part in text.strip("()[] ").split(",")]
    if len(found) < count or not all(map(math.isfinite, found)):
        raise ValueError(f"{text[:40]!r} is no colour")
    return found


def named(mode: str, values: Sequence[float]) -> str:
    """The colour name of what a mode's numbers mean."""
    if mode == "hs":
        return colours.named_hs(values[0], values[1])
    if mode == "xy":
        if values[1] <= 0:
            raise ValueError("its colour has no light")
        return colours.named_xy(values[0], values[1])
    return colours.named_rgb(values[0], values[1], values[2])


def wire_color(mode: str, name: str) -> list[float]:
    """A colour name as a mode's numbers."""
    match mode:
        case "hs":
            return [round(part, 2) for part in colours.hs_of(name)]
        case "xy":
            return [round(part, 4) for part in colours.xy_of(name)]
        case "rgbw":
            return [*colours.rgb_of(name), 0]
        case "rgbww":
            return [*colours.rgb_of(name), 0, 0]
    return list(colours.rgb_of(name))


def effects(draft: Draft) -> bool:
    """Its effects, when it has any."""
    names = draft.config.options("effect_list")
    if names:
        draft.has(properties.EFFECT.but(options=names))
    return bool(names)
