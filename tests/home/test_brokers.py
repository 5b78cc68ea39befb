"""Which broker the home gets, and that ours ends with us."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import pytest

from assistant.errors import BrokerError, ConfigError
from assistant.home.broker import serve
from assistant.home.brokers import broker
from assistant.home.link import Link
from tests.parts.home import running, until

MOSQUITTO = pytest.mark.system("mosquitto")


async def remembers(url: str) -> list[bytes]:
    """What the broker kept of the topic, after which it keeps something new."""
    link, heard = Link(url), list[bytes]()
    link.subscribe("a", lambda _, payload: heard.append(payload))
    async with running(link):
        await asyncio.sleep(0.05)
        kept = list(heard)
        await link.publish("a", "kept", retain=True, qos=1)
    return kept


@pytest.mark.parametrize("choice", ["embedded", pytest.param("mosquitto", marks=MOSQUITTO)])
async def test_a_broker_of_our_own_remembers_from_run_to_run(tmp_path: Path, choice: str) -> None:
    async with broker(choice, state=tmp_path) as first:
        assert first.kind == choice
        assert await remembers(first.url) == []
    async with broker(choice, state=tmp_path) as second:
        assert await remembers(second.url) == [b"kept"]


@MOSQUITTO
async def test_auto_prefers_mosquitto(tmp_path: Path) -> None:
    async with broker(state=tmp_path) as chosen:
        assert chosen.kind == "mosquitto"
        assert "127.0.0.1" in chosen.words


async def test_auto_is_embedded_where_there_is_no_mosquitto(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.home.brokers._program", lambda: None)
    async with broker(state=tmp_path) as chosen:
        assert chosen.kind == "embedded"
    with pytest.raises(BrokerError, match="apt install mosquitto"):
        async with broker("mosquitto", state=tmp_path):
            pass


async def test_auto_does_without_a_mosquitto_that_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("assistant.home.brokers._program", lambda: "/bin/false")
    async with broker(state=tmp_path) as chosen:
        assert chosen.kind == "embedded"
    assert "mosquitto does not start" in caplog.text


async def test_a_local_broker_is_joined_only_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.home.brokers._program", lambda: None)
    async with serve() as address:
        monkeypatch.setattr("assistant.home.brokers.LOCAL_PORT", address.port)
        async with broker(state=tmp_path, join_local=True) as chosen:
            assert (chosen.kind, chosen.url) == ("local", address.url)
        async with broker(state=tmp_path) as chosen:
            assert chosen.kind == "embedded"


async def test_something_else_on_the_local_port_is_not_a_broker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    monkeypatch.setattr("assistant.home.brokers._program", lambda: None)
    async with await asyncio.start_server(web, "127.0.0.1", 0) as server:
        monkeypatch.setattr("assistant.home.brokers.LOCAL_PORT", server.sockets[0].getsockname()[1])
        async with broker(state=tmp_path, join_local=True) as chosen:
            assert chosen.kind == "embedded"


async def test_a_configured_broker_is_taken_as_it_is_and_its_password_not_shown(tmp_path: Path) -> None:
    async with broker("mqtt://me:s3cret@broker.lan", state=tmp_path) as chosen:
        assert chosen.kind == "configured"
        assert chosen.url == "mqtt://me:s3cret@broker.lan"
        assert "s3cret" not in repr(chosen)
        assert chosen.words == "the broker at broker.lan:1883"
    with pytest.raises(ConfigError, match="mqtt://host:1883"):
        async with broker("embeded", state=tmp_path):
            pass


@pytest.mark.parametrize("choice", ["embedded", pytest.param("mosquitto", marks=MOSQUITTO)])
async def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path, choice: str) -> None:
    async with serve() as address:
        with pytest.raises(BrokerError, match=rf"{address.port} \(.*\); stop .* or set mqtt.port to another"):
            async with broker(choice, state=tmp_path, port=address.port):
                pass


@MOSQUITTO
async def test_the_death_of_our_mosquitto_is_told(tmp_path: Path) -> None:
    async with broker("mosquitto", state=tmp_path) as chosen:
        assert chosen.process
        chosen.process.kill()
        async with asyncio.timeout(2):
            assert "ended with code -9" in await chosen.ended()


@MOSQUITTO
async def test_our_mosquitto_dies_with_us_even_when_we_are_killed(tmp_path: Path) -> None:
    program = (
        "import asyncio, pathlib, sys\n"
        "from assistant.home.brokers import broker\n"
        "async def main():\n"
        "    async with broker('mosquitto', state=pathlib.Path(sys.argv[1])) as b:\n"
        "        print(b.process.pid, flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    us = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, tmp_path, stdout=asyncio.subprocess.PIPE
    )
    assert us.stdout
    child = int(await us.stdout.readline())
    os.kill(child, 0)
    us.kill()
    await us.wait()

    def gone() -> bool:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            return Path(f"/proc/{child}/stat").read_text().split()[2] == "Z"
        return True

    try:
        await until(gone)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
