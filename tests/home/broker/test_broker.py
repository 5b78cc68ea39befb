"""What our broker does beside the protocol: files, passwords, TLS, limits, and our own link on it."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import json
import ssl
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from assistant.errors import BrokerError, LinkError
from assistant.home.broker import hashed, serve
from assistant.home.broker.packets import Publish
from assistant.home.broker.session import WAITING_MESSAGES, Session
from assistant.home.link import Link
from tests.parts.home import running, until
from tests.parts.wire_client import CONNACK, connect, connected, dialled, packet, text


async def test_mqtt_5_is_refused_in_words_that_its_clients_understand() -> None:
    async with serve() as address, dialled(address.port) as client:
        client.send(packet(0x10, text("MQTT") + b"\5\2\0\0\0" + text("new")))
        assert (await client.expect(CONNACK)).body == b"\0\1"
        assert await client.hung_up()


async def test_our_link_settles_on_it_at_once() -> None:
    async with serve() as address:
        link, heard = Link(address.url), list[tuple[str, bytes]]()
        link.subscribe("lamp/#", lambda topic, payload: heard.append((topic, payload)))
        link.subscribe("lamp/set", lambda topic, payload: heard.append((topic, payload)))
        async with running(link, ready=False):
            await link.ready(0.3)
            await link.publish("lamp/set", "on", qos=1)
            await until(lambda: len(heard) == 2)
        assert heard == [("lamp/set", b"on")] * 2, "once for each listener, though the filters overlap"


async def test_retained_messages_survive_a_restart(tmp_path: Path) -> None:
    store = tmp_path / "deep" / "retained.json"
    async with serve(retained=store) as address, connected(address.port) as client:
        await client.publish("a", b"\0\xff", retain=True, qos=1)
        await client.publish("b", "gone", retain=True, qos=1)
        await client.publish("b", "", retain=True, qos=1)
    async with serve(retained=store) as address, connected(address.port) as client:
        kept = await client.subscribe("#", qos=1) + await client.messages()
        assert [(got.topic, got.payload, got.qos) for got in kept] == [("a", b"\0\xff", 1)]
    assert [path.name for path in store.parent.iterdir()] == ["retained.json"]


async def test_changes_are_written_while_it_runs_and_not_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.home.broker.retained.DELAY_SECONDS", 0.05)
    monkeypatch.setattr("assistant.home.broker.retained.VALUES_SECONDS", 0.3)
    store = tmp_path / "retained.json"
    async with serve(retained=store) as address, connected(address.port) as client:
        for number in range(100):
            await client.publish("a", str(number), retain=True)
        await until(store.exists)
        await until(lambda: "OTk=" in store.read_text())


async def test_a_memory_card_is_spared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values change all day: only what is new, or gone, is written soon; the rest at the end at the latest."""
    monkeypatch.setattr("assistant.home.broker.retained.DELAY_SECONDS", 0.02)
    store = tmp_path / "retained.json"
    async with serve(retained=store) as address, connected(address.port) as client:
        await client.publish("lamp", "on", retain=True, qos=1)
        await until(store.exists)
        first = store.stat().st_ino
        for number in range(50):
            await client.publish("lamp", str(number), retain=True, qos=1)
            await asyncio.sleep(0.002)
        assert store.stat().st_ino == first, "nothing was written for a value"
        await client.publish("other", "x", retain=True, qos=1)
        await until(lambda: "other" in store.read_text())
        second = store.stat().st_ino
        await client.publish("other", "x", retain=True, qos=1)
        await client.publish("other", "", retain=True, qos=1)
        await until(lambda: "other" not in store.read_text())
        assert store.stat().st_ino != second
        await client.publish("lamp", "off", retain=True, qos=1)
    assert "b2Zm" in store.read_text()


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1}', '{"a": {"qos": 0, "payload": "%"}}', "\ud800"])
async def test_an_unreadable_store_is_put_aside(tmp_path: Path, content: str) -> None:
    store = tmp_path / "retained.json"
    store.write_text(content, errors="surrogatepass")
    async with serve(retained=store) as address, connected(address.port) as client:
        assert not await client.subscribe("#") + await client.messages()
        await client.unsubscribe("#")
        await client.publish("a", "x", retain=True, qos=1)
    assert list(json.loads(store.read_text())) == ["a"]
    assert store.with_name("retained.json.broken").exists()


async def test_only_who_knows_the_password_gets_in(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    passwords.write_text(hashed("me", "s3cret") + "\n" + hashed("you", "other") + "\n")
    assert "s3cret" not in passwords.read_text()
    async with serve(passwords=passwords) as address:
        for login, answer in [
            (("me", "s3cret"), 0),
            (("me", "other"), 4),
            (("nobody", "s3cret"), 4),
            (None, 5),
        ]:
            async with dialled(address.port) as client:
                client.send(connect("x", login=login) + packet(0xC0))
                assert (await client.expect(CONNACK)).body[1] == answer
                assert (await client.get() is not None) == (answer == 0)
        wrong = Link(address.url.replace("mqtt://", "mqtt://me:wr0ng@"))
        async with running(wrong, ready=False):
            with pytest.raises(LinkError, match="refuses our user name or password"):
                await wrong.ready(0.5)


@pytest.mark.parametrize(
    ("content", "expected"), [(None, "cannot be read"), ("me:zz:zz", "line 1"), ("me", "line 1")]
)
async def test_a_bad_password_file_is_named(tmp_path: Path, content: str | None, expected: str) -> None:
    passwords = tmp_path / "passwords"
    if content is not None:
        passwords.write_text(content)
    with pytest.raises(BrokerError, match=expected):
        async with serve(passwords=passwords):
            pass


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1, and a server that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "broker")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "broker.pem", folder / "broker.key"
    public.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # paho drops its half-made socket
async def test_it_speaks_tls_and_our_link_insists_on_a_certificate_it_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, context = certificate(tmp_path)
    async with serve(tls=context) as address:
        assert address.url.startswith("mqtts://")
        stranger = Link(address.url)
        async with running(stranger, ready=False):
            with pytest.raises(LinkError, match="certificate"):
                await stranger.ready(1)
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
        link, heard = Link(address.url), list[bytes]()
        link.subscribe("a", lambda _, payload: heard.append(payload))
        async with running(link):
            for number in range(200):
                await link.publish("a", b"%d" % number + b"x" * 10_000)
            await until(lambda: len(heard) == 200)


async def test_a_taken_port_is_named() -> None:
    async with serve() as address:
        with pytest.raises(BrokerError, match=f"127.0.0.1 port {address.port}"):
            async with serve(port=address.port):
                pass


async def test_a_packet_beyond_the_limit_is_refused_at_its_header() -> None:
    async with serve() as address, connected(address.port) as client:
        client.send(b"\x30\xff\xff\xff\x7f" + b"x" * 1000)
        assert await client.hung_up(1)


async def test_who_connects_and_says_nothing_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.home.broker.connection.INTRODUCTION_SECONDS", 0.05)
    async with serve() as address, dialled(address.port) as client:
        assert await client.hung_up(1)


def test_for_an_absent_client_the_newest_messages_wait() -> None:
    session = Session("phone", clean=False)
    for number in range(WAITING_MESSAGES + 10):
        session.deliver(Publish("a", b"%d" % number, qos=1))
    written: list[bytes] = []

    class Recorder:
        clogged = False

        def write(self, data: bytes) -> None:
            written.append(data)

        def close(self) -> None:
            written.clear()

    session.attach(Recorder())
    assert written[0].endswith(b"10")
    assert len(session._waiting) == WAITING_MESSAGES - len(written)


async def test_a_flood_leaves_the_loop_to_others() -> None:
    async with serve() as address, connected(address.port) as client:
        client.send(packet(0x30, text("flood") + b"x" * 20) * 50_000 + packet(0xC0))
        clock = time.thread_time  # not the wall's: other programs may be busy too
        task = asyncio.get_running_loop().create_task(client.get(20))
        longest, before = 0.0, clock()
        while not task.done():
            await asyncio.sleep(0)
            longest, before = max(longest, clock() - before), clock()
        assert task.result()
        assert longest < 0.05


async def test_leaving_the_block_lets_go_of_clients_that_do_not_read() -> None:
    async with serve() as address, connected(address.port) as deaf, connected(address.port) as sender:
        await deaf.subscribe("a")
        deaf.writer.transport.pause_reading()  # type: ignore[attr-defined]
        for _ in range(100):
            await sender.publish("a", b"x" * 200_000)
        await sender.messages()
    deaf.writer.transport.abort()
