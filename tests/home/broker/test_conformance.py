"""One list of probes, run against our broker and against mosquitto: what both do is right."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.home.broker import serve
from tests.parts.mosquitto import mosquitto
from tests.parts.wire_client import (
    CONNACK,
    PINGRESP,
    PUBACK,
    PUBCOMP,
    PUBREC,
    Got,
    connect,
    connected,
    dialled,
    packet,
    text,
)


@pytest.fixture(params=["embedded", pytest.param("mosquitto", marks=pytest.mark.system("mosquitto"))])
async def port(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[int]:
    if request.param == "embedded":
        async with serve() as address:
            yield address.port
    else:
        async with mosquitto(tmp_path) as port:
            yield port


def told(messages: list[Got]) -> list[tuple[str, bytes, int, bool]]:
    return [(got.topic, got.payload, got.qos, got.retained) for got in messages]


async def test_retained_messages_are_kept_replaced_and_cleared(port: int) -> None:
    async with connected(port) as one, connected(port) as two:
        await one.publish("lamp/état", "1", retain=True, qos=1)
        await one.publish("lamp/état", "2", retain=True, qos=1)
        early = await two.subscribe("lamp/+", qos=1)
        assert told(early + await two.messages()) == [("lamp/état", b"2", 1, True)]
        await one.publish("lamp/état", "3", retain=True)
        await one.messages()
        assert told(await two.messages()) == [("lamp/état", b"3", 0, False)]
        await one.publish("lamp/état", "", retain=True)
        await one.messages()
        assert told(await two.messages()) == [("lamp/état", b"", 0, False)]
        assert not await two.subscribe("lamp/+")
        assert not await two.messages()


@pytest.mark.parametrize(
    ("topic_filter", "expected"),
    [
        ("#", ["/x", "a", "a/b", "a/b/c", "ä ö/日本"]),
        ("+", ["a"]),
        ("a/#", ["a", "a/b", "a/b/c"]),
        ("+/+", ["/x", "a/b", "ä ö/日本"]),
        ("/+", ["/x"]),
        ("a/+/c", ["a/b/c"]),
        ("$own/#", ["$own/y"]),
        ("+/y", []),
        ("ä ö/日本", ["ä ö/日本"]),
    ],
)
async def test_filters_select_live_and_retained_messages_alike(
    port: int, topic_filter: str, expected: list[str]
) -> None:
    topics = ["/x", "a", "a/b", "a/b/c", "$own/y", "ä ö/日本"]
    async with connected(port) as sender, connected(port) as listener:
        await listener.subscribe(topic_filter)
        for topic in topics:
            await sender.publish(topic, "x", retain=True)
        await sender.messages()
        live = await listener.messages()
        assert sorted(got.topic for got in live) == expected
        await listener.unsubscribe(topic_filter)
        kept = await listener.subscribe(topic_filter) + await listener.messages()
        assert sorted(got.topic for got in kept) == expected
        await listener.unsubscribe(topic_filter)
        for topic in topics:
            await sender.publish(topic, "nobody wants it any more", qos=1)
        assert not await listener.messages()


@pytest.mark.parametrize("sent", [0, 1, 2])
@pytest.mark.parametrize("wanted", [0, 1, 2])
async def test_a_message_arrives_once_at_the_lower_of_both_qualities(
    port: int, sent: int, wanted: int
) -> None:
    async with connected(port) as one, connected(port) as two:
        await two.subscribe("a", qos=wanted)
        await one.publish("a", "x", qos=sent)
        await one.messages()
        assert told(await two.messages()) == [("a", b"x", min(sent, wanted), False)]
        assert not await two.messages()


async def test_a_repeated_message_of_quality_2_is_passed_on_once(port: int) -> None:
    async with connected(port) as one, connected(port) as two:
        await two.subscribe("a")
        for flags in (0x34, 0x3C):
            one.send(packet(flags, text("a") + b"\0\7x"))
            assert (await one.expect(PUBREC)).packet_id == 7
        one.send(packet(0x62, b"\0\7"))
        assert (await one.expect(PUBCOMP)).packet_id == 7
        assert len(await two.messages()) == 1


async def test_a_new_subscription_to_the_same_filter_replaces_the_old_one(port: int) -> None:
    async with connected(port) as one, connected(port) as two:
        await two.subscribe("a", qos=1)
        await two.subscribe("a", qos=0)
        await one.publish("a", "x", qos=1)
        assert told(await two.messages()) == [("a", b"x", 0, False)]


async def test_the_will_is_published_when_the_client_vanishes_and_not_when_it_leaves(port: int) -> None:
    async with connected(port) as watcher:
        await watcher.subscribe("gone/+")
        async with connected(port, will=("gone/broken", "x", True)) as client:
            await client.close()
        async with connected(port, will=("gone/polite", "x", True)) as client:
            await client.leave()
        async with connected(port, will=("gone/rude", "x", False)) as client:
            client.send(packet(0x36, b"nonsense"))
            assert await client.hung_up()
        await asyncio.sleep(0.05)
        assert [got.topic for got in await watcher.messages()] == ["gone/broken", "gone/rude"]
        kept = await watcher.subscribe("gone/+") + await watcher.messages()
        assert [got.topic for got in kept] == ["gone/broken"]


async def test_silence_beyond_one_and_a_half_times_the_keep_alive_ends_in_the_will(port: int) -> None:
    async with connected(port) as watcher, connected(port, keep_alive=1, will=("gone", "x", False)) as silent:
        await watcher.subscribe("gone")
        assert not await silent.hung_up(1.2)
        assert await silent.hung_up(9)  # mosquitto looks every five seconds
        await asyncio.sleep(0.05)
        assert [got.topic for got in await watcher.messages()] == ["gone"]


async def test_a_second_client_of_the_same_name_takes_over(port: int) -> None:
    async with connected(port) as watcher, connected(port, "twin", will=("gone", "x", False)) as old:
        await watcher.subscribe("gone")
        async with connected(port, "twin") as new:
            assert await old.hung_up()
            await new.subscribe("a")
            await new.publish("a", "x")
            assert len(await new.messages()) == 1
            assert len(await watcher.messages()) == 1


async def test_a_persistent_session_finds_its_messages_and_subscriptions_again(port: int) -> None:
    async with connected(port) as sender:
        async with connected(port, "phone", clean=False) as phone:
            await phone.subscribe("a", qos=1)
            await phone.leave()
        for number in range(20):
            await sender.publish("a", str(number), qos=1)
        await sender.publish("a", "not worth keeping", qos=0)
        async with dialled(port) as phone:
            phone.send(connect("phone", clean=False))
            assert (await phone.expect(CONNACK)).body == b"\1\0"
            unacknowledged = await phone.messages(ack=False)
            assert [int(got.payload) for got in unacknowledged if got.qos] == list(range(20))
            await phone.close()
        async with connected(port, "phone", clean=False) as phone:
            again = [got for got in await phone.messages() if got.qos]
            assert [int(got.payload) for got in again] == list(range(20))
            assert all(got.flags & 8 for got in again), "repeated messages carry the duplicate flag"
            assert not [got for got in await phone.messages() if got.qos]
            await phone.leave()
        async with dialled(port) as phone:
            phone.send(connect("phone", clean=True))
            assert (await phone.expect(CONNACK)).body == b"\0\0"
            await sender.publish("a", "forgotten", qos=1)
            assert not await phone.messages()


async def test_clients_without_a_name_get_one_of_their_own(port: int) -> None:
    async with connected(port) as sender, connected(port, "") as one, connected(port, "") as two:
        await one.subscribe("one")
        await two.subscribe("two")
        await sender.publish("one", "x")
        await sender.messages()
        assert len(await one.messages()) == 1
        assert not await two.messages()


async def test_a_nameless_client_cannot_have_a_persistent_session(port: int) -> None:
    async with dialled(port) as client:
        client.send(connect("", clean=False))
        assert (await client.expect(CONNACK)).body == b"\0\2"
        assert await client.hung_up()


async def test_a_payload_of_one_and_a_half_megabytes_arrives_whole(port: int) -> None:
    picture = bytes(range(256)) * 6_000
    async with connected(port) as one, connected(port) as two:
        await two.subscribe("camera", qos=1)
        await one.publish("camera", picture, qos=1)
        assert [got.payload for got in await two.messages()] == [picture]


async def test_two_thousand_retained_messages_reach_a_new_subscriber(port: int) -> None:
    async with connected(port) as one, connected(port) as two:
        for number in range(2_000):
            await one.publish(f"homeassistant/light/{number}/config", b"x" * 200, retain=True)
        await one.messages()
        kept = await two.subscribe("homeassistant/#", qos=1) + await two.messages()
        assert len({got.topic for got in kept}) == len(kept) == 2_000


async def test_a_client_that_does_not_read_delays_nobody(port: int) -> None:
    async with connected(port) as deaf, connected(port) as listener, connected(port) as sender:
        await deaf.subscribe("flood")
        await listener.subscribe("last")
        deaf.writer.transport.pause_reading()  # type: ignore[attr-defined]
        for _ in range(300):
            await sender.publish("flood", b"x" * 100_000)
        await sender.publish("last", "word")
        await sender.messages()
        assert [got.payload for got in await listener.messages()] == [b"word"]
        deaf.writer.transport.abort()


ID = b"\0\1"
NONSENSE = {
    "no CONNECT first": (False, packet(0xC0)),
    "not MQTT": (False, b"GET / HTTP/1.1\r\n\r\n"),
    "another protocol": (False, packet(0x10, text("AMQP") + b"\4\2\0\0" + text("x"))),
    "reserved connect flag": (False, packet(0x10, text("MQTT") + b"\4\3\0\0" + text("x"))),
    "will bits without a will": (False, packet(0x10, text("MQTT") + b"\4\x22\0\0" + text("x"))),
    "password without a user": (False, packet(0x10, text("MQTT") + b"\4\x42\0\0" + text("x") + text("p"))),
    "a truncated connect": (False, packet(0x10, text("MQTT") + b"\4\2\0")),
    "a client id that is not UTF-8": (False, packet(0x10, text("MQTT") + b"\4\2\0\0" + text(b"\xff\xfe"))),
    "a second connect": (True, connect("again")),
    "quality 3": (True, packet(0x36, text("a") + ID + b"x")),
    "a wildcard in a topic": (True, packet(0x30, text("a/+") + b"x")),
    "a hash in a topic": (True, packet(0x30, text("a/#") + b"x")),
    "an empty topic": (True, packet(0x30, text("") + b"x")),
    "a topic that is not UTF-8": (True, packet(0x30, text(b"\xc3\x28") + b"x")),
    "a surrogate in a topic": (True, packet(0x30, text(b"\xed\xa0\x80") + b"x")),
    "a zero in a topic": (True, packet(0x30, text("a\0b") + b"x")),
    "packet id zero": (True, packet(0x32, text("a") + b"\0\0x")),
    "a topic longer than the packet": (True, packet(0x30, b"\0\x09abc")),
    "subscribe with wrong bits": (True, packet(0x80, ID + text("a") + b"\0")),
    "subscribe to nothing": (True, packet(0x82, ID)),
    "subscribe with quality 3": (True, packet(0x82, ID + text("a") + b"\3")),
    "a filter with a hash inside": (True, packet(0x82, ID + text("a/#/b") + b"\0")),
    "a filter with half a plus": (True, packet(0x82, ID + text("a+") + b"\0")),
    "unsubscribe from nothing": (True, packet(0xA2, ID)),
    "a length of five digits": (True, b"\x30\xff\xff\xff\xff\x7f"),
    "a packet only brokers send": (True, packet(0x20, b"\0\0")),
    "packet kind 0": (True, packet(0x00)),
    "packet kind 15": (True, packet(0xF0)),
}


@pytest.mark.parametrize("name", NONSENSE)
async def test_nonsense_costs_the_one_who_talks_it_the_connection_and_nobody_else(
    port: int, name: str
) -> None:
    introduced, data = NONSENSE[name]
    async with connected(port) as bystander:
        async with connected(port) if introduced else dialled(port) as culprit:
            culprit.send(data)
            assert await culprit.hung_up(1)
        await bystander.subscribe("a")
        await bystander.publish("a", "x")
        assert len(await bystander.messages()) == 1


async def test_a_ping_is_answered_in_the_middle_of_single_bytes(port: int) -> None:
    async with dialled(port) as client:
        for byte in connect("slow") + packet(0x30, text("a") + b"x") + packet(0xC0):
            client.send(bytes([byte]))
            await client.writer.drain()
            await asyncio.sleep(0.001)
        await client.expect(CONNACK)
        await client.expect(PINGRESP)


async def test_what_was_published_before_an_acknowledgement_is_acknowledged_in_order(port: int) -> None:
    async with connected(port) as client:
        client.send(
            b"".join(packet(0x32, text("a") + number.to_bytes(2, "big") + b"x") for number in range(1, 501))
        )
        assert [(await client.expect(PUBACK)).packet_id for _ in range(500)] == list(range(1, 501))
