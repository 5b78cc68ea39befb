"""ESPHome nodes without discovery: found by their status, read as far as their topics prove."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.errors import ToolError
from plugins.home_assistant_discovery import HomeAssistantDiscovery
from tests.parts.overheard import OverheardHouse, do_everything, messages, plugin, wish_everything

SAID = messages("esphome")
ENDS = {"OPEN": ("open", "100"), "CLOSE": ("closed", "0"), "STOP": ("open", "50")}
ALARMS = {
    "ARM_AWAY": "ARMED_AWAY",
    "ARM_HOME": "ARMED_HOME",
    "ARM_NIGHT": "ARMED_NIGHT",
    "DISARM": "DISARMED",
}


class Firmware:
    """Reports on ``state`` what it is told on ``command``, in the words that the component uses."""

    def __init__(self, house: OverheardHouse) -> None:
        self.house = house
        house.on_publish = self.obey

    def obey(self, topic: str, payload: str) -> None:
        assert topic.endswith("/command"), topic
        base = topic.removesuffix("/command")
        assert f"{base}/state" in SAID, topic
        component = base.split("/")[1]
        if component == "light":
            order = json.loads(payload)
            report = {**SAID[f"{base}/state"], **order}
            report["color"] = {**SAID[f"{base}/state"]["color"], **order.get("color", {})}
            self.house.say(f"{base}/state", report)
        elif payload in ENDS:
            word, position = ENDS[payload]
            self.house.say(f"{base}/state", word)
            self.house.say(f"{base}/position/state", position)
        elif component == "lock":
            self.house.say(f"{base}/state", f"{payload}ED")
        else:
            self.house.say(f"{base}/state", ALARMS.get(payload, payload))


async def home() -> OverheardHouse:
    house = OverheardHouse(plugin("esphome"))
    Firmware(house)
    await house.hear(SAID, kept=True)
    return house


async def test_everything_is_readable_or_says_why() -> None:
    house = await home()
    entities = {"/".join(topic.split("/")[:3]) for topic in SAID if topic.endswith("/state")}
    assert house.coverage == (len(entities), {})
    assert len(house.founds) == 2


async def test_what_is_read() -> None:
    house = await home()
    lamp, shelf = house.device("livingroom desk lamp"), house.device("livingroom shelf")
    assert lamp.states == {"on": True, "brightness": 78, "color": "orange", "effect": "None"}
    assert (shelf.states["color_temperature"], shelf.states["on"]) == (4000, False)
    blind = house.device("livingroom blind")
    assert (blind.states["position"], blind.states["tilt"], blind.states["open"]) == (100, 50, True)
    sensed = {name: value for device in house.devices for name, value in device.states.items()}
    assert (sensed["room_temperature"], sensed["uptime"], sensed["doorbell"]) == (21.4, None, "single")
    assert house.founds[0].same_as == {"ha:AA:BB:CC:DD:EE:FF", "aabbccddeeff"}
    assert (
        house.device("climate node heat pump").describe()
        == "climate node heat pump is at 20.5 degrees, set to 21"
    )


async def test_every_wish_is_confirmed() -> None:
    house = await home()
    assert await wish_everything(house) > 60
    assert await do_everything(house) > 20


async def test_a_garage_door_is_not_opened_on_a_word() -> None:
    house = await home()
    assert not (await house.do("open", "livingroom garage door")).ok
    assert (await house.do("close", "livingroom garage door")).ok
    assert "set_position" not in {tool.name for tool in house.device("livingroom garage door").tools()}


async def test_only_a_node_is_listened_to() -> None:
    house = OverheardHouse(plugin("esphome"))
    await house.hear({
        "homeassistant/status": "online", "boiler/status": "running", "printer/status": "online",
        "printer/job/1/state": "ON", "boiler/switch/pump/state": "ON", "other/switch/x/state": "ON",
    })  # fmt: skip
    assert house.founds == []
    assert {topic for topic, _ in house.heard} == {
        "+/status", "printer/+/+/state", "printer/+/+/+/state", "homeassistant/+/printer/+/config",
    }  # fmt: skip


async def test_what_is_offline_is_refused_at_once() -> None:
    house = await home()
    house.say("livingroom/status", "offline")
    assert (await house.do("turn_on", "livingroom relay")).text == "The livingroom relay is offline."
    assert house.published == []


async def test_nodes_below_a_common_prefix() -> None:
    house = OverheardHouse(plugin("esphome", topic="home/+"))
    await house.hear({"home/desk/status": "online", "home/desk/switch/fan/state": "ON"})
    assert house.device("desk").states == {"on": True}


async def test_a_node_with_discovery_is_shown_once() -> None:
    house = await home()
    discovery = HomeAssistantDiscovery()
    discovery.attach(house)
    found: dict[str, Any] = messages("esphome", "discovery_and_topics.json")
    await house.hear({topic: said for topic, said in found.items() if topic.endswith("/config")}, kept=True)
    discovery.settle()
    reasons = {find.source.title: find.reason for find in house.finds if "livingroom" in find.found.name}
    assert reasons == {"HomeAssistantDiscovery": "", "Esphome": "shown through HomeAssistantDiscovery"}


async def test_leaving_the_house_ends_all_listening() -> None:
    house = OverheardHouse(plugin("esphome"))
    house.heard.clear()
    second = plugin("esphome")
    close = second.attach(house)
    await house.hear({"desk/status": "online"})
    before = len(house.heard)
    close()
    assert len(house.heard) == before - 4


async def test_versions_dates_and_times() -> None:
    house = await home()
    when = {"year": 2026, "month": 11, "day": 9, "hour": 7, "minute": 5, "second": 0}
    date, time = dict(list(when.items())[:3]), dict(list(when.items())[3:])
    await house.hear(
        {
            "livingroom/update/firmware/state": {"installed_version": "2026.1", "latest_version": "2026.2"},
            "livingroom/date/holiday/state": date,
            "livingroom/time/wake/state": time,
            "livingroom/datetime/start/state": when,
        }
    )
    states = {name: value for device in house.devices for name, value in device.states.items()}
    assert (states["installed_version"], states["latest_version"]) == ("2026.1", "2026.2")
    assert (states["holiday"], states["wake"], states["start"]) == (
        "2026-11-09",
        "07:05:00",
        "2026-11-09 07:05:00",
    )
    device = next(device for device in house.devices if "wake" in device.properties)
    house.on_publish = lambda topic, payload: house.say(topic.replace("/command", "/state"), payload)
    await device.change({"wake": "06:30:00"}, timeout=0.2)
    await device.wish({"wake": "6:30"})
    assert [json.loads(payload) for _, payload in house.published] == [
        {"hour": 6, "minute": 30, "second": 0}
    ] * 2
    with pytest.raises(ToolError):
        await device.wish({"wake": "early"})
