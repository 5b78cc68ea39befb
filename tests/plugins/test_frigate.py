"""Frigate's cameras and zones: counts, motion and switches, and nothing of what is large."""

from __future__ import annotations

import json

import pytest

from tests.parts.overheard import OverheardHouse, messages, plugin, wish_everything

SAID = messages("frigate")


async def home() -> OverheardHouse:
    house = OverheardHouse(plugin("frigate"))

    def obey(topic: str, payload: str) -> None:
        if topic.endswith("/ptz"):
            assert payload.startswith("preset_"), payload
            return
        assert topic.removesuffix("/set") + "/state" in SAID, topic
        house.say(topic.removesuffix("/set") + "/state", payload)

    house.on_publish = obey
    await house.hear(SAID, kept=True)
    return house


async def test_cameras_and_zones_are_told_apart() -> None:
    house = await home()
    assert {device.name: device.household_kind for device in house.devices} == {
        "Frigate": "detections sensor", "front door camera": "camera", "garage cam": "camera",
        "driveway zone": "person sensor",
    }  # fmt: skip
    assert house.coverage[1] == {}
    told = {topic for found in house.founds for part in found.parts for topic in part.readers}
    told |= {one.topic for found in house.founds for one in found.availability}
    assert set(SAID) <= told


async def test_what_is_read() -> None:
    house = await home()
    camera = house.device("front door camera")
    house.say("frigate/front_door/motion", "ON")
    house.say("frigate/front_door/person", "2")
    states = camera.states
    assert (states["motion"], states["person"], states["car"], states["loudness"]) == (True, 2, 1, -41.3)
    assert (states["motion_detection"], states["audio"], states["hears_bark"]) == (True, True, False)
    assert house.device("Frigate").states == {"detections": 4.2, "detector_time": 9.1, "notifications": False}
    assert house.device("driveway zone").describe() == "driveway zone is counting 2 person"
    house.say("frigate/front_door/motion", "OFF")
    assert "seeing nobody move and counting 2 person" in camera.describe(), "who stands still is there"


async def test_every_wish_is_confirmed() -> None:
    house = await home()
    assert await wish_everything(house) > 25


@pytest.mark.parametrize(("option", "value", "sent"), [
    ("detect", "off", ("frigate/front_door/detect/set", "OFF")),
    ("motion detection", "on", ("frigate/front_door/motion/set", "ON")),
    ("motion threshold", "40", ("frigate/front_door/motion_threshold/set", "40")),
    ("recordings", "off", ("frigate/front_door/recordings/set", "OFF")),
])  # fmt: skip
async def test_switches_are_options_of_their_camera(option: str, value: str, sent: tuple[str, str]) -> None:
    house = await home()
    assert (await house.do("set_option", "front door camera", option=option, value=value)).ok
    assert house.published == [sent]


async def test_a_view_cannot_be_confirmed() -> None:
    house = await home()
    result = await house.do("set_option", "front door camera", option="view", value="Front gate")
    assert result.text == "I told the front door camera, but it does not report whether it did it."
    assert house.published == [("frigate/front_door/ptz", "preset_front_gate")]


@pytest.mark.parametrize("word", ["offline", "stopped"])
async def test_what_is_offline_is_refused_at_once(word: str) -> None:
    house = await home()
    house.say("frigate/available", word)
    result = await house.do("set_option", "garage cam", option="detect", value="on")
    assert result.text == "The garage cam is offline."
    assert house.published == []


async def test_events_reviews_and_pictures_are_left_alone() -> None:
    house = await home()
    before = [device.states.copy() for device in house.devices]
    for sample in json.loads(json.dumps(messages("frigate", "mqtt_messages.json"))):
        topic = sample["section"].strip("`")
        await house.hear(
            {topic if topic.startswith("frigate/") else "frigate/tracked_object_update": sample["payload"]}
        )
    await house.hear({"frigate/front_door/person/snapshot": b"\xff\xd8" * 100_000})
    await house.hear({"frigate/front_door/audio/transcription": "somebody said something"})
    assert [device.states for device in house.devices] == before
    assert not any(topic.endswith(("#", "events", "reviews", "snapshot")) for topic, _ in house.heard)


async def test_long_statistics_are_read_and_not_kept() -> None:
    house = OverheardHouse(plugin("frigate"))
    long = {
        "detectors": {"cpu": {"inference_speed": 20.0}},
        "cameras": {f"cam{n}": {"fps": 5.0} for n in range(3000)},
    }
    for _ in range(2):
        await house.hear({"frigate/stats": long})
    assert house.device("Frigate").states == {"detector_time": 20}
