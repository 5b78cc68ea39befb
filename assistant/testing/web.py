"""A web service in a test: answers GET and POST on this machine with what it was told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

HOST = "127.0.0.1"


class Web:
    """``pages``: path → what is there (JSON).

    ``slow`` is how many seconds it thinks; ``deaf`` never answers; ``lying`` says that it is broken (500).
    """

    def __init__(self, pages: Mapping[str, Any]) -> None:
        self.pages, self.slow = pages, 0.0
        self.deaf = self.lying = False
        self._closed = asyncio.Event()
        self.asked: list[str] = []
        self.url = ""

    @asynccontextmanager
    async def served(self) -> AsyncIterator[Web]:
        """Serve while the block lasts; ``url`` says where."""
        server = await asyncio.start_server(self._client, HOST, 0)
        self.url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            self._closed.set()
            server.close()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ValueError):
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            path = request.split()[1].partition("?")[0]
            self.asked.append(path)
            await asyncio.sleep(self.slow)
            if self.deaf:
                await self._closed.wait()
            status = "200 OK" if path in self.pages else "404 Not Found"
            status = "500 Internal Server Error" if self.lying else status
            page = "it is broken" if self.lying else self.pages.get(path, "there is nothing")
            body = json.dumps(page).encode()
            head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
            await writer.drain()
        writer.close()
