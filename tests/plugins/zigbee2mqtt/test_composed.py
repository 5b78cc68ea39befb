"""Devices that no capture has: what they are called, what can be done, and what must not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.devices.composed import FoundDevice
from assistant.testing.sources import SourceHouse
from assistant.tools.vocabulary import Risk
from tests.plugins.zigbee2mqtt.test_zigbee2mqtt import DATA, Radio, bridge

COMPOSED = json.loads((DATA / "composed.json").read_text())
GROUPS: list[dict[str, Any]] = [
    {"id": 1, "friendly_name": "spots", "members": ["hs bulb", "kitchen/strip"], "scenes": [{"id": 3, "name": "cosy"}]},
    {"id": 2, "friendly_name": "mixed", "members": ["fingerbot", "hs bulb"], "scenes": []},
]  # fmt: skip


def house() -> SourceHouse:
    by_name = {device["friendly_name"]: device["ieee_address"] for device in COMPOSED["devices"]}
    groups = [
        {**group, "members": [{"ieee_address": by_name[name], "endpoint": 1} for name in group["members"]]}
        for group in GROUPS
    ]
    made, _ = bridge(json.dumps(COMPOSED["devices"]).encode(), json.dumps(groups).encode())
    for name, state in COMPOSED["states"].items():
        made.say(f"zigbee2mqtt/{name}", state)
    return made


KINDS = {
    "zen thermostat": ("hall", "thermostat"),
    "heizung": ("bad", "thermostat"),
    "wall 4 gang l3": ("", "switch"),
    "styrbar": ("", "remote"),
    "salon rideau": ("", "curtains"),
    "presence": ("living", "motion sensor"),
    "strip": ("kitchen", "colour light"),
    "2 gang dimmer l2": ("", "dimmable light"),
    "ceiling fan": ("", "fan"),
    "ceiling fan light": ("", "dimmable light"),
    "garage opener": ("", "door sensor"),
    "siren neo": ("", "siren"),
    "bosch smoke": ("", "smoke detector"),
    "water timer l1": ("", "valve"),
    "vindstyrka": ("", "temperature sensor"),
    "front lock": ("doors", "lock"),
    "fingerbot": ("", "switch"),
    "spots": ("", "colour light"),
    "mixed": ("", "colour light"),
    "cosy": ("", "scene"),
}


def test_each_is_what_people_would_call_it() -> None:
    found = {device.name: (device.area, device.household_kind) for device in house().registry.devices}
    assert {name: found.get(name) for name in KINDS} == KINDS


def test_no_feature_is_lost_without_a_reason() -> None:
    at = house()
    lost: dict[str, list[str]] = {}
    for find in at.finds:
        known = {own for part in find.found.parts for own in _keys(part)} | set(find.found.unsupported)
        entry = next((d for d in COMPOSED["devices"] if d["ieee_address"] == find.found.id), None)
        for expose in [
            e for e in (entry or {}).get("definition", {}).get("exposes", []) if isinstance(e, dict)
        ]:
            for feature in expose.get("features", [expose]) if expose["type"] != "composite" else [expose]:
                name = str(feature.get("property") or feature.get("name") or feature["type"])
                if name not in known and feature.get("name") not in known:
                    lost.setdefault(find.found.name, []).append(name)
    assert lost == {}


def _keys(part: Any) -> set[str]:
    """The keys of Zigbee2MQTT behind a part: what it tells of a report that has them all, what it sends."""
    names = {own.name for own in part.properties} | {part.id, part.name.replace(" ", "_")}
    meanings = {
        "on": ("state", "fan_state", "alarm"),
        "target": ("current_heating_setpoint",),
        "target_low": ("occupied_heating_setpoint",),
        "target_high": ("occupied_cooling_setpoint",),
        "temperature": ("local_temperature",),
        "mode": ("system_mode",),
        "status": ("running_state", "lock_state"),
        "color_temperature": ("color_temp",),
        "preset": ("fan_mode",),
        "locked": ("state",),
        "position": ("state",),
        "open": ("state", "garage_door_contact", "contact"),
        "tone": ("melody",),
        "motion": ("occupancy",),
        "limits_calibration": ("limits_calibration",),
        "x": ("limits_calibration",),
        "segments": ("segment_effect",),
    }
    found = names | {key for name in names for key in meanings.get(name, ())}
    return found | {f"{key}_{part.name}" for key in found if part.name}


@pytest.mark.parametrize(
    ("device", "tool", "args", "sent"),
    [
        ("zen thermostat", "set_temperature", {"temperature": 21}, {"occupied_heating_setpoint": 21.0}),
        ("heizung", "set_preset", {"preset": "eco"}, {"preset": "eco"}),
        ("heizung", "set_option", {"option": "child lock", "value": "on"}, {"child_lock": "LOCK"}),
        ("heizung", "set_option", {"option": "window detection", "value": "off"}, {"window_detection": "OFF"}),
        ("zen thermostat", "set_option", {"option": "upper set point", "value": "26"}, {"occupied_cooling_setpoint": 26.0}),
        ("2 gang dimmer l2", "turn_on", {"brightness": 50}, {"state_l2": "ON", "brightness_l2": 127}),
        ("ceiling fan", "set_preset", {"preset": "low"}, {"fan_mode": "low"}),
        ("siren neo", "turn_off", {}, {"alarm": False}),
        ("salon rideau", "set_position", {"position": 30}, {"position": 30}),
        ("spots", "turn_on", {"color": "red"}, {"state": "ON", "color": {"hex": "#FF0000"}}),
    ],
)  # fmt: skip
async def test_what_is_sent(device: str, tool: str, args: dict[str, Any], sent: dict[str, Any]) -> None:
    at = house()
    Radio(at)
    done = await at.do(tool, device, **args)
    assert done.ok, done.text
    assert json.loads(at.published[-1][1]) == sent


@pytest.mark.parametrize(
    ("device", "option"),
    [("garage opener", "trigger"), ("bosch smoke", "alarm burglar"), ("salon rideau", "x")],
)
async def test_p11_nothing_howls_or_moves_a_gate_as_a_setting(device: str, option: str) -> None:
    at = house()
    refused = await at.do("set_option", device, option=option, value="on")
    assert "on a spoken word alone" in refused.text
    assert at.published == []


def test_a_switch_of_a_garage_door_is_no_lamp() -> None:
    entry = next(d for d in COMPOSED["devices"] if d["friendly_name"] == "leak valve")
    opener = {**entry, "definition": {**entry["definition"], "description": "Garage door opener switch"}}
    made, _ = bridge(json.dumps([opener]).encode(), b"[]")
    (relay,) = made.registry.devices
    assert isinstance(relay, FoundDevice)
    risks = {tool.name: tool.declaration.risk for tool in relay.tools()}
    assert risks["turn_on"] is Risk.SECURITY
    assert risks["turn_off"] is Risk.COMFORT
