"""A generated home of any size: what its gadgets announce, report and obey."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

ENTITIES = 4
"""Of each gadget."""
ROOM_SIZE = 10
BASES = {"native": "zigbee2mqtt", "announced": "town"}
AVAILABILITY = [{"topic": "town/bridge/state"}]

Way = Literal["native", "announced"]
Message = tuple[str, str]
"""Topic and payload; all of them retained."""

SCALES: dict[str, tuple[str, float]] = {
    "power": ("W", 3.0),
    "energy": ("kWh", 0.1),
    "temperature": ("°C", 0.1),
    "humidity": ("%", 1.0),
    "battery": ("%", 1.0),
}


@dataclass(frozen=True)
class Gadget:
    """One physical device. ``way``: described by Zigbee2MQTT itself, or announced to Home Assistant."""

    number: int
    way: Way

    @property
    def kind(self) -> str:
        """What it is."""
        return ("lamp", "plug", "sensor")[self.number % 3]

    @property
    def name(self) -> str:
        """As people would call it."""
        return f"{self.kind} {self.number}"

    @property
    def ident(self) -> str:
        """Its hardware address."""
        return f"0x00158d{self.number:010x}"

    @property
    def topic(self) -> str:
        """Where it reports; commands go to ``/set`` below."""
        return f"{BASES[self.way]}/room {self.number // ROOM_SIZE}/{self.name}"

    def state(self, generation: int) -> dict[str, Any]:
        """What it reports; another in each generation."""
        on = "ON" if (self.number + generation) % 2 else "OFF"
        match self.kind:
            case "lamp":
                return {"state": on, "brightness": (self.number + generation) % 254 + 1, "linkquality": 99}
            case "plug":
                return {"state": on, "power": self._reading("power", generation), "energy": 12.5}
            case _:
                return {
                    **{name: self._reading(name, generation) for name in ("temperature", "humidity")},
                    "battery": 97,
                    "occupancy": on == "ON",
                }

    def _reading(self, name: str, generation: int) -> float:
        return round((self.number * 7 + generation) % 80 * SCALES[name][1] + 10, 1)


def town(entities: int, *ways: Way) -> list[Gadget]:
    """Gadgets that have so many entities together, taking turns in how they are found."""
    return [Gadget(number, ways[number % len(ways)]) for number in range(entities // ENTITIES)]


def announcements(gadgets: list[Gadget]) -> Iterator[Message]:
    """Everything by which the gadgets are found."""
    native = [gadget for gadget in gadgets if gadget.way == "native"]
    if native:
        yield "zigbee2mqtt/bridge/devices", json.dumps([_described(gadget) for gadget in native])
        yield "zigbee2mqtt/bridge/state", '{"state":"online"}'
    yield "town/bridge/state", "online"
    for gadget in gadgets:
        if gadget.way == "announced":
            yield from _announced(gadget)


def _described(gadget: Gadget) -> dict[str, Any]:
    """A gadget in Zigbee2MQTT's list of devices."""
    friendly = gadget.topic.partition("/")[2]
    return {
        "ieee_address": gadget.ident,
        "friendly_name": friendly,
        "type": "Router",
        "supported": True,
        "disabled": False,
        "interview_state": "SUCCESSFUL",
        "definition": {
            "vendor": "Bench",
            "model": f"B-{gadget.kind}",
            "description": f"A {gadget.kind} that exists only for measuring",
            "exposes": _exposes(gadget.kind),
            "options": [],
        },
        "endpoints": {"1": {"bindings": [], "configured_reportings": [], "scenes": []}},
    }


def _exposes(kind: str) -> list[dict[str, Any]]:
    on = _binary("state", 7, "ON", "OFF")
    match kind:
        case "lamp":
            brightness = _numeric("brightness", 7, "") | {"value_min": 0, "value_max": 254}
            choice = {"type": "enum", "name": "effect", "property": "effect", "access": 2}
            return [
                {"type": "light", "features": [on, brightness]},
                choice | {"values": ["blink", "breathe", "okay", "stop_effect"]},
                _binary("overheated", 1, True, False) | {"category": "diagnostic"},
                _numeric("linkquality", 1, "lqi") | {"category": "diagnostic"},
            ]
        case "plug":
            lock = _binary("child_lock", 7, "LOCK", "UNLOCK") | {"category": "config"}
            readings = [_numeric(name, 1, SCALES[name][0]) for name in ("power", "energy")]
            return [{"type": "switch", "features": [on]}, *readings, lock]
    readings = [_numeric(name, 1, SCALES[name][0]) for name in ("temperature", "humidity", "battery")]
    return [*readings, _binary("occupancy", 1, True, False)]


def _binary(name: str, access: int, on: object, off: object) -> dict[str, Any]:
    shape = {"type": "binary", "name": name, "label": name.capitalize(), "property": name, "access": access}
    return shape | {"value_on": on, "value_off": off}


def _numeric(name: str, access: int, unit: str) -> dict[str, Any]:
    shape = {"type": "numeric", "name": name, "label": name.capitalize(), "property": name, "access": access}
    return shape | {"unit": unit, "description": f"The {name} as the device measures it"}


def _announced(gadget: Gadget) -> Iterator[Message]:
    """A gadget in Home Assistant's discovery; every fourth in the form of one message for all."""
    device = {
        "identifiers": [f"town_{gadget.ident}"],
        "name": gadget.name,
        "manufacturer": "Bench",
        "model": f"A {gadget.kind} that exists only for measuring",
        "sw_version": "1.0.0",
        "suggested_area": f"room {gadget.number // ROOM_SIZE}",
    }
    origin = {"name": "bench", "sw": "1.0"}
    entities = {config["unique_id"]: config for config in _entities(gadget)}
    if gadget.number % 4 == 3:
        whole = {"device": device, "origin": origin, "components": entities}
        yield f"homeassistant/device/{gadget.ident}/config", json.dumps(whole)
        return
    for ident, config in entities.items():
        alone = {key: value for key, value in config.items() if key != "platform"}
        topic = f"homeassistant/{config['platform']}/{gadget.ident}/{ident}/config"
        yield topic, json.dumps(alone | {"device": device, "origin": origin})


def _entities(gadget: Gadget) -> Iterator[dict[str, Any]]:
    match gadget.kind:
        case "lamp":
            yield _entity(gadget, "light", "light", schema="json", brightness=True, brightness_scale=254)
            options = ["on", "off", "previous"]
            yield _entity(gadget, "select", "power_on_behavior", options=options, entity_category="config")
            yield _entity(gadget, "binary_sensor", "overheated", entity_category="diagnostic")
            yield _entity(gadget, "sensor", "linkquality", unit_of_measurement="lqi")
        case "plug":
            yield _entity(
                gadget, "switch", "state", payload_on='{"state":"ON"}', payload_off='{"state":"OFF"}'
            )
            yield _measured(gadget, "power")
            yield _measured(gadget, "energy")
            yield _entity(gadget, "switch", "child_lock", entity_category="config")
        case _:
            for name in ("temperature", "humidity", "battery"):
                yield _measured(gadget, name)
            flags = {"payload_on": True, "payload_off": False, "device_class": "occupancy"}
            yield _entity(gadget, "binary_sensor", "occupancy", **flags)


def _measured(gadget: Gadget, name: str) -> dict[str, Any]:
    unit = SCALES[name][0]
    return _entity(
        gadget, "sensor", name, device_class=name, unit_of_measurement=unit, state_class="measurement"
    )


def _entity(gadget: Gadget, platform: str, name: str, **more: Any) -> dict[str, Any]:
    main = name in ("light", "state")
    config: dict[str, Any] = {
        "platform": platform,
        "unique_id": f"{gadget.ident}_{name}_town",
        "name": None if main else name.replace("_", " ").capitalize(),
        "object_id": f"{gadget.name.replace(' ', '_')}_{name}",
        "availability": AVAILABILITY,
        "state_topic": gadget.topic,
    }
    if platform in ("light", "switch", "select"):
        config["command_topic"] = f"{gadget.topic}/set"
    if platform != "light":
        config["value_template"] = f"{{{{ value_json.{name} }}}}"
    if platform == "switch" and main:
        config |= {"state_on": "ON", "state_off": "OFF"}
    return config | more
