"""Brokers are found where they are; what answers on the network may say anything."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.home import broker as embedded
from assistant.home.mdns import PTR, SRV, A, Offer, Record, answers, offers, question
from assistant.home.nearby import SERVICE, gateway, probed
from tests.parts.mosquitto import free_port, mosquitto

FLAGS = 0x8400


def name(text: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def record(owner: bytes, kind: int, data: bytes) -> bytes:
    return owner + struct.pack("!2HIH", kind, 1, 120, len(data)) + data


def packet(*records: bytes) -> bytes:
    return struct.pack("!6H", 0, FLAGS, 0, len(records), 0, 0) + b"".join(records)


OFFER = packet(
    record(name(SERVICE), PTR, name(f"Attic.{SERVICE}")),
    record(name(f"Attic.{SERVICE}"), SRV, struct.pack("!3H", 0, 0, 1884) + name("box.local")),
    record(name("box.local"), A, bytes([192, 168, 7, 9])),
)


class Responder(asyncio.DatagramProtocol):
    def __init__(self, reply: list[bytes]) -> None:
        self.asked: list[bytes] = []
        self._reply = reply

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked.append(data)
        for each in self._reply:
            self._transport.sendto(each, addr)


@asynccontextmanager
async def responder(*reply: bytes) -> AsyncIterator[tuple[Responder, tuple[str, int]]]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: Responder(list(reply)), local_addr=("127.0.0.1", 0)
    )
    try:
        yield protocol, transport.get_extra_info("sockname")
    finally:
        transport.close()


async def test_who_announces_itself_is_found_among_what_others_say() -> None:
    async with responder(b"", b"\xff" * 50, OFFER[:2] + bytes(2) + OFFER[4:], OFFER, OFFER) as (heard, where):
        assert await offers(SERVICE, seconds=0.3, to=where) == [Offer("attic", "192.168.7.9", 1884)]
        assert heard.asked == [question(SERVICE, PTR)]
    async with responder() as (_, where):
        assert await offers(SERVICE, seconds=0.05, to=where) == []


def test_pointers_lead_backwards_and_end() -> None:
    compressed = packet(record(name(SERVICE), PTR, b"\x05Attic" + struct.pack("!H", 0xC000 | 12)))
    assert answers(compressed) == [Record(SERVICE, PTR, f"attic.{SERVICE}")]
    for loop in (0xC000 | 12, 0xC000 | 500, 0xC000 | 13):
        assert answers(packet(record(struct.pack("!H", loop), A, bytes(4)))) == []


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_packet_does_harm(data: bytes) -> None:
    for each in (data, struct.pack("!6H", 0, FLAGS, 1, 9, 9, 9) + data, OFFER[:60] + data):
        assert all(isinstance(found, Record) for found in answers(each))


async def test_a_broker_that_answers_is_told_from_other_programs(tmp_path: Path) -> None:
    async with embedded.serve("127.0.0.1", 0) as address:
        found = await probed("127.0.0.1", address.port, "here")
        assert found is not None
        assert (found.address.port, found.locked, found.words) == (address.port, False, "here")
    assert await probed("127.0.0.1", free_port()) is None

    async def web(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(web, "127.0.0.1", 0)
    async with server:
        assert await probed("127.0.0.1", server.sockets[0].getsockname()[1]) is None


@pytest.mark.system("mosquitto")
async def test_a_broker_that_wants_a_password_says_so(tmp_path: Path) -> None:
    (tmp_path / "nobody").write_text("")
    extra = f"allow_anonymous false\npassword_file {tmp_path / 'nobody'}\nuser root\n"
    async with mosquitto(tmp_path, extra=extra) as port:
        found = await probed("127.0.0.1", port)
        assert found is not None
        assert found.locked


def test_the_router_is_read_from_the_kernels_table(tmp_path: Path) -> None:
    table = tmp_path / "route"
    assert gateway(table) == ""
    line = "eth0\t00000000\t0107A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    table.write_text("Iface\tDestination\tGateway\n" + line.replace("0107A8C0", "00000000") + line)
    assert gateway(table) == "192.168.7.1"
    table.write_text("broken\nx\n")
    assert gateway(table) == ""
    assert socket.inet_aton("192.168.7.1")
