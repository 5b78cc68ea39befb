"""Message brokers within reach: on this machine, at the router, and those that announce themselves."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from assistant.home.address import Address
from assistant.home.broker.packets import Kind, encode
from assistant.home.mdns import Offer, offers

PORT = 1883
SERVICE = "_mqtt._tcp.local"
HOME_ASSISTANT = "_home-assistant._tcp.local"
"""Its machine often has the broker, too (the add-on), which does not announce itself."""
ANSWER_SECONDS = 1.0
ROUTES = Path("/proc/net/route")
NAMELESS = encode(Kind.CONNECT, b"\0\4MQTT\4\2\0\x0a\0\0")
REFUSALS = {4, 5}
"""Codes of MQTT 3.1.1 for a wrong name or password, and for one that is missing."""


@dataclass(frozen=True)
class Nearby:
    """A broker that answered; ``locked`` when it wants to know who we are."""

    address: Address
    words: str
    locked: bool


async def brokers() -> list[Nearby]:
    """Those that answer within about two seconds, this machine's first; each address once."""
    announced, hubs = await asyncio.gather(offers(SERVICE), offers(HOME_ASSISTANT))
    places = {("127.0.0.1", PORT): "on this machine"}
    places |= {(offer.host, offer.port): f"announces itself as {offer.name!r}" for offer in announced}
    places |= {(offer.host, PORT): "beside Home Assistant" for offer in hubs if not _in(places, offer)}
    if (router := gateway()) and (router, PORT) not in places:
        places[(router, PORT)] = "at the router's address"
    found = await asyncio.gather(*(probed(host, port, words) for (host, port), words in places.items()))
    return [each for each in found if each is not None]


def _in(places: dict[tuple[str, int], str], offer: Offer) -> bool:
    return (offer.host, PORT) in places


async def probed(host: str, port: int, words: str = "") -> Nearby | None:
    """What answers there to an MQTT greeting without a name; None when nothing does, or something else."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(NAMELESS)
                answer = await reader.readexactly(4)
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return None
    code = answer[3]
    if answer[:2] != b"\x20\x02" or (code and code not in REFUSALS):
        return None
    return Nearby(Address(host, port), words, locked=code != 0)


def gateway(routes: Path = ROUTES) -> str:
    """The IPv4 address of the router; "" without one."""
    try:
        lines = [line.split() for line in routes.read_text().splitlines()[1:]]
        found = next(line[2] for line in lines if line[1] == "00000000" and line[2] != "00000000")
    except (OSError, StopIteration, IndexError):
        return ""
    return socket.inet_ntoa(struct.pack("<I", int(found, 16)))
