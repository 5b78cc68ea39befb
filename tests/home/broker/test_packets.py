"""The packet reader against everything that hypothesis can think of."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.home.broker.packets import Connect, Malformed, Packet, Publish, Splitter, encode, parse

TOPICS = st.text(
    st.characters(exclude_characters="+#", exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=30
)
MESSAGES = st.builds(
    Publish,
    topic=TOPICS.filter(lambda topic: topic.count("/") < 200),
    payload=st.binary(max_size=300),
    qos=st.just(1),
    retain=st.booleans(),
    packet_id=st.integers(1, 65_535),
    duplicate=st.booleans(),
)


@given(st.lists(MESSAGES, max_size=8), st.data())
def test_messages_survive_being_cut_anywhere(messages: list[Publish], data: st.DataObject) -> None:
    stream = b"".join(message.encode() for message in messages)
    splitter, found = Splitter(), list[Packet]()
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        splitter.feed(stream[:cut])
        found += splitter.packets()
        stream = stream[cut:]
    assert found == messages


@settings(max_examples=500)
@given(st.integers(0, 255), st.binary(max_size=60))
def test_any_bytes_are_a_packet_or_malformed_and_nothing_else(first: int, body: bytes) -> None:
    with contextlib.suppress(Malformed):
        parse(first, body)


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_any_stream_ends_in_packets_or_malformed(stream: bytes) -> None:
    splitter = Splitter()
    splitter.feed(stream)
    with contextlib.suppress(Malformed):
        list(splitter.packets())


@settings(max_examples=300)
@given(st.integers(0, 255), st.binary(max_size=40))
def test_any_introduction_is_read_or_malformed(flags: int, rest: bytes) -> None:
    with contextlib.suppress(Malformed):
        packet = parse(0x10, b"\0\4MQTT\4" + bytes([flags]) + rest)
        assert isinstance(packet, Connect)


def test_the_length_is_checked_before_the_packet_is_there() -> None:
    splitter = Splitter(largest=1000)
    splitter.feed(b"\x30\xe9\x07")
    with pytest.raises(Malformed, match="1001 bytes"):
        list(splitter.packets())


@pytest.mark.parametrize(
    ("length", "digits"), [(0, 1), (127, 1), (128, 2), (16_383, 2), (16_384, 3), (2_097_152, 4)]
)
def test_lengths_take_as_many_digits_as_the_standard_says(length: int, digits: int) -> None:
    assert len(encode(3, b"x" * length)) == 1 + digits + length  # type: ignore[arg-type]
