"""The link against a real broker, a dead one, a mute one and an unfriendly one."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import random
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from assistant import retained, store
from assistant.errors import LinkError, NotTaken
from assistant.home.inbox import Inbox
from assistant.home.link import Link
from assistant.marking import PAYLOAD_BYTES
from tests.parts.home import running, until
from tests.parts.mosquitto import free_port, mosquitto

pytestmark = pytest.mark.system("mosquitto")


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    async with mosquitto(tmp_path) as port:
        yield port


@pytest.fixture
async def link(port: int) -> AsyncIterator[Link]:
    link = Link(f"mqtt://127.0.0.1:{port}")
    async with running(link):
        yield link


class Ears:
    """Remembers what it was called back with."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []

    def __call__(self, topic: str, payload: bytes) -> None:
        self.heard.append((topic, payload))


async def test_a_small_command_does_not_wait_for_a_larger_one(link: Link) -> None:
    await until(lambda: link._connection is not None and link._connection._socket is not None)
    sock = link._connection._socket if link._connection else None
    assert sock is not None
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_messages_come_back_for_subscriptions_made_before_and_after_connecting(port: int) -> None:
    link, before, after = Link(f"mqtt://127.0.0.1:{port}"), Ears(), Ears()
    link.subscribe("zigbee2mqtt/living room/ceiling", before)
    async with running(link):
        stop = link.subscribe("zigbee2mqtt/+/ceiling", after)
        payloads: list[str | bytes | int] = ["text", b"\xff\x00", 7]
        for qos, payload in enumerate(payloads):
            await link.publish("zigbee2mqtt/living room/ceiling", payload, qos=min(qos, 1))
        await until(lambda: len(after.heard) == 3)
        assert [payload for _, payload in after.heard] == [b"text", b"\xff\x00", b"7"]
        stop()
        stop()
        await link.publish("zigbee2mqtt/living room/ceiling", "last")
        await until(lambda: len(before.heard) == 4)
        assert len(after.heard) == 3


async def test_a_later_listener_gets_the_retained_message_and_the_first_does_not_get_it_twice(
    link: Link,
) -> None:
    first, second, wild = Ears(), Ears(), Ears()
    await link.publish("lamp", "on", retain=True, qos=1)
    link.subscribe("lamp", first)
    await until(lambda: bool(first.heard))
    link.subscribe("lamp", second)
    link.subscribe("#", wild)
    await until(lambda: bool(second.heard and wild.heard))
    await link.publish("lamp", "off", qos=1)
    await until(lambda: len(wild.heard) == 2)
    assert first.heard == second.heard == wild.heard == [("lamp", b"on"), ("lamp", b"off")]


async def test_a_listener_that_fails_is_logged_in_one_line_and_stops_nobody(
    link: Link, caplog: pytest.LogCaptureFixture
) -> None:
    ears = Ears()

    def broken(topic: str, payload: bytes) -> None:
        raise KeyError("state")

    link.subscribe("lamp", broken)
    link.subscribe("lamp", ears)
    await link.publish("lamp", "1")
    await link.publish("lamp", "2")
    await until(lambda: len(ears.heard) == 2)
    lines = [record.getMessage() for record in caplog.records]
    assert lines == ["A listener to lamp failed: KeyError: 'state'"] * 2


async def test_after_a_restart_of_the_broker_everything_works_again(tmp_path: Path) -> None:
    port, ears, facts = free_port(), Ears(), list[str]()
    link = Link(f"mqtt://127.0.0.1:{port}", on_online=lambda: facts.append("online"), on_offline=facts.append)
    link.subscribe("lamp", ears)
    async with running(link, ready=False):
        async with mosquitto(tmp_path, port=port):
            await link.ready()
        await until(lambda: not link.connected)
        with pytest.raises(LinkError, match=f"127.0.0.1:{port}"):
            await link.publish("lamp", "never")
        async with mosquitto(tmp_path, port=port):
            await link.ready(4)
            await link.publish("lamp", "on")
            await until(lambda: bool(ears.heard))
    assert ears.heard == [("lamp", b"on")], "a command from before the restart must not arrive late"
    kinds = [kind for kind, _ in itertools.groupby(facts, "online".__eq__)]
    assert kinds[kinds.index(True) :] == [True, False, True, False]


async def test_a_broker_that_is_down_is_named_with_its_address() -> None:
    port = free_port()
    link = Link(f"mqtt://user:s3cret@127.0.0.1:{port}")
    async with running(link, ready=False):
        with pytest.raises(LinkError, match=f"The MQTT broker at 127.0.0.1:{port} does not answer") as caught:
            await link.ready(0.3)
    assert "s3cret" not in str(caught.value) + repr(link)


async def test_a_wrong_password_is_told_apart_and_not_hammered(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    make = await asyncio.create_subprocess_exec("mosquitto_passwd", "-b", "-c", passwords, "me@home", "p:w/d")
    assert await make.wait() == 0
    extra = f"allow_anonymous false\npassword_file {passwords}\nuser root\n"
    async with mosquitto(tmp_path, extra=extra) as port:
        right = Link(f"mqtt://me%40home:p%3Aw%2Fd@127.0.0.1:{port}")
        offline: list[str] = []
        wrong = Link(f"mqtt://me%40home:wr0ng@127.0.0.1:{port}", on_offline=offline.append)
        async with running(right), running(wrong, ready=False):
            with pytest.raises(LinkError, match="refuses our user name or password"):
                await wrong.ready(0.5)
            assert len(offline) == 1
            assert "wr0ng" not in offline[0]


async def test_only_mqtt_5_can_say_that_a_publish_was_refused_and_we_pass_it_on(tmp_path: Path) -> None:
    rules = tmp_path / "acl"
    rules.write_text("topic read #\ntopic write allowed\n")
    async with mosquitto(tmp_path, extra=f"allow_anonymous true\nacl_file {rules}\nuser root\n") as port:
        link = Link(f"mqtt://127.0.0.1:{port}")
        async with running(link):
            await link.publish("allowed", "x", qos=1)
            with pytest.raises(NotTaken, match="did not take forbidden: not authorized"):
                await link.publish("forbidden", "x", qos=1)


async def test_the_will_is_kept_by_the_broker_when_we_vanish_and_when_we_leave(port: int, link: Link) -> None:
    ears = Ears()
    link.subscribe("device/availability", ears)
    device = Link(f"mqtt://127.0.0.1:{port}", will=("device/availability", "offline"))
    async with running(device):
        await device.publish("device/availability", "online", retain=True, qos=1)
        await until(lambda: len(ears.heard) == 1)
        assert device._connection
        assert device._connection._socket
        device._connection._socket.shutdown(socket.SHUT_RDWR)
        await until(lambda: len(ears.heard) == 2)
        await until(lambda: device.connected)
        await device.publish("device/availability", "online", retain=True, qos=1)
    await until(lambda: len(ears.heard) == 4)
    assert [payload for _, payload in ears.heard] == [b"online", b"offline", b"online", b"offline"]


async def test_what_is_too_large_is_left_out_and_the_link_lives(port: int, link: Link) -> None:
    ears = Ears()
    link.subscribe("#", ears)
    await link.publish("picture", b"x" * (PAYLOAD_BYTES + 1))
    await link.publish("film", b"x" * 3_000_000)
    await link.publish("note", b"x" * PAYLOAD_BYTES)
    await until(lambda: bool(ears.heard))
    assert [(topic, len(payload)) for topic, payload in ears.heard] == [("note", PAYLOAD_BYTES)]


async def test_who_asks_for_large_payloads_gets_them_and_others_do_not(
    link: Link, caplog: pytest.LogCaptureFixture
) -> None:
    inventory, all_things = Ears(), Ears()
    link.subscribe("bridge/devices", inventory, largest=4 * PAYLOAD_BYTES)
    link.subscribe("#", all_things)
    await link.publish("bridge/devices", b"x" * 3 * PAYLOAD_BYTES, retain=True)
    await link.publish("note", b"x")
    await until(lambda: bool(inventory.heard and all_things.heard))
    assert [topic for topic, _ in inventory.heard] == ["bridge/devices"]
    assert [topic for topic, _ in all_things.heard] == ["note"]
    await link.publish("bridge/devices", b"x" * 5 * PAYLOAD_BYTES)
    await until(lambda: "bridge/devices: ignored, its 1280 kB are too large." in caplog.text)


async def test_a_flood_loses_no_last_value_however_slow_the_listener(port: int, link: Link) -> None:
    last: dict[str, bytes] = {}

    def slow(topic: str, payload: bytes) -> None:
        last[topic] = payload
        random.getrandbits(200_000)

    link.subscribe("flood/#", slow)
    sender = Link(f"mqtt://127.0.0.1:{port}")
    async with running(sender):
        for number in range(5_000):
            await sender.publish(f"flood/{number % 50}", number)
            if number % 100 == 0:
                await asyncio.sleep(0)
        await until(lambda: len(last) == 50 and all(int(v) >= 4_950 for v in last.values()), 10)


async def test_topics_without_number_cannot_fill_the_memory_and_are_told_once(
    port: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.home.link.TURN_SECONDS", 0.0)
    link = Link(f"mqtt://127.0.0.1:{port}")
    link._inbox = Inbox(most=400_000, most_of_one=300_000)
    lamp = Ears()
    link.subscribe("flood/#", lambda _topic, _payload: time.sleep(0.002))
    link.subscribe("lamp", lamp)
    sender = Link(f"mqtt://127.0.0.1:{port}")
    async with running(link, sender):
        for number in range(3000):
            await sender.publish(f"flood/{number}", b"x" * 1000)
        await sender.publish("lamp", "on")
        await until(lambda: bool(lamp.heard), 10)
    assert caplog.messages == ["flood/# floods the link: some of its messages are left out."]


async def test_two_links_of_one_name_do_not_throw_each_other_out_for_ever(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.home.link.FIRST_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr("assistant.home.link.LONGEST_PAUSE_SECONDS", 0.5)
    twins = [Link(f"mqtt://127.0.0.1:{port}", client_id="twin") for _ in range(2)]
    async with running(*twins):
        await until(lambda: any(twin._attempts.client_id != "twin" for twin in twins), 10)
        await until(lambda: all(twin.connected for twin in twins))


async def test_a_client_id_is_kept_until_somebody_fights_for_it(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.home.link.FIRST_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr("assistant.home.link.LONGEST_PAUSE_SECONDS", 0.5)
    first = next(store.client_ids(tmp_path))
    assert next(store.client_ids(tmp_path)) == first
    copied = Link(f"mqtt://127.0.0.1:{port}", client_id=first)
    ours = Link(f"mqtt://127.0.0.1:{port}", client_id=store.client_ids(tmp_path))
    async with running(copied, ours):
        await until(lambda: any(link._attempts.client_id != first for link in (copied, ours)), 10)
        await until(lambda: copied.connected and ours.connected)
        assert next(store.client_ids(tmp_path)) == ours._attempts.client_id
    (tmp_path / store.CLIENT_ID).write_bytes(b"\xff broken")
    assert next(store.client_ids(tmp_path)) not in (first, "")


async def test_who_wants_no_retained_messages_gets_none_whatever_others_want(port: int, link: Link) -> None:
    commands, states = Ears(), Ears()
    await link.publish("mute/set", "old", retain=True, qos=1)
    link.subscribe("mute/set", commands, retained=False)
    link.subscribe("mute/set", states)
    link.subscribe("mute/+", Ears())
    await until(lambda: len(states.heard) == 1)
    await link.publish("mute/set", "new", retain=True, qos=1)
    await until(lambda: len(states.heard) == 2)
    assert commands.heard == [("mute/set", b"new")]
    assert link._connection
    link._connection.close()
    await until(lambda: len(states.heard) == 3)
    await asyncio.sleep(0.05)
    assert commands.heard == [("mute/set", b"new")], "what the broker kept comes again with each connection"


@pytest.mark.parametrize("topic", ["", "a/#", "a\0"])
async def test_impossible_topics_are_refused_before_the_broker_sees_them(link: Link, topic: str) -> None:
    with pytest.raises(LinkError, match="Nothing can be published"):
        await link.publish(topic, "x")
    with pytest.raises(LinkError, match="Nobody can subscribe"):
        link.subscribe("a#b", print)


@contextlib.asynccontextmanager
async def server(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """A broker that behaves as the test says; gives its port."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await talk(reader, writer)

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]
        for writer in writers:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def test_what_was_kept_is_handed_out_as_such_after_every_loss_too(link: Link) -> None:
    heard: list[bool] = []
    await link.publish("shelf", "old", retain=True, qos=1)
    link.subscribe("shelf", lambda _topic, _payload: heard.append(retained.kept()))
    await until(lambda: heard == [True])
    await link.publish("shelf", "new", retain=True, qos=1)
    await until(lambda: heard == [True, False])
    assert link._connection
    assert link._connection._socket
    link._connection._socket.shutdown(socket.SHUT_RDWR)
    await until(lambda: heard == [True, False, True], 8)
    assert not retained.kept()


@pytest.mark.parametrize(
    "refusal", [b"\x20\x02\x00\x01", b"\x20\x02\x00\x84", b""], ids=["3.1.1", "odd", "hangs up"]
)
async def test_a_broker_without_mqtt_5_is_spoken_to_in_3_1_1_at_once(refusal: bytes) -> None:
    versions: list[int] = []

    async def old(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        packet = await reader.read(1000)
        versions.append(packet[8])
        if packet[8] == 5:
            writer.write(refusal)
            writer.close()
        else:
            writer.write(b"\x20\x02\x00\x00")
            await reader.read()

    async with server(old) as port:
        link = Link(f"mqtt://127.0.0.1:{port}")
        async with running(link, ready=False):
            await link.ready(0.4)
    assert versions == [5, 4]


async def test_a_broker_that_talks_nonsense_is_left_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.home.connection.CONNECT_SECONDS", 0.2)
    calls = 0

    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        await reader.read(100)
        writer.write(random.Random(calls).randbytes(200))
        await reader.read()

    async with server(nonsense) as port, running(Link(f"mqtt://127.0.0.1:{port}"), ready=False):
        await until(lambda: calls >= 2, 8)


@pytest.mark.parametrize(("chatter", "taken"), [(4, True), (0, False)], ids=["busy", "silent"])
async def test_a_broker_that_is_busy_sending_has_longer_to_answer_than_one_that_is_silent(
    monkeypatch: pytest.MonkeyPatch, chatter: int, taken: bool
) -> None:
    monkeypatch.setattr("assistant.home.connection.ANSWER_SECONDS", 0.3)

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(b"\x20\x03\x00\x00\x00")
        packet = await reader.read(1000)
        for _ in range(chatter):
            await asyncio.sleep(0.15)
            writer.write(b"\x30\x05\x00\x01a\x00x")
        if chatter:
            writer.write(b"\x40\x02" + packet[packet.index(b"lamp") + 4 :][:2])
        await reader.read()

    async with server(slow) as port:
        link = Link(f"mqtt://127.0.0.1:{port}")
        async with running(link):
            if taken:
                await link.publish("lamp", "on", qos=1)
            else:
                with pytest.raises(LinkError, match="did not take lamp: it does not answer"):
                    await link.publish("lamp", "on", qos=1)


async def test_cancelling_ends_the_link_at_once_in_every_phase(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    clock = asyncio.get_running_loop().time
    async with server(mute) as mute_port:
        for turn in range(60):
            target = [port, mute_port, free_port()][turn % 3]
            task = asyncio.get_running_loop().create_task(Link(f"mqtt://127.0.0.1:{target}").run())
            await asyncio.sleep(random.uniform(0, 0.02))
            started = clock()
            task.cancel()
            await asyncio.wait([task], timeout=2)
            assert task.cancelled()
            assert clock() - started < 0.5
    assert not [r for r in caplog.records if r.name == "asyncio" and r.levelno >= logging.ERROR]
