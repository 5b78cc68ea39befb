"""A robot vacuum with Valetudo: what it tells, what it obeys, and its rooms by name."""

from __future__ import annotations

import json
from typing import Any

from tests.parts.overheard import OverheardHouse, do_everything, messages, plugin, wish_everything

SAID = messages("valetudo")
BASE = "valetudo/rockrobo"
AFTER = {"START": "cleaning", "STOP": "idle", "PAUSE": "paused", "HOME": "returning"}


class Firmware:
    """Echoes what is set on the property's own topic, and changes its status by operation."""

    def __init__(self, house: OverheardHouse) -> None:
        self.house = house
        house.on_publish = self.obey

    def obey(self, topic: str, payload: str) -> None:
        where = topic.removesuffix("/set")
        assert where != topic, topic
        if where.endswith("BasicControlCapability/operation"):
            self.house.say(f"{BASE}/StatusStateAttribute/status", AFTER[payload])
        elif where.endswith("MapSegmentationCapability/clean"):
            assert set(json.loads(payload)["segment_ids"]) <= {"16", "18", "20"}
            self.house.say(f"{BASE}/StatusStateAttribute/status", "cleaning")
        elif where in SAID:
            self.house.say(where, payload)
        else:
            assert payload == "PERFORM" or topic.endswith(("go/set", "start/set")), (topic, payload)


async def home(**changes: Any) -> OverheardHouse:
    house = OverheardHouse(plugin("valetudo"))
    Firmware(house)
    await house.hear({**SAID, **changes}, kept=True)
    return house


async def test_everything_it_tells_is_readable_or_says_why() -> None:
    house = await home()
    (rosie,) = house.devices
    parts, unsupported = house.coverage
    read = {topic for part in rosie.found.parts for topic in part.readers}
    read |= {
        topic
        for topic in SAID
        if topic.endswith(("$name", "$state", "$nodes", "$format", "$unit", "/segments"))
    }
    unread = {
        "$homie",
        "StatusStateAttribute/flag",
        "StatusStateAttribute/error",
    }  # its words are in error_description
    assert {topic.removeprefix("valetudo/rockrobo/") for topic in set(SAID) - read} == unread
    assert parts == 28
    assert unsupported == {}
    assert rosie.describe() == "Rosie is docked with 42 percent battery"
    states = rosie.states
    assert (states["cleaned_area"], states["cleaned_for"], states["main_brush_left"]) == (63, 24, 8.2)
    assert (states["mop_left"], states["mop"], states["dock"], states["error"]) == (
        59,
        False,
        "idle",
        "No error",
    )
    assert rosie.found.same_as == {"ha:rockrobo"}


async def test_every_wish_is_confirmed() -> None:
    house = await home()
    assert await wish_everything(house) > 20
    assert await do_everything(house) == 4
    result = await house.do("set_option", "Rosie", option="empty the dust bin", value="press")
    assert result.text == "I told the Rosie, but it does not report whether it did it."


async def test_rooms_are_cleaned_by_name() -> None:
    house = await home()
    result = await house.do("clean_rooms", "Rosie", rooms=["kitchen", "hallway"])
    assert result.ok, result.text
    assert json.loads(house.published[-1][1]) == {"segment_ids": ["20", "16"], "iterations": 1}
    assert not (await house.do("clean_rooms", "Rosie", rooms=["attic"])).ok
    await house.hear({f"{BASE}/MapData/segments": {"7": "Attic", "8": None, "9": "Attic"}})
    assert house.device("Rosie").properties["rooms"].options == ("Attic", "room 8", "Attic 9")


async def test_a_robot_that_lists_nothing_still_cleans() -> None:
    house = OverheardHouse(plugin("valetudo", topic="robots"))
    await house.hear({"robots/dusty/StatusStateAttribute/status": "idle"})
    names = {tool.name for tool in house.device("dusty").tools()}
    assert {"start_cleaning", "pause", "stop", "return_to_dock", "locate"} <= names
    assert "clean_rooms" not in names


async def test_what_is_lost_is_refused_at_once() -> None:
    house = await home(**{f"{BASE}/$state": "lost"})
    assert (await house.do("start_cleaning", "Rosie")).text == "The Rosie is offline."
    assert house.published == []


async def test_the_map_is_not_listened_to() -> None:
    house = await home()
    assert not any("map-data" in topic or topic.endswith("/#") for topic, _ in house.heard)
