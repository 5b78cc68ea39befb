"""What a Tasmota device measures: every sensor that it lists, its signal, its buttons and switches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.api.sources import Part, Property, Reader, Role, Values, classes, decoded, properties, slug

from .announced import Announced


def _number(name: str, unit: str = "", role: Role = Role.SENSOR) -> Property:
    return Property(name, float, unit, role=role)


KNOWN: Mapping[str, Property] = {
    "Temperature": properties.TEMPERATURE,
    "Humidity": properties.HUMIDITY,
    "DewPoint": _number("dew_point", "degrees", Role.DIAGNOSTIC),
    "Pressure": _number("pressure", "hectopascals"),
    "SeaPressure": _number("sea_level_pressure", "hectopascals", Role.DIAGNOSTIC),
    "Illuminance": _number("illuminance", "lux"),
    "CarbonDioxide": _number("carbon_dioxide", "parts per million"),
    "eCO2": _number("estimated_carbon_dioxide", "parts per million"),
    "TVOC": _number("volatile_compounds", "parts per billion"),
    "PM1": _number("finest_dust", "micrograms per cubic metre"),
    "PM2.5": _number("fine_dust", "micrograms per cubic metre"),
    "PM10": _number("dust", "micrograms per cubic metre"),
    "Distance": _number("distance", "centimetres"),
    "Weight": _number("weight", "kilograms"),
    "Moisture": _number("moisture", "percent"),
    "Noise": _number("noise", "decibels"),
    "UvIndex": _number("uv_index"),
    "Power": _number("power", "watts"),
    "ApparentPower": _number("apparent_power", "volt-amperes", Role.DIAGNOSTIC),
    "ReactivePower": _number("reactive_power", "vars", Role.DIAGNOSTIC),
    "Factor": _number("power_factor", "", Role.DIAGNOSTIC),
    "Frequency": _number("frequency", "hertz", Role.DIAGNOSTIC),
    "Total": _number("energy", "kilowatt hours"),
    "Today": _number("energy_today", "kilowatt hours"),
    "Yesterday": _number("energy_yesterday", "kilowatt hours", Role.DIAGNOSTIC),
    "Voltage": _number("voltage", "volts", Role.DIAGNOSTIC),
    "Current": _number("current", "amperes", Role.DIAGNOSTIC),
    "Battery": properties.BATTERY,
}
NOT_MEASURED = frozenset({"Time", "TempUnit", "PressureUnit", "SpeedUnit", "Id", "Epoch", "TotalStartTime"})
NUMBERED = re.compile(r"(Switch|Shutter)(\d)")
SIGNAL = Property("signal", float, "percent", 0, 100, role=Role.DIAGNOSTIC)
MOST_VALUES = 40
"""Of one sensor."""


@dataclass(frozen=True)
class Value:
    """One value of a sensor: its key, which of several it is, and what it is in the house."""

    key: str
    number: int | None
    own: Property
    fahrenheit: bool = False

    def of(self, report: Mapping[str, Any]) -> Any:
        """As it was reported; raises LookupError when it was not."""
        value = report[self.key]
        value = value if self.number is None else value[self.number]
        return classes.celsius(float(value)) if self.fahrenheit and value is not None else value


def measured(device: Announced, sensors: Mapping[str, Any]) -> Iterator[Part]:
    """One part for each sensor, and one for the signal of its wireless."""
    fahrenheit = sensors.get("TempUnit") == "F"
    for sensor, told in sensors.items():
        numbered = NUMBERED.fullmatch(sensor)
        if sensor in NOT_MEASURED or (numbered and numbered[1] == "Shutter"):  # a shutter tells that itself
            continue
        if isinstance(told, dict):
            if values := list(_values(told, fahrenheit))[:MOST_VALUES]:
                yield _part(device, sensor, values, inside=True)
        elif told in ("ON", "OFF"):
            title = device.switch_name(int(numbered[2]) - 1) if numbered else ""
            own = Property(slug(sensor), bool, role=Role.SENSOR, title=title.casefold())
            yield _part(device, sensor, [Value(sensor, None, own)], inside=False)
        elif isinstance(told, int | float):
            yield _part(device, sensor, [Value(sensor, None, _number(slug(sensor)))], inside=False)
    yield Part(
        "wifi", "sensor", (SIGNAL,), {device.topic(2, "STATE"): _signal}, name="wifi", role=Role.DIAGNOSTIC
    )


def _values(told: Mapping[str, Any], fahrenheit: bool) -> Iterator[Value]:
    """Known or not: whatever is a number or a word. Meters of three phases report lists."""
    for key, value in told.items():
        if key in NOT_MEASURED:
            continue
        several = value if isinstance(value, list) else [value]
        for number, one in enumerate(several[:4]):
            kind = str if isinstance(one, str) else float
            if isinstance(one, bool) or not isinstance(one, str | int | float):
                continue
            own = KNOWN.get(key) if kind is float else None
            own = own or Property(slug(key), kind, role=Role.SENSOR if kind is float else Role.DIAGNOSTIC)
            if len(several) > 1:
                own = own.but(name=f"{own.name}_{number + 1}")
            warm = fahrenheit and own.unit == "degrees"
            yield Value(key, number if isinstance(value, list) else None, own, warm)


def _part(device: Announced, sensor: str, values: list[Value], *, inside: bool) -> Part:
    def read(payload: bytes) -> Values:
        report = decoded(payload)
        report = report.get("StatusSNS", report)
        report = report.get(sensor) if inside else report
        if not isinstance(report, dict):
            return {}
        return {value.own.name: value.of(report) for value in values if value.key in report}

    topics = (device.topic(2, "SENSOR"), device.topic(1, "STATUS10"))
    name = sensor if inside and sensor != "ENERGY" else ""
    owned = tuple(value.own for value in values)
    return Part(sensor, "sensor", owned, dict.fromkeys(topics, read), name=name, role=Role.SENSOR)


def _signal(payload: bytes) -> Values:
    wifi = decoded(payload).get("Wifi")
    return {"signal": wifi["RSSI"]} if isinstance(wifi, dict) and "RSSI" in wifi else {}


def pressed(device: Announced) -> Iterator[Part]:
    """Buttons and switches that tell what was done to them, and not only the relay."""
    kinds = (("Button", "btn", "73", 1), ("Switch", "swc", "114", 0))
    for word, key, option, least in kinds:
        pins = device.config.get(key)
        options = device.config.get("so")
        if not (isinstance(pins, list) and isinstance(options, dict) and options.get(option)):
            continue
        for number, pin in enumerate(pins[:8]):
            if isinstance(pin, int) and pin >= least:
                yield _presses(device, word, number + 1)


def _presses(device: Announced, word: str, number: int) -> Part:
    own = Property(f"{word.lower()}_{number}", str, role=Role.SENSOR)
    title = device.switch_name(number - 1) if word == "Switch" else ""

    def read(payload: bytes) -> Values:
        told = decoded(payload).get(f"{word}{number}")
        action = told.get("Action") if isinstance(told, dict) else None
        return {own.name: action.lower()} if isinstance(action, str) else {}

    reader: dict[str, Reader] = {device.topic(1, "RESULT"): read}
    return Part(own.name, "sensor", (own.but(title=title.casefold()),), reader, role=Role.SENSOR)
