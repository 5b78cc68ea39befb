"""All sources at once on a real broker: each finds its own, once, and a wish goes all the way and back."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from assistant.bus import Bus
from assistant.config.home import HomeConfig
from assistant.config.model import Config
from assistant.home.broker import serve
from assistant.home.finds import Finds
from assistant.home.furniture import Furniture
from assistant.home.host import PluginHost
from assistant.home.link import Link
from assistant.home.pins import Pins
from assistant.tools.dispatch import Dispatcher, ToolCall, ToolResult
from assistant.wallclock import WallClock
from tests.parts.home import running, until
from tests.plugins.shelly.firmware import Second, second
from tests.plugins.test_hostile_sources import SOURCES, house_of, raw, said_to


class Devices:
    """Everything that the sources know, on the broker: what it has said is kept there, and Shellies answer."""

    def __init__(self, url: str) -> None:
        self.link = Link(url)
        self.on_publish: Callable[[str, str], None] = lambda _topic, _payload: None
        self._outgoing: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        for pattern in ("+/rpc", "+/+/rpc", "wled/+/api"):
            self.link.subscribe(pattern, lambda topic, payload: self.on_publish(topic, payload.decode()))

    def say(self, topic: str, payload: Any) -> None:
        self._outgoing.put_nowait((topic, raw(payload)))

    async def talk(self) -> None:
        while True:
            topic, payload = await self._outgoing.get()
            await self.link.publish(topic, payload)

    async def remember(self) -> None:
        """What brokers keep: all but the RPC channel, and announcements."""
        for source in SOURCES:
            for topic, payload in said_to(source).items():
                if "#" not in topic and "/events/rpc" not in topic:
                    await self.link.publish(topic, raw(payload), retain=True)


class Home:
    """The house's own parts, as the composition root wires them."""

    def __init__(self, url: str, folder: Path) -> None:
        self.link = Link(url, client_id="assistant")
        self.furniture = Furniture()
        bus = Bus()
        host = PluginHost(self.link, bus, folder, WallClock())
        host.finds = Finds(
            host, self.furniture.registry, self.furniture.table, wishes=(), pins=Pins(folder / "pins.json")
        )
        self.finds = host.finds
        self.furniture.load(Config(home=HomeConfig(pretend=False)))
        self.furniture.attach(host)
        self._dispatcher = Dispatcher(self.furniture.table, self.furniture.registry, bus)

    @property
    def names(self) -> set[str]:
        return {device.name for device in self.furniture.registry.devices}

    async def do(self, tool: str, device: str, **args: Any) -> ToolResult:
        self._dispatcher.new_utterance()
        return await self._dispatcher.call(ToolCall("", tool, {"device": device, **args}))


@contextlib.asynccontextmanager
async def beside(*jobs: Any) -> AsyncIterator[None]:
    tasks = [asyncio.get_running_loop().create_task(job) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=2)


async def test_all_sources_share_a_broker(tmp_path: Path) -> None:
    expected = {source: {find.found.id for find in (await house_of(source)).finds} for source in SOURCES}
    async with serve() as address, asyncio.timeout(60):
        devices = Devices(address.url)
        Second(devices, second())  # type: ignore[arg-type]
        home = Home(address.url, tmp_path)
        jobs = [plugin.keep_alive() for plugin in home.furniture.plugins]
        async with running(devices.link), beside(devices.talk()):
            await devices.remember()
            async with running(home.link), beside(*jobs):
                found = {found_id for ids in expected.values() for found_id in ids}
                await until(lambda: found <= {find.found.id for find in home.finds}, 20)
                await until(lambda: home.names >= {"Hall", "Hall panel", "Desk strip"}, 10)
                await asyncio.sleep(0.3)
                assert {find.found.id for find in home.finds} == found, (
                    "nobody took another's topics for his own"
                )
                # The samples' authors invented one hardware address twice: that is one device, shown once.
                hidden = {find.found.id: find.reason for find in home.finds if find.reason}
                assert hidden == {"esphome livingroom": "shown through Shelly"}
                await asks_and_answers(home, devices)


async def asks_and_answers(home: Home, devices: Devices) -> None:
    result = await home.do("turn_on", "Hall", brightness=35)
    assert result.ok, result.text
    assert result.text.endswith("is on at 35 percent.")
    shelly = devices.on_publish

    def strip(topic: str, payload: str) -> None:
        if topic.startswith("wled/"):
            level = json.loads(payload)["bri"]
            devices.say("wled/a1b2c3/g", str(level))
        else:
            shelly(topic, payload)

    devices.on_publish = strip
    assert (await home.do("turn_on", "Desk strip", brightness=20)).ok
    devices.say("shellydimmerg3-b08184a5c0de/online", "false")
    hall = next(device for device in home.furniture.registry.devices if device.name == "Hall")
    await until(lambda: hall.available is False)
    assert (await home.do("turn_off", "Hall")).text == "The Hall is offline."
