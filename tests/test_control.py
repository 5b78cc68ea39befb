"""The control socket: whoever asks gets an answer, or one sentence in bounded time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from assistant import control
from assistant.control import Tell, asked, served
from assistant.errors import LinkError
from tests.parts.home import until


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


async def _asked_and_left(path: Path, do: str, begun: asyncio.Event) -> None:
    _, writer = await asyncio.open_unix_connection(path)
    writer.write(b'{"do": "%s"}\n' % do.encode())
    await begun.wait()
    writer.close()
    await writer.wait_closed()


async def test_who_leaves_stops_a_drawing_and_nothing_that_was_said(tmp_path: Path) -> None:
    begun, ended, stopped = asyncio.Event(), asyncio.Event(), []

    async def slow(request: dict[str, Any], _tell: Tell) -> bool:
        begun.set()
        try:
            await asyncio.sleep(0.5)
        except asyncio.CancelledError:
            stopped.append(request["do"])
            raise
        finally:
            ended.set()
        return True

    async with served(tmp_path / "s", slow):
        for do in ("say", "picture"):
            begun.clear()
            ended.clear()
            await _asked_and_left(tmp_path / "s", do, begun)
            await ended.wait()
            await until(lambda: len(asyncio.all_tasks()) == 1)
    assert stopped == ["picture"]


async def test_a_daemon_that_ends_while_somebody_waits_says_nothing_of_its_own_parts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    begun = asyncio.Event()

    async def slow(_request: dict[str, Any], _tell: Tell) -> bool:
        begun.set()
        await asyncio.sleep(60)
        return True

    def house() -> None:
        async def living() -> None:
            async with served(tmp_path / "s", slow):
                await _asked_and_left(tmp_path / "s", "say", begun)

        asyncio.run(living())

    await asyncio.to_thread(house)
    assert "CancelledError" not in caplog.text
