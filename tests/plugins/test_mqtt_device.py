"""Devices of a few lines of YAML: words, scales and keys of their own, and what is wrong with the lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.api import PluginError
from assistant.api.sources import Source
from assistant.importing import import_file
from assistant.testing.sources import SourceHouse

ROOT = Path(__file__).parents[2]
Made = tuple[SourceHouse, list[tuple[str, str]]]


async def made(**settings: Any) -> Made:
    source: Source = import_file(ROOT / "plugins" / "mqtt_device.py").MqttDevice(**settings)
    house = SourceHouse(source)
    sent: list[tuple[str, str]] = []
    house.on_publish = lambda topic, payload: sent.append((topic, payload))
    await source.run()
    return house, sent


async def test_words_of_its_own() -> None:
    told = {"on": {"sends": {"on": "RUN", "off": "HALT"}, "reads": {"running": "on", "stopped": "off"}}}
    house, sent = await made(name="rain pump", area="garden", kind="switch", topic="pump", properties=told)
    answers = {"RUN": "running", "HALT": "stopped"}

    def obey(topic: str, payload: str) -> None:
        sent.append((topic, payload))
        house.say("pump", answers[payload])

    house.on_publish = obey
    result = await house.do("turn_on", "rain pump")
    assert (result.ok, result.text) == (True, "The rain pump is on.")
    assert (await house.do("turn_off", "rain pump")).text == "The rain pump is off."
    assert sent == [("pump/set", "RUN"), ("pump/set", "HALT")]
    assert house.device("rain pump").area == "garden"


async def test_a_scale_of_its_own_in_a_nested_key() -> None:
    told = {
        "on": {"key": "state"},
        "brightness": {"key": "light.level", "command_key": "level", "high": 1023},
    }
    house, sent = await made(name="lamp", kind="light", topic="l", command_topic="l/do", properties=told)

    def obey(topic: str, payload: str) -> None:
        sent.append((topic, payload))
        order = json.loads(payload)
        house.say("l", {"state": order["state"], "light": {"level": order["level"]}, "other": 1})

    house.on_publish = obey
    assert (await house.do("turn_on", "lamp", brightness=50)).text == "The lamp is on at 50 percent."
    assert [(topic, json.loads(payload)) for topic, payload in sent] == [
        ("l/do", {"state": "ON", "level": 512})
    ]


async def test_reports_without_the_key_or_out_of_range_change_nothing() -> None:
    house, _ = await made(name="meter", kind="sensor", topic="m", properties={"humidity": {"key": "h"}})
    house.say("m", {"h": 40})
    for payload in ('{"x": 1}', "[1]", '{"h": {"h": 3}}', '{"h": "wet"}', b"\xff", '{"h": NaN}', "{"):
        house.say("m", payload)
    assert house.device("meter").states["humidity"] in (40.0, None)
    house.say("m", {"h": 41})
    assert house.device("meter").states["humidity"] == 41.0


async def test_what_only_obeys_says_that_it_cannot_tell() -> None:
    house, sent = await made(name="awning", kind="awning", topic="a", actions={"open": "OUT", "close": "IN"})
    result = await house.do("open", "awning")
    assert sent == [("a/set", "OUT")]
    assert not result.ok
    assert "does not report" in result.text


async def test_its_presence_and_settings() -> None:
    told = {"boost": {"writable": True, "low": 0, "high": 30, "unit": "minutes", "topic": "v/boost"}}
    house, _ = await made(name="valve", topic="v", availability="v/lwt", properties=told)
    house.say("v/lwt", "offline")
    assert (await house.do("set_option", "valve", value="20")).text == "The valve is offline."
    house.say("v/lwt", "Online")
    house.on_publish = lambda _topic, payload: house.say("v/boost", payload)
    assert (await house.do("set_option", "valve", value="20")).ok
    assert not (await house.do("set_option", "valve", value="31")).ok


async def test_what_the_owner_wrote_down_is_not_found_a_second_time() -> None:
    house, _ = await made(
        name="hall lamp", kind="light", topic="zigbee2mqtt/hall", properties={"on": {"key": "state"}}
    )
    finder: Source = import_file(ROOT / "plugins" / "zigbee2mqtt" / "__init__.py").Zigbee2mqtt()
    finder.attach(house)
    described = {
        "ieee_address": "0x00158d0001000024", "friendly_name": "hall", "type": "Router", "supported": True,
        "interview_completed": True, "definition": {"model": "x", "vendor": "y", "exposes": [
            {"type": "light", "features": [
                {"type": "binary", "name": "state", "property": "state", "access": 7,
                 "value_on": "ON", "value_off": "OFF"}]}]},
    }  # fmt: skip
    house.say("zigbee2mqtt/bridge/devices", [described])
    assert house.names == ["hall lamp"]
    (reason,) = [find.reason for find in house.finds if find.reason]
    assert reason == "configured by hand as hall lamp"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({}, "neither properties nor actions"),
        ({"properties": {"on": {"sendz": {}}}}, "did you mean 'sends'"),
        ({"properties": {"brightness": {"low": 5, "high": 5}}}, "low must be below high"),
    ],
)
async def test_mistakes(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(PluginError, match=problem):
        await made(name="x", topic="x", **settings)


async def test_json_without_a_key_says_what_to_write() -> None:
    house, _ = await made(name="plug", kind="switch", topic="p", properties={"on": {}})
    house.say("p", {"on": 1})
    assert "is JSON: say which of it, on: {key: …}" in house.device("plug").problem
