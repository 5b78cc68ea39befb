"""The home's figures: commands on the pretend home, and generated homes of 500 and 2000 entities."""

from __future__ import annotations

import asyncio
import json
import sys
import time

from assistant import config as configuration
from assistant.app import House
from assistant.cli.bench.figures import Figures
from assistant.cli.bench.living import in_house, timed
from assistant.events import CommandSent, ToolCalled, ToolFinished
from assistant.home.link import Link

PAIR = ("turn on the kitchen light", "turn off the kitchen light")
PLANS = (
    ("announced", 600),
    ("mixed", 500),
    ("mixed", 2000),
    ("restart", 2000),
    ("flood", 10_000),
)
PLAN_SECONDS = 30.0


async def home(config: configuration.Config, figures: Figures, rounds: int) -> None:
    """The pretend home first, then one generated home after the other."""
    await _pretend(config, figures, rounds)
    for plan, size in PLANS:
        await _carried_out(plan, size, figures, rounds)


async def _pretend(config: configuration.Config, figures: Figures, rounds: int) -> None:
    """Tool call → command at the broker → confirm, typed, on the pretend home."""

    async def use(house: House) -> None:
        seen: list[float] = []
        watcher = Link(house.broker.address, client_id="bench")
        watcher.subscribe(
            "zigbee2mqtt/kitchen light/set", lambda _topic, _payload: seen.append(time.monotonic())
        )
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(watcher.run())
            await watcher.ready()
            for number in range(rounds):
                seen.clear()
                times = await timed(house, PAIR[number % 2])
                if {ToolCalled, CommandSent, ToolFinished} <= times.keys() and seen:
                    figures.add("tool call → command at the broker", 1000 * (seen[0] - times[ToolCalled]))
                    figures.add("command → confirm", 1000 * (times[ToolFinished] - times[CommandSent]))
            watching.cancel()

    await in_house(config, use)
    figures.tell("tool call → command at the broker", "ms", 1)
    figures.tell("command → confirm", "ms", 3)


async def _carried_out(plan: str, size: int, figures: Figures, rounds: int) -> None:
    """Measure a generated home in a process of its own; what it had told by the end of its time counts."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "assistant.cli.bench.census", plan, str(size), str(rounds)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    told: dict[str, tuple[str, float]] = {}
    try:
        async with asyncio.timeout(PLAN_SECONDS):
            async for line in process.stdout:
                item = json.loads(line)
                told[item["name"]] = item["unit"], item["aim"]
                figures.add(item["name"], item["value"])
            await process.wait()
    except TimeoutError:
        figures.output.note(f"{plan} {size}: not finished after {PLAN_SECONDS:g} s")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    if process.returncode not in (0, -9):
        figures.output.note(f"{plan} {size}: could not be measured")
    for name, (unit, aim) in told.items():
        figures.tell(name, unit, aim)
