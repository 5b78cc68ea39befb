"""Promises that take several parts of the house."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from assistant import plugin as plugin_module
from assistant.api import Plugin, tool
from assistant.briefing import whole
from assistant.bus import Bus
from assistant.conversation import Conversation
from assistant.home.registry import Registry
from assistant.live.endpoint import Endpoint
from assistant.live.session import Session, Setup
from assistant.tools.dispatch import Dispatcher, ToolCall
from assistant.tools.table import ToolTable
from tests.brain.stand_ins import brain
from tests.home.test_mqtt_plugins import living
from tests.parts.mosquitto import free_port


async def test_p1_a_light_command_works_with_the_internet_down(tmp_path: Path) -> None:
    async def gemini() -> Endpoint:
        return Endpoint("gemini", "gemini-3.8-live", key="k", base_url=f"https://127.0.0.1:{free_port()}")

    async with living() as home, brain(tmp_path) as address:

        async def embedded() -> Endpoint:
            return Endpoint(
                "embedded", "embedded", key="k", base_url=address.url, certificate=address.certificate
            )

        furniture = home.furniture
        setup = Setup(whole(furniture))
        session = Session([gemini, embedded], setup)
        dispatcher = Dispatcher(furniture.table, furniture.registry, home.bus)
        talk = Conversation(session, dispatcher, home.bus)
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(session.run()), loop.create_task(talk.run())]
        try:
            assert home.device("kitchen light").states["on"] is False
            assert await talk.ask("turn on kitchen light")
            assert home.device("kitchen light").states["on"] is True
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=5)
        assert all(task.cancelled() for task in tasks)


class Stuck(Plugin):
    @tool
    async def hang(self) -> str:
        """Hang."""
        await asyncio.Event().wait()
        return ""

    async def run(self) -> None:
        await asyncio.Event().wait()


class Falling(Plugin):
    falls: int = 0

    async def run(self) -> None:
        self.falls += 1
        if self.falls < 3:
            raise RuntimeError("again")
        raise SystemExit(1)


class Healthy(Plugin):
    @tool
    async def work(self) -> str:
        """Work."""
        return "it works"


async def test_p3_plugins_that_hang_raise_or_exit_stop_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(plugin_module, "BACK_OFF_SECONDS", (0.01,))
    stuck, falling, healthy = Stuck(), Falling(), Healthy()
    table = ToolTable()
    for plugin in (stuck, falling, healthy):
        for each in plugin.tools():
            table.add(each)
    dispatcher = Dispatcher(table, Registry(), Bus())
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(plugin.keep_alive()) for plugin in (stuck, falling, healthy)]
    hanging = loop.create_task(dispatcher.call(ToolCall("1", "hang")))
    with caplog.at_level(logging.CRITICAL):
        while falling.falls < 5:  # noqa: ASYNC110 - it starts again and again
            await asyncio.sleep(0.005)
    result = await dispatcher.call(ToolCall("2", "work"))
    assert (result.ok, result.text) == (True, "It works.")
    assert not hanging.done()
    for task in (*tasks, hanging):
        task.cancel()
    await asyncio.wait([*tasks, hanging], timeout=2)
