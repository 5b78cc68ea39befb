"""Tasmota devices from their announcements, against a firmware made of the same words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.api.sources import Source
from assistant.loader import import_file
from tests.parts.finds import SourceHouse

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
        if word.startswith("Shutter"):
            positions = {"ShutterOpen": 100, "ShutterClose": 0}
            return {"Shutter1": {"Position": positions.get(word[:-1], int(value or 0))}}
        if word.startswith("POWER"):
            return {word: value}
        return {word: int(value)} if word in ("Dimmer", "FanSpeed") else None


def home() -> SourceHouse:
    source: Source = import_file(ROOT / "plugins" / "tasmota.py").Tasmota()
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
    house.say("tele/tasmota_000001/LWT", "Offline")
    assert plug.available is False


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
