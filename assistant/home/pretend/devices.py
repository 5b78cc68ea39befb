"""The devices of the pretend home, as a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from assistant.home.pretend.firmware import Firmware
from assistant.home.pretend.tasmota import Dimmer, Relay
from assistant.home.pretend.television import Television
from assistant.home.pretend.vacuum import Vacuum
from assistant.home.pretend.zigbee import (
    Blinds,
    ColourLight,
    Fan,
    Light,
    Lock,
    Plug,
    Sensor,
    Thermostat,
)


@dataclass(frozen=True)
class PretendDevice:
    """A row: what people call it, where it stands, what it is, and on which topic its firmware speaks."""

    name: str
    area: str
    kind: str
    topic: str
    firmware: Callable[[str], Firmware]
    aliases: tuple[str, ...] = ()


_MOTION = partial(Sensor, occupancy=False, illuminance=120)
_CLIMATE = partial(Sensor, temperature=19.5, humidity=48.0)
_CONTACT = partial(Sensor, contact=True)

DEVICES = (
    PretendDevice("kitchen light", "kitchen", "dimmable light", "zigbee2mqtt/kitchen light", Light),
    PretendDevice("coffee machine", "kitchen", "switch", "coffee_machine", Relay, ("espresso machine",)),
    PretendDevice("kitchen motion", "kitchen", "motion sensor", "zigbee2mqtt/kitchen motion", _MOTION),
    PretendDevice(
        "living room lamp", "living room", "colour light", "zigbee2mqtt/living room lamp", ColourLight
    ),
    PretendDevice(
        "living room light", "living room", "dimmable light", "zigbee2mqtt/living room light", Light
    ),
    PretendDevice(
        "living room blinds", "living room", "blinds", "zigbee2mqtt/living room blinds", Blinds, ("shades",)
    ),
    PretendDevice(
        "thermostat", "living room", "thermostat", "zigbee2mqtt/thermostat", Thermostat, ("heating",)
    ),
    PretendDevice("television", "living room", "media player", "media/television", Television, ("tv",)),
    PretendDevice("bedroom lamp", "bedroom", "dimmable light", "zigbee2mqtt/bedroom lamp", Light),
    PretendDevice(
        "bedroom temperature", "bedroom", "temperature sensor", "zigbee2mqtt/bedroom temperature", _CLIMATE
    ),
    PretendDevice("fan", "bedroom", "fan", "zigbee2mqtt/fan", Fan),
    PretendDevice("heater", "bedroom", "switch", "zigbee2mqtt/heater", Plug),
    PretendDevice("hallway light", "hallway", "dimmable light", "hallway_light", Dimmer),
    PretendDevice("front door", "hallway", "lock", "zigbee2mqtt/front door", Lock),
    PretendDevice("vacuum", "hallway", "vacuum", "valetudo/robot", Vacuum, ("vacuum cleaner", "robot")),
    PretendDevice("porch light", "porch", "colour light", "zigbee2mqtt/porch light", ColourLight),
    PretendDevice("back door", "porch", "door sensor", "zigbee2mqtt/back door", _CONTACT),
)
