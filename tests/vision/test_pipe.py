"""What goes between the daemon and the ring process: small things through the socket, films as files in memory."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from assistant.errors import VisionError
from assistant.vision.pipe import HANDED, LARGEST_BUFFER, Body, Item, memory_file, pair, received, send, trays

FILM = os.urandom(3_000_000)


@asynccontextmanager
async def wire() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter, list[socket.socket]]]:
    """A reader, the writer at the other end, and the trays of both."""
    ours, theirs = pair()
    ends = list(trays())
    reader, back = await asyncio.open_connection(sock=ours, limit=LARGEST_BUFFER)
    _, writer = await asyncio.open_connection(sock=theirs, limit=LARGEST_BUFFER)
    try:
        yield reader, writer, ends
    finally:
        for end in (back, writer):
            end.close()
        for tray in ends:
            tray.close()


def film() -> Body:
    file = memory_file()
    file.write(FILM)
    return file


async def test_films_are_handed_over_in_their_turn_and_sent_when_the_tray_is_full() -> None:
    count = 600  # the queue of such a socket holds some hundreds at most
    async with wire() as (reader, writer, (ours, theirs)):
        send(writer, {"id": -1}, b"small")
        for number in range(count):
            file = memory_file()
            file.write(b"film %d" % number)
            send(writer, {"id": number}, file, tray=theirs)
        send(writer, {"id": count}, film())
        writer.write_eof()
        got: list[tuple[Item, bytes]] = [each async for each in received(reader, tray=ours)]
    assert got.pop(0) == ({"id": -1}, b"small")
    assert got.pop()[1] == FILM
    assert [(told["id"], body) for told, body in got] == [(n, b"film %d" % n) for n in range(count)]
    handed = [HANDED in told for told, _ in got]
    assert handed[0]
    assert not handed[-1]


@pytest.mark.parametrize("length", [5, 2**40, -1, "4"])
async def test_a_file_that_is_not_as_told_ends_the_talk_and_keeps_nobody(length: object) -> None:
    async with wire() as (reader, writer, (ours, theirs)):
        with memory_file() as file:
            file.write(b"film")
            socket.send_fds(theirs, [b"."], [file.fileno()])
        send(writer, {"id": 1, HANDED: length})
        with pytest.raises(VisionError, match="nonsense"):
            await anext(received(reader, tray=ours))


async def test_what_is_no_file_or_was_never_laid_there_is_not_waited_for() -> None:
    async with wire() as (reader, writer, (ours, theirs)):
        read, write = os.pipe()
        socket.send_fds(theirs, [b"."], [read])
        send(writer, {"id": 1, HANDED: 4})
        with pytest.raises(VisionError, match="nonsense"):
            await anext(received(reader, tray=ours))
        send(writer, {"id": 2, HANDED: 4})
        with pytest.raises(VisionError, match="nonsense"):
            await anext(received(reader, tray=ours))
        os.close(read)
        os.close(write)
