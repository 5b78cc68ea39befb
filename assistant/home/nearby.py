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
    code = await _answer(Address(host, port))
    if code is None or (code and code not in REFUSALS):
        return None
    return Nearby(Address(host, port), words, locked=code != 0)


async def refuses(address: Address) -> bool:
    """Whether a broker without TLS answers, and takes neither this user nor the password."""
    return await _answer(address) in REFUSALS


async def _answer(address: Address) -> int | None:
    """The code with which a broker answers our greeting (0: welcome); None when it is no answer."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(address.host, address.port)
            try:
                writer.write(_greeting(address))
                answer = await reader.readexactly(4)
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return None
    return answer[3] if answer[:2] == b"\x20\x02" else None


def _greeting(address: Address) -> bytes:
    """CONNECT of MQTT 3.1.1 with a clean session and no client id, and who we are if we know."""
    who = [word for word in (address.user, address.password) if word is not None]
    flags = (2, 0x82, 0xC2)[len(who)]
    words = b"".join(struct.pack(">H", len(word.encode())) + word.encode() for word in who)
    return encode(Kind.CONNECT, b"\0\4MQTT\4" + bytes([flags]) + b"\0\x0a\0\0" + words)


def gateway(routes: Path = ROUTES) -> str:
    """The IPv4 address of the router; "" without one."""
    try:
        lines = [line.split() for line in routes.read_text().splitlines()[1:]]
        found = next(line[2] for line in lines if line[1] == "00000000" and line[2] != "00000000")
    except (OSError, StopIteration, IndexError):
        return ""
    return socket.inet_ntoa(struct.pack("<I", int(found, 16)))
