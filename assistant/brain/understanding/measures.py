"""What can be measured: by which words people ask for it, who measures it, and what states call it."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.brain.understanding.tables import spread

MEASURES = spread(
    """
    temperature: warm, hot, cold, temperature, heat, degrees, cool, heating, chilly
    humidity: humid, humidity, damp, moist, moisture, wet, dry
    brightness: bright, brightness, dark
    volume: loud, volume
    noise: noisy, noise
    motion: motion, movement, anyone, somebody, someone, moving, occupied, anybody
    color: colour
    speed: fast, speed, slow
    position: position
    level: full, filled, empty
    weight: heavy, weight, weigh
    pressure: pressure
    depth: deep, depth
    power: power, watts
    """
)
"""Word → measure."""
FIELDS: Mapping[str, tuple[str, ...]] = {
    "brightness": ("brightness", "illuminance", "light level", "light", "lux"),
    "humidity": ("humidity", "moisture", "wetness", "dampness"),
    "level": ("level", "fill", "filling", "full", "tank", "battery"),
    "noise": ("noise", "loudness", "sound", "sound level", "decibels"),
    "power": ("power", "load", "watts"),
    "speed": ("speed", "rpm"),
    "temperature": ("temperature", "warmth", "heat", "water"),
    "volume": ("volume", "loudness", "noise", "sound", "decibels"),
    "weight": ("weight", "mass", "load"),
}
"""Measure → words in the name of a state that is one; a measure that is not here is called what it is."""
MEASURED_BY = {
    "temperature": ("temperature sensor", "thermostat"),
    "humidity": ("humidity sensor",),
    "motion": ("motion sensor",),
}
"""Measure → families of which it is known."""
HERE_MEASURED = {"temperature": "temperatures", "humidity": "humidities"}
"""What the house is asked for that measures it where it was said."""


def is_called(measure: str, state: str) -> bool:
    """Whether a state of this name may be what was asked for: a measure, or words of the author's own."""
    name = f" {state.replace('_', ' ').lower()} "
    if measure in FIELDS:
        return any(f" {word} " in name for word in FIELDS[measure])
    return all(f" {word} " in name for word in measure.split())
