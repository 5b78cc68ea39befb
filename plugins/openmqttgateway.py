"""Sensors that OpenMQTTGateway and Theengs Gateway hear over Bluetooth and radio.

A gateway hears whatever passes the house. Kept is only what has been decoded as a sensor of a known model: no
phones, no trackers, no beacons, no tyres, nothing that changes its address. Raw codes of remote controls
are not listened to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from assistant.api import hears
from assistant.api.sources import (
    Availability,
    Found,
    Overheard,
    Part,
    Property,
    Role,
    Told,
    Values,
    decoded,
    properties,
    words,
)

Report = Mapping[str, Any]
ADDRESS = re.compile(r"(?:[0-9A-F]{2}:){5}[0-9A-F]{2}", re.IGNORECASE)
PASSERS_BY = frozenset({"RMAC", "TRACK", "BCON", "TPMS"})
"""Types that people, cars and things carry about: random addresses, trackers, beacons, tyres."""
STATIC = 0b11
"""The upper bits of a random address that never changes."""
MOST_WORDS = 64
TEMPERATURE, HUMIDITY = properties.TEMPERATURE, properties.HUMIDITY


@dataclass(frozen=True)
class Measure:
    """One key of a report."""

    own: Property
    meant: Callable[[Any], Any] = lambda value: value


def _number(name: str, unit: str, **more: Any) -> Measure:
    return Measure(Property(name, float, unit, role=Role.SENSOR, **more))


def _truth(name: str) -> Measure:
    return Measure(Property(name, bool))


def _acceleration(axis: str) -> Measure:
    return Measure(Property(f"acceleration_{axis}", float, "g", role=Role.DIAGNOSTIC))


def _celsius(fahrenheit: Any) -> float:
    return (float(fahrenheit) - 32) / 1.8


CONTACTS = {"open": True, "closed": False, "close": False, "open_timeout": True, "timeout": True}
"""Words for a door, where a decoder does not say true and false."""
BLUETOOTH: Mapping[str, Measure] = {
    "tempc": Measure(TEMPERATURE),
    "tempc1": Measure(TEMPERATURE.but(name="temperature_1")),
    "tempc2": Measure(TEMPERATURE.but(name="temperature_2")),
    "tempc3": Measure(TEMPERATURE.but(name="temperature_3")),
    "tempc4": Measure(TEMPERATURE.but(name="temperature_4")),
    "hum": Measure(HUMIDITY),
    "pres": _number("pressure", "hectopascals"),
    "lux": _number("illuminance", "lux"),
    "moi": _number("moisture", "percent"),
    "fer": _number("fertility", "microsiemens per centimetre"),
    "co2": _number("carbon_dioxide", "parts per million"),
    "pm25": _number("fine_dust", "micrograms per cubic metre"),
    "pm10": _number("dust", "micrograms per cubic metre"),
    "accx": _acceleration("x"),
    "accy": _acceleration("y"),
    "accz": _acceleration("z"),
    "mov": Measure(Property("movements", int, "times", role=Role.DIAGNOSTIC)),
    "weight": _number("weight", "kilograms"),
    "volt": Measure(Property("voltage", float, "volts", role=Role.DIAGNOSTIC)),
    "current": _number("current", "amperes"),
    "power": _number("power", "watts"),
    "energy": _number("energy", "kilowatt hours"),
    "open": _truth("open"),
    "contact": Measure(Property("open", bool), lambda told: CONTACTS.get(str(told).casefold(), told)),
    "motion": _truth("motion"),
    "presence": _truth("presence"),
    "leak": _truth("leak"),
    "smoke": _truth("smoke"),
    "light": _truth("light"),
    "shake": _truth("vibration"),
    "button": Measure(Property("action", str, role=Role.SENSOR)),
    "batt": Measure(properties.BATTERY),
    "batt_low": Measure(Property("battery_low", bool, role=Role.SENSOR)),
}
"""By the decoder's keys."""
RADIO: Mapping[str, Measure] = {
    "temperature_C": Measure(TEMPERATURE),
    "temperature_F": Measure(TEMPERATURE, _celsius),
    "humidity": Measure(HUMIDITY),
    "pressure_hPa": _number("pressure", "hectopascals"),
    "pressure_kPa": Measure(
        Property("pressure", float, "hectopascals", role=Role.SENSOR), lambda kpa: float(kpa) * 10
    ),
    "moisture": _number("moisture", "percent"),
    "light_lux": _number("illuminance", "lux"),
    "uvi": _number("uv_index", ""),
    "wind_avg_km_h": _number("wind", "kilometres an hour"),
    "wind_max_km_h": _number("gusts", "kilometres an hour"),
    "wind_avg_m_s": Measure(
        Property("wind", float, "kilometres an hour", role=Role.SENSOR), lambda ms: float(ms) * 3.6
    ),
    "wind_max_m_s": Measure(
        Property("gusts", float, "kilometres an hour", role=Role.SENSOR), lambda ms: float(ms) * 3.6
    ),
    "wind_dir_deg": _number("wind_direction", "degrees of angle"),
    "rain_mm": _number("rain", "millimetres"),
    "power_W": _number("power", "watts"),
    "energy_kWh": _number("energy", "kilowatt hours"),
    "co2_ppm": _number("carbon_dioxide", "parts per million"),
    "pm2_5_ug_m3": _number("fine_dust", "micrograms per cubic metre"),
    "battery_ok": Measure(Property("battery_low", bool, role=Role.SENSOR), lambda ok: float(ok) < 0.1),
}
"""By the keys of rtl_433."""


GATEWAY: Mapping[str, Property] = {
    "version": Property("version", str, role=Role.SENSOR),
    "uptime": Property("uptime", float, "seconds", role=Role.SENSOR),
    "rssi": Property("signal", float, "decibel-milliwatts", role=Role.DIAGNOSTIC),
    "freemem": Property("free_memory", float, "bytes", role=Role.DIAGNOSTIC),
    "ip": Property("address", str, role=Role.DIAGNOSTIC),
}
"""What a gateway tells about itself."""


class Openmqttgateway(Overheard):
    """``topic`` is where gateways are: base topic and gateway name, two levels of any name."""

    rank: ClassVar[int] = 60
    most_devices: ClassVar[int] = 100
    topic: str = "+/+"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._models: dict[str, str] = {}

    @hears("{topic}/BTtoMQTT/+")
    def _bluetooth(self, payload: bytes, topic: str) -> None:
        report = decoded(payload)
        address = str(report.get("id", report.get("mac", "")))
        if ADDRESS.fullmatch(address) and stays(address, report):
            self._keep(f"ble {address.upper()}", topic, payload, report)

    @hears("{topic}/RTL_433toMQTT/#")
    def _radio(self, payload: bytes, topic: str) -> None:
        report = decoded(payload)
        if _known(report) and isinstance(report.get("id"), int | str):
            place = " ".join(str(report[key])[:16] for key in ("id", "channel") if key in report)
            self._keep(f"rf {_model(report)} {place}", topic, payload, report)

    @hears("{topic}/SYStoMQTT")
    def _gateway(self, payload: bytes, topic: str) -> None:
        report = decoded(payload)
        if isinstance(report, dict) and isinstance(report.get("uptime"), int):
            self.overhear(f"gw {topic.rpartition('/')[0]}", topic, payload, traits=[*GATEWAY.keys() & report])

    def _keep(self, device: str, topic: str, payload: bytes, report: Report) -> None:
        self.overhear(
            device, topic, payload, traits=[key for key in report if key in BLUETOOTH or key in RADIO]
        )
        if self.told(device):
            self._models.setdefault(device, _model(report))

    def described(self, device: str, told: Told) -> Found | None:
        """A sensor with everything that any gateway has heard of it."""
        traits = set().union(*told.traits.values())
        if device.startswith("gw "):
            return _gateway(device, traits, told)
        model = self._models[device]
        way, _, address = device.partition(" ")
        measures = BLUETOOTH if way == "ble" else RADIO
        parts = tuple(_parts(measures, traits, told))
        mark = address.replace(":", "")[-4:] if way == "ble" else device.rpartition(f"{model} ")[2]
        bare = address.replace(":", "")
        return Found(
            id=device,
            name=f"{model} {mark}",
            parts=parts,
            availability=tuple(_gateways(told)),
            availability_mode="any",
            same_as=frozenset({bare.lower(), f"ha:{bare}", f"ha:{address}"} if way == "ble" else ()),
            model=model,
            hidden="" if parts else "it has not told a measured value yet",
        )


def _gateway(device: str, traits: set[str], told: Told) -> Found:
    owned = {key: own for key, own in GATEWAY.items() if key in traits}

    def read(payload: bytes) -> Values:
        report = decoded(payload)
        return {own.name: report[key] for key, own in owned.items() if key in report}

    (topic,) = told.last
    name = device.rpartition("/")[2]
    part = Part("gateway", "sensor", tuple(owned.values()), {topic: read}, role=Role.SENSOR)
    return Found(device, name, (part,), availability=tuple(_gateways(told)), model="OpenMQTTGateway")


def stays(address: str, report: Report) -> bool:
    """Whether this is a sensor of the house: decoded, and with an address that it keeps."""
    if not _known(report):
        return False
    random = report.get("mac_type") == 1
    return not random or int(address[:2], 16) >> 6 == STATIC


def _known(report: Any) -> bool:
    """Whether it has been decoded as a model that does not pass by."""
    return bool(_model(report)) and str(report.get("type", "")).upper() not in PASSERS_BY


def _model(report: Report) -> str:
    model = report.get("model") or report.get("model_id")
    return " ".join(model.split())[:MOST_WORDS] if isinstance(model, str) else ""


def _parts(measures: Mapping[str, Measure], traits: set[str], told: Told) -> Iterator[Part]:
    """One part of all values; where two keys mean the same, the first of them."""
    known: dict[str, tuple[str, Measure]] = {}
    for key, measure in measures.items():
        if key in traits:
            known.setdefault(measure.own.name, (key, measure))

    def read(payload: bytes) -> Values:
        report = decoded(payload)
        values = {}
        for name, (key, measure) in known.items():
            if key in report:
                values[name] = None if report[key] is None else measure.meant(report[key])
        return values

    if known:
        owned = tuple(measure.own for _, measure in known.values())
        yield Part("sensor", "sensor", owned, dict.fromkeys(sorted(told.last), read))


def _gateways(told: Told) -> Iterator[Availability]:
    """It is as present as any gateway that hears it."""
    for base in sorted({"/".join(topic.split("/")[:2]) for topic in told.last})[:8]:
        yield Availability(
            f"{base}/LWT", lambda payload: {"online": True, "offline": False}.get(words(payload))
        )
