"""The framed protocol between daemon and ring process: a JSON object and, behind it, bytes."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from assistant.errors import VisionError

HEADER = struct.Struct(">II")
LARGEST_HEAD = 1024 * 1024
LARGEST_BODY = 512 * 1024 * 1024
LARGEST_BUFFER = 8 * 1024 * 1024
"""A usual clip arrives without the sender being held up on the way."""

Item = dict[str, Any]


def packed(head: Item, body: bytes = b"") -> bytes:
    """A message as bytes."""
    told = json.dumps(head).encode()
    return HEADER.pack(len(told), len(body)) + told + body


def send(writer: asyncio.StreamWriter, head: Item, body: bytes = b"") -> None:
    """Send a message; the body is not copied on the way."""
    told = json.dumps(head).encode()
    writer.write(HEADER.pack(len(told), len(body)) + told)
    if body:
        writer.write(body)


def pair() -> tuple[socket.socket, socket.socket]:
    """Two ends with room for a whole clip between them, as far as the machine allows: else both sides would
    be woken a dozen times for each."""
    ends = socket.socketpair()
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LARGEST_BUFFER // 2)
    return ends


async def received(reader: asyncio.StreamReader) -> AsyncIterator[tuple[Item, bytes]]:
    """Messages until the other side closes.

    Raises:
        VisionError: what arrives is not this protocol.
    """
    while True:
        try:
            head, body = HEADER.unpack(await reader.readexactly(HEADER.size))
            if head > LARGEST_HEAD or body > LARGEST_BODY:
                raise VisionError(f"the ring process announced a message of {head + body} bytes")
            told = json.loads(await reader.readexactly(head))
            yield told, await reader.readexactly(body)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        except ValueError as error:
            raise VisionError("the ring process sent nonsense") from error


def split(body: bytes, lengths: Sequence[int]) -> Iterator[bytes]:
    """The pieces of a body that holds several."""
    at = 0
    for length in lengths:
        yield body[at : at + length]
        at += length
