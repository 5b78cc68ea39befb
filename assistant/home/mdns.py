"""Who offers a service on this network, by multicast DNS (RFC 6762, 6763): one question, a moment's answers.

What comes back is anybody's bytes: names are bounded, pointers lead backwards only, the rest is passed over.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

GROUP = ("224.0.0.251", 5353)
A, PTR, SRV = 1, 12, 33
INTERNET, UNICAST_WANTED = 1, 0x8000
MOST_RECORDS, LONGEST_NAME = 200, 255
LARGEST_PACKET = 9000
POINTER = 0xC0


@dataclass(frozen=True)
class Offer:
    """A service at an IPv4 address; ``name`` is what it calls itself."""

    name: str
    host: str
    port: int


@dataclass(frozen=True)
class Record:
    """One answer: of an A the address, of a PTR or SRV the name it leads to."""

    name: str
    kind: int
    target: str
    port: int = 0


async def offers(service: str, *, seconds: float = 1.0, to: tuple[str, int] = GROUP) -> list[Offer]:
    """Those who say within ``seconds`` that they offer a service (``_mqtt._tcp.local``)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setblocking(False)
        records: list[Record] = []
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_sendto(asking, question(service, PTR), to)
            async with asyncio.timeout(seconds):
                while len(records) < MOST_RECORDS:
                    records.extend(answers(await loop.sock_recv(asking, LARGEST_PACKET)))
        except (OSError, TimeoutError):
            pass
    return list(dict.fromkeys(_joined(service, records)))


def question(name: str, kind: int) -> bytes:
    """A packet that asks for records, and for an answer to us alone."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return (
        struct.pack("!6H", 0, 0, 1, 0, 0, 0)
        + labels
        + b"\0"
        + struct.pack("!2H", kind, INTERNET | UNICAST_WANTED)
    )


def answers(packet: bytes) -> list[Record]:
    """The records of a packet that we understand; of one that is broken, those before the break."""
    found: list[Record] = []
    with suppress(ValueError, IndexError, struct.error):
        found.extend(_records(packet))
    return found


def _records(packet: bytes) -> Iterator[Record]:
    _, flags, questions, *counts = struct.unpack_from("!6H", packet)
    if not flags & UNICAST_WANTED:
        return  # a question
    at = 12
    for _ in range(questions):
        _, at = _name(packet, at)
        at += 4
    for _ in range(min(sum(counts), MOST_RECORDS)):
        name, at = _name(packet, at)
        kind, _, _, length = struct.unpack_from("!2HIH", packet, at)
        at += 10
        if kind == A and length == 4:
            yield Record(name, kind, socket.inet_ntoa(packet[at : at + 4]))
        elif kind == PTR:
            yield Record(name, kind, _name(packet, at)[0])
        elif kind == SRV:
            (port,) = struct.unpack_from("!H", packet, at + 4)
            yield Record(name, kind, _name(packet, at + 6)[0], port)
        at += length


def _name(packet: bytes, at: int) -> tuple[str, int]:
    """A name in lower case, and where what follows it begins.

    Raises:
        ValueError: it is too long, or leads in a circle.
        IndexError: it goes on beyond the packet.
    """
    labels: list[str] = []
    end, lowest = 0, at
    while length := packet[at]:
        if length & POINTER == POINTER:
            end = end or at + 2
            at = (length & ~POINTER) << 8 | packet[at + 1]
            if at >= lowest:
                raise ValueError("a pointer leads forwards")
            lowest = at
            continue
        labels.append(packet[at + 1 : at + 1 + length].decode("utf-8", "replace"))
        at += 1 + length
        if sum(map(len, labels)) > LONGEST_NAME:
            raise ValueError("the name is too long")
    return ".".join(labels).lower(), end or at + 1


def _joined(service: str, records: list[Record]) -> Iterator[Offer]:
    addresses = {record.name: record.target for record in records if record.kind == A}
    places = {record.name: record for record in records if record.kind == SRV}
    for record in records:
        place = places.get(record.target) if (record.kind, record.name) == (PTR, service) else None
        if place is not None and place.target in addresses:
            own = record.target.removesuffix(f".{service}")
            yield Offer("".join(filter(str.isprintable, own))[:60], addresses[place.target], place.port)
