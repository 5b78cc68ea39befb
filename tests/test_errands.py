"""Several people send sentences at once: each is told what is his, and nobody waits for another's slow tool."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from assistant.app import House
from assistant.config import PluginEntry
from assistant.errands import Errands
from assistant.errors import LinkError
from assistant.events import Spoke
from tests.parts.home import until
from tests.parts.homes import Item, lived_in, shipped, told

pytestmark = pytest.mark.speech

OVEN = '''
import asyncio
from assistant.api import Plugin, tell, tool

class Oven(Plugin):
    """Bakes until a file is there."""

    folder: str

    async def _baked(self, what: str) -> None:
        while not await asyncio.to_thread(__import__("os").path.exists, f"{self.folder}/{what}"):
            await asyncio.sleep(0.02)

    @tool(slow=True, phrases=["bake a cake"])
    async def bake_cake(self) -> str:
        """Bake a cake."""
        await tell("The oven is warm.")
        await self._baked("cake")
        return "The cake is ready."

    @tool(slow=True, phrases=["bake {number} rolls"])
    async def bake_rolls(self, number: int) -> str:
        """Bake rolls."""
        await tell("I'm at it.")
        await self._baked("rolls")
        return f"The {number} rolls are ready."

    @tool(slow=True, phrases=["bake a pie"])
    async def bake_pie(self) -> str:
        """Bake a pie."""
        await self._baked("pie")
        return "The pie is ready."
'''


def texts(items: list[Item], event: str) -> list[str]:
    return [item["text"] for item in items if item["event"] == event]


async def cut(asked: Awaitable[object]) -> None:
    with pytest.raises(LinkError, match="stopped or built anew before this was done"):
        await asked


async def baking(folder: Path, use: Callable[[House, Errands], Awaitable[None]]) -> None:
    (folder / "oven.py").write_text(OVEN)
    (folder / "done").mkdir()
    config = shipped(folder / "state", ASSISTANT_BRAIN__VOICE="pip")
    plugins = [*config.plugins, PluginEntry(name="oven", settings={"folder": str(folder / "done")})]
    await lived_in(config.model_copy(update={"plugins": plugins, "plugin_paths": [folder]}), use)


async def test_who_waits_for_a_slow_tool_keeps_nobody_waiting_and_is_told_its_result(tmp_path: Path) -> None:
    done = tmp_path / "done"

    async def use(house: House, errands: Errands) -> None:
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:

            def say(text: str) -> asyncio.Task[tuple[bool, list[Item]]]:
                return tasks.create_task(told(errands, {"do": "say", "text": text}))

            cake, pie = say("bake a cake"), say("bake a pie")
            await until(lambda: len(house.conversation.calling.running) == 2, 40)
            ok, items = await say("turn on the kitchen light")
            assert ok
            assert texts(items, "heard") == ["turn on the kitchen light"]
            assert (
                texts(items, "tool_result")
                == texts(items, "spoke")
                == ["The kitchen light is on at 100 percent."]
            )
            assert not cake.done()
            assert not pie.done()
            (done / "cake").touch()
            ok, cake_items = await cake
            assert ok
            assert texts(cake_items, "heard") == ["bake a cake"]
            assert texts(cake_items, "tool_result") == ["The cake is ready."]
            assert texts(cake_items, "spoke")[-1] == "The cake is ready."
            assert "The kitchen light" not in str(cake_items)
            ok, items = await say("make tea in the garden")
            (done / "pie").touch()
            ok, pie_items = await pie
            assert ok, "another's failure is not this one's"
            assert texts(pie_items, "heard") == ["bake a pie"]
            assert texts(pie_items, "tool_result") == ["The pie is ready."]
            assert texts(pie_items, "spoke")[-1] == "The pie is ready."
            assert "The cake is ready." not in texts(pie_items, "spoke")

    await baking(tmp_path, use)


async def test_of_many_results_at_once_each_reaches_whoever_asked(tmp_path: Path) -> None:
    done = tmp_path / "done"

    async def use(house: House, errands: Errands) -> None:
        async with asyncio.timeout(90), asyncio.TaskGroup() as tasks:
            asked = [
                tasks.create_task(told(errands, {"do": "say", "text": f"bake {number} rolls"}))
                for number in range(2, 7)
            ]
            await until(lambda: len(house.conversation.calling.running) == len(asked), 40)
            (done / "rolls").touch()
            for number, each in enumerate(asked, 2):
                ok, items = await each
                assert ok, items
                assert f"The {number} rolls are ready." in texts(items, "spoke")[-1], (number, items)

    await baking(tmp_path, use)


async def test_one_that_gives_up_waiting_leaves_the_room_to_the_next(tmp_path: Path) -> None:
    async def use(house: House, errands: Errands) -> None:
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            with house.bus.subscribed(Spoke) as spoken:
                cake = tasks.create_task(told(errands, {"do": "say", "text": "bake a cake"}))
                said = await spoken.get()  # else it is told beside the next answer
                assert isinstance(said, Spoke)
                assert said.text == "The oven is warm."
            cake.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await cake
            ok, items = await told(errands, {"do": "say", "text": "turn on the kitchen light"})
            assert ok
            assert texts(items, "spoke") == ["The kitchen light is on at 100 percent."]
            pie = tasks.create_task(cut(told(errands, {"do": "say", "text": "bake a pie"})))
            await until(lambda: len(house.conversation.calling.running) == 2, 40)
            await errands.end()  # as a daemon that is stopped does
            await pie

    await baking(tmp_path, use)
