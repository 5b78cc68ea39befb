"""A way to the brain that breaks on order: bytes go through untouched until they go no further."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

BLOCK = 65_536
LOGIN_PAGE = b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\nContent-Length: 0\r\n\r\n"
Act = Literal["none", "reset", "cut", "black hole", "login page"]


@dataclass(frozen=True)
class Break:
    """What happens to a connection, and when.

    ``after_up`` and ``after_down`` are bytes that the client sent and received; with neither at once.
    ``connections`` says how many, from the first one on, are treated so.
    """

    do: Act = "none"
    after_up: int = 0
    after_down: int = 0
    connections: int = 1

    @property
    def at_once(self) -> bool:
        """Whether not a byte goes through."""
        return self.do != "none" and not self.after_up and not self.after_down

    def due(self, up: int, down: int) -> bool:
        """Whether enough has gone through."""
        return bool(self.after_up and up >= self.after_up) or bool(
            self.after_down and down >= self.after_down
        )


class FaultProxy:
    """Listens on loopback and passes on to ``target``, the brain's host and port."""

    def __init__(self, target: tuple[str, int], how: Break) -> None:
        self._target, self._break = target, how
        self._accepted = 0
        self._serving: set[asyncio.Task[None]] = set()
        self._open: set[asyncio.Event] = set()

    def fall(self, act: Act) -> None:
        """Break what is open now, and all that comes, until ``stand``."""
        self._break, self._accepted = Break(act, connections=sys.maxsize), 0
        for broken in self._open:
            broken.set()

    def stand(self) -> None:
        """Let through whoever comes from now on; what has fallen into a black hole stays there."""
        self._break = Break()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client, until either end has enough."""
        task = asyncio.current_task()
        assert task is not None, "a server runs its callbacks in tasks"
        self._serving.add(task)
        self._accepted += 1
        how = self._break if self._accepted <= self._break.connections else Break()
        with suppress(
            OSError, asyncio.CancelledError
        ):  # cancelled only by stop(), which waits for nobody else
            if how.at_once:
                await self._act(how, reader, writer)
            else:
                await self._pass_on(how, reader, writer)
        writer.transport.abort()
        self._serving.discard(task)

    async def stop(self) -> None:
        """End what is still open, black holes included."""
        for task in list(self._serving):
            task.cancel()
        if self._serving:
            await asyncio.wait(self._serving)

    async def _pass_on(self, how: Break, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._target)
        sent = {"up": 0, "down": 0}
        broken = asyncio.Event()
        self._open.add(broken)

        async def pump(way: str, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while (data := await source.read(BLOCK)) and not broken.is_set():
                sent[way] += len(data)
                if how.due(sent["up"], sent["down"]):
                    broken.set()
                    await asyncio.Event().wait()
                sink.write(data)
                await sink.drain()

        try:
            async with asyncio.TaskGroup() as tasks:
                ways = [
                    tasks.create_task(_quietly(pump("up", reader, back))),
                    tasks.create_task(_quietly(pump("down", there, writer))),
                    tasks.create_task(_quietly(broken.wait())),
                ]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
        finally:
            back.transport.abort()
            self._open.discard(broken)
        if broken.is_set():
            await self._act(self._break if how.do == "none" else how, reader, writer)

    async def _act(self, how: Break, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        match how.do:
            case "reset":
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            case "login page":
                await reader.read(BLOCK)
                writer.write(LOGIN_PAGE)
                await writer.drain()
            case "black hole":
                await asyncio.Event().wait()
            case "cut":
                writer.close()


async def _quietly(part: Awaitable[object]) -> None:
    with suppress(OSError):
        await part


@asynccontextmanager
async def fault_proxy(target: tuple[str, int], how: Break) -> AsyncIterator[int]:
    """A proxy while the block lasts; yields its port."""
    async with open_proxy(FaultProxy(target, how)) as port:
        yield port


@asynccontextmanager
async def open_proxy(proxy: FaultProxy) -> AsyncIterator[int]:
    """One that can be told more while the block lasts; yields its port."""
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await proxy.stop()
        await server.wait_closed()
