"""A plugin that hoards memory is found, shut out, and what it held is given back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from assistant.holdings import held
from assistant.home import keeper
from assistant.loader import LoadState
from assistant.testing import Home
from tests.parts.home import until

MEGABYTE = 2**20
HOARDS = """from assistant.api import Plugin
import asyncio

class Hoards(Plugin):
    async def run(self) -> None:
        {where} = [bytearray(1_000_000) for _ in range(20)]
        await asyncio.Event().wait()
"""


def nobody(_thing: object) -> bool:
    return False


def test_what_is_held_is_estimated() -> None:
    many = [bytes([number % 256]) * 1000 for number in range(50_000)]
    deep = {"a": [{"b": bytearray(3 * MEGABYTE)}]}
    assert 40 * MEGABYTE < held([many], nobody) < 60 * MEGABYTE
    assert 3 * MEGABYTE <= held([deep, deep], nobody) < 4 * MEGABYTE
    assert held([deep], lambda thing: isinstance(thing, bytearray)) < MEGABYTE

    async def holding() -> None:
        kept = bytearray(5 * MEGABYTE)
        await asyncio.sleep(0)
        del kept

    waiting = holding()
    waiting.send(None)
    assert held([waiting], nobody) > 5 * MEGABYTE
    waiting.close()


@pytest.mark.parametrize("where", ["self._kept", "kept"])
async def test_p3_a_hoarder_is_shut_out(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    for name, value in (("LARGE_BYTES", MEGABYTE), ("MOST_BYTES", 10 * MEGABYTE), ("LOOK_SECONDS", 0.05)):
        monkeypatch.setattr(keeper, name, value)
    monkeypatch.setattr(keeper, "SETTLE_SECONDS", 0.01)
    file = tmp_path / "hoards.py"
    file.write_text(HOARDS.format(where=where))
    await home.add("clock")
    hoarder = await home.add(file)
    await until(lambda: home.keeper.named("hoards")[0].state is LoadState.QUARANTINED, 30)
    assert "MB of memory, and no plugin may hold more than 10 MB" in home.keeper.named("hoards")[0].reason
    assert home.keeper.named("clock")[0].state is LoadState.ENABLED
    await until(lambda: "_kept" not in vars(hoarder), 30)
