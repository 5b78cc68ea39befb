"""Device classes and units in the house's words: property names, what sensors are called, degrees Celsius."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

UNIT_WORDS: Mapping[str, str] = {
    "%": "percent",
    "W": "watts",
    "kW": "kilowatts",
    "mW": "milliwatts",
    "MW": "megawatts",
    "VA": "volt-amperes",
    "kVA": "kilovolt-amperes",
    "var": "vars",
    "Wh": "watt hours",
    "kWh": "kilowatt hours",
    "MWh": "megawatt hours",
    "V": "volts",
    "mV": "millivolts",
    "A": "amperes",
    "mA": "milliamperes",
    "Hz": "hertz",
    "lx": "lux",
    "°C": "degrees",
    "°F": "degrees",
    "K": "kelvin",
    "°": "degrees of angle",
    "hPa": "hectopascals",
    "mbar": "millibars",
    "kPa": "kilopascals",
    "Pa": "pascals",
    "bar": "bars",
    "psi": "pounds per square inch",
    "ppm": "parts per million",
    "ppb": "parts per billion",
    "µg/m³": "micrograms per cubic metre",
    "μg/m³": "micrograms per cubic metre",
    "mg/m³": "milligrams per cubic metre",
    "dB": "decibels",
    "dBm": "decibel-milliwatts",
    "s": "seconds",
    "ms": "milliseconds",
    "min": "minutes",
    "h": "hours",
    "d": "days",
    "m": "metres",
    "cm": "centimetres",
    "mm": "millimetres",
    "km": "kilometres",
    "L": "litres",
    "mL": "millilitres",
    "m³": "cubic metres",
    "m³/h": "cubic metres per hour",
    "L/min": "litres per minute",
    "km/h": "kilometres per hour",
    "m/s": "metres per second",
    "mph": "miles per hour",
    "mm/h": "millimetres per hour",
    "kg": "kilograms",
    "g": "grams",
    "lb": "pounds",
    "rpm": "rounds per minute",
    "lqi": "",
    "UV index": "",
    "EUR": "euros",
    "€": "euros",
    "USD": "dollars",
    "$": "dollars",
    "W/m²": "watts per square metre",
    "B": "bytes",
    "MB": "megabytes",
}
FAHRENHEIT = frozenset({"°F", "F", "fahrenheit"})
WORDS_CLASSES = frozenset({"enum", "timestamp", "date", "uptime"})
"""Device classes of sensors whose state is a text."""
KINDS: Mapping[str, str] = {
    "temperature": "temperature sensor",
    "humidity": "humidity sensor",
    "illuminance": "light sensor",
    "power": "power meter",
    "energy": "energy meter",
    "moisture": "moisture sensor",
}


@dataclass(frozen=True)
class Meaning:
    """What a binary sensor's device class means in the house; ``inverted`` where ON is the unwished."""

    name: str
    kind: str = "sensor"
    inverted: bool = False


BINARY: Mapping[str, Meaning] = {
    "battery": Meaning("battery_low"),
    "battery_charging": Meaning("charging"),
    "carbon_monoxide": Meaning("carbon_monoxide", "carbon monoxide detector"),
    "cold": Meaning("cold"),
    "connectivity": Meaning("online"),
    "door": Meaning("open", "door sensor"),
    "garage_door": Meaning("open", "garage door sensor"),
    "gas": Meaning("gas", "gas detector"),
    "heat": Meaning("heat"),
    "light": Meaning("light"),
    "lock": Meaning("locked", "lock sensor", inverted=True),
    "moisture": Meaning("leak", "leak sensor"),
    "motion": Meaning("motion", "motion sensor"),
    "moving": Meaning("moving"),
    "occupancy": Meaning("presence", "presence sensor"),
    "opening": Meaning("open", "door sensor"),
    "plug": Meaning("plugged_in"),
    "power": Meaning("powered"),
    "presence": Meaning("presence", "presence sensor"),
    "problem": Meaning("problem"),
    "running": Meaning("running"),
    "safety": Meaning("safe", inverted=True),
    "smoke": Meaning("smoke", "smoke detector"),
    "sound": Meaning("sound", "sound sensor"),
    "tamper": Meaning("tamper"),
    "update": Meaning("update_available"),
    "vibration": Meaning("vibration", "vibration sensor"),
    "window": Meaning("open", "window sensor"),
}


def unit_word(unit: str) -> str:
    """A unit as people say it; an unknown one stays as it is."""
    return UNIT_WORDS.get(unit, unit[:30])


def celsius(fahrenheit: float) -> float:
    """Degrees Fahrenheit in degrees Celsius."""
    return round((fahrenheit - 32) * 5 / 9, 2)


def fahrenheit(degrees: float) -> float:
    """Degrees Celsius in degrees Fahrenheit."""
    return degrees * 9 / 5 + 32
