"""What devices do later: stories, what may be planned, what became too late, and what is gone then."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from assistant.household.plans import plans_of
from assistant.testing import Home
from assistant.tools.dispatch import ToolCall, ToolResult
from assistant.tools.policy.judge import Asker, Made, Taint
from tests.parts.home import until

Story = Callable[[Path | str], Awaitable[None]]
SHED = '''
from assistant.api import Device, Risk, state, tool

class Shed(Device):
    on: bool | None = state()

    @tool(risk=Risk.SECURITY)
    async def unlock(self) -> str:
        """Unlock a door."""
        return "it is unlocked"

    @tool(risk=Risk.COSTLY)
    async def set_temperature(self, temperature: float) -> str:
        """Heat."""
        return "it is hot"

    @tool
    async def start_cleaning(self) -> str:
        """Clean."""
        self.on = True
        return "it cleans"
'''


async def test_what_is_said_comes_true_at_its_time(story: Story) -> None:
    await story(Path(__file__).with_name("later.stories.yaml"))


@pytest_asyncio.fixture
async def house(home: Home, tmp_path: Path) -> AsyncIterator[Home]:
    """A home with a heater, a lamp, and a shed whose verbs are no comfort; it is noon."""
    home.clock.set("12:00")
    power: Any = {"cmnd/heater/POWER": lambda payload: {"stat/heater/RESULT": json.dumps({"POWER": payload})}}
    power |= {"cmnd/hall/POWER": lambda payload: {"stat/hall/RESULT": json.dumps({"POWER": payload})}}
    power |= {"cmnd/hall/Dimmer": lambda payload: {"stat/hall/RESULT": '{"POWER": "ON", "Dimmer": 100}'}}
    await home.actor(power)
    await home.add("tasmota_switch", name="heater", topic="heater")
    await home.add("tasmota_lamp", name="hallway light", topic="hall")
    (tmp_path / "shed.py").write_text(SHED)
    await home.add(tmp_path / "shed.py", name="shed")
    yield home


def step(tool: str, device: str, **values: str) -> dict[str, Any]:
    settings = [{"name": name, "value": value} for name, value in values.items()]
    return {"tool": tool, "device": device, "arguments": settings}


async def due(house: Home, seconds: float, happened: Callable[[Home], object]) -> None:
    """Let time pass, and wait until what is due then has happened over real sockets."""
    await house.clock.forward(seconds)
    await until(lambda: bool(happened(house)), 30)


def said(house: Home) -> list[str]:
    return house.voice.said


def sent(house: Home) -> list[str]:
    return [f"{topic.split('/')[1]} {payload}" for topic, payload in house.published if "cmnd" in topic]


async def test_what_is_due_is_done_in_silence_and_can_be_put_back(house: Home) -> None:
    hears = house.brain.hears
    await hears("turn on the hallway light")
    await hears("turn off the hallway light in half an hour")
    await due(house, 1801, lambda house: house.device("hallway light").states["on"] is False)
    await until(lambda: not house.plans._agenda.ringing)
    assert not said(house)
    assert (await hears("cancel that")).text == "There is nothing to cancel."
    why = (await hears("why did you do that")).text
    assert why == "It was planned for 12:30, so I turned off the hallway light."
    await hears("put it back")
    assert sent(house) == ["hall 100", "hall OFF", "hall 100"]


async def test_for_a_while_and_then_as_before(house: Home) -> None:
    done = await house.brain.hears("turn on the heater for ten minutes")
    assert done.text == "The heater is on. In 10 minutes I'll turn off the heater."
    await due(house, 601, lambda house: house.device("heater").states["on"] is False)
    assert sent(house) == ["heater ON", "heater OFF"]
    assert not said(house)


async def test_later_and_only_for_a_while(house: Home) -> None:
    await house.brain.hears("turn on the heater in one minute for ten minutes")
    await due(house, 61, lambda house: house.device("heater").states.get("on"))
    await until(lambda: len(house.plans._agenda.ringing) == 0)
    assert "I'll turn off the heater" in await house.plans.told()


async def test_what_did_not_work_is_told(house: Home) -> None:
    await house.add("tasmota_switch", name="boiler", topic="nobody")
    await house.brain.hears("turn on the boiler in one minute")
    await due(house, 61, sent)
    await due(house, 10, said)
    assert said(house) == ["I was to turn on the boiler at 12:01. The boiler does not answer."]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (step("unlock", "shed"), "I unlock the shed only when you are there"),
        (step("set_temperature", "shed", temperature="30"), "only when you are there"),
        (step("get_state", "heater"), "That only tells something"),
        (step("turn_on", "heating"), "Do you mean the heater?"),
        (step("turn_on", ""), "Which device do you mean?"),
        (step("explode", "heater"), "There is no device tool called explode."),
        (step("set_timer", "heater"), "There is no device tool called set_timer."),
        (step("turn_on", "hallway light", brightness="bright"), "brightness must be a number"),
        (step("turn_on", "hallway light", brightness="400"), "brightness must be between 0 and 100"),
    ],
)
async def test_what_cannot_be_done_is_said_at_once(house: Home, call: dict[str, Any], said: str) -> None:
    result = await house.brain.calls("do_later", calls=[call], when="18:00")
    assert not result.ok
    assert said in result.text
    assert await house.plans.told() == "Nothing is planned"


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("", "When should I do that?"),
        ("soonish", "I don't know when 'soonish' is"),
        ("in 31 days", "at most 30 days ahead"),
        ("at sunset", "I don't know when the sun"),
        ("2020-01-01 10:00", "That has passed already"),
        ("25:00", "is no time of day"),
    ],
)
async def test_no_such_time(house: Home, when: str, said: str) -> None:
    result = await house.brain.calls("do_later", calls=[step("turn_on", "heater")], when=when)
    assert not result.ok
    assert said in result.text


async def test_so_many_and_no_more(house: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.household.plans.MOST_PLANS", 1)
    assert (await house.brain.calls("do_later", calls=[step("turn_on", "heater")], when="18:00")).ok
    refused = await house.brain.calls("do_later", calls=[step("turn_on", "heater")], when="19:00")
    assert refused.text == "There are 1 plans already; cancel some first."
    none = await house.brain.calls("do_later", calls=[], when="19:00")
    assert "Name what is to be done" in none.text


@pytest.mark.parametrize(
    ("verb", "device", "woken", "done"),
    [
        ("turn_on", "heater", "18:10", True),
        ("turn_on", "heater", "20:00", False),
        ("turn_off", "heater", "23:30", True),
        ("turn_on", "hallway light", "19:30", True),
        ("turn_on", "hallway light", "21:00", False),
    ],
)
async def test_what_is_late_is_done_where_that_is_safe_else_told(
    house: Home, verb: str, device: str, woken: str, done: bool
) -> None:
    await house.brain.calls("do_later", calls=[step(verb, device)], when="18:00")
    house.clock.set(woken)
    await due(house, 20, sent if done else said)
    await until(lambda: not house.plans._agenda.ringing)
    assert bool(sent(house)) is done
    assert bool(house.voice.said) is not done
    assert all("18:00" in text and "I leave it now" in text for text in house.voice.said)
    assert await house.plans.told() == "Nothing is planned"


async def test_p4_plans_outlive_their_house(house: Home) -> None:
    await house.brain.calls("do_later", calls=[step("turn_off", "heater")], when="18:00", seconds=60)
    heirs = plans_of(house.furniture, house.dispatcher.journal, house.bus, house._host)
    assert await heirs.told() == "at 18:00 I'll turn off the heater for 1 minute"


async def test_a_device_that_is_gone_is_named(house: Home) -> None:
    await house.brain.calls(
        "do_later", calls=[step("turn_on", "heater"), step("turn_on", "hallway light")], when="18:00"
    )
    gone = next(each for each in house.furniture.loaded if each.plugins[0].title == "heater")
    house.furniture.withdrawn(gone, gone.state, "taken out")
    house.clock.set("18:00")
    await due(house, 90, said)
    assert sent(house) == ["hall 100"]
    assert house.voice.said == [
        "I was to turn on the heater and turn on the hallway light at 18:00. "
        "The heater is not there any more."
    ]


async def test_while_the_broker_is_away_it_waits(house: Home) -> None:
    await house.brain.calls("do_later", calls=[step("turn_on", "heater")], when="18:00")
    house.plans.linked = lambda: False
    house.clock.set("18:00")
    await house.clock.forward(120)
    assert not sent(house)
    house.plans.linked = lambda: True
    await due(house, 2, sent)
    await until(lambda: not house.plans._agenda.ringing)
    assert sent(house) == ["heater ON"]
    assert not house.voice.said


async def test_a_step_that_was_interrupted_is_not_repeated_where_that_counts(house: Home) -> None:
    await house.brain.calls(
        "do_later", calls=[step("change_brightness", "hallway light", by="10")], when="18:00"
    )
    (entry,) = await house.plans._agenda.entries()
    entry.what["begun"] = True
    house.clock.set("18:00")
    await due(house, 30, said)
    assert not sent(house)
    assert "was interrupted" in house.voice.said[0]


async def test_what_somebody_else_wrote_into_the_file_hurts_nobody(
    house: Home, caplog: pytest.LogCaptureFixture
) -> None:
    await house.brain.calls("do_later", calls=[step("turn_on", "heater")], when="18:00")
    (entry,) = await house.plans._agenda.entries()
    entry.what["steps"] = [{"verb": 3, "devices": 7}]
    house.clock.set("18:00")
    with caplog.at_level(logging.WARNING):
        await house.clock.forward(30)
        assert await house.plans.told() == "Nothing is planned"
    assert "cannot be read" in caplog.text


async def test_for_a_while_again_is_for_longer(house: Home) -> None:
    await house.publish("stat/heater/RESULT", {"POWER": "OFF"})
    await house.brain.calls("do_later", calls=[step("turn_on", "heater")], seconds=600)
    again = await house.brain.calls("do_later", calls=[step("turn_on", "heater")], seconds=1200)
    assert again.text == "The heater is on. In 20 minutes I'll turn off the heater."
    assert await house.plans.told() == "at 12:20 I'll turn off the heater"


async def test_what_cannot_be_put_back_is_said(house: Home) -> None:
    result = await house.brain.calls("do_later", calls=[step("start_cleaning", "shed")], seconds=600)
    assert "How to put that back I don't know" in result.text


WORDS = "turn off the heater in ten minutes"
HALF, SIX = "turn off the heater in half an hour", "turn off the heater at six"


async def spoken(house: Home, words: str, taint: Taint, **args: Any) -> ToolResult:
    """A call that a brain makes of a sentence, knowing that much of what others have written."""
    house.lend()
    house.dispatcher.new_utterance()
    house.dispatcher.heard(words, complete=True)
    call = ToolCall(words, "do_later", args, replace(Made(Asker.VOICE), taint=taint))
    return await house.dispatcher.call(call)


@pytest.mark.parametrize(
    ("words", "when", "taint", "said"),
    [
        (WORDS, "in 600 s", Taint.FRESH, "In 10 minutes I'll turn off the heater."),
        (WORDS, "in 10 min", Taint.EARLIER, "In 10 minutes I'll turn off the heater."),
        (HALF, "in 1800 s", Taint.EARLIER, "In 30 minutes I'll turn off the heater."),
        (SIX, "18:00", Taint.FRESH, "At 18:00 I'll turn off the heater."),
        ("read my mail", "in 600 s", Taint.FRESH, "I do nothing because of what others"),
        ("read my mail", "in 600 s", Taint.EARLIER, "Shall I"),
        ("turn off the heater", "03:00", Taint.FRESH, "Shall I turn off the heater at 03:00?"),
        ("turn off the heater", "in 600 s", Taint.FRESH, "Shall I turn off the heater in 10 minutes?"),
        ("turn off the light in ten minutes", "in 600 s", Taint.FRESH, "I do nothing because of what others"),
    ],
)
async def test_text_from_outside_plans_nothing(
    house: Home, words: str, when: str, taint: Taint, said: str
) -> None:
    result = await spoken(house, words, taint, calls=[step("turn_off", "heater")], when=when)
    assert said in result.text
    assert result.ok is ("I'll turn off" in said)
    assert (await house.plans.told() == "Nothing is planned") is not result.ok
