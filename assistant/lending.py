"""One picture, lent for a moment to a device in the house that fetches what it shows by itself."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from assistant.errors import ToolError
from assistant.showing import Picture

ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
LONGEST_HEAD = 8192
HEAD_SECONDS = 10.0


@dataclass
class Loan:
    """``url`` is where the picture is; ``fetched`` is set once somebody has got all of it."""

    url: str
    fetched: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def lent(picture: Picture, *, to: str) -> AsyncIterator[Loan]:
    """Serve a picture, while the block lasts, where the device at the URL ``to`` can reach it.

    Nobody finds it who was not told: its address is a secret, and there is nothing else.

    Raises:
        ToolError: there is no way to the device.
    """
    path = f"/{secrets.token_urlsafe(16)}.{ENDINGS.get(picture.mime, 'bin')}"
    at = await _towards(to)
    loan = Loan("")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            async with asyncio.timeout(HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            method, _, rest = head.decode("latin-1").partition(" ")
            found = secrets.compare_digest(rest.partition(" ")[0].encode(), path.encode())
            whole = picture.data if found and method == "GET" else b""
            writer.write(_head(picture, found and method in ("GET", "HEAD")) + whole)
            await writer.drain()
            if whole:
                loan.fetched.set()
        writer.close()

    server = await asyncio.start_server(serve, at, 0, limit=LONGEST_HEAD)
    port = server.sockets[0].getsockname()[1]
    loan.url = f"http://{f'[{at}]' if ':' in at else at}:{port}{path}"
    try:
        yield loan
    finally:
        server.close()


def _head(picture: Picture, found: bool) -> bytes:
    if not found:
        return b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    return (
        f"HTTP/1.1 200 OK\r\ncontent-type: {picture.mime}\r\ncontent-length: {len(picture.data)}\r\n"
        "contentFeatures.dlna.org: DLNA.ORG_OP=00\r\ntransferMode.dlna.org: Interactive\r\n"
        "connection: close\r\n\r\n"
    ).encode()


async def _towards(url: str) -> str:
    """Our own address on the way to a device; nothing is sent."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    loop = asyncio.get_running_loop()
    try:
        family, _, _, _, address = (await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM))[0]
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(address)
            return str(probe.getsockname()[0])
    except OSError as error:
        raise ToolError(f"I can't reach {host}.") from error
