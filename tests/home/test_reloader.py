"""A plugin's file is saved while the house runs: another version at once, and nothing forgotten."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from assistant import app
from assistant import config as configuration
from assistant.app import House
from assistant.config import PluginEntry
from assistant.errands import Errands
from assistant.home.furniture import Furniture
from assistant.home.keeper import Keeper
from assistant.home.reloader import Reloader
from assistant.loader import Loader, LoadState
from assistant.testing.bare import BareHost
from tests.parts.homes import lived_in, told

PUMP = '''"""A pump."""
from assistant.api import Device, hears, state, tool


class Pump(Device):
    topic: str
    on: bool | None = state()

    def __init__(self, **settings):
        super().__init__(**settings)
        self._counted = 0

    @tool(phrases=("count the {device}",))
    async def count_it(self) -> str:
        """Count."""
        self._counted += 1
        return f"WORDS {self._counted}, it is {self.on}"

    @hears("{topic}/state", retained=False)
    def _state(self, payload: str) -> None:
        self.on = payload == "1"
'''
MORE = (
    PUMP
    + '''
    @tool(phrases=("whistle with the {device}",))
    async def whistle(self) -> str:
        """Whistle."""
        return "I whistle"
'''
)
BARE = '''"""Tricks."""
from assistant.api import tool

@tool(phrases=("do the trick",))
async def trick() -> str:
    """Do a trick."""
    return "{}"
'''
LEAVES = """
import pathlib, threading, time

def tick():
    while not pathlib.Path(__file__).with_name("stop").exists():
        time.sleep(0.1)

threading.Thread(target=tick, name="clock").start()
"""


class Saver:
    """Somebody with an editor, and what the house says about it."""

    def __init__(self, folder: Path, house: House, errands: Errands) -> None:
        self.folder, self.house, self._errands = folder, house, errands
        self.said: list[tuple[str, bool]] = []
        self._heard = asyncio.Event()

    def tell(self, text: str, used: bool) -> None:
        self.said.append((text, used))
        self._heard.set()

    async def save(self, name: str, text: str) -> tuple[str, bool]:
        self._heard.clear()
        (self.folder / f"{name}.py").write_text(text)
        async with asyncio.timeout(8):
            await self._heard.wait()
        return self.said[-1]

    async def say(self, text: str) -> str:
        _, items = await told(self._errands, {"do": "say", "text": text})
        return " ".join(item["text"] for item in items if item["event"] == "spoke")


async def saved_often(saver: Saver, logged: pytest.LogCaptureFixture) -> None:
    house, folder = saver.house, saver.folder
    await asyncio.sleep(0)
    await house.link.publish("garden/pump/state", "1")
    # a verb more: the brain learns it as soon as nobody talks
    saved = ("pump: the saved version is in use", True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            app, "QUIET_SECONDS", 60.0
        )  # what a saved file brings is all there: nothing else will come
        assert await saver.save("pump", MORE.replace("WORDS", "first")) == saved
        async with asyncio.timeout(10):
            while not house.session.knows("whistle"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert "I whistle" in await saver.say("whistle with the pump")
    # another text, and the memory of both kinds
    assert "First 1, it is True" in await saver.say("count the pump")
    assert await saver.save("pump", MORE.replace("WORDS", "second")) == saved
    assert "Second 2, it is True" in await saver.say("count the pump")
    # a mistake, of syntax or of meaning: the old one goes on, and its place is told
    text, used = await saver.save("pump", "class (:\n")
    assert not used
    assert text.startswith(f"pump: {folder}/pump.py:1: SyntaxError: ")
    assert text.endswith("; the old version goes on")
    assert "Second 3" in await saver.say("count the pump")
    text, used = await saver.save("tricks", BARE.format("x").replace("trick()", "get_time()"))
    assert (used, "'get_time' of tricks is also a tool of clock" in text) == (False, True)
    assert "Hoopla" in await saver.say("do the trick")
    by_name = {loaded.name: loaded for loaded in house.furniture.loaded}
    assert by_name["pump"].state is LoadState.ENABLED
    assert "the saved version is not in use" in by_name["pump"].reason
    # and mended; what the old one leaves running is told
    await saver.save("tricks", BARE.format("Voila") + LEAVES)
    assert "Voila" in await saver.say("do the trick")
    await saver.save("tricks", BARE.format("Hey"))
    left = (
        f"{folder}/tricks.py:13: the thread clock goes on, though the plugin has ended; write await asyncio"
    )
    async with asyncio.timeout(10):
        while not any(left in line for line in logged.messages):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    (folder / "stop").touch()


async def test_a_saved_plugin_is_in_use_at_once_and_knows_what_it_knew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "pump.py").write_text(PUMP.replace("WORDS", "first"))
    (folder / "tricks.py").write_text(BARE.format("Hoopla"))
    file = tmp_path / "config.yaml"
    file.write_text(
        f"plugin_paths: [{folder}]\nhome: {{sources: [], pretend: false}}\n"
        "plugins:\n  - clock\n  - tricks\n  - pump: {name: pump, topic: garden/pump}\n"
    )
    chosen: dict[str, Any] = {
        "ASSISTANT_STATE_DIR": str(tmp_path / "state"),
        "ASSISTANT_BRAIN": "embedded",
        "ASSISTANT_MQTT_URL": "embedded",
    }

    async def live(house: House, errands: Errands) -> None:
        saver = Saver(folder, house, errands)
        async with asyncio.TaskGroup() as tasks:
            reloading = tasks.create_task(Reloader(house.keeper, saver.tell).run())
            await saved_often(saver, caplog)
            reloading.cancel()

    await lived_in(configuration.load(file, chosen), live)


@pytest.mark.parametrize("broken", ["class (:\n", "import nowhere\n", ""])
async def test_a_plugin_that_was_broken_is_mended_by_a_save(tmp_path: Path, broken: str) -> None:
    (tmp_path / "tricks.py").write_text(broken)
    furniture = Furniture(loader=Loader([tmp_path]))
    furniture.loaded.append(furniture.add(furniture.loader, PluginEntry(name="tricks")))
    furniture.attach(BareHost())
    assert furniture.loaded[0].state is LoadState.BROKEN
    said: list[tuple[str, bool]] = []
    reloader = Reloader(Keeper(furniture), lambda text, used: said.append((text, used)))
    (tmp_path / "tricks.py").write_text(BARE.format("Hop"))
    file = furniture.loaded[0].file
    assert file is not None
    await reloader.reload(file)
    assert said == [("tricks: the saved version is in use", True)]
    assert [each.state for each in furniture.loaded] == [LoadState.ENABLED]
    assert furniture.table.names() == ["trick"]


async def test_a_plugin_that_was_not_there_is_in_use_when_its_file_is(tmp_path: Path) -> None:
    furniture = Furniture(loader=Loader([tmp_path]))
    furniture.loaded.append(furniture.add(furniture.loader, PluginEntry(name="tricks")))
    furniture.attach(BareHost())
    assert furniture.loaded[0].absent
    said: asyncio.Queue[tuple[str, bool]] = asyncio.Queue()
    reloader = Reloader(Keeper(furniture), lambda text, used: said.put_nowait((text, used)))
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(20):
        running = tasks.create_task(reloader.run())
        await asyncio.sleep(0)
        (tmp_path / "tricks.py").write_text("def (:\n")
        assert (await said.get())[0].startswith(f"tricks: {tmp_path}/tricks.py:1: SyntaxError: ")
        assert furniture.loaded[0].reason.startswith(f"{tmp_path}/tricks.py:1: SyntaxError: ")
        (tmp_path / "tricks.py").write_text(BARE.format("Hop"))
        assert await said.get() == ("tricks: the saved version is in use", True)
        running.cancel()
    assert [each.state for each in furniture.loaded] == [LoadState.ENABLED]
    assert furniture.table.names() == ["trick"]
