"""Tasmota devices, as they announce themselves on ``tasmota/discovery`` (SetOption19 0, firmware 9.2 and
newer).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from assistant.api import hears
from assistant.api.sources import (
    Availability,
    Command,
    Found,
    Part,
    Property,
    Reader,
    Role,
    Source,
    Values,
    Writer,
    colours,
    decoded,
    properties,
    words,
)

RELAY, LIGHT, SHUTTER = 1, 2, 3
DIMMER, WHITES, RGB, RGBW, RGBCCT = 1, 2, 3, 4, 5
PRESENCE = (("onln", "Online", True), ("ofln", "Offline", False))
MEASURED = {
    "Temperature": properties.TEMPERATURE,
    "Humidity": properties.HUMIDITY,
    "Power": Property("power", float, "watts", role=Role.SENSOR),
    "Total": Property("energy", float, "kilowatt hours", role=Role.SENSOR),
    "Voltage": Property("voltage", float, "volts", role=Role.DIAGNOSTIC),
    "Current": Property("current", float, "amperes", role=Role.DIAGNOSTIC),
    "Illuminance": Property("illuminance", float, "lux", role=Role.SENSOR),
    "CarbonDioxide": Property("carbon_dioxide", float, "parts per million", role=Role.SENSOR),
    "Pressure": Property("pressure", float, "hectopascals", role=Role.SENSOR),
}


@dataclass(frozen=True)
class Announced:
    """What a device says about itself; raises LookupError, TypeError or ValueError when it is no Tasmota."""

    config: Mapping[str, Any]

    def topic(self, prefix: int, ending: str) -> str:
        """A topic of this device; ``prefix``: 0 commands, 1 status, 2 telemetry."""
        full = str(self.config["ft"])
        full = full.replace("%prefix%", str(self.config["tp"][prefix]))
        full = full.replace("%topic%", str(self.config["t"]))
        return f"{full.rstrip('/')}/{ending}"

    @property
    def relays(self) -> list[int]:
        return [int(kind) for kind in self.config["rl"]]

    def power(self, number: int) -> str:
        """``POWER`` of an only relay, ``POWER2`` of one among several."""
        return "POWER" if sum(kind > 0 for kind in self.relays) == 1 else f"POWER{number + 1}"

    def name(self, number: int) -> str:
        """The friendly name of a relay, where it says more than the device's."""
        names = self.config.get("fn") or []
        own = str(names[number] or "") if number < len(names) else ""
        return "" if own == self.config.get("dn") else own

    def readers(self, read: Reader) -> dict[str, Reader]:
        """Both topics on which state comes."""
        return {self.topic(1, "RESULT"): read, self.topic(2, "STATE"): read}

    def switched(self, value: Any) -> Any:
        """Its own words for off and on."""
        off, on = (self.config.get("state") or ["OFF", "ON"])[:2]
        return {off: False, on: True}.get(value, value)


class Tasmota(Source):
    """``prefix`` is the discovery topic, which Tasmota fixes at compile time."""

    rank: ClassVar[int] = 70
    prefix: str = "tasmota/discovery"

    def __init__(self, **settings: Any) -> None:
        self._configs: dict[str, bytes] = {}
        self._sensors: dict[str, bytes] = {}
        self._questions: asyncio.Queue[str] = asyncio.Queue()
        super().__init__(**settings)

    @hears("{prefix}/+/config")
    def _configured(self, payload: bytes, topic: str) -> None:
        mac = topic.split("/")[-2].lower()
        if self._configs.get(mac) == payload:
            return
        if not payload:
            self._configs.pop(mac, None)
            self.forget(f"tasmota {mac}")
            return
        self._configs[mac] = payload
        self._show(mac)

    @hears("{prefix}/+/sensors")
    def _measuring(self, payload: bytes, topic: str) -> None:
        mac = topic.split("/")[-2].lower()
        if self._sensors.get(mac) != payload:
            self._sensors[mac] = payload
            if mac in self._configs:
                self._show(mac)

    def _show(self, mac: str) -> None:
        device = Announced(decoded(self._configs[mac]))
        lwt = {str(device.config.get(key) or word): there for key, word, there in PRESENCE}
        sensors = decoded(self._sensors[mac]).get("sn", {}) if self._sensors.get(mac) else {}
        self.show(
            Found(
                id=f"tasmota {mac}",
                name=str(device.config.get("dn") or device.config["t"]),
                parts=(*_switching(device), *_measured(device, sensors)),
                availability=(Availability(device.topic(2, "LWT"), lambda payload: lwt.get(words(payload))),),
                same_as=frozenset({mac}),
                model=str(device.config.get("md", "")),
            )
        )
        self._questions.put_nowait(device.topic(0, "STATE"))

    async def run(self) -> None:
        """Ask each device how it is: Tasmota does not keep its state on the broker."""
        while True:
            await self.publish(await self._questions.get(), "")


def _switching(device: Announced) -> Iterator[Part]:
    lights = [number for number, kind in enumerate(device.relays) if kind == LIGHT]
    shutters = [number for number, kind in enumerate(device.relays) if kind == SHUTTER]
    for number, kind in enumerate(device.relays):
        if kind == RELAY and not device.config.get("if"):
            yield _relay(device, number)
    if lights:
        yield _light(device, lights[0])
    for number in range(len(shutters) // 2):
        yield _shutter(device, number + 1, device.name(shutters[2 * number]))
    if device.config.get("if"):
        yield _fan(device)


def _part(
    ident: str, kind: str, fields: Mapping[str, Property], readers: Mapping[str, Reader], **more: Any
) -> Part:
    return Part(id=ident, kind=kind, properties=tuple(fields.values()), readers=readers, **more)


def _relay(device: Announced, number: int) -> Part:
    key, topic = device.power(number), device.topic(0, device.power(number))

    def read(payload: bytes) -> Values:
        report = decoded(payload)
        return {"on": device.switched(report[key])} if key in report else {}

    def write(wanted: Values) -> list[Command]:
        return [Command(topic, "ON" if wanted["on"] else "OFF")]

    return Part(
        f"relay_{number + 1}", "switch", (properties.ON,), device.readers(read), write,
        topics=frozenset({topic}), name=device.name(number),
    )  # fmt: skip


def _light(device: Announced, number: int) -> Part:
    kind = int(device.config.get("lt_st", 0))
    fields = [properties.ON]
    if kind >= DIMMER:
        fields.append(properties.BRIGHTNESS)
    if kind in (WHITES, RGBCCT):
        fields.append(properties.COLOR_TEMPERATURE.but(low=2000, high=6536))
    if kind in (RGB, RGBW, RGBCCT):
        fields.append(properties.COLOR.but(options=colours.NAMES))
    key, topic = device.power(number), device.topic(0, "Backlog")
    return Part(
        "light", "light", tuple(fields), device.readers(_lit(device, key)), _lighting(key, topic),
        topics=frozenset({topic}), name=device.name(number),
    )  # fmt: skip


def _lit(device: Announced, key: str) -> Reader:
    def read(payload: bytes) -> Values:
        report = decoded(payload)
        values: dict[str, Any] = {}
        if key in report:
            values["on"] = device.switched(report[key])
        if "Dimmer" in report:
            values["brightness"] = report["Dimmer"]
        hue, saturation, _ = map(float, str(report.get("HSBColor", "0,0,0")).split(","))
        white = "CT" in report and saturation == 0
        if "CT" in report:
            values["color_temperature"] = colours.kelvin(report["CT"]) if white else None
        if "HSBColor" in report:
            values["color"] = None if white else colours.named_hs(hue, saturation)
        return values

    return read


def _lighting(key: str, topic: str) -> Writer:
    def write(wanted: Values) -> list[Command]:
        if wanted.get("on") is False:
            return [Command(topic, f"{key} OFF")]
        orders = [f"{key} ON"] if wanted.get("on") else []
        if "color" in wanted:
            hue, saturation = colours.hs_of(str(wanted["color"]))
            orders += [f"HSBColor1 {hue:.0f}", f"HSBColor2 {saturation:.0f}"]
        if "color_temperature" in wanted:
            orders.append(f"CT {round(1_000_000 / wanted['color_temperature'])}")
        if "brightness" in wanted:
            orders.append(f"Dimmer {wanted['brightness']}")
        return [Command(topic, ";".join(f"NoDelay;{order}" for order in orders))]

    return write


def _shutter(device: Announced, number: int, name: str) -> Part:
    def read(payload: bytes) -> Values:
        report = decoded(payload).get(f"Shutter{number}")
        return {"position": report["Position"]} if isinstance(report, dict) else {}

    def command(word: str, payload: str = "") -> list[Command]:
        return [Command(device.topic(0, f"Shutter{word}{number}"), payload)]

    return Part(
        f"shutter_{number}", "blinds", (properties.POSITION,), device.readers(read),
        write=lambda wanted: command("Position", str(wanted["position"])),
        actions={"open": command("Open"), "close": command("Close"), "stop": command("Stop")},
        topics=frozenset({device.topic(0, f"ShutterPosition{number}")}), name=name,
    )  # fmt: skip


def _fan(device: Announced) -> Part:
    """Three speeds as percent; 0 is off."""
    topic = device.topic(0, "FanSpeed")
    speed = properties.SPEED.but(tolerance=17)

    def read(payload: bytes) -> Values:
        report = decoded(payload)
        if "FanSpeed" not in report:
            return {}
        step = int(report["FanSpeed"])
        return {"on": step > 0, "speed": step * 100 / 3}

    def write(wanted: Values) -> list[Command]:
        if wanted.get("on") is False:
            return [Command(topic, "0")]
        step = max(1, round(wanted["speed"] * 3 / 100)) if "speed" in wanted else 2
        return [Command(topic, str(step))]

    return Part("fan", "fan", (properties.ON, speed), device.readers(read), write, topics=frozenset({topic}))


def _measured(device: Announced, sensors: Mapping[str, Any]) -> Iterator[Part]:
    fahrenheit = sensors.get("TempUnit") == "F"
    for sensor, values in sensors.items():
        if not isinstance(values, dict):
            continue
        known = {key: MEASURED[key] for key in values if key in MEASURED}
        if known:
            read = _measuring(str(sensor), known, fahrenheit=fahrenheit)
            name = "" if sensor == "ENERGY" else str(sensor)
            yield _part(
                str(sensor), "sensor", known, {device.topic(2, "SENSOR"): read}, name=name, role=Role.SENSOR
            )


def _measuring(sensor: str, known: Mapping[str, Property], *, fahrenheit: bool) -> Reader:
    def read(payload: bytes) -> Values:
        report = decoded(payload).get(sensor)
        if not isinstance(report, dict):
            return {}
        values = {own.name: report[key] for key, own in known.items() if key in report}
        if fahrenheit and "temperature" in values:
            values["temperature"] = (float(values["temperature"]) - 32) / 1.8
        return values

    return read
