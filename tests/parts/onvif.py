"""A camera that speaks ONVIF on loopback: answers the search over UDP and the questions over HTTP."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

ENVELOPE = '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>{}</e:Body></e:Envelope>'
MATCH = (
    "<d:ProbeMatches><d:ProbeMatch><d:Scopes>onvif://www.onvif.org/type/video {name}</d:Scopes>"
    "<d:XAddrs>http://10.255.255.1/elsewhere {services}</d:XAddrs></d:ProbeMatch></d:ProbeMatches>"
)
REFUSED = "<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>t:NotAuthorized</e:Value></e:Subcode></e:Code></e:Fault>"
PROFILE = (
    '<p:Profiles token="{token}"><t:VideoEncoderConfiguration><t:Encoding>H264</t:Encoding>'
    "<t:Resolution><t:Width>{width}</t:Width><t:Height>{height}</t:Height></t:Resolution>"
    "</t:VideoEncoderConfiguration></p:Profiles>"
)
BOMB = b'<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY c "&a;&a;&a;&a;&a;&a;&a;&a;">]><b>&c;&c;&c;</b>'


@dataclass
class OnvifCamera(asyncio.DatagramProtocol):
    """``password`` empty: everybody may ask. ``answers`` replaces what it says to a request of that name."""

    name: str = "onvif://www.onvif.org/name/Front%20door"
    user: str = "viewer"
    password: str = ""
    ahead: timedelta = timedelta()
    streams: str = "rtsp://viewer:secret@127.0.0.1:554/{token}"
    answers: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    port: int = 0
    services: str = ""
    _transport: asyncio.DatagramTransport | None = None

    @asynccontextmanager
    async def on(self) -> AsyncIterator[OnvifCamera]:
        """On the air."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.services = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/onvif/device"
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        self.port = transport.get_extra_info("sockname")[1]
        async with server:
            with closing(transport):
                yield self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert b"NetworkVideoTransmitter" in data
        assert self._transport is not None
        match = MATCH.format(name=self.name, services=self.services)
        for answer in (BOMB, b"\xff no xml", ENVELOPE.format(match).encode()):
            self._transport.sendto(answer, addr)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().casefold()
            length = re.search(r"content-length: (\d+)", head)
            assert length is not None
            body = (await reader.readexactly(int(length[1]))).decode()
            name = re.search(r"<e:Body><(\w+)", body)
            assert name is not None
            self.asked.append(name[1])
            answer = self.answers.get(name[1]) or ENVELOPE.format(self._said(name[1], body)).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(answer))
            writer.write(answer)
            await writer.drain()

    def _said(self, name: str, body: str) -> str:
        if name == "GetSystemDateAndTime":
            now = datetime.now(UTC) + self.ahead
            return (
                f"<r><UTCDateTime><Time><Hour>{now.hour}</Hour><Minute>{now.minute}</Minute>"
                f"<Second>{now.second}</Second></Time><Date><Year>{now.year}</Year><Month>{now.month}</Month>"
                f"<Day>{now.day}</Day></Date></UTCDateTime></r>"
            )
        if self.password and not self._knows(body):
            return REFUSED
        token = re.search(r"<ProfileToken>(.*?)<", body)
        return {
            "GetDeviceInformation": "<r><Manufacturer>Acme</Manufacturer><Model>Eye 2</Model></r>",
            "GetCapabilities": f"<r><Media><XAddr>{self.services}/media</XAddr></Media></r>",
            "GetProfiles": "<r>"
            + PROFILE.format(token="main", width=2560, height=1440)
            + PROFILE.format(token="sub", width=640, height=360)
            + "</r>",
            "GetStreamUri": f"<r><MediaUri><Uri>{self.streams.format(token=token and token[1])}</Uri></MediaUri></r>",
        }[name]

    def _knows(self, body: str) -> bool:
        told = {
            name: found[1]
            for name in ("Username", "Password", "Nonce", "Created")
            if (found := re.search(rf"<\w:{name}(?: [^>]*)?>(.*?)</", body))
        }
        if len(told) < 4:
            return False
        created = datetime.fromisoformat(told["Created"])
        late = abs(datetime.now(UTC) + self.ahead - created)
        nonce = base64.b64decode(told["Nonce"])
        wanted = hashlib.sha1(nonce + told["Created"].encode() + self.password.encode()).digest()
        return (
            told["Username"] == self.user
            and told["Password"] == base64.b64encode(wanted).decode()
            and late < timedelta(seconds=30)
        )
