"""Tasmota devices that no fixture has, composed after its documentation: lamps by channel, fans, shutters, sleepers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from assistant.importing import import_file
from assistant.testing.sources import SourceHouse

PLUGIN = Path(__file__).parents[2] / "plugins" / "tasmota" / "__init__.py"
PLAIN: Mapping[str, Any] = {
    "dn": "Thing", "fn": ["Thing"] + [None] * 7, "mac": "AABBCC000001", "md": "Generic", "if": 0, "ofln": "Offline",
    "onln": "Online", "state": ["OFF", "ON", "TOGGLE", "HOLD"], "t": "thing", "ft": "%prefix%/%topic%/",
    "tp": ["cmnd", "stat", "tele"], "rl": [0] * 32, "swc": [-1] * 28, "swn": [None] * 28, "btn": [0] * 32,
    "so": {"30": 0, "68": 0, "73": 0, "114": 0}, "lk": 1, "lt_st": 0, "bat": 0, "dslp": 0, "sho": [0] * 4,
    "sht": [[0, 0, 0]] * 4, "ver": 1,
}  # fmt: skip


def home(sensors: Mapping[str, Any] | None = None, **config: Any) -> SourceHouse:
    """A house with one such device, which is there."""
    house = SourceHouse(import_file(PLUGIN).Tasmota())
    house.say("tasmota/discovery/AABBCC000001/config", {**PLAIN, **config})
    if sensors is not None:
        house.say("tasmota/discovery/AABBCC000001/sensors", {"sn": sensors, "ver": 1})
    house.say("tele/thing/LWT", "Online")
    return house


def relays(*kinds: int) -> list[int]:
    return [*kinds, *[0] * (32 - len(kinds))]


def obeying(house: SourceHouse, keys: Mapping[str, str]) -> None:
    """Backlogs are carried out and reported."""

    def obey(topic: str, payload: str) -> None:
        orders = [one for one in payload.split(";") if one != "NoDelay"] if topic.endswith("Backlog") else []
        report: dict[str, Any] = {}
        for word, _, value in (order.partition(" ") for order in orders):
            report[keys.get(word, word)] = int(value) if value.isdigit() else value
        if "HSBColor1" in report:
            report["HSBColor"] = f"{report['HSBColor1']},{report['HSBColor2']},50"
        house.say("stat/thing/RESULT", report)

    house.on_publish = obey


async def test_each_channel_is_a_lamp() -> None:
    house = home(fn=["A", "B", "C"], rl=relays(2, 2, 2), lt_st=3, so={"68": 1})
    house.say(
        "tele/thing/STATE", {"POWER1": "ON", "Channel1": 40, "POWER2": "OFF", "Channel2": 0, "POWER3": "ON"}
    )
    assert house.names == ["Thing A", "Thing B", "Thing C"]
    assert house.device("Thing A").states == {"on": True, "brightness": 40}
    obeying(house, {})
    assert (await house.do("turn_on", "Thing B", brightness=30)).ok
    assert house.published == [("cmnd/thing/Backlog", "NoDelay;POWER2 ON;NoDelay;Channel2 30")]
    assert house.device("Thing A").states["brightness"] == 40


async def test_a_colour_and_a_white_that_are_not_linked() -> None:
    house = home(fn=["Deco", "White"], rl=relays(2, 2), lt_st=4, lk=0)
    obeying(house, {})
    assert (await house.do("turn_on", "Thing Deco", color="red", brightness=20)).ok
    assert (await house.do("turn_on", "Thing White", brightness=70)).ok
    assert house.device("Thing Deco").states == {"on": True, "brightness": 20, "color": "red"}
    assert house.device("Thing White").states["brightness"] == 70


def test_the_lamp_of_a_fan() -> None:
    fan: dict[str, Any] = {"fn": ["Ceiling light", "Fan"], "rl": relays(1), "if": 1}
    house = home(None, **fan)
    house.say("tele/thing/STATE", {"POWER1": "ON", "FanSpeed": 2})
    kinds = {device.household_kind: device.states for device in house.registry.devices}
    assert kinds == {"light": {"on": True}, "fan": {"on": True, "speed": 67}}


def test_relays_that_are_lamps() -> None:
    assert home(rl=relays(1), so={"30": 1}).device("Thing").household_kind == "light"


@pytest.mark.parametrize(
    ("names", "called"),
    [
        (["Left blind", "Right blind"], ["Thing Left blind", "Thing Right blind"]),
        (["Left blind", None, "Right blind"], ["Thing Left blind", "Thing Right blind"]),
    ],
)
async def test_two_shutters_have_a_name_each(names: list[str | None], called: list[str]) -> None:
    shutters = {f"Shutter{n}": {"Position": 30 * n, "Direction": 0, "Target": 30 * n} for n in (1, 2)}
    house = home(shutters, fn=names, rl=relays(3, 3, 3, 3), sho=[0, 0, 0, 0])
    house.say("tele/thing/SENSOR", shutters)
    assert house.names == called
    assert [device.states for device in house.registry.devices] == [{"position": 30}, {"position": 60}]
    house.on_publish = lambda _topic, value: house.say(
        "stat/thing/RESULT", {"Shutter2": {"Position": int(value)}}
    )
    assert (await house.do("set_position", "right blind", position=70)).ok, "its own name is enough"
    assert house.published == [("cmnd/thing/ShutterPosition2", "70")]


def test_what_sleeps_is_not_offline() -> None:
    sensors = {"DS18B20-1": {"Id": "01", "Temperature": 21.4}, "DS18B20-2": {"Id": "02", "Temperature": -3.4}}
    house = home(sensors, dslp=1)
    house.say("tele/thing/SENSOR", sensors)
    house.say("tele/thing/LWT", "Offline")
    assert house.device("Thing").available is None
    told = house.device("Thing").describe()
    assert told == "Thing is at ds18b20-1 temperature 21.4 degrees, at ds18b20 2 temperature -3.4 degrees"


def test_three_phases_estimates_and_switches_by_their_names() -> None:
    sensors = {
        "ENERGY": {
            "TotalStartTime": "2026-01-01T00:00:00",
            "Power": [100, -20, 300],
            "Total": [1.1, 2.2, 3.3],
        },
        "SCD40": {"CarbonDioxide": 800, "eCO2": 790},
        "Switch1": "ON",
    }
    house = home(sensors, swc=[1], swn=["Window"])
    house.say("tele/thing/SENSOR", sensors)
    device = house.device("Thing")
    assert device.household_kind == "power meter"
    assert device.states["carbon_dioxide"] == 800
    assert device.states["power_2"] == -20
    assert device.properties["switch1"].spoken == "window"
    assert not [name for name in device.states if "start" in name]


@pytest.mark.parametrize(
    "bad", [{"fn": "x"}, {"rl": "x"}, {"so": 7}, {"sht": [[1]]}, {"lt_st": "x"}, {"swn": 3}]
)
def test_what_is_announced_wrongly_breaks_nothing(bad: dict[str, Any]) -> None:
    house = home({"Switch1": "ON"}, **{"rl": relays(2, 3, 3, 1), **json.loads(json.dumps(bad))})
    assert len(house.names) <= 4
