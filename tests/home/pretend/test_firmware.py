"""Devices without a network: what they make of commands, sensible and not."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.home.pretend.colour import Colour
from assistant.home.pretend.devices import DEVICES
from assistant.home.pretend.firmware import Firmware, Garbage
from assistant.home.pretend.tasmota import Dimmer
from assistant.home.pretend.vacuum import Vacuum
from assistant.home.pretend.zigbee import Blinds, ColourLight, Fan, Light, Lock, Thermostat

KINDS = {
    "light", "dimmable light", "colour light", "switch", "blinds", "thermostat", "lock", "fan", "vacuum",
    "media player", "door sensor", "window sensor", "motion sensor", "temperature sensor", "humidity sensor",
}  # fmt: skip


def state(firmware: Firmware) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(firmware.reports()[0].payload)
    return found


def settle(firmware: Firmware) -> int:
    """Let time pass until nothing changes by itself; returns how many steps that took."""
    steps = 0
    while firmware.pace() is not None and steps < 1000:
        firmware.pass_time()
        steps += 1
    return steps


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("ON", {"state": "ON", "brightness": 254}),
        ('{"state":"TOGGLE"}', {"state": "ON"}),
        ('{"brightness":100}', {"state": "ON", "brightness": 100}),
        ('{"brightness":"100"}', {"state": "ON", "brightness": 100}),
        ('{"brightness":9999}', {"state": "ON", "brightness": 254}),
        ('{"brightness":1e999}', {"brightness": 254}),
        ('{"brightness":-3}', {"state": "OFF", "brightness": 254}),
        ('{"brightness":0}', {"state": "OFF"}),
        ('{"brightness":NaN}', {"state": "OFF", "brightness": 254}),
        ('{"brightness":true}', {"state": "OFF"}),
        ('{"brightness":null,"state":"ON"}', {"state": "ON", "brightness": 254}),
        ('{"state":"OFF","brightness":100}', {"state": "OFF", "brightness": 100}),
        ('{"brightness_step":-40}', {"state": "ON", "brightness": 214}),
        ('{"transition":1,"effect":"blink"}', {"state": "OFF"}),
    ],
)
def test_a_lamp_does_what_it_can(wish: str, expected: dict[str, Any]) -> None:
    lamp = Light("z/lamp")
    lamp.obey("z/lamp/set", wish)
    assert state(lamp).items() >= expected.items()


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ('{"color":{"hex":"#FF0000"}}', {"hue": 0, "saturation": 100, "x": 0.6401, "y": 0.33}),
        ('{"color":{"hue":240,"saturation":80}}', {"hue": 240, "saturation": 80}),
        ('{"color":{"r":0,"g":255,"b":0}}', {"hue": 120, "saturation": 100}),
        ('{"color":{"x":0.64,"y":0.33}}', {"hue": 0, "saturation": 100}),
        ('{"color":{"hue":999,"saturation":-1}}', {"hue": 360, "saturation": 0}),
        ('{"color":{"hex":"#GG0000"}}', {"hue": 30, "saturation": 30}),
        ('{"color":{"hex":"#FF00"}}', {"hue": 30}),
        ('{"color":[1]}', {"hue": 30}),
    ],
)
def test_a_colour_lamp_knows_colours_in_every_spelling(wish: str, expected: dict[str, Any]) -> None:
    lamp = ColourLight("z/lamp")
    lamp.obey("z/lamp/set", wish)
    assert state(lamp)["color"].items() >= expected.items()


@pytest.mark.parametrize(("wish", "mireds"), [("454", 454), ('"warm"', 454), ("10", 153), ('"hot"', 370)])
def test_white_has_a_warmth(wish: str, mireds: int) -> None:
    lamp = ColourLight("z/lamp")
    lamp.obey("z/lamp/set/color_temp", wish)
    assert state(lamp)["color_temp"] == mireds


@given(st.integers(0, 359), st.integers(40, 100))
def test_colours_survive_the_way_through_xy(hue: int, saturation: int) -> None:
    there = Colour(hue, saturation)
    back = Colour.from_xy(*there.xy)
    assert min(abs(back.hue - there.hue), 360 - abs(back.hue - there.hue)) < 2
    assert abs(back.saturation - there.saturation) < 2


def test_blinds_travel_step_by_step_and_stop_where_they_are() -> None:
    blinds = Blinds("b")
    blinds.obey("b/set", '{"position":35}')
    blinds.pass_time()
    assert state(blinds).items() >= {"position": 90, "moving": "DOWN"}.items()
    blinds.obey("b/set", '{"state":"STOP"}')
    assert blinds.pace() is None
    assert state(blinds).items() >= {"position": 90, "moving": "STOP"}.items()
    blinds.obey("b/set", "CLOSE")
    assert settle(blinds) == 9
    assert state(blinds).items() >= {"position": 0, "state": "CLOSE"}.items()
    blinds.obey("b/set", '{"position":200}')
    settle(blinds)
    assert state(blinds)["position"] == 100


def test_a_thermostat_warms_the_room_slowly_within_its_range() -> None:
    thermostat = Thermostat("t")
    thermostat.obey("t/set", '{"occupied_heating_setpoint":21.3}')
    assert state(thermostat).items() >= {"occupied_heating_setpoint": 21.5, "running_state": "heat"}.items()
    assert settle(thermostat) == 11
    assert state(thermostat).items() >= {"local_temperature": 21.5, "running_state": "idle"}.items()
    thermostat.obey("t/set", '{"occupied_heating_setpoint":90}')
    assert state(thermostat)["occupied_heating_setpoint"] == 30
    thermostat.obey("t/set", '{"system_mode":"off"}')
    settle(thermostat)
    assert state(thermostat)["local_temperature"] == Thermostat.OUTSIDE


def test_a_lock_says_unlocked_only_when_the_bolt_has_moved() -> None:
    lock = Lock("l")
    lock.obey("l/set", '{"state":"UNLOCK"}')
    assert state(lock).items() >= {"state": "LOCK", "lock_state": "not_fully_locked"}.items()
    settle(lock)
    assert state(lock).items() >= {"state": "UNLOCK", "lock_state": "unlocked"}.items()


def test_a_fan_knows_its_speed_by_number_and_by_name() -> None:
    fan = Fan("f")
    fan.obey("f/set", '{"speed":80}')
    assert state(fan).items() >= {"state": "ON", "speed": 80, "fan_mode": "high"}.items()
    fan.obey("f/set", '{"fan_mode":"low"}')
    assert state(fan)["speed"] == 33
    fan.obey("f/set", '{"fan_mode":"off"}')
    assert state(fan).items() >= {"fan_state": "OFF", "fan_mode": "off"}.items()


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ([("POWER", "ON")], {"POWER": "ON", "Dimmer": 100}),
        ([("power1", "toggle")], {"POWER": "ON"}),
        ([("Dimmer", "60")], {"POWER": "ON", "Dimmer": 60}),
        ([("Dimmer", "60"), ("Dimmer", "-"), ("Dimmer", "-")], {"Dimmer": 40}),
        ([("Dimmer", "250")], {"Dimmer": 100}),
        ([("Dimmer", "60"), ("Dimmer", "0")], {"POWER": "OFF", "Dimmer": 60}),
        ([("Dimmer", ""), ("STATE", ""), ("POWER", "")], {"POWER": "OFF"}),
    ],
)
def test_tasmota_understands_its_commands(commands: list[tuple[str, str]], expected: dict[str, Any]) -> None:
    lamp = Dimmer("hall")
    for command, value in commands:
        lamp.obey(f"cmnd/hall/{command}", value)
    assert state(lamp).items() >= expected.items()


def test_a_vacuum_goes_home_when_told_and_when_tired() -> None:
    vacuum = Vacuum("v")
    told = list[str]()
    for operation in ("HOME", "START", "PAUSE", "START", "STOP", "HOME", "STOP", "HOME"):
        vacuum.obey("v/BasicControlCapability/operation/set", operation)
        told.append(vacuum.status)
    assert told == ["docked", "cleaning", "paused", "cleaning", "idle", "returning", "idle", "returning"]
    vacuum.pass_time()
    vacuum.obey("v", "START")
    settle(vacuum)
    assert (vacuum.status, vacuum.battery) == ("docked", 100)


def test_the_table_names_every_device_once_and_uses_the_words_of_the_house() -> None:
    names = [name for device in DEVICES for name in (device.name, *device.aliases)]
    assert len(DEVICES) >= 14
    assert len({device.area for device in DEVICES}) == 5
    assert len(names) == len(set(names))
    assert len({device.topic for device in DEVICES}) == len(DEVICES)
    assert {device.kind for device in DEVICES} <= KINDS


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["state", "brightness", "brightness_step", "color", "color_temp", "position", "speed", "fan_mode",
     "volume", "occupied_heating_setpoint", "system_mode", "command"]
)  # fmt: skip
COMMANDS = (
    st.dictionaries(KEYS, JSON, max_size=4).map(json.dumps) | JSON.map(json.dumps) | st.text(max_size=20)
)


@given(st.sampled_from(DEVICES), st.sampled_from(["set", "set/state", "POWER", "Dimmer", "get"]), COMMANDS)
def test_no_command_whatever_breaks_a_device(device: Any, ending: str, payload: str) -> None:
    firmware = device.firmware(device.topic)
    with contextlib.suppress(Garbage):
        firmware.obey(f"{device.topic}/{ending}", payload)
    settle(firmware)
    for report in firmware.reports():
        assert report.payload


def test_endless_nesting_is_garbage() -> None:
    with pytest.raises(Garbage):
        Light("l").obey("l/set", "[" * 100_000)
