"""The framed protocol between daemon and ring process: a JSON object and, behind it, bytes."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import struct
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from typing import Any, BinaryIO

from assistant.errors import VisionError

HEADER = struct.Struct(">II")
LARGEST_HEAD = 1024 * 1024
LARGEST_BODY = 512 * 1024 * 1024
LARGEST_BUFFER = 8 * 1024 * 1024
"""A usual clip arrives without the sender being held up on the way."""

HANDED = "handed"
"""In a head: so many bytes are in the file that lies on the tray."""

Item = dict[str, Any]
Body = bytes | BinaryIO


def packed(head: Item, body: bytes = b"") -> bytes:
    """A message as bytes."""
    told = json.dumps(head).encode()
    return HEADER.pack(len(told), len(body)) + told + body


def send(
    writer: asyncio.StreamWriter, head: Item, body: Body = b"", *, tray: socket.socket | None = None
) -> None:
    """Send a message; the body is not copied on the way. A file is laid on the ``tray``, and closed."""
    if not isinstance(body, bytes):
        head, body = _laid(tray, head, body)
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


def trays() -> tuple[socket.socket, socket.socket]:
    """Two ends for files beside a `pair`.

    A clip of some megabytes goes through a socket in up to dozens of pieces, each of which wakes both sides,
    and on a busy machine each waits its turn. A file in memory is handed over as a whole.
    """
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for end in ends:
        end.setblocking(False)
    return ends


def memory_file() -> BinaryIO:
    """A file that is in memory and nowhere else."""
    return os.fdopen(os.memfd_create("clip"), "w+b", buffering=0)


def _laid(tray: socket.socket | None, head: Item, file: BinaryIO) -> tuple[Item, bytes]:
    """The head and body that tell of a file; nobody waits for a tray that is full."""
    with file:
        length = os.fstat(file.fileno()).st_size
        if tray is not None:
            with suppress(BlockingIOError):
                socket.send_fds(tray, [b"."], [file.fileno()])
                return {**head, HANDED: length}, b""
        return head, os.pread(file.fileno(), length, 0)


def _taken(tray: socket.socket | None, length: object) -> bytes:
    """The next file's bytes; whoever laid it there may be broken, so it must be no pipe that keeps us."""
    if tray is None or not isinstance(length, int) or not 0 <= length <= LARGEST_BODY:
        raise ValueError("nothing can be handed over")
    _, files, _, _ = socket.recv_fds(tray, 1, 1)
    try:
        body = os.pread(files[0], length, 0) if stat.S_ISREG(os.fstat(files[0]).st_mode) else b""
    finally:
        for file in files:
            os.close(file)
    if len(body) != length:
        raise ValueError("the file is shorter")
    return body


async def received(
    reader: asyncio.StreamReader, *, tray: socket.socket | None = None
) -> AsyncIterator[tuple[Item, bytes]]:
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
            data = await reader.readexactly(body)
            yield told, _taken(tray, told[HANDED]) if HANDED in told else data
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        except (ValueError, BlockingIOError, IndexError) as error:
            raise VisionError("the ring process sent nonsense") from error


def split(body: bytes, lengths: Sequence[int]) -> Iterator[bytes]:
    """The pieces of a body that holds several."""
    at = 0
    for length in lengths:
        yield body[at : at + length]
        at += length
