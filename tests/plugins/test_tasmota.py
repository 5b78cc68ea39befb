"""Tasmota devices from their announcements, against a firmware made of the same words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.api.sources import Source
from assistant.devices.composed import FoundDevice
from assistant.importing import import_file
from assistant.testing.sources import SourceHouse
from tests.parts.overheard import wishes

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "tasmota"
ANNOUNCED: dict[str, Any] = json.loads((DATA / "discovery_retained.json").read_text())


class Firmware:
    """Obeys the commands of all devices and answers on their RESULT topics."""

    def __init__(self, house: SourceHouse) -> None:
        self.house = house
        self.hsb = [0, 0, 100]
        house.on_publish = self.obey

    def obey(self, topic: str, payload: str) -> None:
        _, device, command = topic.split("/")
        orders = payload.split(";") if command == "Backlog" else [f"{command} {payload}"]
        for order in orders:
            word, _, value = order.partition(" ")
            if (answer := self._answer(word, value)) is not None:
                self.house.say(f"stat/{device}/RESULT", answer)

    def _answer(self, word: str, value: str) -> dict[str, Any] | None:
        if word in ("HSBColor1", "HSBColor2"):
            self.hsb[int(word[-1]) - 1] = int(value)
            return {"POWER": "ON", "HSBColor": ",".join(map(str, self.hsb))}
        if word == "CT":
            return {"POWER": "ON", "CT": int(value), "HSBColor": "0,0,100"}
        if word.startswith("ShutterTilt"):
            return {"Shutter1": {"Tilt": int(value)}}
        if word.startswith("Shutter"):
            positions = {"ShutterOpen": 100, "ShutterClose": 0}
            return {"Shutter1": {"Position": positions.get(word[:-1], int(value or 0))}}
        if word.startswith("POWER"):
            return {word: value}
        return {word: int(value)} if word in ("Dimmer", "FanSpeed") else None


def home() -> SourceHouse:
    source: Source = import_file(ROOT / "plugins" / "tasmota" / "__init__.py").Tasmota()
    house = SourceHouse(source)
    for topic, payload in ANNOUNCED.items():
        for pattern, heard in house.heard:
            if pattern.endswith(topic.rpartition("/")[2]):
                heard(topic, json.dumps(payload).encode())
    return house


def test_every_announced_device_is_there() -> None:
    house = home()
    announced = [payload for topic, payload in ANNOUNCED.items() if topic.endswith("config")]
    assert len(list(house.finds)) == len(announced)
    assert [find.reason for find in house.finds if find.reason] == []


def test_everything_that_is_announced_can_be_controlled_or_read() -> None:
    """A relay, light, fan or shutter, and each value of each sensor."""
    house = home()
    wanted = 0
    for topic, announced in ANNOUNCED.items():
        if topic.endswith("config"):
            relays = announced["rl"]
            fan = bool(announced["if"])
            wanted += (0 if fan else relays.count(1)) + (2 in relays) + relays.count(3) // 2 + fan
        else:
            sensors = [told for told in announced["sn"].values() if isinstance(told, dict)]
            wanted += sum(len(told) - ("TotalStartTime" in told) for told in sensors)
    parts = [part for find in house.finds for part in find.found.parts if part.id != "wifi"]
    supported = sum(1 if part.write or part.actions else len(part.properties) for part in parts)
    assert supported / wanted >= 0.98, f"{supported} of {wanted}"
    assert all(not find.found.unsupported for find in house.finds)


async def test_every_wish_is_confirmed() -> None:
    house = home()
    Firmware(house)
    tried = 0
    for device in house.registry.devices:
        assert isinstance(device, FoundDevice)
        for name, own in device.properties.items():
            for value in wishes(own) if own.writable else ():
                device._throttle._sent.clear()
                await device.change({name: value}, timeout=0.3)
                assert own.agrees(device.states[name], value), (device.name, name, value, device.states)
                tried += 1
    assert tried > 40


async def test_every_verb_makes_the_round_trip() -> None:
    house = home()
    Firmware(house)
    tried = 0
    for device in house.registry.devices:
        verbs = {tool.name: tool for tool in device.tools()}
        for verb, args in (
            ("turn_on", {}), ("turn_off", {}), ("open", {}), ("close", {}),
            ("set_position", {"position": 40}), ("set_speed", {"speed": 66}),
            ("turn_on", {"brightness": 60}), ("turn_on", {"color": "blue"}), ("turn_on", {"color": "warm white"}),
        ):  # fmt: skip
            known = (
                {parameter.name for parameter in verbs[verb].declaration.parameters}
                if verb in verbs
                else None
            )
            options = (
                [o for p in verbs[verb].declaration.parameters for o in p.options] if verb in verbs else []
            )
            if known is None or not set(args) <= known or (args.get("color", "") not in ("", *options)):
                continue
            result = await house.do(verb, device.name, **args)
            assert result.ok, (device.name, verb, args, result.text)
            tried += 1
    assert tried >= 20


def test_measurements_and_presence_are_read() -> None:
    house = home()
    plug = house.device("Desk plug")
    for topic, payload in json.loads((DATA / "state_messages.json").read_text()).items():
        house.say(topic, payload)
    assert (plug.states["on"], plug.available) == (True, True)
    assert plug.states["dew_point"] == 10
    assert plug.states["signal"] == 82
    house.say(
        "stat/tasmota_000001/STATUS10", {"StatusSNS": {"AM2301": {"Temperature": 19.5, "Humidity": None}}}
    )
    assert (plug.states["temperature"], plug.states["humidity"]) == (19.5, None)
    house.say("tele/tasmota_000001/LWT", "Offline")
    assert plug.available is False


def test_sensors_that_the_captured_ones_lack() -> None:
    house = home()
    config = ANNOUNCED["tasmota/discovery/C44F33000001/config"]
    other = {
        **config,
        "mac": "C44F330000AA",
        "t": "meter",
        "dn": "Meter",
        "so": {**config["so"], "73": 1},
        "btn": [1, 0],
    }
    sensors = {
        "Time": "2026-11-23T10:00:00", "Switch1": "ON", "TempUnit": "F", "ANALOG": {"A0": 512, "Temperature1": 20.5},
        "ENERGY": {"Power": [10, 20, 30], "Total": 1.5}, "DS18B20-1": {"Id": "01", "Temperature": 68.0},
        "SDS0X1": {"PM2.5": 4.1}, "odd": None, "PN532": {"UID": "0A0B"},
    }  # fmt: skip
    for topic, payload in (("config", other), ("sensors", {"sn": sensors, "ver": 1})):
        for pattern, heard in house.heard:
            if pattern.endswith(topic):
                heard(f"tasmota/discovery/C44F330000AA/{topic}", json.dumps(payload).encode())
    meter = house.device("Meter")
    house.say("tele/meter/SENSOR", sensors)
    house.say("stat/meter/RESULT", {"Button1": {"Action": "DOUBLE"}})
    states = meter.states
    assert (states["power_1"], states["power_3"], states["energy"], states["switch1"]) == (10, 30, 1.5, True)
    assert (states["temperature"], states["fine_dust"], states["a0"], states["uid"]) == (
        20.0,
        4.1,
        512,
        "0A0B",
    )
    assert states["button_1"] == "double"
    assert {"device_class", "id"}.isdisjoint(states)


def test_a_flood_of_announcements_is_bounded() -> None:
    house = home()
    config = json.dumps({**ANNOUNCED["tasmota/discovery/C44F33000001/config"], "dn": "flood"}).encode()
    heard = next(heard for pattern, heard in house.heard if pattern.endswith("config"))
    for number in range(700):
        heard(f"tasmota/discovery/F{number:011X}/config", config)
    assert len(list(house.finds)) == 500


@pytest.mark.parametrize(
    "nonsense",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"t": 1}',
        b"\xff",
        b"[" * 500,
        b'{"ft": "x", "t": "y", "tp": 7, "rl": [1]}',
    ],
)
def test_nonsense_is_told_and_changes_nothing(nonsense: bytes) -> None:
    house = home()
    before = house.names
    for pattern, heard in house.heard:
        if pattern.startswith("tasmota/discovery"):
            heard(pattern.replace("+", "AABBCCDDEEFF"), nonsense)
    assert house.names == before
