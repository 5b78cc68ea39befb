"""Which broker the home gets, and that ours ends with us."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import pytest

from assistant.app import broker_wished
from assistant.config import Config, HomeConfig, MqttConfig
from assistant.errors import BrokerError, ConfigError
from assistant.home.broker import serve
from assistant.home.brokers import broker
from assistant.home.link import Link
from assistant.home.mosquitto import answers
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
    async with broker(MqttConfig(broker=choice), state=tmp_path) as first:
        assert first.kind == choice
        assert await remembers(first.url) == []
    async with broker(MqttConfig(broker=choice), state=tmp_path) as second:
        assert await remembers(second.url) == [b"kept"]


@MOSQUITTO
@pytest.mark.parametrize("left", [b"", bytes(4000), b"torn"])
async def test_what_mosquitto_cannot_read_any_more_is_set_aside_and_told(
    tmp_path: Path, left: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with broker(MqttConfig(broker="mosquitto"), state=tmp_path) as first:
        assert await remembers(first.url) == []
    (kept,) = tmp_path.glob("**/mosquitto.db")
    left = kept.read_bytes()[:-3] if left == b"torn" else left
    kept.write_bytes(left)
    async with broker(MqttConfig(broker="mosquitto"), state=tmp_path) as second:
        assert await remembers(second.url) == []
    assert kept.with_name("mosquitto.db.broken").read_bytes() == left
    assert len([each for each in caplog.records if "set aside as mosquitto.db.broken" in each.message]) == 1


@MOSQUITTO
async def test_auto_prefers_mosquitto(tmp_path: Path) -> None:
    async with broker(MqttConfig(), state=tmp_path) as chosen:
        assert chosen.kind == "mosquitto"
        assert "127.0.0.1" in chosen.words


async def test_auto_is_embedded_where_there_is_no_mosquitto(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.home.brokers.program", lambda: None)
    async with broker(MqttConfig(), state=tmp_path) as chosen:
        assert chosen.kind == "embedded"
    monkeypatch.setattr("assistant.home.mosquitto.program", lambda: None)
    with pytest.raises(BrokerError, match="apt install mosquitto"):
        async with broker(MqttConfig(broker="mosquitto"), state=tmp_path):
            pass


async def test_auto_does_without_a_mosquitto_that_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("assistant.home.mosquitto.program", lambda: "/bin/false")
    async with broker(MqttConfig(), state=tmp_path) as chosen:
        assert chosen.kind == "embedded"
    assert "mosquitto does not start" in caplog.text


async def test_a_local_broker_is_joined_only_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.home.brokers.program", lambda: None)
    async with serve() as address:
        monkeypatch.setattr("assistant.home.brokers.LOCAL_PORT", address.port)
        async with broker(MqttConfig(use_localhost=True), state=tmp_path) as chosen:
            assert (chosen.kind, chosen.url) == ("local", address.url)
        async with broker(MqttConfig(), state=tmp_path) as chosen:
            assert chosen.kind == "embedded"


async def test_something_else_on_the_local_port_is_not_a_broker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    monkeypatch.setattr("assistant.home.brokers.program", lambda: None)
    async with await asyncio.start_server(web, "127.0.0.1", 0) as server:
        monkeypatch.setattr("assistant.home.brokers.LOCAL_PORT", server.sockets[0].getsockname()[1])
        async with broker(MqttConfig(use_localhost=True), state=tmp_path) as chosen:
            assert chosen.kind == "embedded"


async def test_a_configured_broker_is_taken_as_it_is_and_its_password_not_shown(tmp_path: Path) -> None:
    async with broker(MqttConfig(broker="mqtt://me:s3cret@broker.lan"), state=tmp_path) as chosen:
        assert chosen.kind == "configured"
        assert (chosen.address.user, chosen.address.password) == ("me", "s3cret")
        assert "s3cret" not in repr(chosen) + chosen.url
        assert chosen.words == "the broker at broker.lan:1883"
    with pytest.raises(ConfigError, match="mqtt://host:1883"):
        async with broker(MqttConfig(broker="embeded"), state=tmp_path):
            pass


@pytest.mark.parametrize(
    "choice", ["embedded", *(pytest.param(choice, marks=MOSQUITTO) for choice in ("mosquitto", "auto"))]
)
async def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path, choice: str) -> None:
    async with serve() as address:
        with pytest.raises(BrokerError, match=rf"{address.port} \(.*\); stop .* or set mqtt.port to another"):
            async with broker(MqttConfig(broker=choice, port=address.port), state=tmp_path):
                pass


@MOSQUITTO
async def test_our_mosquitto_is_started_again_on_its_port_and_the_link_finds_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with broker(MqttConfig(broker="mosquitto"), state=tmp_path) as chosen:
        assert chosen.process
        link, heard = Link(chosen.address), list[bytes]()
        link.subscribe("a", lambda _, payload: heard.append(payload))
        keeping = asyncio.get_running_loop().create_task(chosen.keep())
        async with running(link):
            for _ in range(2):
                first = chosen.process.pid
                os.kill(first, signal.SIGKILL)
                await until(lambda: not link.connected)
                await link.ready(5)
                assert chosen.process.pid != first
                await link.publish("a", "again")
                await until(lambda: bool(heard))
                heard.clear()
        keeping.cancel()
        await asyncio.wait([keeping])
    lines = [r.getMessage() for r in caplog.records if "mosquitto" in r.getMessage()]
    assert lines == ["The message broker mosquitto has ended (code -9) and is started again."]


@MOSQUITTO
async def test_a_mosquitto_that_cannot_be_started_again_is_told_once_and_tried_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("assistant.home.mosquitto.FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("assistant.home.mosquitto.LONGEST_PAUSE_SECONDS", 0.05)
    async with broker(MqttConfig(broker="mosquitto"), state=tmp_path) as chosen:
        assert chosen.process
        keeping = asyncio.get_running_loop().create_task(chosen.keep())
        with monkeypatch.context() as gone:
            gone.setattr("assistant.home.mosquitto.program", lambda: None)
            os.kill(chosen.process.pid, signal.SIGKILL)
            await until(lambda: "apt install mosquitto" in caplog.text)
            await asyncio.sleep(0.3)
        async with asyncio.timeout(5):
            while not await answers(chosen.address.port):  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.02)
        keeping.cancel()
        await asyncio.wait([keeping])
    assert [caplog.text.count(words) for words in ("has ended", "apt install mosquitto")] == [1, 1]


@MOSQUITTO
async def test_our_mosquitto_dies_with_us_even_when_we_are_killed(tmp_path: Path) -> None:
    program = (
        "import asyncio, pathlib, sys\n"
        "from assistant.config import MqttConfig\n"
        "from assistant.home.brokers import broker\n"
        "async def main():\n"
        "    async with broker(MqttConfig(broker='mosquitto'), state=pathlib.Path(sys.argv[1])) as b:\n"
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


@pytest.mark.parametrize(
    ("pretend", "wished", "used"),
    [(True, None, False), (False, None, True), (True, True, True), (False, False, False)],
)
def test_a_pretend_home_keeps_away_from_the_broker_of_real_devices(
    pretend: bool, wished: bool | None, used: bool
) -> None:
    config = Config(home=HomeConfig(pretend=pretend), mqtt=MqttConfig(use_localhost=wished))
    assert broker_wished(config).use_localhost is used
