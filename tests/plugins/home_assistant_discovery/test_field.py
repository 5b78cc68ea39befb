"""What programs in the field announce: all of it is shown, wished for and confirmed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from assistant.devices.composed import FoundDevice
from assistant.errors import NotConfirmed
from tests.plugins.home_assistant_discovery.home import DiscoveryHouse, fixture
from tests.plugins.home_assistant_discovery.test_fixtures import wishes

FIELD = fixture("in_the_field.json")
PATH = re.compile(r"value_json((?:\.\w+|\['[^']*'\])+)")
PAIRS = re.compile(r"(.*)(?:command_topic|cmd_t)")
ALARM = {"ARM_HOME": "armed_home", "ARM_AWAY": "armed_away"}


class Firmware:
    """Reports every command on the state topic that its configuration names beside the command topic, at the
    place from which the value template takes it.
    """

    def __init__(self, house: DiscoveryHouse) -> None:
        self._house = house
        self._reports: dict[str, list[tuple[str, list[str]]]] = {}
        self._states: dict[str, Any] = {"ems-esp/thermostat_data_hc1": {"seltemp": 20, "currtemp": 19}}
        for topic, config in FIELD.items():
            shared = {key: value for key, value in config.items() if key in ("stat_t", "~")}
            for own in [config, *({**shared, **one} for one in config.get("cmps", {}).values())]:
                self._wire(own, topic)
        house.on_publish = self.obey

    def _wire(self, config: dict[str, Any], topic: str) -> None:
        base = config.get("~", "")
        for key, value in config.items():
            if not (found := PAIRS.fullmatch(key)):
                continue
            stem = found[1]
            names = {"strt_mw_": "act_", "dock_": "act_", "pause_": "act_", "set_": ""}
            stem = names.get(stem, stem)
            states = (f"{stem}{end}" for end in ("state_topic", "stat_t", "position_topic"))
            where = next((config[name] for name in states if name in config), None)
            if where is None:
                continue
            ends = (
                "state_template",
                "stat_tpl",
                "value_template",
                "val_tpl",
                "state_value_template",
                "stat_val_tpl",
            )
            template = next((config[stem + end] for end in ends if stem + end in config), "")
            steps = PATH.search(template or config.get("value_template", config.get("val_tpl", "")))
            path = re.findall(r"\w+", steps[1]) if steps else []
            self._reports.setdefault(value.replace("~", base), []).append((where.replace("~", base), path))

    def obey(self, topic: str, payload: str) -> None:
        for where, path in self._reports.get(topic, ()):
            self._house.say(where, self._reported(where, path, self.meant(topic, payload)))

    def meant(self, topic: str, payload: str) -> Any:
        if "hexColor" in topic:
            return payload.removeprefix("#")
        if topic.endswith("/lockAction"):
            return {"2": "1", "1": "3", "3": "3"}[payload]
        if topic == "mow/cmd":
            word = json.loads(payload)["action"] if payload.startswith("{") else payload
            return {"start_mowing": "mowing", "dock": "returning", "pause": "paused"}[word]
        if topic == "garden/drip/set":
            return {"OPEN": "open", "CLOSE": "closed"}[payload]
        if topic == "strip/set":
            return payload if "," in payload else f"{payload},255"
        if topic.startswith("zwave/") and payload == "OFF":
            return 0
        if topic.startswith("zwave/") and re.fullmatch(r"-?[\d.]+", payload):
            return json.loads(payload)
        if topic == "ems-esp/thermostat/hc1/mode":
            return {"heat": "manual"}.get(payload, payload)
        return ALARM.get(payload, payload)

    def _reported(self, where: str, path: list[str], value: Any) -> Any:
        if not path:
            return value
        state = self._states.setdefault(where, {})
        for step in path[:-1]:
            state = state.setdefault(step, {})
        state[path[-1]] = value
        return self._states[where]


def house() -> DiscoveryHouse:
    found = DiscoveryHouse(FIELD)
    Firmware(found)
    for topic in ("nuki/1a2b/connected", "ems-esp/status", "solar/dtu/status", "plug4/there"):
        found.say(topic, "true" if topic.startswith("nuki") else "online")
    found.say("valetudo/dusty/$state", "ready")
    found.say("ems-esp/thermostat_data_hc1", {"seltemp": 20, "currtemp": 19})
    return found


def test_every_entity_can_be_controlled_or_read(record_property: Callable[[str, object], None]) -> None:
    entities = (
        sum(len(config.get("cmps", "1")) for config in FIELD.values()) - 1
    )  # one only takes itself back
    found = house()
    parts = sum(len(one.parts) for one in found.founds)
    record_property("supported entities in the field", f"{parts} of {entities}")
    assert (parts, found.unsupported) == (entities, {})


KINDS = {
    "lamp": "colour light", "Hallway lock": "lock", "Heating circuit": "thermostat", "Balcony solar": "power meter",
    "Shed sensor": "temperature sensor", "Shed door": "door sensor", "Shed remote": "remote", "Dusty": "vacuum",
    "Plug four": "outlet", "Drip line": "valve", "Boiler": "switch", "Phone": "tracker",
}  # fmt: skip


def test_what_people_would_call_it() -> None:
    found = house()
    kinds = {device.name: device.household_kind for device in found.registry.devices}
    assert {name: kinds.get(name) for name in KINDS} == KINDS
    assert found.device("Plug four").area == "Office"
    assert set(found.device("Plug four").properties) == {"on", "power", "led_on"}
    assert "restart_inverter" in found.device("Balcony solar").properties


async def test_everything_that_can_be_wished_is_done_and_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.pace.Throttle.count", lambda *_: None)
    found = house()
    tried = 0
    for device in found.registry.devices:
        assert isinstance(device, FoundDevice)
        for name, own in device.properties.items():
            for wish in wishes(own) if own.writable else ():
                tried += 1
                if (
                    not own.readable
                    or own.options == ("press",)
                    or (name == "preset" and device.name == "Dusty")
                ):
                    with pytest.raises(NotConfirmed):
                        await device.change({name: wish}, timeout=0.01)
                else:
                    await device.change({name: wish}, timeout=0.2)
                    assert own.agrees(device.states[name], wish), (device.name, name, wish, device.states)
    assert tried > 90, tried


async def test_the_verbs() -> None:
    found = house()
    for device, verb, args in (
        ("Mower", "start_mowing", {}), ("Mower", "return_to_dock", {}), ("Drip line", "close", {}),
        ("House alarm", "arm", {"mode": "away"}), ("Hallway lock", "lock", {}), ("roller", "open", {}),
        ("roller", "set_position", {"position": 40}), ("Purifier", "set_speed", {"speed": 50}),
        ("radiator", "set_temperature", {"temperature": 19.5}), ("lamp", "turn_on", {"color": "blue"}),
    ):  # fmt: skip
        result = await found.do(verb, device, **args)
        assert result.ok, (device, verb, result.text, found.device(device).states)
    assert ("zwave/radiator/67/0/setpoint/1/set", "19.5") in found.published
    assert ("zwave/lamp/51/0/hexColor/set", "#0000ff") in found.published
    for verb in ("unlock", "open"):
        assert not (await found.do(verb, "Hallway lock")).ok
    found.say("espresense/phone/attributes", {"room": "kitchen", "distance": 2.4, "batt": 80})
    assert found.device("Phone").states == {"room": "kitchen", "distance": 2.4, "batt": 80}
    found.say("valetudo/dusty/hass/state", {"state": "docked", "segments": {"16": "Hall", "17": "Kitchen"}})
    found.source.settle()
    await found.do("clean_rooms", "Dusty", rooms=["kitchen"])
    assert found.published[-1] == (
        "valetudo/dusty/MapSegmentationCapability/clean/set", '{"segment_ids": ["17"]}',
    )  # fmt: skip
