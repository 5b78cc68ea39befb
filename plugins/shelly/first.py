"""Generation 1: a topic for each value below ``shellies/<id>``, as text; lamps in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.api.sources import (
    Availability,
    Command,
    Found,
    Part,
    Property,
    Reader,
    Role,
    Told,
    Values,
    colours,
    decoded,
    properties,
    words,
)

from .meters import CURRENT, ENERGY, POWER, RETURNED, VOLTAGE

WATT_MINUTES = 1 / 60_000
"""As kilowatt hours."""
BROKEN = 900
"""A sensor that is not there says 999."""
LIT = {"on": True, "off": False, "overpower": False}
OPENINGS = {"open": True, "close": False}
SWITCHING = {"relay": "switch", "light": "light", "color": "light", "white": "light"}
MODES = {"relay": {"roller"}, "roller": {"relay"}, "color": {"white"}, "white": {"color"}}
"""What a device in this mode does not do; the broker may remember another one."""
TEMPERATURE = properties.TEMPERATURE
SENSORS: Mapping[str, Property] = {
    "temperature": TEMPERATURE,
    "humidity": properties.HUMIDITY,
    "battery": properties.BATTERY,
    "state": properties.OPEN,
    "lux": Property("illuminance", float, "lux", role=Role.SENSOR),
    "tilt": Property("tilted", float, "degrees of angle", role=Role.SENSOR),
    "vibration": Property("vibration", bool),
    "motion": Property("motion", bool),
    "flood": Property("leak", bool),
    "smoke": Property("smoke", bool),
    "gas": Property("gas", str, role=Role.SENSOR),
    "concentration": Property("concentration", float, "parts per million", role=Role.SENSOR),
    "operation": Property("operation", str, role=Role.DIAGNOSTIC),
    "charger": Property("charging", bool, role=Role.DIAGNOSTIC),
}
METERS: Mapping[str, tuple[Property, float]] = {
    "power": (POWER, 1),
    "energy": (ENERGY, WATT_MINUTES),
}
EMETERS: Mapping[str, tuple[Property, float]] = {
    "power": (POWER, 1),
    "total": (ENERGY, 0.001),
    "total_returned": (RETURNED, 0.001),
    "voltage": (VOLTAGE, 1),
    "current": (CURRENT, 1),
}
PUSHES = {"S": "single push", "SS": "double push", "SSS": "triple push", "L": "long push"}
PUSHES |= {"SL": "single and long push", "LS": "long and single push"}
INFORMED: Mapping[str, tuple[str, Property]] = {
    "motion": ("motion", Property("motion", bool)),
    "vibration": ("vibration", Property("vibration", bool)),
    "lux": ("lux", Property("illuminance", float, "lux", role=Role.SENSOR)),
    "bat": ("bat", properties.BATTERY),
}
"""Keys of a motion sensor's ``status``."""


@dataclass
class Draft:
    """A part in the making."""

    base: str
    owned: list[Property] = field(default_factory=list)
    readers: dict[str, Reader] = field(default_factory=dict)

    def reads(self, ending: str, own: Property, read: Callable[[bytes], Any]) -> None:
        """One value from one topic."""
        self.owned.append(own)
        self.readers[f"{self.base}/{ending}"] = lambda payload: {own.name: read(payload)}

    def measures(self, told: Told, under: str, meters: Mapping[str, tuple[Property, float]]) -> None:
        """The meters that this device has under a topic."""
        for ending, (own, scale) in meters.items():
            if f"{self.base}/{under}/{ending}" in told.last:
                self.reads(f"{under}/{ending}", own, _scaled(scale))

    def part(self, id: str, kind: str, **more: Any) -> Part:
        """Finished."""
        return Part(id, kind, tuple(self.owned), self.readers, **more)


def described_first(name: str, announced: Mapping[str, Any], told: Told) -> Found | None:
    """A device of generation 1; None while it has shown nothing."""
    base = f"shellies/{name}"
    parts = [*_switching(base, announced, told), *_rollers(base, announced, told), *_meters(base, told)]
    parts += [*_radiator(base, told), *_sensing(base, told)]
    if not parts:
        return None
    mac = str(announced.get("mac", "")).lower()
    sleeps = f"{base}/sensor/battery" in told.last and not any(part.write for part in parts)
    return Found(
        id=f"shelly {name}",
        name=name,
        parts=tuple(parts),
        availability=() if sleeps else (Availability(f"{base}/online", _truth),),
        same_as=frozenset({mac} if re.fullmatch(r"[0-9a-f]{12}", mac) else ()),
        model=f"Shelly {announced.get('model') or ''}".strip(),
    )


def _truth(payload: bytes) -> bool | None:
    return {"true": True, "false": False}.get(words(payload))


def _scaled(scale: float) -> Callable[[bytes], float]:
    return lambda payload: float(words(payload)) * scale


def _numbers(base: str, told: Told, function: str) -> list[str]:
    """``["0", "1"]`` of a device with two relays."""
    found = {
        topic[len(base) + 1 :].split("/")[1] for topic in told.last if topic.startswith(f"{base}/{function}/")
    }
    return sorted(number for number in found if re.fullmatch(r"\d", number))


def _switching(base: str, announced: Mapping[str, Any], told: Told) -> Iterator[Part]:
    without = MODES.get(str(announced.get("mode")), set())
    for function, kind in SWITCHING.items():
        numbers = _numbers(base, told, function) if function not in without else []
        for number in numbers:
            where = f"{function}/{number}"
            name = f"{function} {int(number) + 1}" if len(numbers) > 1 else ""
            if function == "relay":
                yield _relay(base, where, told, kind, name)
            elif f"{base}/{where}/status" in told.last:
                yield _lamp(base, where, told, kind, name)


def _relay(base: str, where: str, told: Told, kind: str, name: str) -> Part:
    draft = Draft(base)
    draft.reads(where, properties.ON, lambda payload: LIT.get(words(payload), words(payload)))
    draft.measures(told, where, METERS)
    topic = f"{base}/{where}/command"
    return draft.part(
        where.replace("/", "_"), kind, write=lambda wanted: [Command(topic, "on" if wanted["on"] else "off")],
        name=name,
    )  # fmt: skip


@dataclass(frozen=True)
class Lamp:
    """A lamp by the keys of its status.

    ``gain`` is the brightness of a colour, ``brightness`` that of white; a bulb knows both.
    """

    keys: frozenset[str]

    @property
    def colourful(self) -> bool:
        return self.keys >= {"red", "green", "blue"}

    @property
    def modal(self) -> bool:
        """Whether it shows either white or a colour."""
        return self.colourful and "temp" in self.keys

    def owned(self) -> list[Property]:
        """What can be set."""
        owned = [properties.ON]
        if self.keys & {"brightness", "gain"}:
            owned.append(properties.BRIGHTNESS)
        if "temp" in self.keys:
            owned.append(properties.COLOR_TEMPERATURE.but(low=3000 if self.colourful else 2700, high=6500))
        if self.colourful:
            owned.append(properties.COLOR.but(options=colours.NAMES))
        return owned

    def read(self, payload: bytes) -> Values:
        """A status, which is always whole."""
        report = decoded(payload)
        colour = self.colourful and (report.get("mode") == "color" or not self.modal)
        values: dict[str, Any] = {"on": report["ison"]}
        level = report.get("gain" if colour and "gain" in report else "brightness")
        if level is not None:
            values["brightness"] = level
        if "temp" in self.keys:
            values["color_temperature"] = None if colour else report["temp"]
        if self.colourful:
            rgb = (float(report[part]) for part in ("red", "green", "blue"))
            values["color"] = colours.named_rgb(*rgb) if colour else None
        return values

    def order(self, wanted: Values) -> dict[str, Any]:
        """Wishes as one order."""
        order: dict[str, Any] = {"turn": "on" if wanted["on"] else "off"} if "on" in wanted else {}
        if "brightness" in wanted:
            order |= dict.fromkeys(sorted(self.keys & {"brightness", "gain"}), wanted["brightness"])
        if "color_temperature" in wanted:
            order["temp"] = round(wanted["color_temperature"])
        if "color" in wanted:
            red, green, blue = colours.rgb_of(str(wanted["color"]))
            order |= {"red": red, "green": green, "blue": blue, "white": 0}
        if self.modal and ("color" in wanted or "color_temperature" in wanted):
            order["mode"] = "color" if "color" in wanted else "white"
        return order


def _lamp(base: str, where: str, told: Told, kind: str, name: str) -> Part:
    status, topic = f"{base}/{where}/status", f"{base}/{where}/set"
    lamp = Lamp(frozenset(told.traits.get(status, ())))
    draft = Draft(base, lamp.owned(), {status: lamp.read})
    draft.measures(told, where, METERS)
    return draft.part(
        where.replace("/", "_"), kind, write=lambda wanted: [Command(topic, json.dumps(lamp.order(wanted)))],
        name=name,
    )  # fmt: skip


def _rollers(base: str, announced: Mapping[str, Any], told: Told) -> Iterator[Part]:
    if "roller" in MODES.get(str(announced.get("mode")), set()):
        return
    for number in _numbers(base, told, "roller"):
        where = f"roller/{number}"
        topic = f"{base}/{where}/command"
        draft = Draft(base)
        positions = f"{base}/{where}/pos" in told.last

        def place(payload: bytes) -> Any:
            """-1 says that it was never calibrated."""
            position = float(words(payload))
            return position if position >= 0 else None

        def stand(payload: bytes) -> Any:
            return OPENINGS.get(words(payload))

        if positions:
            draft.reads(f"{where}/pos", properties.POSITION, place)
        draft.reads(where, properties.OPEN, stand)
        draft.measures(told, where, METERS)

        def write(wanted: Values, topic: str = topic) -> list[Command]:
            return [Command(f"{topic}/pos", str(round(wanted["position"])))]

        yield draft.part(
            f"roller_{number}", "blinds", write=write if positions else None,
            actions={word: [Command(topic, word)] for word in ("open", "close", "stop")},
        )  # fmt: skip


def _meters(base: str, told: Told) -> Iterator[Part]:
    numbers = _numbers(base, told, "emeter")
    for number in numbers:
        draft = Draft(base)
        draft.measures(told, f"emeter/{number}", EMETERS)
        if draft.owned:
            name = f"phase {int(number) + 1}" if len(numbers) > 1 else ""
            yield draft.part(f"emeter_{number}", "sensor", name=name, role=Role.SENSOR)


def _radiator(base: str, told: Told) -> Iterator[Part]:
    """A valve tells everything in ``info``."""
    if "thermostats" not in told.traits.get(f"{base}/info", ()):
        return

    def read(payload: bytes) -> Values:
        report = decoded(payload)
        first = report["thermostats"][0]
        values = {"target": first["target_t"]["value"], "temperature": first["tmp"]["value"]}
        return {**values, "battery": report["bat"]["value"]} if "bat" in report else values

    topic = f"{base}/thermostat/0/command/target_t"
    owned = (properties.TARGET.but(low=4, high=31), TEMPERATURE, properties.BATTERY)
    yield Part(
        "thermostat", "thermostat", owned, {f"{base}/info": read},
        lambda wanted: [Command(topic, f"{wanted['target']:g}")],
    )  # fmt: skip


def _sensing(base: str, told: Told) -> Iterator[Part]:
    draft = Draft(base)
    for ending, own in SENSORS.items():
        if f"{base}/sensor/{ending}" in told.last:
            draft.reads(f"sensor/{ending}", own, _sensed(own))
    _numbered(draft, told)
    if f"{base}/temperature" in told.last:
        inside = Property("device_temperature", float, "degrees", role=Role.DIAGNOSTIC)
        draft.reads("temperature", inside, words)
    keys = told.traits.get(f"{base}/status", set())
    if known := [pair for key, pair in INFORMED.items() if key in keys]:
        draft.owned += [own for _, own in known]
        draft.readers[f"{base}/status"] = lambda payload: _informed(payload, known)
    if draft.owned:
        yield draft.part("sensors", "sensor", role=Role.SENSOR)


def _numbered(draft: Draft, told: Told) -> None:
    """What may be there several times: probes, inputs, buttons."""
    base = draft.base
    for number in _numbers(base, told, "ext_temperature"):
        draft.reads(
            f"ext_temperature/{number}", TEMPERATURE.but(name=f"temperature_{number}"), _sensed(TEMPERATURE)
        )
    for number in _numbers(base, told, "ext_humidity"):
        humidity = properties.HUMIDITY
        draft.reads(f"ext_humidity/{number}", humidity.but(name=f"humidity_{number}"), _sensed(humidity))
    for number in _numbers(base, told, "adc"):
        draft.reads(f"adc/{number}", VOLTAGE.but(role=Role.SENSOR), words)
    for number in _numbers(base, told, "valve"):  # of a gas meter: looked at, never moved
        draft.reads(f"valve/{number}/state", Property("valve", str, role=Role.SENSOR), words)
    for number in _numbers(base, told, "input_event"):
        action = Property(
            f"button_{int(number) + 1}", str, role=Role.SENSOR, title=f"button {int(number) + 1}"
        )
        draft.reads(f"input_event/{number}", action, _pushed)
    for number in _numbers(base, told, "input"):
        state = Property(
            f"input_{int(number) + 1}", bool, role=Role.DIAGNOSTIC, title=f"input {int(number) + 1}"
        )
        draft.reads(f"input/{number}", state, words)


def _informed(payload: bytes, known: list[tuple[str, Property]]) -> Values:
    report = decoded(payload)
    return {own.name: report[key] for key, own in known if key in report}


def _sensed(own: Property) -> Callable[[bytes], Any]:
    """The words of doors, and 999 for a probe that has come off."""

    def read(payload: bytes) -> Any:
        text = words(payload)
        if own.name == "open":
            return OPENINGS[text]
        if own.unit == "degrees" and float(text) > BROKEN:
            return None
        return {"-1": None}.get(text, text) if own.type is bool else text

    return read


def _pushed(payload: bytes) -> Any:
    return PUSHES.get(decoded(payload).get("event") or "")
