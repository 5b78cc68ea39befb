"""The control socket: whoever asks gets an answer, or one sentence in bounded time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from assistant import control
from assistant.control import Tell, asked, served
from assistant.errors import LinkError


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "PULSE_SECONDS", 0.05)
    monkeypatch.setattr(control, "SILENCE_SECONDS", 1.0)


async def test_a_daemon_that_stands_still_is_told_in_a_sentence(tmp_path: Path) -> None:
    gone = asyncio.Event()

    async def dumb(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'{"event": "heard", "text": "x"}\n')
        await reader.read()  # until the one who asked has gone
        writer.close()
        gone.set()

    told: list[dict[str, Any]] = []
    async with await asyncio.start_unix_server(dumb, tmp_path / "s"):
        with pytest.raises(LinkError, match="has said nothing for 1 seconds, so it stands still; start it"):
            await asked(tmp_path / "s", {"do": "health"}, told.append)
        await gone.wait()
    assert told == [{"event": "heard", "text": "x"}]


async def test_what_takes_its_time_is_waited_for(tmp_path: Path) -> None:
    async def slow(_request: dict[str, Any], tell: Tell) -> bool:
        await asyncio.sleep(1.5)
        tell({"event": "spoke"})
        return True

    told: list[dict[str, Any]] = []
    async with served(tmp_path / "s", slow):
        assert await asked(tmp_path / "s", {"do": "picture"}, told.append)
    assert told == [{"event": "spoke"}]


@pytest.mark.parametrize("last", [b"", b'{"event": "he', b"\xff\n"])
async def test_a_daemon_that_dies_meanwhile_is_told_in_a_sentence(tmp_path: Path, last: bytes) -> None:
    async def dying(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(last)
        writer.close()

    async with await asyncio.start_unix_server(dying, tmp_path / "s"):
        with pytest.raises(LinkError, match="ended before it answered"):
            await asked(tmp_path / "s", {"do": "say"}, lambda _item: None)
