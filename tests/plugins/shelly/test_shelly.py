"""Shelly devices of both generations: found without a list, asked what they are, every wish confirmed."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from tests.parts.overheard import OverheardHouse, do_everything, messages, plugin, wish_everything
from tests.plugins.shelly.firmware import First, Second, second

FIRST: list[dict[str, Any]] = messages("shelly", "gen1.json")  # type: ignore[assignment]


async def new_house() -> tuple[OverheardHouse, Second]:
    """A house with every device of generation 2 and newer online."""
    house = OverheardHouse(plugin("shelly"))
    firmware = Second(house, second())
    await house.hear({f"{prefix}/online": "true" for prefix in firmware.devices}, kept=True)
    await house.source.catch_up()
    return house, firmware


async def old_house() -> OverheardHouse:
    """A house with every device of generation 1, seen before and after it announced itself."""
    house = OverheardHouse(plugin("shelly"))
    First(house, FIRST)
    for number, one in enumerate(FIRST):
        name = one["announce"]["id"]
        topics = {f"shellies/{name}/{ending}": value for ending, value in one["topics"].items()}
        said = {"shellies/announce": one["announce"]}
        await house.hear({**said, **topics} if number % 2 else {**topics, **said})
    return house


async def test_every_device_of_generation_2_is_found_by_being_asked() -> None:
    house, firmware = await new_house()
    assert len(house.founds) == len(firmware.devices)
    parts, unsupported = house.coverage
    assert (parts, unsupported) == (37, {})
    assert [find.reason for find in house.finds if find.reason] == []
    assert {"Test Name switch 1", "Test Name switch 2", "Hall", "Hall panel", "Cellar"} <= set(house.names)
    assert all(find.found.same_as for find in house.finds)


async def test_every_device_of_generation_1_is_found_by_what_it_says() -> None:
    house = await old_house()
    assert len(house.founds) == len(FIRST)
    assert house.coverage[1] == {}
    assert all(len(found.same_as) == 1 for found in house.founds)
    roller = next(found for found in house.founds if found.id == "shelly shellyswitch25-98CDAD")
    assert [part.kind for part in roller.parts] == ["blinds"], "the broker remembers its time as two relays"


async def test_every_wish_of_generation_2_is_confirmed() -> None:
    house, _ = await new_house()
    async with house.living():  # one of them does not notify: it is asked after each command
        assert await wish_everything(house) > 100
        assert await do_everything(house) > 30


async def test_every_wish_of_generation_1_is_confirmed() -> None:
    house = await old_house()
    assert await wish_everything(house) > 70
    assert await do_everything(house) > 20


@pytest.mark.parametrize(
    ("device", "tool", "args", "method", "params"),
    [
        ("Test Name switch 2", "turn_on", {}, "Switch.Set", {"id": 1, "on": True}),
        ("Hall", "turn_on", {"brightness": 30}, "Light.Set", {"id": 0, "on": True, "brightness": 30}),
        ("Living room lamp", "turn_on", {"color": "warm white"}, "CCT.Set", {"id": 0, "on": True, "ct": 2700}),
        ("Reading lamp", "turn_on", {"color": "blue"}, "RGBCCT.Set", {"id": 0, "on": True, "rgb": [0, 0, 255], "mode": "rgb"}),
        ("Shelf strip", "turn_on", {"color": "red"}, "RGBW.Set", {"id": 0, "on": True, "rgb": [255, 0, 0]}),
        ("Feed", "set_position", {"position": 30}, "Cover.GoToPosition", {"id": 0, "pos": 30}),
        ("Feed", "stop", {}, "Cover.Stop", {"id": 0}),
        ("Hall panel", "set_temperature", {"temperature": 21}, "Thermostat.SetConfig", {"id": 0, "config": {"target_C": 21.0}}),
    ],
)  # fmt: skip
async def test_what_is_sent(
    device: str, tool: str, args: dict[str, Any], method: str, params: dict[str, Any]
) -> None:
    house, _ = await new_house()
    named = next((one for one in house.devices if device in (one.name, one.found.parts[0].name)), None)
    assert named is not None, house.names
    house.published.clear()
    result = await house.do(tool, named.name, **args)
    assert result.ok, result.text
    frame = json.loads(house.published[0][1])
    assert (frame["method"], frame["params"]) == (method, params)
    assert frame["src"] == f"assistant/shelly/{house.published[0][0].removesuffix('/rpc')}"


async def test_what_is_read() -> None:
    house, _ = await new_house()
    meter = next(device for device in house.devices if "shellypro3em" in device.id)
    assert meter.states["power"] == 2413.825
    assert round(meter.states["energy"]) == 5415
    hall = house.device("Hall")
    press = {"component": "input:0", "id": 0, "event": "double_push", "ts": 1.0}
    event = {"src": "x", "method": "NotifyEvent", "params": {"ts": 1.0, "events": [press]}}
    house.say("shellydimmerg3-b08184a5c0de/events/rpc", event)
    assert hall.states["button_1"] == "double push"
    house.say("shellydimmerg3-b08184a5c0de/status/light:0", {"id": 0, "output": True, "brightness": 12})
    assert (hall.states["brightness"], hall.states["power"]) == (12, 7.1)
    assert house.device("Pergola").household_kind == "light", "its owner says that the relay switches a lamp"
    assert next(iter(d for d in house.devices if "1144" in d.id)).states["color"] == "orange"


async def test_what_generation_1_reports_is_read() -> None:
    house = await old_house()
    house.say("shellies/shellyht-AB12D1/sensor/temperature", "22.25")
    states = {device.found.id.split()[1]: device.states for device in house.devices}
    assert states["shellyht-AB12D1"] == {"temperature": 22.25, "humidity": 47.0, "battery": 80}
    assert states["shellydw2-AB12D2"]["temperature"] is None, "999 is a probe that has come off"
    assert states["shellydw2-AB12D2"]["open"] is False
    assert round(states["shellyem3-AB12D3"]["energy"], 2) == 3.5
    assert states["shellycolorbulb-AB12CF"]["color_temperature"] == 4000
    house.say("shellies/shellyswitch25-98CDAC/input_event/0", {"event": "SS", "event_cnt": 3})
    assert house.device("shellyswitch25-98CDAC relay 1").states["button_1"] == "double push"


async def test_an_uncalibrated_cover_has_no_positions() -> None:
    house, _ = await new_house()
    cover = next(device for device in house.devices if "shelly-2pm-gen3-365730" in device.id)
    assert {"open", "close", "stop"} <= {tool.name for tool in cover.tools()}
    assert "set_position" not in {tool.name for tool in cover.tools()}


async def test_what_the_device_refuses_is_not_called_done_and_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house, firmware = await new_house()
    firmware.refuses = "switch is locked by overtemperature"
    caplog.set_level(logging.WARNING)
    lamp = house.device("Hall")
    for _ in range(6):
        lamp._patience.learn(0.0)
    for _ in range(2):
        assert not (await house.do("turn_off", "Hall")).ok
    assert [record.message for record in caplog.records] == [
        "Shelly: shellydimmerg3-b08184a5c0de refused: switch is locked by overtemperature"
    ]


async def test_what_is_offline_is_refused_at_once_but_a_sleeper_is_not_offline() -> None:
    house, _ = await new_house()
    await house.hear(
        {"shellydimmerg3-b08184a5c0de/online": "false", "shellyplusht-aabbcc001155/online": "false"}
    )
    result = await house.do("turn_on", "Hall")
    assert result.text == "The Hall is offline."
    assert (
        house.device("Cellar").describe() == "Cellar is at humidity 61.5 percent, at temperature 18.4 degrees"
    )


async def test_a_device_that_only_notifies_is_found_and_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    house = OverheardHouse(plugin("shelly"))
    monkeypatch.setattr(type(house.source), "answer_seconds", 0.01)
    notice = {
        "src": "shellyplus1-aabbccddeeff",
        "method": "NotifyFullStatus",
        "params": {"ts": 1, "switch:0": {"output": True}},
    }
    await house.hear({"garage/plus1/events/rpc": notice})
    assert house.names == [], "its name may still come"
    await asyncio.sleep(0.02)
    await house.source.catch_up()
    (device,) = house.devices
    assert (device.name, device.states["on"]) == ("shellyplus1-aabbccddeeff", True)
    assert device.found.same_as == {"aabbccddeeff"}
    assert {topic for topic, _ in house.published} == {"garage/plus1/rpc"}


async def test_a_new_name_is_asked_for() -> None:
    house, firmware = await new_house()
    firmware.devices["shellydimmerg3-b08184a5c0de"]["shelly"]["name"] = "Corridor"
    changed = {"component": "sys", "event": "config_changed", "ts": 1}
    event = {"src": "x", "method": "NotifyEvent", "params": {"ts": 1.0, "events": [changed]}}
    await house.hear({"shellydimmerg3-b08184a5c0de/events/rpc": event})
    await house.source.catch_up()
    assert "Corridor" in house.names
    assert house.device("Corridor").states["brightness"] == 60, "what it has reported is kept"


async def test_answers_to_nobody_are_no_devices() -> None:
    house = OverheardHouse(plugin("shelly"))
    await house.hear(
        {"assistant/shelly/x/rpc": {"id": 3, "src": "x", "result": {"switch:0": {"output": True}}}}
    )
    assert house.founds == []


MORE: dict[str, dict[str, Any]] = {
    "shellypro3em-aaaabbbbcccc": {
        "shelly": {"id": "shellypro3em-aaaabbbbcccc", "mac": "AAAABBBBCCCC", "app": "Pro3EM", "gen": 2, "name": "Meter"},
        "config": {"em1:0": {"id": 0, "name": "Solar"}, "em1:1": {"id": 1, "name": "Heat pump"}},
        "status": {
            "em1:0": {"id": 0, "act_power": -1200.5, "voltage": 230, "current": 5},
            "em1:1": {"id": 1, "act_power": 10, "voltage": 230, "current": 1},
        },
    },
    "shellyplusi4-a1b2c3d4e5f6": {
        "shelly": {"id": "shellyplusi4-a1b2c3d4e5f6", "mac": "A1B2C3D4E5F6", "app": "PlusI4", "gen": 2, "name": ["x"]},
        "config": {"input:0": {"id": 0, "name": None, "type": "button"}},
        "status": {"input:0": {"id": 0, "state": None}},
    },
}  # fmt: skip
"""Composed after the vendor's documentation."""


async def test_each_meter_of_several_is_told_by_its_name() -> None:
    house = OverheardHouse(plugin("shelly"))
    Second(house, MORE)
    await house.hear({f"{prefix}/online": "true" for prefix in MORE}, kept=True)
    await house.source.catch_up()
    assert house.device("Meter").household_kind == "power meter"
    assert (
        house.device("Meter").describe()
        == "Meter is at solar power -1200.5 watts, at heat pump power 10 watts"
    )
    assert house.device("shellyplusi4-a1b2c3d4e5f6").household_kind == "remote"


async def test_voltages_valves_and_buttons_of_generation_1() -> None:
    """Composed after the vendor's documentation."""
    house = OverheardHouse(plugin("shelly"))
    said: dict[str, tuple[str, dict[str, Any]]] = {
        "shellyuni-AA0001": ("SHUNI-1", {"relay/0": "off", "adc/0": "11.98"}),
        "shellygas-AA0003": ("SHGS-1", {"sensor/gas": "none", "sensor/concentration": "10", "valve/0/state": "opened"}),
        "shellybutton1-AA0005": ("SHBTN-2", {"input_event/0": {"event": "SS", "event_cnt": 2}, "sensor/battery": "90"}),
    }  # fmt: skip
    for name, (model, topics) in said.items():
        await house.hear({"shellies/announce": {"id": name, "model": model, "mac": f"AA{name[-4:]}000001"}})
        await house.hear({f"shellies/{name}/{ending}": value for ending, value in topics.items()})
        await house.hear({f"shellies/{name}/{ending}": value for ending, value in topics.items()})
    gas = next(device for device in house.registry.devices if "gas" in device.name)
    assert gas.describe().endswith("is gas none, at concentration 10 parts per million, valve opened")
    assert [tool.name for tool in gas.tools()] == ["get_state"]
    uni = next(device for device in house.registry.devices if "uni" in device.name)
    assert uni.states["voltage"] == 11.98
    button = next(device for device in house.registry.devices if "button" in device.name)
    assert (button.household_kind, button.states["button_1"]) == ("remote", "double push")
