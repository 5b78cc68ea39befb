"""The forms of discovery: single and by device, abbreviated, with a base topic, moved, changed and taken back."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import pytest

from assistant.config import PluginEntry
from assistant.config.home import DeviceWish
from assistant.loader import Loader
from plugins.home_assistant_discovery import HomeAssistantDiscovery
from tests.plugins.home_assistant_discovery.home import DATA, DiscoveryHouse, fixture

SWITCH = {
    "name": "Relay", "uniq_id": "r1", "cmd_t": "r/set", "stat_t": "r", "dev": {"ids": ["box"], "name": "Box"},
}  # fmt: skip
STATION: dict[str, Any] = {
    "~": "omg/station",
    "dev": {"ids": ["station-1"], "cns": [["mac", "AA:BB:CC:DD:EE:FF"]], "name": "Station", "sa": "Garden", "mf": "Acme", "mdl": "S1"},
    "o": {"name": "OMG", "sw": "1.0"},
    "avty": {"t": "~/LWT"},
    "qos": 1,
    "stat_t": "~/report",
    "cmps": {
        "t": {"p": "sensor", "uniq_id": "s-t", "dev_cla": "temperature", "unit_of_meas": "°C", "val_tpl": "{{ value_json.tempc | is_defined }}"},
        "h": {"p": "sensor", "uniq_id": "s-h", "dev_cla": "humidity", "unit_of_meas": "%", "val_tpl": "{{ value_json.hum | is_defined }}"},
        "led": {"p": "switch", "uniq_id": "s-l", "name": "LED", "cmd_t": "~/led/set", "stat_t": "led/~", "ent_cat": "config"},
        "gone": {"p": "switch"},
    },
    "cdevs": [{"ids": "probe-1", "name": "Probe", "cmps": {"w": {"p": "binary_sensor", "uniq_id": "p-w", "dev_cla": "moisture", "val_tpl": "{{ value_json.wet }}"}}}],
}  # fmt: skip


def test_a_device_in_one_message_with_a_child() -> None:
    house = DiscoveryHouse({"homeassistant/device/station-1/config": STATION})
    assert house.names == ["Probe", "Station"]
    station, probe = sorted(house.founds, key=lambda found: found.name, reverse=True)
    assert (station.area, station.model, probe.area) == ("Garden", "Acme S1", "Garden")
    assert station.same_as == {"ha:station-1", "aabbccddeeff"}
    assert station.availability[0].topic == "omg/station/LWT"
    house.say("omg/station/LWT", "online")
    house.say("omg/station/report", {"tempc": 21.5, "hum": 40, "wet": "ON"})
    assert house.device("Station").states == {"temperature": 21.5, "humidity": 40.0}
    assert house.device("Probe").states == {"leak": True}
    house.say("omg/station/report", {"tempc": 22})
    assert house.device("Station").states["humidity"] == 40.0
    (led,) = [part for part in station.parts if part.write is not None]
    assert led.write is not None
    assert [(c.topic, c.qos) for c in led.write({"led": True})] == [("omg/station/led/set", 1)]
    assert next(iter(led.readers)) == "led/omg/station", "the base topic stands at the start or at the end"


def test_components_leave_and_come() -> None:
    house = DiscoveryHouse({"homeassistant/device/station-1/config": STATION})
    fewer = {**STATION, "cmps": {**STATION["cmps"], "h": {"p": "sensor"}}, "cdevs": []}
    house.announce({"homeassistant/device/station-1/config": fewer})
    assert [len(found.parts) for found in house.founds] == [2]
    house.announce({"homeassistant/device/station-1/config": ""})
    assert house.names == []


def test_an_entity_moves_into_its_devices_message() -> None:
    house = DiscoveryHouse({"homeassistant/switch/box/config": SWITCH})
    house.say("r", "ON")
    device = {
        "dev": SWITCH["dev"],
        "o": {"name": "x"},
        "cmps": {"r": {**SWITCH, "p": "switch", "cmd_t": "r/set2"}},
    }
    house.announce({"homeassistant/device/box/config": device})
    assert "belongs to" in next(iter(house.unsupported.values()))
    house.announce({"homeassistant/switch/box/config": {"migrate_discovery": True}})
    house.announce(
        {"homeassistant/device/box/config": {**device, "qos": 0}, "homeassistant/switch/box/config": ""}
    )
    assert house.unsupported == {}
    assert house.founds[0].parts[0].topics == {"r/set2"}
    assert house.only.states == {"on": True}, "what it reported is kept"


def test_names_areas_and_details() -> None:
    sensor = {
        "name": "Box Power",
        "uniq_id": "p",
        "stat_t": "p",
        "unit_of_meas": "W",
        "dev_cla": "power",
        "dev": {"ids": "box", "sa": "Cellar"},
    }
    house = DiscoveryHouse(
        {"homeassistant/sensor/a/p/config": sensor, "homeassistant/switch/b/r/config": SWITCH}
    )
    (found,) = house.founds
    assert (found.name, found.area, house.names) == ("Box", "Cellar", ["Box"])
    assert {part.id: part.name for part in found.parts} == {"switch.r1": "Relay", "sensor.p": "Power"}
    house.say("p", "12.5")
    assert house.only.states == {"power": 12.5}


def test_nothing_is_shown_again_unless_it_has_changed() -> None:
    house = DiscoveryHouse(fixture("discovery_from_zigbee2mqtt.json"))
    before = {id(device) for device in house.registry.devices}
    house.announce(fixture("discovery_from_zigbee2mqtt.json"))
    assert {id(device) for device in house.registry.devices} == before


async def test_a_burst_is_shown_device_by_device_while_others_have_their_turn() -> None:
    house = DiscoveryHouse()
    shown: list[int] = []
    complete = asyncio.Event()

    def changed() -> None:
        shown.append(len(house.names))
        if len(shown) == 42:
            complete.set()

    house.finds.changed = changed
    async with asyncio.timeout(10):
        running = asyncio.get_running_loop().create_task(house.source.run())
        for topic, payload in fixture("discovery_from_zigbee2mqtt.json").items():
            house.say(topic, payload)
        assert shown == []
        await complete.wait()
        await asyncio.sleep(0.1)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    assert len(shown) == 42, "once for each device"


@pytest.mark.parametrize(
    ("availability", "told", "there"),
    [
        ({"availability_topic": "a"}, [("a", "online")], True),
        (
            {"availability_topic": "a", "payload_not_available": "0", "payload_available": "1"},
            [("a", "0")],
            False,
        ),
        (
            {"availability_topic": "a", "availability_template": "{{ value_json.s }}"},
            [("a", '{"s": "offline"}')],
            False,
        ),
        ({"avty": [{"t": "a"}, {"t": "b"}], "avty_mode": "all"}, [("a", "online")], None),
        ({"avty": [{"t": "a"}, {"t": "b"}], "avty_mode": "all"}, [("a", "online"), ("b", "offline")], False),
        ({"avty": [{"t": "a"}, {"t": "b"}], "avty_mode": "any"}, [("a", "offline"), ("b", "online")], True),
        ({"avty": [{"t": "a"}, {"t": "b"}]}, [("a", "offline"), ("b", "online")], True),
        ({"avty": [{"t": "a", "val_tpl": "{{ value|lower }}"}]}, [("a", "ONLINE"), ("a", "what")], True),
    ],
)
def test_availability(availability: dict[str, Any], told: list[tuple[str, str]], there: bool | None) -> None:
    house = DiscoveryHouse({"homeassistant/switch/box/config": {**SWITCH, **availability}})
    for topic, payload in told:
        house.say(topic, payload)
    assert house.only.available is there


def test_every_abbreviation_is_the_long_key() -> None:
    tables = json.loads((DATA.parents[2] / "plugins/home_assistant_discovery/abbreviations.json").read_text())
    assert {name: len(table) for name, table in tables.items()}["entity"] > 250
    from plugins.home_assistant_discovery.payloads import expanded

    assert set(expanded(dict.fromkeys(tables["entity"], 1))) >= set(tables["entity"].values()) - {"device"}


def test_another_prefix_and_the_loader() -> None:
    loaded = Loader().load(PluginEntry(name="home_assistant_discovery", settings={"prefix": "ha/disco"}))
    (source,) = loaded.plugins
    assert (type(source).__name__, loaded.state.name) == ("HomeAssistantDiscovery", "ENABLED")
    assert HomeAssistantDiscovery.rank == 30
    house = DiscoveryHouse(prefix="disco")
    house.announce(
        {
            "disco/switch/box/config": SWITCH,
            "homeassistant/switch/other/config": {**SWITCH, "dev": {"ids": "o"}},
        }
    )
    assert house.names == ["Box"]


def test_the_owner_finds_a_device_by_its_id() -> None:
    assert (
        DeviceWish(device="ha:box").device
        == DiscoveryHouse({"homeassistant/switch/box/config": SWITCH}).founds[0].id
    )
