"""A house to measure in."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from assistant import config as configuration
from assistant.app import House, furnished, run
from assistant.errands import Errands
from assistant.events import CommandSent, Event, Heard, Spoke, ToolCalled, ToolFinished, Woke

START_SECONDS = 60.0


async def in_house(config: configuration.Config, use: Callable[[House], Awaitable[None]]) -> None:
    """Run a house whose brain and devices are ready."""

    async def living(house: House) -> int:
        house.ears_open.set()
        await furnished(house)
        await house.session.ready(START_SECONDS)
        await use(house)
        return 0

    await run(config, living)


async def timed(house: House, sentence: str) -> dict[type[Event], float]:
    """When each kind of event was first told."""
    times: dict[type[Event], float] = {}
    kinds = {cls.event: cls for cls in (Woke, Heard, ToolCalled, CommandSent, ToolFinished, Spoke)}

    def note(item: dict[str, Any]) -> None:
        if (kind := kinds.get(item["event"])) is not None:
            times.setdefault(kind, time.monotonic())

    await Errands(house).handle({"do": "say", "text": sentence}, note)
    return times
