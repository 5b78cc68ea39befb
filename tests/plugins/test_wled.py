"""WLED lights, against a firmware made of its documented topics."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.parts.overheard import OverheardHouse, do_everything, messages, plugin, wish_everything

SAID = messages("wled")
XML = str(SAID["wled/a1b2c3/v"])


class Firmware:
    """Keeps a light's state and reports all of it after each order, as WLED does."""

    def __init__(self, house: OverheardHouse) -> None:
        self.house = house
        self.state: dict[str, dict[str, Any]] = {}
        house.on_publish = self.obey

    def obey(self, topic: str, payload: str) -> None:
        base = topic.removesuffix("/api")
        state = self.state.setdefault(
            base, {"on": True, "bri": 128, "col": [255, 136, 0], "fx": 0, "sx": 128, "ix": 128, "ps": 0}
        )
        order = json.loads(payload)
        segment = order.pop("seg", {})
        state.update(order)
        state.update({key: value for key, value in segment.items() if key != "col"})
        state["col"] = segment.get("col", [state["col"]])[0]
        self.report(base, state)

    def report(self, base: str, state: dict[str, Any]) -> None:
        level = state["bri"] if state["on"] else 0
        red, green, blue = state["col"]
        self.house.say(f"{base}/g", str(level))
        self.house.say(f"{base}/c", f"#{red:02X}{green:02X}{blue:02X}")
        xml = re.sub("<ac>.*</cl>", f"<ac>{level}</ac><cl>{red}</cl><cl>{green}</cl><cl>{blue}</cl>", XML)
        for tag in ("fx", "sx", "ix", "ps"):
            xml = re.sub(f"<{tag}>.*</{tag}>", f"<{tag}>{state[tag]}</{tag}>", xml)
        self.house.say(f"{base}/v", xml)


async def home() -> OverheardHouse:
    house = OverheardHouse(plugin("wled"))
    Firmware(house)
    await house.hear(SAID)
    return house


async def test_every_light_is_there_and_says_what_it_has_not_told_yet() -> None:
    house = await home()
    assert house.names == ["Desk strip", "WLED c0ffee112233", "WLED plain"]
    parts, unsupported = house.coverage
    assert parts == 3
    assert set(unsupported.values()) == {"it has not told its state on /v yet"}
    assert house.device("WLED c0ffee112233").found.same_as == {"c0ffee112233"}
    assert house.device("Desk strip").states == {
        "on": True, "brightness": 50, "color": "orange", "effect": "solid", "effect_speed": 50,
        "effect_intensity": 50, "preset": None,
    }  # fmt: skip


async def test_every_wish_is_confirmed() -> None:
    house = await home()
    assert await wish_everything(house) > 60
    assert await do_everything(house) >= 6
    await house.source.catch_up()
    assert house.coverage == (3, {}), "each has told its state by now"


async def test_what_is_sent() -> None:
    house = await home()
    assert (await house.do("turn_on", "Desk strip", brightness=40, color="blue")).ok
    topic, payload = house.published[-1]
    assert topic == "wled/a1b2c3/api"
    assert json.loads(payload) == {"on": True, "bri": 102, "seg": {"col": [[0, 0, 255]], "fx": 0}}
    assert (await house.do("set_effect", "Desk strip", effect="Fire 2012")).ok
    assert json.loads(house.published[-1][1]) == {"seg": {"fx": 66}}


async def test_an_effect_without_a_known_name_keeps_its_number() -> None:
    house = await home()
    house.say("wled/a1b2c3/v", XML.replace("<fx>0</fx>", "<fx>186</fx>"))
    assert house.device("Desk strip").states["effect"] == "effect 186"


async def test_what_is_offline_is_refused_at_once() -> None:
    house = await home()
    house.say("wled/a1b2c3/status", "offline")
    assert (await house.do("turn_on", "Desk strip")).text == "The Desk strip is offline."
    assert house.published == []


async def test_another_base_topic_and_a_broker_that_remembers() -> None:
    house = OverheardHouse(plugin("wled", topic="house/lights"))
    await house.hear(
        {topic.replace("wled/", "house/lights/"): said for topic, said in SAID.items()}, kept=True
    )
    assert house.device("Desk strip").states["brightness"] == 50
    await house.hear({"house/lights/a1b2c3/v": XML.replace("Desk strip", "Shelf strip")}, kept=True)
    assert house.device("Shelf strip").states["brightness"] == 50
