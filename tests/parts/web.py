"""A web server of the test on the loopback: what it answers byte by byte, and what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

NOT_FOUND = b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n"


def body(content: bytes, more: str = "") -> bytes:
    """An answer with a body."""
    return f"HTTP/1.1 200 OK\r\n{more}content-length: {len(content)}\r\n\r\n".encode() + content


def as_json(value: Any) -> bytes:
    """An answer that is JSON."""
    return body(json.dumps(value).encode(), "content-type: application/json\r\n")


def moved(to: str, status: int = 302) -> bytes:
    """An answer that sends elsewhere."""
    return f"HTTP/1.1 {status} Moved\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n".encode()


class Server:
    """``answers`` by path; an empty one is never given."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, bytes] = {}
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(
                (int(x[15:]) for x in head.lower().split("\r\n") if x.startswith("content-length:")), 0
            )
            self.asked.append(head + (await reader.readexactly(length)).decode(errors="surrogateescape"))
            answer = self.answers.get(head.split()[1].partition("?")[0], NOT_FOUND)
            if answer == b"":
                await asyncio.sleep(30)
            writer.write(answer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # whoever asked has gone
        finally:
            writer.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.asynccontextmanager
async def web() -> AsyncIterator[Server]:
    """A server that runs while the block lasts."""
    here = Server()
    tasks: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await here.serve(reader, writer)

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    here.port = listening.sockets[0].getsockname()[1]
    try:
        yield here
    finally:
        listening.close()
        if tasks:
            await asyncio.wait(tasks, timeout=0.2)
        for task in tasks:
            task.cancel()
