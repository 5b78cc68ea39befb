"""The daemon's control socket: commands of the same user ask it to say or hear something.

One JSON object per line. Requests: ``{"do": "say", "text": …}``, ``{"do": "hear", "file": …, "wake": bool}``,
``{"do": "devices", "watch": bool}``, ``{"do": "plugins"}``, ``{"do": "release", "name": …}``,
``{"do": "room", "what": …, "value": …}``, ``{"do": "health"}``,
``{"do": "picture", "prompt": …}``, ``{"do": "gallery"}`` (more in `portfolio`),
``{"do": "tools"}``, ``{"do": "call", "tool": …, "args": {…}, "id": …, "watch": true}``,
``{"do": "consent", "id": …, "yes": bool, "pin": …}``,
``{"do": "set", "device": …, "property": …, "value": …}`` and ``{"do": "accept", "id": …}``; with
``"speech": true`` the answer's audio comes too (``{"event": "audio", "pcm": base64}``).
Who closes the connection of a ``picture``, or of what has ``watch``, ends it; all else is done all the same.
Answer: the events of the bus as they happen, ``{"event": "pulse"}`` every five seconds meanwhile, at the end
``{"event": "done", "ok": bool}``.
"""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError, LinkError, UsageError
from assistant.events import Event
from assistant.mouths import BYTES_PER_SECOND
from assistant.plain import plain

LINE_LIMIT = 16 * 2**20
REQUEST_LIMIT = 64 * 1024
MAX_TEXT = 2000
STARTING_SECONDS = 10.0

PULSE_SECONDS, SILENCE_SECONDS = 5.0, 30.0
PULSE = {"event": "pulse"}

Tell = Callable[[dict[str, Any]], None]
Handle = Callable[[dict[str, Any], Tell], Coroutine[Any, Any, bool]]


def as_json(event: Event) -> dict[str, Any]:
    """An event as the command line prints it."""
    fields = {field.name: plain(getattr(event, field.name)) for field in dataclasses.fields(event)}
    return {"event": event.event, **fields}


def sayable(text: str) -> str:
    """A typed sentence as it can be said.

    Raises:
        UsageError: it is empty, too long or no text at all.
    """
    words = " ".join(text.split())
    if not words:
        raise UsageError("there is nothing to say: the sentence is empty")
    if len(words) > MAX_TEXT:
        raise UsageError(f"the sentence is too long: at most {MAX_TEXT} characters can be said")
    if not all(character.isprintable() for character in words):
        raise UsageError("the sentence holds bytes that are no text")
    return words


class Outlet:
    """A mouth that hands the answer's audio to the one who asked."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._passed = 0

    def play(self, pcm: bytes) -> None:
        """Pass on 24 kHz mono s16le."""
        self._passed += len(pcm)
        self._tell({"event": "audio", "pcm": base64.b64encode(pcm).decode()})

    def flush(self) -> None:
        """The user spoke over it; what was passed on stays."""
        self._passed = 0

    def sign(self, name: str) -> None:
        """The one who asked wants the answer."""

    def heard(self) -> float:
        """All of it was passed on."""
        return self._passed / BYTES_PER_SECOND

    async def room(self) -> None:
        """The one who asked takes it as it comes."""

    async def finish(self, *, follow_up: bool = True) -> None:
        """Nothing is being played here."""
        self._passed = 0


@asynccontextmanager
async def served(path: Path, handle: Handle) -> AsyncIterator[None]:
    """Answer requests on a Unix socket in a folder that only this user can enter."""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def tell(item: dict[str, Any]) -> None:
            if not writer.is_closing():
                writer.write(json.dumps(item, ensure_ascii=False).encode() + b"\n")

        try:
            # Python 3.11 tells of a handler that is cancelled, as at the end of the process, as an error.
            with suppress(ConnectionError, asyncio.CancelledError):
                tell({"event": "done", "ok": await _beside_a_pulse(_one(reader, tell, handle), tell)})
                await writer.drain()
        finally:
            writer.close()

    server = await asyncio.start_unix_server(client, path, limit=REQUEST_LIMIT)
    try:
        yield
    finally:
        # Before it is deaf: whoever comes now waits for the next one.
        path.unlink(missing_ok=True)  # noqa: ASYNC240 - a name in a folder of ours, at the end
        server.close()


async def _beside_a_pulse(work: Coroutine[Any, Any, bool], tell: Tell) -> bool:
    """Work, and tell again and again that it goes on: who asked cannot see a daemon that stands still."""

    async def pulse() -> None:
        while True:
            await asyncio.sleep(PULSE_SECONDS)
            tell(PULSE)

    async with asyncio.TaskGroup() as tasks:
        beating = tasks.create_task(pulse())
        try:
            return await work
        finally:
            beating.cancel()


async def _one(reader: asyncio.StreamReader, tell: Tell, handle: Handle) -> bool:
    try:
        request = json.loads(await _line(reader))
        if not isinstance(request, dict):
            raise ValueError("not an object")
    except (ValueError, RecursionError):
        text = f"the control socket expects one JSON object on a line of at most {REQUEST_LIMIT} bytes"
        tell({"event": "error", "text": text})
        return False
    try:
        if request.get("watch") is True or request.get("do") == "picture":
            return await _while_there(reader, handle(request, tell))
        return await handle(request, tell)
    except AssistantError as error:
        tell({"event": "error", "text": str(error)})
        return False


async def _while_there(reader: asyncio.StreamReader, handling: Coroutine[Any, Any, bool]) -> bool:
    """Handle a request that is for nobody any more once the one who asked has gone."""
    try:
        async with asyncio.TaskGroup() as tasks:
            handled = tasks.create_task(handling)
            left = tasks.create_task(_silence(reader))
            await asyncio.wait([handled, left], return_when=asyncio.FIRST_COMPLETED)
            for task in (handled, left):
                task.cancel()
    except* AssistantError as group:
        raise group.exceptions[0] from None
    return not handled.cancelled() and handled.result()


async def _silence(reader: asyncio.StreamReader) -> None:
    with suppress(ConnectionError):
        while await reader.read(REQUEST_LIMIT):
            pass


async def _line(reader: asyncio.StreamReader) -> bytes:
    """The first line; the rest of one that is too long is thrown away, so that its sender gets an answer."""
    try:
        return await reader.readuntil()
    except asyncio.IncompleteReadError as error:
        return error.partial
    except asyncio.LimitOverrunError:
        while (chunk := await reader.read(REQUEST_LIMIT)) and b"\n" not in chunk:
            pass
        return b""


async def _opened(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A daemon that has just started has no socket yet."""
    loop = asyncio.get_running_loop()
    until = loop.time() + STARTING_SECONDS
    while True:
        try:
            return await asyncio.open_unix_connection(path, limit=LINE_LIMIT)
        except (FileNotFoundError, ConnectionRefusedError):
            if loop.time() > until:
                raise
        await asyncio.sleep(0.1)


async def asked(path: Path, request: dict[str, Any], tell: Tell) -> bool:
    """Ask the daemon behind a socket; passes its events on and returns whether it worked.

    Raises:
        LinkError: the daemon does not answer, or answers no more.
    """
    try:
        reader, writer = await _opened(path)
    except OSError as error:
        raise LinkError(f"the daemon at {path} does not answer: {error.strerror}") from error
    try:
        writer.write(json.dumps(request).encode() + b"\n")
        while (item := await _next(reader)) is not None:
            if item.get("event") == "done":
                return bool(item.get("ok"))
            if item != PULSE:
                tell(item)
    except TimeoutError as error:
        raise LinkError(
            f"the daemon at {path} has said nothing for {SILENCE_SECONDS:g} seconds, so it stands still; "
            "start it again: systemctl --user restart assistant, or end its process"
        ) from error
    finally:
        writer.close()
    raise LinkError(f"the daemon at {path} ended before it answered")


async def _next(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    """An event; None at the end. There is one every ``PULSE_SECONDS`` while the daemon lives."""
    try:
        async with asyncio.timeout(SILENCE_SECONDS):
            line = await reader.readline()
        return dict(json.loads(line)) if line else None
    except (ConnectionError, ValueError):
        return None  # it died while it wrote
