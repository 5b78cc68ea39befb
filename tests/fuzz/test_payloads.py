"""Whatever stands on a topic: a device's report, an announcement, a bridge's list. Nothing raises, nothing is lost."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.api.sources import Overheard
from assistant.config import PluginEntry
from assistant.device import Device
from assistant.loader import Loader
from assistant.testing.bare import BareHost
from tests.fuzz.parts import JSON, QUICK, TEXTS, near, torn
from tests.parts.overheard import ROOT
from tests.plugins.home_assistant_discovery.home import DiscoveryHouse
from tests.plugins.test_hostile_sources import SOURCES, empty, raw, said_to

LOADER = Loader()
KINDS = (
    "mqtt_dimmable_light", "mqtt_colour_light", "mqtt_switch", "mqtt_blinds", "mqtt_thermostat", "mqtt_lock", "mqtt_fan",
    "mqtt_media_player", "mqtt_vacuum", "mqtt_door_sensor", "mqtt_motion_sensor", "mqtt_temperature_sensor",
    "tasmota_lamp", "tasmota_switch", "person",
)  # fmt: skip
REPORT: dict[str, Any] = {
    "state": "ON", "brightness": 128, "color": {"hue": 20, "saturation": 50, "x": 0.3, "y": 0.3}, "position": 40,
    "lock_state": "locked", "fan_mode": "low", "occupancy": True, "contact": False, "temperature": 21.5, "volume": 30,
    "POWER": "ON", "Dimmer": 40, "HSBColor": "1,2,3", "StatusSTS": {"POWER": "ON"}, "linkquality": 100, "battery": 50,
    "occupied_heating_setpoint": 20, "local_temperature": 20.5, "status": {"value": "docked"}, "on": True, "track": "x",
}  # fmt: skip


def payloads(true: Any) -> st.SearchStrategy[bytes]:
    """Near what is true, any JSON, any bytes."""
    told = near(true).map(
        lambda value: value.encode("utf-8", "replace") if isinstance(value, str) else _bytes(value)
    )
    return (
        told
        | JSON.map(_bytes)
        | torn(raw(true))
        | st.binary(max_size=60)
        | TEXTS.map(lambda text: text.encode("utf-8", "replace"))
    )


def _bytes(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "replace")


def no_trace(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever was wrong was told in one line."""
    wrong = [
        each
        for each in caplog.records
        if each.exc_info or "Traceback" in each.getMessage() or each.levelno >= logging.ERROR
    ]
    assert wrong == [], wrong[0].getMessage()
    caplog.clear()


def reported(kind: str, payload: bytes) -> Device:
    """A device that was told something on every topic that it hears."""
    loaded = LOADER.load(
        PluginEntry(name=kind, settings={"name": "thing", "area": "hall", "topic": "here/thing"})
    )
    (device,) = loaded.plugins
    assert isinstance(device, Device), loaded.reason
    host = BareHost()
    device.attach(host)
    for topic, _ in host.heard:
        host.report(topic.replace("+", "x").replace("#", "y"), payload)
    return device


@pytest.mark.parametrize("kind", KINDS)
def test_a_device_of_any_kind_hears_anything(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    async def hears(payload: bytes) -> None:
        device = reported(kind, payload)
        json.dumps(dict(device.states), allow_nan=False, default=str)

    @QUICK
    @given(payloads(REPORT))
    def fuzz(payload: bytes) -> None:
        asyncio.run(hears(payload))
        no_trace(caplog)

    fuzz()


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_hears_anything_on_its_devices_topics(source: str, caplog: pytest.LogCaptureFixture) -> None:
    said = said_to(source)

    async def hears(topic: str, payload: bytes) -> None:
        house = empty(source)
        for known, true in list(said.items())[:12]:
            house.keep(known.partition("#")[0], raw(true))
        house.report(topic.partition("#")[0], payload)
        await house.source.catch_up()
        for device in house.devices:
            json.dumps(dict(device.states), allow_nan=False, default=str)

    @QUICK
    @given(st.data())
    def fuzz(data: st.DataObject) -> None:
        topic = data.draw(st.sampled_from(sorted(said)))
        asyncio.run(hears(topic, data.draw(payloads(said[topic]))))
        no_trace(caplog)

    fuzz()


BRIDGE = ROOT / "tests" / "data" / "zigbee2mqtt"


@pytest.mark.parametrize("name", ["zigbee2mqtt", "tasmota"])
def test_a_bridge_announces_anything(name: str, caplog: pytest.LogCaptureFixture) -> None:
    true = ANNOUNCED[name]

    async def hears(payload: bytes) -> None:
        made = LOADER.load(PluginEntry(name=name)).plugins[0]
        host = BareHost()
        made.attach(host)
        for topic, _ in host.heard:
            for filled in (topic.replace("+", "a").replace("#", "b/c"), "zigbee2mqtt/lamp", "tele/x/STATE"):
                host.report(filled, payload)
        if isinstance(made, Overheard):
            await made.catch_up()

    @QUICK
    @given(payloads(true))
    def fuzz(payload: bytes) -> None:
        asyncio.run(hears(payload))
        no_trace(caplog)

    fuzz()


ANNOUNCED: dict[str, Any] = {
    "zigbee2mqtt": [
        {
            "ieee_address": "0x01", "friendly_name": "lamp", "type": "Router", "supported": True, "disabled": False,
            "interview_completed": True,
            "definition": {
                "model": "X", "vendor": "Y", "description": "a lamp",
                "exposes": [
                    {
                        "type": "light",
                        "features": [
                            {"type": "binary", "name": "state", "property": "state", "value_on": "ON", "value_off": "OFF", "access": 7},
                            {"type": "numeric", "name": "brightness", "property": "brightness", "value_min": 0, "value_max": 254, "access": 7},
                        ],
                    },
                    {"type": "enum", "name": "effect", "property": "effect", "values": ["blink", "stop"], "access": 2},
                ],
            },
        }
    ],
    "tasmota": {
        "ip": "192.168.1.2", "dn": "Plug", "fn": ["Plug", None], "hn": "plug-1", "mac": "A0B1C2D3E4F5", "md": "X", "ty": 0,
        "if": 0, "ofln": "Offline", "onln": "Online", "state": ["OFF", "ON", "TOGGLE", "HOLD"], "sw": "12.0", "t": "plug",
        "ft": "%prefix%/%topic%/", "tp": ["cmnd", "stat", "tele"], "rl": [1, 0], "swc": [-1], "btn": [0], "so": {"4": 0},
        "lk": 1, "lt_st": 0, "sho": [0], "ver": 1,
    },
}  # fmt: skip

DISCOVERED: dict[str, Any] = {
    "name": "Lamp", "unique_id": "u1", "state_topic": "l/s", "command_topic": "l/c", "schema": "json", "brightness": True,
    "supported_color_modes": ["rgb"], "availability": [{"topic": "l/a", "payload_available": "on"}],
    "device": {"identifiers": ["d1"], "name": "Lamp", "suggested_area": "hall", "connections": [["mac", "x"]]},
    "value_template": "{{ value_json.state }}", "options": ["a", "b"], "min": 0, "max": 100, "payload_on": "ON",
    "origin": {"name": "x"}, "components": {"c1": {"platform": "light", "unique_id": "c1"}},
}  # fmt: skip


@pytest.mark.parametrize("component", ["light", "lock", "climate", "select", "number", "device", "cover"])
def test_anybody_announces_anything_to_home_assistant(
    component: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def hears(payload: bytes) -> None:
        house = DiscoveryHouse({})
        house.report(f"homeassistant/{component}/x/config", payload)
        house.source.settle()
        for topic in ("l/s", "l/a"):
            house.report(topic, payload)
        assert isinstance(house.names, list)

    @QUICK
    @given(payloads(DISCOVERED))
    def fuzz(payload: bytes) -> None:
        asyncio.run(hears(payload))
        no_trace(caplog)

    fuzz()
