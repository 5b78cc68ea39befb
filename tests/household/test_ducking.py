"""Music is softer while somebody speaks to the assistant: on the pretend home's television, over a broker."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from assistant.app import House
from assistant.errands import Errands
from assistant.events import PhaseChanged
from assistant.household.ducking import SOFT_PERCENT, Ducking
from tests.parts.home import until
from tests.parts.homes import lived_in, shipped, told


@pytest.mark.speech
async def test_a_television_is_soft_while_the_room_listens_and_as_it_was_afterwards(tmp_path: Path) -> None:
    async def use(house: House, errands: Errands) -> None:
        television = next(device for device in house.registry.devices if device.name == "television")
        for sentence in ("turn on the television", "play the television"):
            await told(errands, {"do": "say", "text": sentence})

        async def volume(percent: int, phase: str) -> None:
            house.bus.publish(PhaseChanged(phase))
            await until(lambda: television.states["volume"] == percent)

        ducking = asyncio.get_running_loop().create_task(
            Ducking(house.bus, house.registry, "Living Room").run()
        )
        await asyncio.sleep(0)
        await volume(SOFT_PERCENT, "listening")
        await volume(30, "thinking")
        await volume(SOFT_PERCENT, "listening")
        await told(errands, {"do": "set", "device": "television", "property": "volume", "value": "50"})
        await volume(50, "idle")
        await volume(SOFT_PERCENT, "listening")
        ducking.cancel()
        await asyncio.wait([ducking])
        await until(lambda: television.states["volume"] == 50)

    await lived_in(shipped(tmp_path), use)


async def test_nobody_knows_what_is_heard_where_no_area_is_named(tmp_path: Path) -> None:
    async def use(house: House, _errands: Errands) -> None:
        async with asyncio.timeout(2):
            await Ducking(house.bus, house.registry, "").run()

    await lived_in(shipped(tmp_path), use)
