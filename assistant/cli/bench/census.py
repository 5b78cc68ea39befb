"""One generated home, measured in a process of its own so that its memory is nobody else's.

``python -m assistant.cli.bench.census PLAN ENTITIES ROUNDS`` prints one JSON object per measurement.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

from assistant import config as configuration
from assistant.app import House, run
from assistant.cli.bench.living import START_SECONDS, timed
from assistant.cli.bench.machine import resident
from assistant.cli.bench.town import Gadget, Way, town
from assistant.config import Config, MqttConfig
from assistant.device import Device
from assistant.events import Heard, ToolFinished
from assistant.home.brokers import Broker, broker
from assistant.home.finds import MOST_DEVICES
from assistant.home.link import Link
from assistant.tools.dispatch import ToolCall

LONGEST_SECONDS = 25.0
PATIENCE_SECONDS = 0.002
SETTLING_SECONDS = 3.0
REPORTS_A_SECOND, CHATTER_SECONDS = 2000, 4.0
FLOOD_TOPICS = 10_000
WAYS: dict[str, tuple[Way, ...]] = {"mixed": ("native", "announced"), "announced": ("announced",)}


def tell(name: str, unit: str, aim: float, value: float) -> None:
    """One measurement, for whoever started us."""
    sys.stdout.write(json.dumps({"name": name, "unit": unit, "aim": aim, "value": value}) + "\n")
    sys.stdout.flush()


class Folk:
    """The process in which the gadgets live."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, **wish: Any) -> None:
        """Have them do something, and wait until it is done."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(wish).encode() + b"\n")
        await self._process.stdout.readline()


@contextlib.asynccontextmanager
async def folk(where: Broker, gadgets: Sequence[Gadget], ways: Sequence[Way]) -> AsyncIterator[Folk]:
    """The gadgets of a town, living until the block ends."""
    entities = str(len(gadgets) * 4)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "assistant.cli.bench.townsfolk", where.url, entities, *ways),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Folk(process)
    finally:
        process.kill()
        await process.communicate()


async def until(so: Callable[[], bool], longest: float = LONGEST_SECONDS) -> float:
    """Wait until it is so; how many seconds that took."""
    started = time.monotonic()
    async with asyncio.timeout(longest):
        while not so():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(PATIENCE_SECONDS)
    return time.monotonic() - started


class Census:
    """The measurements in one house."""

    def __init__(self, house: House, gadgets: Sequence[Gadget], rounds: int) -> None:
        self._house, self._gadgets, self._rounds = house, gadgets, rounds
        self._of = f"{len(gadgets) * 4} entities"
        self._lamps = itertools.cycle([gadget for gadget in gadgets if gadget.kind == "lamp"])

    def _device(self, name: str) -> Device | None:
        return next((each for each in self._house.registry.devices if each.name == name), None)

    def right(self, generation: int) -> bool:
        """Whether every device is known and its state is what its gadget last said."""
        known = {device.name: device for device in self._house.registry.devices}
        return len(known) >= len(self._gadgets) and all(
            gadget.name in known and _agrees(known[gadget.name], gadget.state(generation))
            for gadget in reversed(self._gadgets)
        )

    async def registry(self) -> None:
        """From the link's coming up until all is known and has reported, and what that weighs."""
        registry = self._house.registry
        before = resident(os.getpid())
        await self._house.link.ready()
        tell(f"{self._of}: link up → all known", "s", 1.5 * len(self._gadgets) * 4 / 600, await until(
            lambda: len(registry.devices) >= len(self._gadgets)
        ))  # fmt: skip
        await until(lambda: self.right(0))
        gc.collect()
        tell(f"{self._of}: memory", "MB", 25, resident(os.getpid()) - before)

    async def commands(self) -> None:
        """A brain's call → command → the gadget in its own process → confirmed."""
        for number in range(self._rounds * 5):
            lamp, dispatcher = next(self._lamps), self._house.dispatcher
            dispatcher.new_utterance()
            verb = ("turn_on", "turn_off")[number % 2]
            began, worked = time.monotonic(), time.process_time()
            result = await dispatcher.call(ToolCall("", verb, {"device": lamp.name}))
            took, share = time.monotonic() - began, time.process_time() - worked
            if result.ok:
                tell(f"{self._of}: command → confirm", "ms", 5, 1000 * took)
                tell(f"{self._of}: own share of a command", "ms", 1, 1000 * share)

    async def voice(self, name: str) -> None:
        """Typed sentences, from what was heard until the lamp has confirmed."""
        lamp = next(self._lamps)
        times = await timed(self._house, f"turn on {lamp.name}")
        if {Heard, ToolFinished} <= times.keys():
            tell(f"{self._of}: {name}", "ms", 100, 1000 * (times[ToolFinished] - times[Heard]))

    async def chatter(self, folk: Folk) -> None:
        """Many reports a second, the processor that they take, and sentences beside them."""
        began, worked = time.monotonic(), time.process_time()
        async with asyncio.TaskGroup() as tasks:
            wish = {"do": "report", "rate": REPORTS_A_SECOND, "seconds": CHATTER_SECONDS}
            chatter = tasks.create_task(folk.ask(**wish))
            await asyncio.sleep(CHATTER_SECONDS / 2)
            used = (time.process_time() - worked) / (time.monotonic() - began)
            tell(f"{self._of}: processor at {REPORTS_A_SECOND} reports/s", "%", 50, 100 * used)
            while not chatter.done():
                await self.voice(f"sentence → confirm at {REPORTS_A_SECOND} reports/s")


def _agrees(device: Device, state: dict[str, Any]) -> bool:
    if "state" in state:
        return device.states.get("on") is (state["state"] == "ON")
    return bool(device.states.get("temperature") == state["temperature"])


async def mixed(entities: int, rounds: int) -> None:
    """Half described by Zigbee2MQTT, half announced to Home Assistant; everything is measured."""
    ways = WAYS["mixed"]
    gadgets = town(entities, *ways)
    async with (
        _place() as (config, state),
        broker(config.mqtt, state=state) as ours,
        folk(ours, gadgets, ways) as people,
    ):
        await people.ask(do="announce")

        async def use(house: House) -> int:
            census = Census(house, gadgets, rounds)
            await census.registry()
            await census.commands()
            house.ears_open.set()
            await house.settled.wait()
            await asyncio.sleep(SETTLING_SECONDS)  # the brain learns the names over a new link
            if await house.session.ready(START_SECONDS):
                for _ in range(rounds):
                    await census.voice("sentence → confirm")
                await census.chatter(people)
            return 0

        await run(_joining(config, ours), use)


async def restart(entities: int, rounds: int) -> None:
    """The broker is away, everything changes meanwhile, and it comes back."""
    ways = WAYS["mixed"]
    gadgets = town(entities, *ways)
    async with _place() as (config, state), contextlib.AsyncExitStack() as first:
        ours = await first.enter_async_context(broker(config.mqtt, state=state))
        async with folk(ours, gadgets, ways) as people:
            await people.ask(do="announce")

            async def use(house: House) -> int:
                census = Census(house, gadgets, rounds)
                await until(lambda: census.right(0))
                for generation in range(1, 4):
                    await first.aclose()
                    await until(lambda: not house.link.connected)
                    await people.ask(do="change", generation=generation)
                    again = MqttConfig(broker=ours.kind, port=ours.address.port)
                    await first.enter_async_context(broker(again, state=state))
                    seconds = await until(lambda now=generation: census.right(now))  # type: ignore[misc]
                    tell(f"{entities} entities: broker back → state right", "s", 5, seconds)
                return 0

            await run(_joining(config, ours), use)


async def announced(entities: int, rounds: int) -> None:
    """All announced to Home Assistant, as Zigbee2MQTT, ESPHome and others do."""
    ways = WAYS["announced"]
    gadgets = town(entities, *ways)
    async with (
        _place() as (config, state),
        broker(config.mqtt, state=state) as ours,
        folk(ours, gadgets, ways) as people,
    ):
        await people.ask(do="announce")

        async def use(house: House) -> int:
            await house.link.ready()
            seconds = await until(lambda: len(house.registry.devices) >= len(gadgets))
            tell(f"{entities} announced entities: link up → all known", "s", 1.5, seconds)
            return 0

        await run(_joining(config, ours), use)


async def flood(topics: int, rounds: int) -> None:
    """Discovery topics in one burst, by somebody who should not: how long others wait for their turn."""
    of = f"flood of {topics} discovery topics"
    async with _place() as (config, state), broker(config.mqtt, state=state) as ours:

        async def use(house: House) -> int:
            await house.link.ready()
            before, stalls, began = resident(os.getpid()), list[float](), time.monotonic()
            stranger = Link(ours.address, client_id="stranger")
            async with asyncio.TaskGroup() as tasks:
                lives = [tasks.create_task(stranger.run()), tasks.create_task(_turns(stalls))]
                await stranger.ready()
                await _announce_nonsense(stranger, topics)
                await until(lambda: len(list(house.finds)) >= min(topics, MOST_DEVICES))
                tell(f"{of}: digested", "s", 15, time.monotonic() - began)
                tell(f"{of}: memory", "MB", 40, resident(os.getpid()) - before)
                for life in lives:
                    life.cancel()
            for stall in sorted(stalls)[-20:]:
                tell(f"{of}: longest waits for a turn", "ms", 50, 1000 * stall)
            return 0

        await run(_joining(config, ours), use)


async def _announce_nonsense(stranger: Link, topics: int) -> None:
    for number in range(topics):
        evil = {"command_topic": f"evil/{number}", "unique_id": f"e{number}", "name": f"Evil {number}"}
        await stranger.publish(f"homeassistant/switch/evil{number}/config", json.dumps(evil))
        if number % 50 == 0:
            await asyncio.sleep(0)


async def _turns(stalls: list[float]) -> None:
    while True:
        before = time.monotonic()
        await asyncio.sleep(0)
        stalls.append(time.monotonic() - before)
        await asyncio.sleep(0.001)


@contextlib.asynccontextmanager
async def _place() -> AsyncIterator[tuple[Config, Path]]:
    """A configuration without devices of its own, and a folder for the broker."""
    with tempfile.TemporaryDirectory(prefix="assistant-bench-") as folder:
        environment = {"ASSISTANT_STATE_DIR": f"{folder}/house", "ASSISTANT_BRAIN": "embedded"}
        config = configuration.load(configuration.shipped(), environment)
        state = Path(folder) / "broker"
        state.mkdir()
        home = config.home.model_copy(update={"pretend": False})
        yield config.model_copy(update={"home": home, "plugins": []}), state


def _joining(config: Config, where: Broker) -> Config:
    return config.model_copy(update={"mqtt": MqttConfig(broker=where.url)})


PLANS = {"mixed": mixed, "restart": restart, "announced": announced, "flood": flood}


def main(plan: str, size: str, rounds: str) -> None:
    """Carry out one plan."""
    asyncio.run(PLANS[plan](int(size), int(rounds)))


if __name__ == "__main__":
    main(*sys.argv[1:4])
