"""The message shapes of the vendors' documents, as they were collected: each makes a device that can be read."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.parts.overheard import OverheardHouse, messages, plugin

RING = messages("ring_mqtt", "topics.json")
WLED = messages("wled", "topics.json")["published"]
SHELLY = messages("shelly", "mqtt_message_shapes.json")


def first_of(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


async def test_shelly_of_generation_2(monkeypatch: pytest.MonkeyPatch) -> None:
    house = OverheardHouse(plugin("shelly"))
    monkeypatch.setattr(type(house.source), "answer_seconds", 0.0)
    prefix = "shellyplus1pm-a8032abe54dc"
    said = {
        topic.replace("<prefix>", prefix): shape
        for topic, shape in SHELLY["gen2"].items()
        if "rpc (" not in topic
    }
    await house.hear({topic: first_of(shape) for topic, shape in said.items() if "/command" not in topic})
    async with house.living():
        while not house.names:  # noqa: ASYNC110 - it waits for answers that nobody gives
            await asyncio.sleep(0.01)
    (device,) = house.devices
    assert device.states == {
        "on": True, "power": 8.9, "energy": pytest.approx(0.006532), "voltage": 237.5, "device_temperature": 23.5,
    }  # fmt: skip
    assert device.found.same_as == {"a8032abe54dc"}


async def test_shelly_of_generation_1() -> None:
    house = OverheardHouse(plugin("shelly"))
    shapes = {
        topic.replace("<id>", "shelly1-135FB4"): first_of(shape) for topic, shape in SHELLY["gen1"].items()
    }
    numbers = {
        topic: str(shape).split()[0] if "energy" in topic else shape for topic, shape in shapes.items()
    }
    await house.hear(numbers)
    kinds = {part.id: part.kind for part in house.founds[0].parts}
    assert kinds == {"relay_0": "switch", "light_0": "light", "roller_0": "blinds", "sensors": "sensor"}
    assert house.founds[0].unsupported == {}


async def test_wled() -> None:
    house = OverheardHouse(plugin("wled"))
    await house.hear(
        {topic.replace("<deviceTopic>", "wled/a1b2c3"): first_of(shape) for topic, shape in WLED.items()}
    )
    assert house.device("WLED a1b2c3").states == {"on": True, "brightness": 50, "color": "orange"}


async def test_ring() -> None:
    house = OverheardHouse(plugin("ring_mqtt"))
    for number, category in enumerate(("camera", "lock", "alarm")):
        base = f"ring/loc/{'camera' if category == 'camera' else 'alarm'}/device-{number}"
        await house.hear({f"{base}/{ending}": first_of(shape) for ending, shape in RING[category].items()})
    assert {found.id: [part.id for part in found.parts] for found in house.founds} == {
        "ring loc/camera/device-0": ["ding", "motion", "snapshot"], "ring loc/alarm/device-1": ["lock"],
        "ring loc/alarm/device-2": ["alarm"],
    }  # fmt: skip
    assert house.coverage[1] == {}
