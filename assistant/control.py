"""The daemon's control socket: commands of the same user ask it to say or hear something.

One JSON object per line. Request: ``{"do": "say", "text": …}``, ``{"do": "devices"}`` or
``{"do": "hear", "file": …, "wake": bool}``, with ``"speech": true`` to get the answer's audio too
(``{"event": "audio", "pcm": base64}``).
Answer: the events of the bus as they happen, at the end ``{"event": "done", "ok": bool}``.
"""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError, LinkError
from assistant.events import Event

LINE_LIMIT = 16 * 2**20
REQUEST_LIMIT = 64 * 1024

Tell = Callable[[dict[str, Any]], None]
Handle = Callable[[dict[str, Any], Tell], Awaitable[bool]]


def as_json(event: Event) -> dict[str, Any]:
    """An event as the command line prints it."""
    return {"event": event.event, **dataclasses.asdict(event)}


class Outlet:
    """A mouth that hands the answer's audio to the one who asked."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def play(self, pcm: bytes) -> None:
        """Pass on 24 kHz mono s16le."""
        self._tell({"event": "audio", "pcm": base64.b64encode(pcm).decode()})

    def flush(self) -> None:
        """The user spoke over it; what was passed on stays."""

    async def finish(self) -> None:
        """Nothing is being played here."""


@asynccontextmanager
async def served(path: Path, handle: Handle) -> AsyncIterator[None]:
    """Answer requests on a Unix socket in a folder that only this user can enter."""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def tell(item: dict[str, Any]) -> None:
            if not writer.is_closing():
                writer.write(json.dumps(item, ensure_ascii=False).encode() + b"\n")

        with suppress(ConnectionError):
            tell({"event": "done", "ok": await _one(reader, tell, handle)})
            await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(client, path, limit=REQUEST_LIMIT)
    try:
        yield
    finally:
        server.close()


async def _one(reader: asyncio.StreamReader, tell: Tell, handle: Handle) -> bool:
    try:
        request = json.loads(await reader.readline())
        if not isinstance(request, dict):
            raise ValueError("not an object")
    except ValueError:
        tell({"event": "error", "text": "the control socket expects one JSON object on a line"})
        return False
    try:
        return await handle(request, tell)
    except AssistantError as error:
        tell({"event": "error", "text": str(error)})
        return False


async def asked(path: Path, request: dict[str, Any], tell: Tell) -> bool:
    """Ask the daemon behind a socket; passes its events on and returns whether it worked.

    Raises:
        LinkError: the daemon does not answer.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=LINE_LIMIT)
    except OSError as error:
        raise LinkError(f"the daemon at {path} does not answer: {error.strerror}") from error
    try:
        writer.write(json.dumps(request).encode() + b"\n")
        async for line in reader:
            item = json.loads(line)
            if item.get("event") == "done":
                return bool(item.get("ok"))
            tell(item)
    finally:
        writer.close()
    raise LinkError(f"the daemon at {path} ended before it answered")
