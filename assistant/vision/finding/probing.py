"""WS-Discovery: who in this network says that it is a camera."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from assistant.errors import VisionError
from assistant.plain import one_line
from assistant.vision.finding import markup

EVERYBODY = ("239.255.255.250", 3702)
ANSWER_SECONDS = 3.0
MOST = 64
"""So many cameras are listened to."""
PROBE = """<?xml version="1.0" encoding="utf-8"?>
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"
 xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:n="http://www.onvif.org/ver10/network/wsdl"><e:Header>
<w:MessageID>uuid:{number}</w:MessageID>
<w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>
<w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action>
</e:Header><e:Body><d:Probe><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"""


@dataclass(frozen=True)
class Candidate:
    """Somebody who answered: its address, where its services are, and its own name ("" if none)."""

    address: str
    services: str
    name: str = ""


class _Ear(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.heard: dict[str, Candidate] = {}
        self.answered = asyncio.Event()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        with suppress(VisionError):
            found = candidate(data, addr[0])
            if found is not None and len(self.heard) < MOST:
                self.heard.setdefault(found.services, found)
                self.answered.set()

    def error_received(self, exc: Exception) -> None:
        """One that is not there does not end the search."""


async def probed(
    targets: Sequence[tuple[str, int]] = (EVERYBODY,), seconds: float = ANSWER_SECONDS
) -> list[Candidate]:
    """Ask the network and listen for a while, or ask one address until it answers.

    Raises:
        VisionError: nobody can be asked from here.
    """
    loop = asyncio.get_running_loop()
    ears = []
    for address in _ours(targets):
        with suppress(OSError):
            ears.append(await loop.create_datagram_endpoint(_Ear, local_addr=(address, 0)))
    try:
        sent = sum(_asked(transport, targets) for transport, _ in ears)
        if not sent:
            raise VisionError("Nobody can be asked: this machine has no way into a network.")
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await ears[0][1].answered.wait()
                if _everybody(targets):
                    await asyncio.Event().wait()
    finally:
        for transport, _ in ears:
            transport.close()
    found = {one.services: one for _, ear in ears for one in ear.heard.values()}
    return sorted(found.values(), key=lambda one: ipaddress.ip_address(one.address).packed)


def _asked(transport: asyncio.DatagramTransport, targets: Sequence[tuple[str, int]]) -> int:
    """Ask each; to how many it could be sent."""
    sent = 0
    for target in targets:
        with suppress(OSError):
            transport.sendto(PROBE.format(number=uuid.uuid4()).encode(), target)
            sent += 1
    return sent


def _everybody(targets: Sequence[tuple[str, int]]) -> bool:
    return EVERYBODY in targets


def _ours(targets: Sequence[tuple[str, int]]) -> list[str]:
    """Our addresses to ask from: everybody is asked in each network that we are in."""
    if not _everybody(targets):
        return ["0.0.0.0"]
    found = {_towards("192.0.2.1")}  # nothing is sent; it tells which way the machine would go
    with suppress(OSError):
        for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET):
            found.add(str(entry[4][0]))
    return sorted(address for address in found if address and not address.startswith("127."))


def _towards(address: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect((address, 9))
        return str(probe.getsockname()[0])
    return ""


def candidate(data: bytes, sender: str) -> Candidate | None:
    """What an answer says; None when it is no answer, or names services that are not the sender's own.

    Raises:
        VisionError: it is no XML that I would read.
    """
    match = markup.read(data).first("ProbeMatch")
    if match is None or not in_the_house(sender):
        return None
    for url in match.said("XAddrs").split():
        if own(url, sender):
            return Candidate(sender, url, _name(match.said("Scopes").split()))
    return None


def own(url: str, address: str) -> bool:
    """Whether a URL is http(s) at that very address: a camera may not send us to somebody else."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and parts.hostname == address and parts.port != 0
    except ValueError:
        return False


def in_the_house(address: str) -> bool:
    """Whether an address is one of a local network."""
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return False


def _name(scopes: list[str]) -> str:
    for scope in scopes:
        before, marked, name = scope.partition("onvif.org/name/")
        if marked and before in ("onvif://www.", "onvif://"):
            return one_line(unquote(name), 40)
    return ""
