"""A whole house in a test: real broker, real brain process, real TLS, the pretend home's real firmware."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from assistant import config as configuration
from assistant.app import House, furnished, run
from assistant.config import Config
from assistant.errands import Errands

Item = dict[str, Any]


def shipped(state: Path, **environment: str) -> Config:
    """The documented default with a state folder of its own and the embedded parts."""
    wanted = {
        "ASSISTANT_STATE_DIR": str(state),
        "ASSISTANT_BRAIN": "embedded",
        "ASSISTANT_MQTT_URL": "embedded",
    }
    return configuration.load(configuration.shipped(), {**wanted, **environment})


async def lived_in(config: Config, use: Callable[[House, Errands], Awaitable[None]]) -> None:
    """Build the house, use it, and take it down."""

    async def living(house: House) -> int:
        house.ears_open.set()
        await furnished(house)
        await use(house, Errands(house))
        return 0

    await run(config, living)


async def told(errands: Errands, request: Item) -> tuple[bool, list[Item]]:
    """Whether an errand worked, and what was told about it."""
    items: list[Item] = []
    return await errands.handle(request, items.append), items
