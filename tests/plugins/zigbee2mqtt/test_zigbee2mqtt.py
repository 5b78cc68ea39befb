"""Zigbee2MQTT's own description of 38 real devices and 3 groups: all of them found, and every verb confirmed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.api.sources import Property, Source, colours
from assistant.briefing import brief
from assistant.devices.composed import FoundDevice
from assistant.home.furniture import Furniture
from assistant.home.search import search_tool
from assistant.importing import import_file
from assistant.testing.sources import SourceHouse
from assistant.tools.house import house_tools

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data" / "zigbee2mqtt"
DEVICES = (DATA / "bridge_devices.json").read_bytes()
GROUPS = (DATA / "bridge_groups.json").read_bytes()
MOVES = {"OPEN": 100, "CLOSE": 0}


class Radio:
    """The devices behind the bridge: each remembers what it is told and reports all of it."""

    def __init__(self, house: SourceHouse) -> None:
        self.house = house
        self.state: dict[str, dict[str, Any]] = {}
        house.on_publish = self.obey

    def obey(self, topic: str, payload: str) -> None:
        name = topic.removesuffix("/set")
        report = self.state.setdefault(name, {})
        for key, value in json.loads(payload).items():
            report |= self._report(key, value)
        self.house.say(name, report)

    def _report(self, key: str, value: Any) -> dict[str, Any]:
        match key, value:
            case "color", {"hex": text}:
                hue, saturation = colours.hs_of(colours.named_hex(text))
                return {"color": {"hue": round(hue), "saturation": round(saturation)}, "color_mode": "hs"}
            case "color_temp", _:
                return {"color_temp": value, "color_mode": "color_temp"}
            case "state", "OPEN" | "CLOSE":
                return {"state": value, "position": MOVES[value]}
        return {key: value}


def bridge(devices: bytes = DEVICES, groups: bytes = GROUPS) -> tuple[SourceHouse, Source]:
    source: Source = import_file(ROOT / "plugins" / "zigbee2mqtt" / "__init__.py").Zigbee2mqtt()
    house = SourceHouse(source)
    house.say("zigbee2mqtt/bridge/devices", devices)
    house.say("zigbee2mqtt/bridge/groups", groups)
    return house, source


def test_500_devices_cost_at_most_4000_tokens_in_all() -> None:
    """Fourteen homes in one, with all the verbs that real devices have."""
    described = json.loads(DEVICES)
    copies = [
        {
            **device,
            "ieee_address": f"0x{copy:02x}{at:014x}",
            "friendly_name": f"{device['friendly_name']} {copy}",
        }
        for copy in range(14)
        for at, device in enumerate(described)
    ]
    house, _source = bridge(json.dumps(copies).encode())
    furniture = Furniture(house.registry, house.table)
    house.table.add_all([*house_tools(house.dispatcher), search_tool(house.registry)])
    told, budget = brief(furniture, tokens=4000, lately=[])
    assert budget.devices > 500
    assert budget.named > 250
    assert budget.tokens <= 4000
    searchable = "find_devices" in {declared.name for declared in told.declarations}
    assert searchable is (budget.named < budget.devices)


def samples(own: Property) -> Iterator[Any]:
    """Values that the property may take, its ends among them."""
    if own.options:
        yield from own.options[:20]
    elif own.type is bool:
        yield from (True, False)
    elif own.type is str:
        yield "some words"
    else:
        low = own.low if own.low is not None else 0
        high = own.high if own.high is not None else 100
        yield from (own.type(value) for value in (low, high, round((low + high) / 2)))


def found_devices(house: SourceHouse) -> list[FoundDevice]:
    return [device for device in house.registry.devices if isinstance(device, FoundDevice)]


def test_every_captured_device_becomes_something_or_says_why() -> None:
    house, _ = bridge()
    finds = list(house.finds)
    entities = [
        expose
        for entry in json.loads(DEVICES)
        for expose in (entry.get("definition") or {}).get("exposes", [])
    ]
    unsupported = {
        (find.found.name, name): why for find in finds for name, why in find.found.unsupported.items()
    }
    assert len(finds) == 38 + 1 + 3
    assert [find.found.name for find in finds if find.reason] == ["Coordinator"]
    assert all(len(why) > 15 for why in unsupported.values())
    assert 1 - len(unsupported) / len(entities) >= 0.98  # level_config is a part of an entity
    assert {name for _, name in unsupported} == {
        *("pin_code", "region_upsert", "level_config"),
        *("cyclic_timed_irrigation", "cyclic_quantitative_irrigation"),
    }


async def test_nothing_is_reset_on_a_spoken_word() -> None:
    house, _ = bridge()
    result = await house.do("set_option", "tuya curtain", option="factory reset", value="on")
    assert (result.ok, result.text) == (False, "I don't change factory reset on a spoken word alone.")
    assert house.published == []


async def test_every_writable_property_makes_the_round_trip() -> None:
    house, _ = bridge()
    Radio(house)
    tried = 0
    for device in found_devices(house):
        for name, own in device.properties.items():
            if not (own.writable and own.readable):
                continue
            for value in samples(own):
                device._throttle._sent.clear()
                await device.change({name: value})
                tried += 1
    assert tried > 200


async def test_every_action_makes_the_round_trip() -> None:
    house, _ = bridge()
    radio = Radio(house)
    for device in found_devices(house):
        radio.state.clear()
        for tool in device.tools():
            if tool.name in ("open", "close", "turn_off", "lock", "stop", "activate"):
                result = await house.do(tool.name, device.name)
                wanted = (False, "I don't open") if tool.declaration.risk == 3 else (True, "")
                silent = device.household_kind == "siren"
                assert silent or (result.ok, result.text[: len(wanted[1])]) == wanted, (device.name, result)


@pytest.mark.parametrize(
    ("device", "tool", "args", "sent"),
    [
        ("ceiling color", "turn_on", {"brightness": 50}, {"state": "ON", "brightness": 127}),
        ("ceiling color", "turn_on", {"color": "orange"}, {"state": "ON", "color": {"hex": "#FF8000"}}),
        ("reading lamp ct", "turn_on", {"color": "warm white"}, {"state": "ON", "color_temp": 370}),
        ("two gang wall right", "turn_on", {}, {"state_right": "ON"}),
        ("bedroom blind", "set_position", {"position": 30}, {"position": 30}),
        ("bosch trv", "set_temperature", {"temperature": 21.5}, {"occupied_heating_setpoint": 21.5}),
        ("tuya trv", "set_temperature", {"temperature": 19}, {"current_heating_setpoint": 19.0}),
        ("tuya trv", "set_option", {"option": "child lock", "value": "on"}, {"child_lock": "LOCK"}),
        ("front door yale", "lock", {}, {"state": "LOCK"}),
        ("garden valve", "open", {}, {"state": "ON"}),
        ("living room lights", "turn_off", {}, {"state": "OFF"}),
        ("covers", "close", {}, {"state": "CLOSE"}),
        ("Movie night", "activate", {}, {"scene_recall": 1}),
    ],
)
async def test_what_is_sent(device: str, tool: str, args: dict[str, Any], sent: dict[str, Any]) -> None:
    house, _ = bridge()
    Radio(house)
    result = await house.do(tool, device, **args)
    assert result.ok, result.text
    assert [json.loads(payload) for _, payload in house.published] == [sent]


def test_what_is_read() -> None:
    house, _ = bridge()
    for topic, payload in json.loads((DATA / "device_states_and_availability.json").read_text()).items():
        if payload is not None:
            house.say(topic, payload)
    ceiling = house.device("ceiling color")
    assert (ceiling.area, ceiling.available) == ("living room", False)
    assert ceiling.states == {
        "on": True, "brightness": 47, "color": None, "color_temperature": 3333, "effect": None,
        "effect_speed": None, "power_on_behavior": None, "linkquality": None,
    }  # fmt: skip
    house.say("zigbee2mqtt/door contact", {"contact": False, "battery": 99})
    assert house.device("door contact").states["open"] is True
    assert house.device("bedroom blind").describe() == "bedroom blind is 40 percent open"


def test_a_rename_keeps_the_device_and_a_removal_forgets_it() -> None:
    house, _ = bridge()
    house.say("zigbee2mqtt/door contact", {"contact": True})
    entries = json.loads(DEVICES)
    for entry in entries:
        if entry["friendly_name"] == "door contact":
            entry["friendly_name"] = "porch/back door"
    house.say("zigbee2mqtt/bridge/devices", [e for e in entries if e["friendly_name"] != "leak sensor"])
    assert "leak sensor" not in house.names
    assert "door contact" not in house.names
    assert house.device("back door").describe() == "back door is closed"
    house.say("zigbee2mqtt/porch/back door", {"contact": False})
    assert house.device("back door").states["open"] is True


@pytest.mark.parametrize(
    "nonsense",
    [
        b"", b"null", b"{}", b"[1, null, {}]", b"\xff", b"[" * 9000, b'[{"ieee_address": [], "definition": 7}]',
        b'[{"ieee_address": "0x1", "friendly_name": {}, "definition": {"exposes": [7, {"type": "light"}, {"type": "switch", "features": 3}]}}]',
        b'[{"ieee_address": "0x1", "definition": {"exposes": [{"type": "light", "features": [{"name": "brightness", "property": "b", "value_max": 0}]}]}}]',
    ],
)  # fmt: skip
def test_a_bridge_that_talks_nonsense_breaks_nothing(nonsense: bytes) -> None:
    house, _ = bridge(groups=b"[]")
    house.say("zigbee2mqtt/bridge/devices", nonsense)
    house.say("zigbee2mqtt/bridge/groups", nonsense)
    house.say("zigbee2mqtt/bridge/devices", DEVICES)
    assert "ceiling color" in house.names
