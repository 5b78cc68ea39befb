"""Dispatch: policy behind every brain, each call once, failures as sentences."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from assistant import revoking
from assistant.api import Device, Percent, Plugin, Range, Risk, ToolError, state, tool
from assistant.bus import Bus
from assistant.events import ToolCalled, ToolFinished
from assistant.home.registry import Registry
from assistant.tools import undoing
from assistant.tools.dispatch import Dispatcher, ToolCall, ToolResult
from assistant.tools.table import ToolTable
from assistant.tools.undoing import cancel_that


class Lamp(Device):
    on: bool | None = state()
    times: int = 0

    @tool
    async def turn_on(self, brightness: Percent = 100) -> str:
        """Switch on."""
        self.times += 1
        await asyncio.sleep(0)
        return f"{self.name} is on"

    @tool(risk=Risk.SECURITY)
    async def unlock(self) -> str:
        """Unlock."""
        self.times += 1
        return "unlocked"


class Kettle(Device):
    @tool
    async def turn_on(self) -> str:
        """Switch on."""
        raise ToolError("there is no water in it", options=("tap",))


class Broken(Plugin):
    @tool
    async def explode(self) -> str:
        """Fail."""
        raise RuntimeError("secret detail")


def house(*plugins: Plugin) -> tuple[Dispatcher, Bus]:
    registry, table, bus = Registry(), ToolTable(), Bus()
    for plugin in plugins:
        if isinstance(plugin, Device):
            registry.add(plugin)
        for each in plugin.tools():
            table.add(each)
    return Dispatcher(table, registry, bus), bus


async def call(dispatcher: Dispatcher, name: str, call_id: str = "1", **args: Any) -> ToolResult:
    return await dispatcher.call(ToolCall(call_id, name, args))


def lamps(*names: str, area: str = "kitchen") -> list[Lamp]:
    return [Lamp(name=name, area=area) for name in names]


async def test_a_device_does_what_was_asked() -> None:
    (desk,) = lamps("desk lamp")
    dispatcher, bus = house(desk)
    with bus.subscribed() as news:
        result = await call(dispatcher, "turn_on", device="the Desk Lamp", brightness="30")
    assert (result.ok, result.text) == (True, "The desk lamp is on.")
    assert isinstance(news.get_nowait(), ToolCalled)
    assert news.get_nowait() == ToolFinished("1", True, "The desk lamp is on.")


async def test_p7_the_same_call_is_made_once() -> None:
    (desk,) = lamps("desk lamp")
    dispatcher, _ = house(desk)
    results = await asyncio.gather(
        call(dispatcher, "turn_on", "1", device="desk lamp"),
        call(dispatcher, "turn_on", "1", device="desk lamp"),
        call(dispatcher, "turn_on", "2", device="desk lamp"),
    )
    assert desk.times == 1
    assert {result.text for result in results} == {"The desk lamp is on."}
    dispatcher.new_utterance()
    await call(dispatcher, "turn_on", "3", device="desk lamp")
    assert desk.times == 2


async def test_p10_an_unknown_name_acts_on_nothing_and_offers_the_best() -> None:
    desk, floor = lamps("desk lamp", "floor lamp")
    dispatcher, _ = house(desk, floor)
    result = await call(dispatcher, "turn_on", device="desk lab")
    assert not result.ok
    assert "I don't know a device called desk lab" in result.text
    assert result.options[0] == "desk lamp"
    assert desk.times == floor.times == 0


async def test_p11_security_is_never_done_on_a_word() -> None:
    (door,) = lamps("front door")
    dispatcher, _ = house(door)
    result = await call(dispatcher, "unlock", device="front door")
    assert not result.ok
    assert "I don't unlock anything on a spoken word alone" in result.text
    assert door.times == 0


async def test_a_group_is_one_call_and_one_sentence() -> None:
    dispatcher, _ = house(*lamps("desk lamp", "wall lamp"), *lamps("bed lamp", area="bedroom"))
    everything = await call(dispatcher, "turn_on", "1", device="all lights")
    kitchen = await call(dispatcher, "turn_on", "2", device="kitchen lights")
    assert everything.text == "All lights are on."
    assert kitchen.text == "The kitchen lights are on."


async def test_one_failure_in_a_group_is_told_beside_what_worked() -> None:
    dispatcher, _ = house(*lamps("desk lamp"), Kettle(name="kettle", area="kitchen"))
    result = await call(dispatcher, "turn_on", device="everything in the kitchen")
    assert not result.ok
    assert result.text == "The desk lamp is on. There is no water in it."


async def test_an_unknown_parameter_of_this_device_is_refused() -> None:
    dispatcher, _ = house(*lamps("desk lamp"), Kettle(name="kettle"))
    result = await call(dispatcher, "turn_on", device="kettle", brightness=5)
    assert result.text == "The kettle has no brightness."


async def test_an_exception_is_not_shown_to_anybody() -> None:
    dispatcher, _ = house(Broken())
    result = await call(dispatcher, "explode")
    assert (result.ok, result.text) == (False, "That did not work.")


async def test_an_unknown_tool_names_the_nearest() -> None:
    dispatcher, _ = house(*lamps("desk lamp"))
    assert (await call(dispatcher, "turn_onn")).options == ("turn_on",)


async def test_a_flood_of_calls_in_one_utterance_ends() -> None:
    (desk,) = lamps("desk lamp")
    dispatcher, _ = house(desk)
    for number in range(100):
        await call(dispatcher, "turn_on", str(number), device="desk lamp", brightness=number)
    assert desk.times == 32


class Tank(Device):
    @tool
    async def turn_on(self, brightness: int, extra: int = Range(0, 1).low) -> str:  # type: ignore[assignment]
        """Switch on."""
        return ""


def test_the_same_verb_of_many_devices_is_one_declaration() -> None:
    table = ToolTable()
    for plugin in (*lamps("a"), Kettle(name="b"), Tank(name="c")):
        for each in plugin.tools():
            table.add(each)
    (turn_on,) = [d for d in table.declarations() if d.name == "turn_on"]
    names = {parameter.name: parameter for parameter in turn_on.parameters}
    assert list(names) == ["device", "brightness", "extra"]
    assert names["device"].required
    assert not names["brightness"].required
    assert names["brightness"].low is None


class Painter(Plugin):
    """Draws for ever."""

    @tool(slow=True)
    async def draw(self) -> str:
        """Draw."""
        revoking.called(revoking.DRAWING)
        await asyncio.sleep(3600)
        return "drawn"


class Notes(Plugin):
    kept: list[str] = []  # noqa: RUF012 - a setting

    @tool
    async def write(self, words: str) -> str:
        """Write down."""
        self.kept.append(words)

        async def revoke() -> str:
            self.kept.remove(words)
            return f"the note {words} is gone"

        revoking.made(revoking.Revocable(f"the note {words}", revoke))
        return "written"


async def test_what_goes_on_is_stopped_however_long_ago_it_was_asked_for() -> None:
    dispatcher, _ = house(Painter())
    drawing = asyncio.get_running_loop().create_task(dispatcher.call(ToolCall("1", "draw")))
    await asyncio.sleep(0)
    dispatcher.new_utterance()
    await asyncio.sleep(0)
    assert await cancel_that(dispatcher) == "I am stopping that"
    result = await drawing
    assert (result.ok, result.text) == (False, "That was stopped.")
    assert await cancel_that(dispatcher) == "There is nothing to cancel."


async def test_a_drawing_that_goes_on_is_stopped_by_what_it_is_called_and_nothing_else() -> None:
    notes, painter = Notes(), Painter()
    dispatcher, _ = house(painter, notes)
    assert await cancel_that(dispatcher, "drawing") == "Nothing is being drawn now."
    drawing = asyncio.get_running_loop().create_task(dispatcher.call(ToolCall("1", "draw")))
    await asyncio.sleep(0.01)
    dispatcher.new_utterance()
    await dispatcher.call(ToolCall("2", "write", {"words": "milk"}))
    dispatcher.new_utterance()
    assert await cancel_that(dispatcher, "drawing") == "I am stopping that"
    assert (await drawing).text == "That was stopped."
    assert notes.kept == ["milk"]
    assert await cancel_that(dispatcher, "drawing") == "Nothing is being drawn now."


async def test_of_two_things_the_one_that_is_meant_is_called_off() -> None:
    notes = Notes()
    dispatcher, _ = house(notes)
    await dispatcher.call(ToolCall("1", "write", {"words": "milk"}))
    await dispatcher.call(ToolCall("2", "write", {"words": "eggs"}))
    dispatcher.new_utterance()
    with pytest.raises(ToolError, match="Do you mean the note milk or the note eggs?") as asked:
        await cancel_that(dispatcher)
    assert asked.value.options == ("the note milk", "the note eggs")
    assert await cancel_that(dispatcher, "the note milk") == "the note milk is gone"
    assert notes.kept == ["eggs"]


async def test_only_what_was_asked_for_last_and_lately_is_called_off(monkeypatch: pytest.MonkeyPatch) -> None:
    notes = Notes()
    dispatcher, _ = house(notes)
    for words in ("milk", "eggs"):
        await dispatcher.call(ToolCall(words, "write", {"words": words}))
        dispatcher.new_utterance()
    assert await cancel_that(dispatcher) == "the note eggs is gone"
    assert await cancel_that(dispatcher) == "There is nothing to cancel."
    await dispatcher.call(ToolCall("3", "write", {"words": "tea"}))
    dispatcher.new_utterance()
    monkeypatch.setattr(undoing, "RIGHT_AFTER_SECONDS", 0.0)
    await asyncio.sleep(0.01)
    assert await cancel_that(dispatcher) == "There is nothing to cancel."
    assert notes.kept == ["milk", "tea"]
