"""Between one key of a Zigbee2MQTT report and one property of the house."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.api.sources import (
    Command,
    Property,
    Reader,
    Role,
    Values,
    Writer,
    classes,
    colours,
    decoded,
    properties,
)

Report = Mapping[str, Any]
STATE, SET, GET = 1, 2, 4
"""Bits of ``access``."""
UNITS = {
    "%": "percent", "°C": "degrees", "°F": "degrees", "W": "watts", "kWh": "kilowatt hours", "V": "volts",
    "mV": "millivolts", "A": "amperes", "lx": "lux", "hPa": "hectopascals", "s": "seconds", "min": "minutes",
    "m": "metres", "L": "litres", "m³/h": "cubic metres an hour", "rpm": "turns a minute",
}  # fmt: skip
BINARIES = {
    "occupancy": "motion",
    "contact": "open",
    "garage_door_contact": "open",
    "water_leak": "leak",
    "carbon_monoxide": "carbon_monoxide",
    "window_open": "window_open",
}
KNOWN = {own.name: own for own in (properties.TEMPERATURE, properties.HUMIDITY, properties.BATTERY)}


@dataclass(frozen=True)
class Field:
    """``read`` gets the key's value and the whole report; ``write`` gives what to send under the key."""

    own: Property
    key: str
    read: Callable[[Any, Report], Any] = lambda value, _report: value
    write: Callable[[Any], Any] = lambda value: value


def reader(fields: Sequence[Field]) -> Reader:
    """What a report says about these fields; a key that is missing says nothing."""

    def read(payload: bytes) -> Values:
        report = decoded(payload) if payload else {}
        if not isinstance(report, dict):
            raise TypeError(f"expected a JSON object, got {payload[:40]!r}")
        return {
            field.own.name: None if report[field.key] is None else field.read(report[field.key], report)
            for field in fields
            if field.key in report
        }

    return read


def writer(topic: str, fields: Sequence[Field]) -> Writer:
    """Wished values as one message: lamps fade once, not three times."""
    by_name = {field.own.name: field for field in fields}

    def write(values: Values) -> list[Command]:
        sent = {by_name[name].key: by_name[name].write(value) for name, value in values.items()}
        if "color" in sent or "color_temp" in sent:
            sent.pop("state", None)  # a colour switches the lamp on by itself
            sent = {"state": "ON", **sent}
        return [Command(f"{topic}/set", json.dumps(sent))]

    return write


def switched(own: Property, feature: Report) -> Field:
    """Two named values as true and false."""
    on, off = feature.get("value_on", "ON"), feature.get("value_off", "OFF")

    def read(value: Any, _report: Report) -> Any:
        if value in (on, off):
            return bool(value == on)
        return value

    return Field(own, feature["property"], read, lambda value: on if value else off)


def scaled(own: Property, feature: Report) -> Field:
    """A number of the firmware's scale as percent."""
    low, high = float(feature.get("value_min", 0)), float(feature.get("value_max", 100))
    if not high > low:
        raise ValueError(f"a range from {low:g} to {high:g}")

    def read(value: Any, _report: Report) -> Any:
        return (float(value) - low) * 100 / (high - low)

    def write(value: float) -> int:
        wanted = round(low + value * (high - low) / 100)
        return max(wanted, round(low) + 1) if value else wanted

    return Field(own, feature["property"], read, write)


def warmth(feature: Report) -> Field:
    """Mired as kelvin; a lamp that shows a colour has none."""
    low, high = float(feature.get("value_min", 153)), float(feature.get("value_max", 500))
    own = properties.COLOR_TEMPERATURE.but(low=colours.kelvin(high), high=colours.kelvin(low))

    def read(value: Any, report: Report) -> Any:
        if report.get("color_mode") in (None, "color_temp"):
            return colours.kelvin(float(value))
        return None

    return Field(own, feature["property"], read, lambda value: round(1_000_000 / value))


def colour(feature: Report) -> Field:
    """Hue and saturation, or CIE x and y, as a colour's name; a lamp that shows white has none."""

    def read(value: Any, report: Report) -> Any:
        if report.get("color_mode") == "color_temp":
            return None
        if value.get("hue") is not None and value.get("saturation") is not None:
            return colours.named_hs(float(value["hue"]), float(value["saturation"]))
        if value.get("x") is None or value.get("y") is None:
            return None
        return colours.named_xy(float(value["x"]), float(value["y"]))

    own = properties.COLOR.but(options=colours.NAMES)
    return Field(own, feature["property"], read, lambda name: {"hex": colours.hex_of(name)})


def plain(feature: Report) -> Field | None:
    """A generic binary, number, word or text; None for what has no single value."""
    name, access = str(feature.get("name", "")), int(feature.get("access", STATE))
    role = _role(feature, access)
    titled = Property(
        BINARIES.get(name, str(feature["property"])),
        str,
        writable=bool(access & SET),
        role=role,
        title=str(feature.get("label", name)).lower().replace("_", " "),
    )
    match feature.get("type"):
        case "binary":
            return switched(titled.but(type=bool, title="" if name in BINARIES else titled.title), feature)
        case "numeric":
            return Field(_numeric(titled, feature), feature["property"])
        case "enum":
            options = tuple(str(option) for option in feature.get("values", ()) if str(option))
            return Field(titled.but(options=options[:200]), feature["property"], lambda value, _r: str(value))
        case "text":
            return Field(titled, feature["property"])
        case _:
            return None


def _numeric(titled: Property, feature: Report) -> Property:
    name = str(feature.get("name"))
    unit = str(feature.get("unit") or "")
    low, high = feature.get("value_min"), feature.get("value_max")
    if name in KNOWN and not titled.writable:
        return KNOWN[name].but(name=titled.name, role=titled.role if name != "battery" else Role.SENSOR)
    return titled.but(
        type=float,
        unit=UNITS.get(unit) or classes.unit_word(unit),
        low=float(low) if isinstance(low, int | float) else None,
        high=float(high) if isinstance(high, int | float) else None,
        tolerance=abs(float(feature.get("value_step") or 0)) / 2,
    )


def _role(feature: Report, access: int) -> Role:
    if feature.get("category") == "config" or (access & SET and feature.get("category") != "diagnostic"):
        return Role.SETTING
    if feature.get("category") == "diagnostic" and feature.get("name") != "action":
        return Role.DIAGNOSTIC
    return Role.SENSOR
