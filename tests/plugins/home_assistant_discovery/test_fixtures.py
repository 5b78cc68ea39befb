"""Every captured discovery payload becomes something, and everything that can be wished is done and confirmed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from assistant.devices.composed import FoundDevice
from assistant.devices.properties import Property
from assistant.errors import NotConfirmed
from tests.plugins.home_assistant_discovery.firmware import Zigbee2Mqtt
from tests.plugins.home_assistant_discovery.home import DiscoveryHouse, fixture

CAPTURED = fixture("discovery_from_zigbee2mqtt.json")
OWN = fixture("self_device_discovery.json")
ESPHOME = {t: p for t, p in fixture("esphome.json").items() if t.startswith("homeassistant/")}


def by_device() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for topic, config in CAPTURED.items():
        found[config["device"]["name"]][topic] = config
    return dict(found)


DEVICES = by_device()


def test_nearly_every_entity_can_be_controlled_or_read(
    record_property: Callable[[str, object], None],
) -> None:
    messages = {**CAPTURED, **OWN, **ESPHOME}
    house = DiscoveryHouse(messages)
    parts = sum(len(found.parts) for found in house.founds)
    share = parts / len(messages)
    assert parts + len(house.unsupported) == len(messages)
    record_property("supported entities", f"{parts} of {len(messages)}, {100 * share:.1f} percent")
    assert share >= 0.98, f"only {parts} of {len(messages)} entities"
    assert all(house.unsupported.values())
    assert set(house.unsupported.values()) == {
        "pictures do not come this way",
        "it would open the network to strangers",
    }
    assert len(house.founds) == len(DEVICES) + 2


def test_names_by_which_the_house_knows_a_device_seen_twice() -> None:
    house = DiscoveryHouse({**CAPTURED, **ESPHOME})
    same = {found.name: found.same_as for found in house.founds}
    assert same["door contact"] == {"0x00158d0001000025"}
    assert "aabbccddeeff" in same["livingroom"]


KINDS = {
    "living room ceiling color": "colour light",
    "hall white dim": "dimmable light",
    "ikea outlet": "switch",
    "two gang wall Left": "switch",
    "two gang wall Right": "switch",
    "bedroom blind": "blinds",
    "spirit trv": "thermostat",
    "front door yale": "lock",
    "heiman siren": "siren",
    "door contact": "door sensor",
    "hue motion": "presence sensor",
    "leak sensor": "leak sensor",
    "weather sensor": "temperature sensor",
    "aqara button": "remote",
    "living room lights": "colour light",
    "Movie night": "scene",
}


def test_household_kinds() -> None:
    house = DiscoveryHouse(CAPTURED)
    kinds = {device.name: device.household_kind for device in house.registry.devices}
    assert {name: kinds[name] for name in KINDS} == KINDS


def wishes(own: Property) -> list[Any]:
    """Values at and between the ends."""
    if own.type is bool:
        return [True, False, True]
    if own.options:
        return list(own.options[:5])
    if own.name == "color":
        return ["red", "orange", "green", "blue", "purple", "pink"]
    if own.type is str:
        return ["something"]
    if own.name == "brightness":
        return [1, 100, 33]  # nobody wishes for a lamp that is on at nothing
    low, high = own.low or 0, own.high if own.high is not None else 100
    step = own.step or 1
    values = [low, high, low + round((high - low) / 3 / step) * step]
    return [own.fit(value) for value in values]


def home_of(name: str) -> tuple[DiscoveryHouse, list[FoundDevice]]:
    house = DiscoveryHouse(DEVICES[name])
    Zigbee2Mqtt(house, {c["state_topic"] for c in CAPTURED.values() if "state_topic" in c})
    for topic in {a["topic"] for c in DEVICES[name].values() for a in c.get("availability", ())}:
        house.say(topic, {"state": "online"})
    devices = [device for device in house.registry.devices if isinstance(device, FoundDevice)]
    return house, devices


@pytest.mark.parametrize("name", DEVICES)
async def test_every_writable_property_is_written_and_confirmed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.pace.Throttle.count", lambda *_: None)
    house, devices = home_of(name)
    for device in devices:
        for field, own in device.properties.items():
            if not own.writable:
                continue
            for wish in wishes(own):
                house.published.clear()
                if not own.readable or own.options == ("press",):
                    with pytest.raises(NotConfirmed, match="does not report"):
                        await device.change({field: wish}, timeout=0.2)
                else:
                    await device.change({field: wish}, timeout=0.2)
                    assert own.agrees(device.states[field], wish), (field, wish, device.states)
                assert house.published, field


@pytest.mark.parametrize("name", DEVICES)
async def test_every_action_and_the_plain_verbs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.pace.Throttle.count", lambda *_: None)
    house, devices = home_of(name)
    for device in devices:
        for verb in ("turn_on", "turn_off", "open", "close", "stop", "lock", "activate", "press"):
            if verb not in {tool.name for tool in device.tools()}:
                continue
            result = await house.do(verb, device.name)
            if verb == "turn_on" and device.household_kind == "siren" and device.properties["on"].readable:
                assert not result.ok
            elif not device.properties.get("on", Property("on", bool)).readable:
                assert "does not report" in result.text
            else:
                assert result.ok, (device.name, verb, result.text)


async def test_scales_are_read_not_assumed() -> None:
    house, (lamp,) = home_of("hall white dim")
    await house.do("turn_on", lamp.name, brightness=100)
    assert house.published[-1] == ("zigbee2mqtt/hall white dim/set", '{"state": "ON", "brightness": 254}')
    house.say("zigbee2mqtt/hall white dim", {"state": "ON", "brightness": 127})
    assert lamp.states["brightness"] == 50
    house.say("zigbee2mqtt/hall white dim", {"state": None, "brightness": None})
    assert lamp.states == {"on": None, "brightness": 50}


async def test_a_contact_that_is_closed_says_true() -> None:
    house, (door,) = home_of("door contact")
    house.say("zigbee2mqtt/door contact", {"contact": False, "battery": 81, "voltage": 3005})
    assert (door.states["open"], door.states["battery"], door.states["voltage"]) == (True, 81, 3005)
    assert door.describe() == "door contact is open"
    house.say("zigbee2mqtt/door contact/availability", {"state": "offline"})
    assert door.describe() == "door contact is offline"


async def test_the_remote_says_what_was_pressed() -> None:
    house, (remote,) = home_of("hue dimmer")
    house.say("zigbee2mqtt/hue dimmer", {"battery": 50})
    assert "action" not in remote.states
    house.say("zigbee2mqtt/hue dimmer", {"action": "on_press"})
    assert remote.states["action"] == "on press"


async def test_esphome() -> None:
    house = DiscoveryHouse(ESPHOME)
    samples = fixture("esphome.json")
    assert {found.area for found in house.founds} == {"Living Room"}
    lamp, blind = house.device("livingroom Desk Lamp"), house.device("livingroom Blind")
    house.say("livingroom/status", "online")
    house.say("livingroom/light/desk_lamp/state", samples["livingroom/light/desk_lamp/state"])
    assert lamp.states == {"on": True, "brightness": 78, "color": "orange", "effect": "None"}
    house.on_publish = lambda topic, payload: house.say(topic.replace("/command", "/state"), payload)
    assert (await house.do("turn_on", lamp.name, color="blue", brightness=40)).ok
    assert house.published[-1][1] == (
        '{"state": "ON", "brightness": 102, "color": {"r": 0, "g": 0, "b": 255, "c": 0, "w": 0}}'
    )
    for word, is_open in (("open", True), ("closed", False), ("opening", False), ("unknown", None)):
        house.say("livingroom/cover/blind/state", word)
        assert blind.states["open"] is is_open
    assert (await house.do("set_position", blind.name, position=30)).ok
    assert (await house.do("set_tilt", blind.name, tilt=60)).ok
    assert house.published[-2:] == [
        ("livingroom/cover/blind/position/command", "30"),
        ("livingroom/cover/blind/tilt/command", "60"),
    ]
