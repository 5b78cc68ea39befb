"""The shipped MQTT devices against the pretend home's real firmware, over the embedded broker."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from assistant import config as configuration
from assistant import device as device_module
from assistant.bus import Bus
from assistant.config import Config
from assistant.device import Device
from assistant.errors import ToolError
from assistant.home.broker import serve
from assistant.home.furniture import Furniture
from assistant.home.host import PluginHost
from assistant.home.link import Link
from assistant.home.pretend import PretendHome, Trouble
from assistant.tools.dispatch import Dispatcher, ToolCall, ToolResult
from assistant.wallclock import WallClock
from tests.parts.home import running, until

COLOURS = [
    "red", "orange", "amber", "yellow", "lime", "green", "turquoise", "cyan", "blue", "indigo", "violet",
    "purple", "magenta", "pink", "warm white", "white", "cool white",
]  # fmt: skip


class Home:
    """Devices, dispatch and the pretend home's actors."""

    def __init__(self, config: Config, url: str, speed: float) -> None:
        self.link = Link(url, client_id="assistant")
        self.bus = Bus()
        self.furniture = Furniture()
        self.furniture.load(config)
        self.furniture.attach(PluginHost(self.link, self.bus, Path(), WallClock()))
        self.actors = PretendHome(url, speed=speed)
        self._dispatcher = Dispatcher(self.furniture.table, self.furniture.registry, self.bus)
        self._calls = 0

    def device(self, name: str) -> Device:
        return next(d for d in self.furniture.registry.devices if d.name == name)

    async def do(self, tool: str, device: str, **args: Any) -> ToolResult:
        self._calls += 1
        self._dispatcher.new_utterance()
        return await self._dispatcher.call(ToolCall(str(self._calls), tool, {"device": device, **args}))


@contextlib.asynccontextmanager
async def living(speed: float = 50) -> AsyncIterator[Home]:
    async with serve() as address, asyncio.timeout(30):
        home = Home(configuration.load(configuration.shipped(), {}), address.url, speed)
        task = asyncio.get_running_loop().create_task(home.actors.run())
        try:
            async with running(home.link):
                await home.actors.ready()
                await until(lambda: all(d.states for d in home.furniture.registry.devices))
                yield home
        finally:
            task.cancel()
            await asyncio.wait([task], timeout=2)


VERBS: list[tuple[str, str, dict[str, Any], str, dict[str, Any]]] = [
    ("turn_on", "kitchen light", {"brightness": 30}, "The kitchen light is on at 30 percent.", {"on": True}),
    ("change_brightness", "kitchen light", {"by": 20}, "The kitchen light is on at 50 percent.", {}),
    ("turn_on", "kitchen light", {"brightness": 0}, "The kitchen light is off.", {"on": False}),
    ("turn_on", "coffee machine", {}, "The coffee machine is on.", {"on": True}),
    ("turn_off", "coffee machine", {}, "The coffee machine is off.", {"on": False}),
    ("turn_on", "heater", {}, "The heater is on.", {"on": True}),
    ("turn_off", "heater", {}, "The heater is off.", {"on": False}),
    ("set_position", "living room blinds", {"position": 30}, "The living room blinds are 30 percent open.", {}),
    ("close", "living room blinds", {}, "The living room blinds are closed.", {"position": 0}),
    ("open", "living room blinds", {}, "The living room blinds are open.", {"position": 100}),
    ("set_temperature", "thermostat", {"temperature": 21.5}, "The thermostat is set to 21.5 degrees.", {}),
    ("change_temperature", "thermostat", {"by": -1}, "The thermostat is set to 20.5 degrees.", {}),
    ("turn_on", "television", {}, "The television is on.", {"on": True}),
    ("play", "television", {}, "The television is playing.", {"playing": True}),
    ("pause", "television", {}, "The television is paused.", {"playing": False}),
    ("set_volume", "television", {"volume": 35}, "The television is at volume 35 percent.", {"volume": 35}),
    ("change_volume", "television", {"by": 5}, "The television is at volume 40 percent.", {"volume": 40}),
    ("next_track", "television", {}, "The television is playing ", {}),
    ("previous_track", "television", {}, "The television is playing ", {}),
    ("turn_off", "television", {}, "The television is off.", {"on": False}),
    ("set_speed", "fan", {"speed": 40}, "The fan is on at 40 percent.", {"on": True, "speed": 40}),
    ("set_speed", "fan", {"speed": 0}, "The fan is off.", {"on": False}),
    ("turn_on", "fan", {}, "The fan is on", {"on": True}),
    ("turn_on", "hallway light", {"brightness": 42}, "The hallway light is on at 42 percent.", {"on": True}),
    ("turn_off", "hallway light", {}, "The hallway light is off.", {"on": False}),
    ("lock", "front door", {}, "The front door is locked.", {"locked": True}),
    ("start_cleaning", "vacuum", {}, "The vacuum is cleaning.", {"status": "cleaning"}),
    ("pause", "vacuum", {}, "The vacuum is paused.", {}),
    ("return_to_dock", "vacuum", {}, "The vacuum is", {}),
]  # fmt: skip


async def test_every_verb_is_confirmed_by_what_the_device_reports() -> None:
    async with living() as home:
        for tool, name, args, text, state in VERBS:
            result = await home.do(tool, name, **args)
            assert result.ok, (tool, name, result.text)
            assert result.text.startswith(text), (tool, name, result.text)
            assert home.device(name).states.items() >= state.items(), (tool, name)


async def test_every_colour_comes_back_by_its_name() -> None:
    async with living() as home:
        for color in COLOURS:
            result = await home.do("turn_on", "living room lamp", color=color)
            assert (result.ok, result.text) == (True, f"The living room lamp is {color}.")
            assert home.device("living room lamp").states["color"] == color
        refused = await home.do("turn_on", "living room lamp", color="beige")
        assert not refused.ok


ONE_VERB_EACH: list[tuple[str, str, dict[str, Any]]] = [
    ("turn_on", "kitchen light", {}),
    ("turn_on", "coffee machine", {}),
    ("set_position", "living room blinds", {"position": 10}),
    ("set_temperature", "thermostat", {"temperature": 28}),
    ("turn_on", "television", {}),
    ("set_speed", "fan", {"speed": 70}),
    ("turn_on", "hallway light", {}),
    ("start_cleaning", "vacuum", {}),
    ("turn_on", "porch light", {"color": "red"}),
]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Trouble(deaf=True), ("does not answer", "did not do it")),
        (Trouble(lying=True), ("did not do it", "does not answer")),
        (Trouble(offline=True), ("does not answer",)),
    ],
    ids=["deaf", "lying", "offline"],
)
async def test_p9_a_device_that_did_not_do_it_is_never_called_done(
    trouble: Trouble, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm = Device.confirm

    async def hasty(self: Device, happened: Any, *, timeout: float = 0.0) -> None:
        await confirm(self, happened, timeout=0.5)

    monkeypatch.setattr(device_module.Device, "confirm", hasty)
    async with living() as home:
        for _, name, _ in ONE_VERB_EACH:
            home.actors[name].trouble = trouble
        await asyncio.sleep(0.2)
        results = await asyncio.gather(*(home.do(tool, name, **a) for tool, name, a in ONE_VERB_EACH))
        for result, (_, name, _) in zip(results, ONE_VERB_EACH, strict=True):
            assert not result.ok, (name, result.text)
            assert result.text.startswith(f"The {name} "), result.text
            assert any(word in result.text for word in words), result.text
            assert "status" not in result.response()


async def test_p11_unlocking_sends_nothing() -> None:
    async with living() as home:
        assert (await home.do("lock", "front door")).ok
        heard: list[bytes] = []
        home.link.subscribe("zigbee2mqtt/front door/set", lambda _topic, payload: heard.append(payload))
        assert not (await home.do("unlock", "front door")).ok
        await asyncio.sleep(0.1)
        assert heard == []
        assert home.device("front door").states["locked"] is True


HOSTILE = [
    b"", b"\xff\xfe", b"null", b"[]", b"[" * 50_000, b'"ON"', b"NaN", b'{"state": {"a": 1}}',
    b'{"state": 7, "brightness": "much", "color": {"hex": "zz"}}', b'{"brightness": Infinity}',
    b'{"color": {"x": 0, "y": 0}}', b'{"position": 1e400, "speed": [], "volume": {}, "track": 3}',
    b'{"occupied_heating_setpoint": "warm", "local_temperature": NaN, "temperature": [], "humidity": "x"}',
    b'{"contact": "maybe", "occupancy": 3, "POWER": null}', b'{"state": "' + b"x" * 100_000 + b'"}',
]  # fmt: skip


async def test_p3_hostile_reports_change_nothing_and_stop_nobody() -> None:
    async with living(speed=1) as home:  # its thermostat reports for itself each 20 s
        before = {d.name: dict(d.states) for d in home.furniture.registry.devices}
        topics = [str(getattr(d, "topic", "")) for d in home.furniture.registry.devices]
        for topic in [*topics, "stat/hallway_light/RESULT", "valetudo/robot/BatteryStateAttribute/level"]:
            for payload in HOSTILE:
                await home.link.publish(topic, payload)
        await asyncio.sleep(0.3)
        after = {d.name: dict(d.states) for d in home.furniture.registry.devices}
        changed = {
            (name, field): value
            for name, states in after.items()
            for field, value in states.items()
            if value != before[name].get(field) and value is not None
        }
        assert changed == {}
        assert (await home.do("turn_on", "kitchen light", brightness=20)).ok


async def test_p10_nobody_is_switched_by_an_unknown_name() -> None:
    async with living() as home:
        heard: list[str] = []
        home.link.subscribe("+/+/set", lambda topic, _payload: heard.append(topic))
        result = await home.do("turn_on", "kitchen lamb")
        assert not result.ok
        assert "kitchen light" in result.options
        await asyncio.sleep(0.1)
        assert heard == []


def test_the_colours_are_those_the_declaration_offers(tmp_path: Path) -> None:
    furniture = Furniture()
    furniture.load(configuration.load(configuration.shipped(), {}))
    (turn_on,) = [d for d in furniture.table.declarations() if d.name == "turn_on"]
    (color,) = [p for p in turn_on.parameters if p.name == "color"]
    assert set(color.options) == set(COLOURS)
    with pytest.raises(ToolError):
        furniture.registry.add(next(iter(furniture.registry.devices)))
