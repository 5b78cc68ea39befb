"""What components measure, and in which units."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.api.sources import Part, Property, Role, Values, properties, slug

from .rpc import Report, Rpc


@dataclass(frozen=True)
class Measure:
    """One value of a report: where it stands (``aenergy.total``) and by what it is multiplied."""

    path: str
    own: Property
    scale: float = 1.0

    def within(self, report: Report) -> bool:
        """Whether the component measures it at all."""
        outer = self.path.partition(".")[0]
        return outer in report

    def value(self, report: Report) -> Any:
        """None when the sensor is broken.

        Raises:
            LookupError, TypeError: this report says nothing about it.
        """
        value: Any = report
        for key in self.path.split("."):
            value = value[key]
        return float(value) * self.scale if value is not None and self.scale != 1.0 else value


POWER = Property("power", float, "watts", role=Role.SENSOR)
ENERGY = Property("energy", float, "kilowatt hours", role=Role.SENSOR)
RETURNED = Property("returned_energy", float, "kilowatt hours", role=Role.SENSOR)
VOLTAGE = Property("voltage", float, "volts", role=Role.DIAGNOSTIC)
CURRENT = Property("current", float, "amperes", role=Role.DIAGNOSTIC)
INSIDE = Property("device_temperature", float, "degrees", role=Role.DIAGNOSTIC)
METERED = (
    Measure("apower", POWER),
    Measure("aenergy.total", ENERGY, 0.001),
    Measure("ret_aenergy.total", RETURNED, 0.001),
    Measure("voltage", VOLTAGE),
    Measure("current", CURRENT),
    Measure("temperature.tC", INSIDE),
)
"""Beside a relay, a lamp or on its own."""


def _alarm(name: str) -> tuple[Measure, ...]:
    return (Measure("alarm", Property(name, bool)),)


def _phases() -> tuple[Measure, ...]:
    names = {"act_power": POWER, "voltage": VOLTAGE, "current": CURRENT}
    return tuple(
        Measure(f"{phase}_{key}", own.but(name=f"{own.name}_{phase}", role=Role.DIAGNOSTIC))
        for phase in "abc"
        for key, own in names.items()
    )


MEASURED: Mapping[str, tuple[Measure, ...]] = {
    "pm1": METERED,
    "em1": (Measure("act_power", POWER), Measure("voltage", VOLTAGE), Measure("current", CURRENT)),
    "em1data": (Measure("total_act_energy", ENERGY, 0.001), Measure("total_act_ret_energy", RETURNED, 0.001)),
    "em": (Measure("total_act_power", POWER), Measure("total_current", CURRENT), *_phases()),
    "emdata": (Measure("total_act", ENERGY, 0.001), Measure("total_act_ret", RETURNED, 0.001)),
    "temperature": (Measure("tC", properties.TEMPERATURE),),
    "humidity": (Measure("rh", properties.HUMIDITY),),
    "illuminance": (
        Measure("lux", Property("illuminance", float, "lux", role=Role.SENSOR)),
        Measure("illumination", Property("brightness_outside", str, role=Role.SENSOR, title="light")),
    ),
    "devicepower": (Measure("battery.percent", properties.BATTERY),),
    "voltmeter": (Measure("voltage", VOLTAGE.but(role=Role.SENSOR)),),
    "smoke": _alarm("smoke"),
    "flood": _alarm("leak"),
    "presence": (Measure("num_objects", Property("people", int, role=Role.SENSOR)),),
    "presencezone": (Measure("value", Property("presence", bool)),),
    "bthomedevice": (
        Measure("battery", properties.BATTERY),
        Measure("rssi", Property("signal", float, "decibel-milliwatts", role=Role.DIAGNOSTIC)),
    ),
}
ABOUT = frozenset({"id", "source", "errors", "last_updated_ts", "packet_id", "timer_started_at"})
MOST_VALUES = 8
BTHOME: Mapping[int, Property] = {
    0x01: properties.BATTERY,
    0x02: properties.TEMPERATURE,
    0x03: properties.HUMIDITY,
    0x04: Property("pressure", float, "hectopascals", role=Role.SENSOR),
    0x05: Property("illuminance", float, "lux", role=Role.SENSOR),
    0x15: Property("battery_low", bool, role=Role.SENSOR),
    0x1A: Property("open", bool),
    0x20: Property("leak", bool),
    0x21: Property("motion", bool),
    0x23: Property("presence", bool),
    0x29: Property("smoke", bool),
    0x2C: Property("vibration", bool),
    0x2D: Property("open", bool),
    0x2E: properties.HUMIDITY,
    0x3F: Property("rotation", float, "degrees of angle", role=Role.SENSOR),
    0x40: Property("distance", float, "millimetres", role=Role.SENSOR),
    0x45: properties.TEMPERATURE,
}
"""What a Bluetooth sensor behind a gateway measures, by the number of the BTHome format."""


def _anything(report: Report) -> list[Measure]:
    """The plain values of a component that nothing is known about: they can at least be asked for."""
    plain = [
        (key, value)
        for key, value in report.items()
        if key not in ABOUT and isinstance(value, bool | int | float | str)
    ]
    return [
        Measure(key, Property(slug(key), float if type(value) is int else type(value), role=Role.SENSOR))
        for key, value in plain[:MOST_VALUES]
    ]


def metered(report: Report, measures: Sequence[Measure]) -> Values:
    """What a report, whole or in part, says of these measures."""
    values: dict[str, Any] = {}
    for measure in measures:
        with contextlib.suppress(LookupError, TypeError):
            values[measure.own.name] = measure.value(report)
    return values


def measured(rpc: Rpc, key: str, report: Report, bthome: object = None) -> Part | None:
    """A component that only measures; None when nothing is known about what."""
    kind = key.partition(":")[0]
    if kind == "bthomesensor":
        own = BTHOME.get(bthome) if isinstance(bthome, int) else None
        measures = [Measure("value", own)] if own is not None else _anything(report)
    else:
        known = [measure for measure in MEASURED.get(kind, ()) if measure.within(report)]
        measures = known or _anything(report)
    if not measures:
        return None

    def read(report: Report) -> Values:
        return metered(report, measures)

    return rpc.part(key, "sensor", tuple(measure.own for measure in measures), read)
