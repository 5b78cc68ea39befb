"""Texts read aloud through the real wire: speech comes back, and nothing is understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.brain.server import Address
from assistant.errors import BrainError
from assistant.live.endpoint import Endpoint
from assistant.live.reading import read_aloud
from tests.brain.stand_ins import House, brain


def endpoint(address: Address) -> Endpoint:
    return Endpoint(
        "embedded", "embedded", key="k", base_url=address.url, certificate=Path(address.certificate)
    )


async def test_a_text_is_spoken_and_not_understood(tmp_path: Path) -> None:
    house = House()
    async with brain(tmp_path, house=house) as address:
        short = await read_aloud(endpoint(address), "turn on the lamp")
        long = await read_aloud(endpoint(address), "turn on the lamp " * 5)
    assert 0 < len(short) < len(long)
    assert len(short) % 2 == 0
    assert not house.minds, "a text that is only read aloud opens no mind"


async def test_a_text_that_is_too_long_is_refused_in_one_sentence(tmp_path: Path) -> None:
    async with brain(tmp_path) as address:
        with pytest.raises(BrainError, match="does not read aloud"):
            await read_aloud(endpoint(address), "a" * 2001)


async def test_a_brain_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    async with brain(tmp_path) as address:
        pass
    with pytest.raises(BrainError, match="embedded brain does not read aloud"):
        await read_aloud(endpoint(address), "hello")
