"""A tool that will not end: neither its caller nor the house waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from assistant.api import Plugin, tool
from assistant.bus import Bus
from assistant.home.registry import Registry
from assistant.tools import invoking
from assistant.tools.dispatch import Dispatcher, ToolCall, ToolResult
from assistant.tools.table import ToolTable


class Stubborn(Plugin):
    def __init__(self) -> None:
        super().__init__()
        self._enough = asyncio.Event()
        self._tidied = False

    @tool
    async def dig(self) -> str:
        """Dig a hole."""
        while not self._enough.is_set():
            try:
                await self._enough.wait()
            except asyncio.CancelledError:
                continue
        return "dug"

    @tool
    async def tidy(self) -> str:
        """Tidy up, also when called off."""
        try:
            await self._enough.wait()
        finally:
            await asyncio.sleep(0.01)
            self._tidied = True
        return "tidied"

    @tool
    async def give_up(self) -> str:
        """Call itself off."""
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(1)
        return "never"


@pytest.fixture
async def digger(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stubborn]:
    monkeypatch.setattr(invoking, "TOOL_SECONDS", 0.05)
    monkeypatch.setattr(invoking, "LEAVING_SECONDS", 0.3)
    plugin = Stubborn()
    yield plugin
    plugin._enough.set()  # else the loop waits for what it has dug


def calls(plugin: Plugin) -> Dispatcher:
    table = ToolTable()
    for each in plugin.tools():
        table.add(each)
    return Dispatcher(table, Registry(), Bus())


async def called(dispatcher: Dispatcher, name: str, ident: str = "1") -> ToolResult:
    dispatcher.new_utterance()
    async with asyncio.timeout(20):
        return await dispatcher.call(ToolCall(ident, name, {}))


async def test_p3_a_tool_that_swallows_its_cancellation_is_left_behind(
    digger: Stubborn, caplog: pytest.LogCaptureFixture
) -> None:
    dispatcher = calls(digger)
    first = await called(dispatcher, "dig")
    assert (first.ok, first.text) == (False, "That took too long, I stopped waiting.")
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert f"{__file__}:" in line
    assert "tool dig of Stubborn goes on though it was called off" in line
    again = await called(dispatcher, "dig", "2")
    assert (again.ok, again.text) == (False, "I called that off, but it is still not over.")
    digger._enough.set()
    await asyncio.sleep(0.01)
    assert (await called(dispatcher, "dig", "3")).text == "Dug."


async def test_whoever_calls_a_stubborn_tool_off_is_free(digger: Stubborn) -> None:
    invoking.TOOL_SECONDS = 60.0
    calling = asyncio.get_running_loop().create_task(called(calls(digger), "dig"))
    await asyncio.sleep(0.01)
    calling.cancel()
    done, _ = await asyncio.wait({calling}, timeout=10)
    assert done
    assert calling.cancelled()


async def test_a_tool_that_is_called_off_may_tidy_up(digger: Stubborn) -> None:
    assert not (await called(calls(digger), "tidy")).ok
    assert digger._tidied


async def test_a_tool_that_calls_itself_off_has_failed(digger: Stubborn) -> None:
    invoking.TOOL_SECONDS = 60.0
    assert (await called(calls(digger), "give_up")).text == "That did not work."
