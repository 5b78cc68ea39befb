"""How messages of a server come in: over the pipes of a process of its own, or over HTTP; both bounded.

The library's own pipes read a line of any length; these do not.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Any

import anyio
import httpx2
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.client.stdio import get_default_environment
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCResponse, Resource, Tool, jsonrpc_message_adapter
from pydantic import ValidationError

from assistant.errors import LinkError
from assistant.floods import Bucket
from assistant.mcp.words import cleaned

LONGEST_MESSAGE = 1_000_000
"""In bytes: more than anybody would listen to."""
MESSAGES, MESSAGES_A_SECOND = 200, 20.0
BYTES, BYTES_A_SECOND = 4_000_000.0, 100_000.0
CLOSING_SECONDS = 1.0
COMPLAINT_BYTES = 2000

Streams = tuple[MemoryObjectReceiveStream[SessionMessage | Exception], MemoryObjectSendStream[SessionMessage]]


class Customs:
    """Looks at what comes in: not too much, and nothing that would make the library work for the stranger."""

    def __init__(self) -> None:
        self._messages = Bucket(MESSAGES, MESSAGES_A_SECOND)
        self.turned_away: tuple[str, ...] = ()
        """Tools that are none, of the last list."""

    def passed(self, message: SessionMessage | Exception) -> SessionMessage | Exception:
        """The message itself.

        Raises:
            LinkError: there are too many.
        """
        self.count()
        if isinstance(message, SessionMessage) and isinstance(message.message, JSONRPCResponse):
            result = message.message.result
            if isinstance(documents := result.get("resources"), list):
                result["resources"] = [each for each in documents if _is_document(each)]
            if isinstance(tools := result.get("tools"), list):
                result["tools"] = [tool for tool in tools if _is_tool(tool)]
                away = [tool for tool in tools if tool not in result["tools"]]
                self.turned_away = tuple(
                    f"tool {_name(tool)}: it is not declared as the protocol asks" for tool in away
                )
        return message

    def count(self) -> None:
        """One more line.

        Raises:
            LinkError: there are too many.
        """
        if not self._messages.take(asyncio.get_running_loop().time()):
            raise LinkError(f"it sends more than {MESSAGES_A_SECOND:g} messages a second")


def _is_tool(told: object) -> bool:
    """Whether the library can read it: one that it cannot would make it refuse them all."""
    if not isinstance(told, dict):
        return False
    told.pop("outputSchema", None)  # a regular expression in there could hold up the whole house
    try:
        schema = Tool.model_validate(told).input_schema
    except ValidationError:
        return False
    properties, needed = schema.get("properties", {}), schema.get("required", [])
    return (
        isinstance(properties, dict)
        and all(isinstance(each, dict) for each in properties.values())
        and isinstance(needed, list)
        and all(isinstance(each, str) for each in needed)
    )


def _is_document(told: object) -> bool:
    try:
        Resource.model_validate(told)
    except ValidationError:
        return False
    return True


def _name(told: object) -> str:
    return cleaned(str(told.get("name") if isinstance(told, dict) else told), 40)


class Pipe:
    """A server that is a process: started when it is entered, ended with its children when it is left."""

    def __init__(self, command: Sequence[str], environment: Sequence[str]) -> None:
        self._command, self._environment = command, environment
        self.customs = Customs()
        self._started = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._to_us, self._from_them = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        self._from_us, self._to_them = anyio.create_memory_object_stream[SessionMessage](0)
        self.complaint = ""
        """The last line that it wrote and that was no message."""

    async def __aenter__(self) -> Streams:
        passed = {name: os.environ[name] for name in self._environment if name in os.environ}
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=get_default_environment() | passed,
                limit=LONGEST_MESSAGE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            self._close()
            raise LinkError(f"{self._command[0]} cannot be started: {error}") from error
        self._started.set()
        return self._from_them, self._from_us

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        process = self._process
        assert process is not None, "it was entered"
        assert process.stdin is not None
        process.stdin.close()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSING_SECONDS):
                    await process.wait()
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # what it has started itself goes with it
            self._close()
            # wait() waits for the ends of the pipes, too: full or inherited ones would never end.
            getattr(process, "_transport").close()  # noqa: B009 - asyncio has no public way
            await process.wait()

    async def run(self) -> None:
        """Carry messages to and fro.

        Raises:
            LinkError: the server has gone, or does what it must not.
        """
        await self._started.wait()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._write())
            tasks.create_task(self._listen_to_complaints())
            await self._read()

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while True:
            try:
                line = await self._process.stdout.readuntil()
            except asyncio.LimitOverrunError as error:
                raise LinkError(f"it sends messages of more than {LONGEST_MESSAGE} bytes") from error
            except asyncio.IncompleteReadError as error:
                await asyncio.sleep(0.05)  # its last words come on another pipe
                why = f": {self.complaint}" if self.complaint else ""
                raise LinkError(f"it has ended{why}") from error
            message = _message(line)
            if isinstance(message, str):  # many a server greets whoever starts it
                self.customs.count()
                self.complaint = message or self.complaint
            else:
                await self._to_us.send(self.customs.passed(message))

    async def _write(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(ConnectionError):  # that it has ended is noticed where it is read
            async for sent in self._to_them:
                text = sent.message.model_dump_json(by_alias=True, exclude_unset=True)
                self._process.stdin.write(text.encode() + b"\n")
                await self._process.stdin.drain()

    async def _listen_to_complaints(self) -> None:
        """Keep its last line; all of them are its own affair."""
        assert self._process is not None
        assert self._process.stderr is not None
        while chunk := await self._process.stderr.read(COMPLAINT_BYTES):
            lines = [line for line in chunk.decode(errors="replace").split("\n") if line.strip()]
            self.complaint = cleaned(lines[-1], 200) if lines else self.complaint

    def _close(self) -> None:
        for stream in (self._to_us, self._from_them, self._from_us, self._to_them):
            stream.close()


def _message(line: bytes) -> SessionMessage | str:
    """What the line says, or the line itself."""
    try:
        return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError:
        return cleaned(line.decode(errors="replace"), 200)


class Web:
    """A server on the network, over streamable HTTP."""

    def __init__(self, url: str, token: str, place: str) -> None:
        self._url, self._token, self._place = url, token, place
        self.customs = Customs()
        self._inner: Any = None
        self.complaint = ""
        self._started = asyncio.Event()
        self._stack = AsyncExitStack()
        self._to_us, self._from_them = anyio.create_memory_object_stream[SessionMessage | Exception](0)

    async def __aenter__(self) -> tuple[MemoryObjectReceiveStream[SessionMessage | Exception], Any]:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        bounded, patience = _Bounded(self._turned_away), httpx2.Timeout(10.0, read=300.0)
        client = httpx2.AsyncClient(headers=headers, transport=bounded, trust_env=False, timeout=patience)
        await self._stack.enter_async_context(client)
        self._inner, outgoing = await self._stack.enter_async_context(
            streamable_http_client(
                self._url, http_client=client, max_sse_event_size=LONGEST_MESSAGE, terminate_on_close=False
            )
        )
        self._started.set()
        return self._from_them, outgoing

    def _turned_away(self, status: int) -> None:
        """The library says no more of it than that it failed."""
        wants = "it does not take our token" if self._token else "it wants a token"
        self.complaint = (
            f"{wants} (HTTP {status}); the token goes into {self._place}, mode 0600: a sign-in with a "
            "browser (OAuth) is not done"
        )

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._to_us.close()
        self._from_them.close()
        await self._stack.__aexit__(kind, error, at)

    async def run(self) -> None:
        """Carry on what comes in.

        Raises:
            LinkError: the server does what it must not.
        """
        await self._started.wait()
        async for message in self._inner:
            await self._to_us.send(self.customs.passed(message))
        await asyncio.sleep(0.5)  # why, is told to whoever asked
        raise LinkError("it has closed the connection")


class _Bounded(httpx2.AsyncHTTPTransport):
    """So many bytes at once, and so many a second, over all connections."""

    def __init__(self, turned_away: Callable[[int], None]) -> None:
        super().__init__()
        self._bytes = Bucket(BYTES / 1000, BYTES_A_SECOND / 1000)
        self._turned_away = turned_away

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it, and count what is answered."""
        response = await super().handle_async_request(request)
        if response.status_code in (401, 403):
            self._turned_away(response.status_code)
        response.stream = _Counted(response.stream, self._bytes)
        return response


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, inner: Any, left: Bucket) -> None:
        self._inner, self._left = inner, left

    async def __aiter__(self) -> Any:
        async for chunk in self._inner:
            for _ in range(max(1, len(chunk) // 1000)):
                if not self._left.take(asyncio.get_running_loop().time()):
                    raise httpx2.ReadError("it sends too much")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()
