"""An author at work: from saving a plugin until it is in use, and until the brain knows its new tool."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from assistant import config as configuration
from assistant.app import House
from assistant.cli.bench.figures import Figures
from assistant.cli.bench.living import in_house
from assistant.config import PluginEntry
from assistant.home.reloader import Reloader

AIM_MS = 1000.0
LOOK_SECONDS = 0.002
LONGEST_SECONDS = 10.0
BETWEEN_SECONDS = 0.37
"""Not in step with how often files are looked at."""
HEAD = '"""Tricks."""\n\nfrom assistant.api import tool\n'
TRICK = '''

@tool(phrases=("do trick number {number}",))
async def trick_{number}() -> str:
    """Do a trick."""
    return "Hop"
'''


async def reload(config: configuration.Config, figures: Figures, rounds: int) -> None:
    """Save a plugin again and again, each time with one tool more; the first time is a figure of its own."""
    folder = config.state_dir / "plugins"
    await asyncio.to_thread(_saved, folder, 0)
    entries = [*config.plugins, PluginEntry(name="tricks")]
    config = config.model_copy(update={"plugin_paths": [folder], "plugins": entries})

    async def use(house: House) -> None:
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(_watched(house))
            for number in range(1, rounds + 2):
                await asyncio.sleep(BETWEEN_SECONDS)
                await _once(house, figures, folder, number)
            watching.cancel()

    await in_house(config, use)
    for name in ("save → in use", "first save → the brain knows", "later save → the brain knows"):
        figures.tell(name, "ms", AIM_MS)


async def _watched(house: House) -> None:
    await Reloader(house.keeper, lambda _text, _used: None).run()


async def _once(house: House, figures: Figures, folder: Path, number: int) -> None:
    tool, began = f"trick_{number}", time.monotonic()
    await asyncio.to_thread(_saved, folder, number)
    if await _until(lambda: tool in house.furniture.table.names()):
        figures.add("save → in use", 1000 * (time.monotonic() - began))
    if await _until(lambda: house.session.knows(tool)):
        which = "first" if number == 1 else "later"
        figures.add(f"{which} save → the brain knows", 1000 * (time.monotonic() - began))


async def _until(so: Callable[[], bool]) -> bool:
    """Wait until it is so; False when that takes too long."""
    latest = time.monotonic() + LONGEST_SECONDS
    while not so() and time.monotonic() < latest:  # noqa: ASYNC110 - whoever is measured tells nobody
        await asyncio.sleep(LOOK_SECONDS)
    return so()


def _saved(folder: Path, tools: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = HEAD + "".join(TRICK.replace("{number}", str(number)) for number in range(tools + 1))
    (folder / "tricks.py").write_text(text)
