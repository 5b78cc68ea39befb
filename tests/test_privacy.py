"""P2 from outside: what a packet socket sees of a house in which somebody talks, before and after the wake word."""

from __future__ import annotations

import socket
import struct
from itertools import chain
from pathlib import Path

import pytest

from assistant.audio.recording import frames
from assistant.cli.bench.privacy import (
    FRAME_ON_THE_WIRE,
    WatchError,
    judged,
    obstacle,
    room,
    watched,
)
from assistant.cli.bench.tap import Packet, Seen, payload, source_port

SPEECH = Path(__file__).parent / "data" / "speech"
TALK = ("oog_pj_00.wav", "oog_fl_awb_04.wav", "cmd_pj_00.wav")
SET_UP_BYTES = 8000


@pytest.mark.system("ip")
@pytest.mark.speech
async def test_p2_nothing_leaves_the_house_before_the_wake_word_whoever_talks(tmp_path: Path) -> None:
    if problem := obstacle():
        pytest.skip(problem)
    talk = list(chain.from_iterable(frames(SPEECH / name) for name in TALK))
    seconds = room(tmp_path / "room.wav", talk)
    seen = await watched(tmp_path, tmp_path / "room.wav", seconds)
    verdict = judged(seen)

    before = [packet for packet in seen.packets if packet.at < seen.woke]
    assert seen.began < seen.online < seen.woke
    assert verdict.largest_second < FRAME_ON_THE_WIRE, verdict.talk
    assert sum(packet.size for packet in before) < SET_UP_BYTES, before
    assert sum(verdict.set_ups) == sum(packet.size for packet in before) - sum(p.size for p in verdict.talk)
    assert len(talk) * FRAME_ON_THE_WIRE > 10 * SET_UP_BYTES, "had the talk left, it would have been seen"
    assert seen.left_before == 0
    assert not verdict.elsewhere

    assert [text for _, text in seen.heard] == ["turn on the kitchen light"]
    voiced = [packet for packet in verdict.sentence if packet.size >= FRAME_ON_THE_WIRE]
    assert len(voiced) > 30, "after the wake word the watch sees the sentence leave"


def test_a_watch_that_saw_less_than_everything_proves_nothing() -> None:
    good = Seen(captured=3, brain="b", began=1, online=2, woke=20, packets=[Packet(15, "b", 9)])
    assert judged(good).set_ups == [9]
    for field, value in (("dropped", 1), ("captured", 0), ("online", 0.0), ("woke", 0.0)):
        with pytest.raises(WatchError):
            judged(Seen(**{**vars(good), field: value}))


def test_links_that_are_changed_are_told_from_a_voice() -> None:
    first = [Packet(2, "b", 4000, 7), Packet(2.5, "b", 400, 7), Packet(9, "b", 32, 7)]
    second = [Packet(10, "b", 4100, 8), Packet(13, "b", 700, 8)]
    verdict = judged(Seen(captured=9, brain="b", online=2, woke=20, packets=[*first, *second]))
    assert verdict.set_ups == [4400, 4100]
    assert verdict.largest_second == 700, "a frame of a voice is seen beside them"


def ethernet(kind: int, body: bytes) -> bytes:
    return bytes(12) + struct.pack("!H", kind) + body


def ipv4(protocol: int, body: bytes, total: int | None = None) -> bytes:
    header = struct.pack(
        "!BBHHHBBH", 0x45, 0, 20 + len(body) if total is None else total, 0, 0, 64, protocol, 0
    )
    return ethernet(0x0800, header + socket.inet_aton("10.0.0.1") + socket.inet_aton("10.0.0.2") + body)


def ipv6(protocol: int, to: str, body: bytes) -> bytes:
    header = struct.pack("!IHBB", 6 << 28, len(body), protocol, 64)
    return ethernet(0x86DD, header + bytes(16) + socket.inet_pton(socket.AF_INET6, to) + body)


TCP = struct.pack("!HHIIBBHHH", 5, 443, 0, 0, 5 << 4, 0, 0, 0, 0)
UDP = struct.pack("!HHHH", 5, 53, 12, 0)


@pytest.mark.parametrize(
    ("frame", "found"),
    [
        (ipv4(6, TCP + b"voice"), ("10.0.0.2:443/tcp", 5)),
        (ipv4(6, TCP + b"voice") + bytes(6), ("10.0.0.2:443/tcp", 5)),
        (ipv4(6, TCP + b"x" * 70_000, total=0), ("10.0.0.2:443/tcp", 70_000)),
        (ipv4(6, TCP), ("10.0.0.2:443/tcp", 0)),
        (ipv4(17, UDP + b"name"), ("10.0.0.2:53/udp", 4)),
        (ipv4(1, b"voice in a ping"), ("10.0.0.2 protocol 1", 15)),
        (ipv6(17, "fd00::2", UDP + b"name"), ("fd00::2:53/udp", 4)),
        (ipv6(58, "fd00::2", b"voice in a ping"), ("fd00::2 protocol 58", 15)),
        (ipv6(58, "ff02::2", b"\x85\0\0\0\0\0\0\0"), None),
        (ethernet(0x0806, bytes(28)), None),
        (ethernet(0x88B5, b"voice"), ("ethernet 0x88b5", 5)),
    ],
    ids=[
        "tcp",
        "padded",
        "offloaded",
        "empty",
        "udp",
        "ping",
        "udp6",
        "ping6",
        "neighbours6",
        "arp",
        "other",
    ],
)
def test_no_kind_of_packet_passes_unseen(frame: bytes, found: tuple[str, int] | None) -> None:
    assert payload(frame) == found
    if found is not None and found[0].endswith(("/tcp", "/udp")):
        assert source_port(frame) == 5
