"""One connection to Home Assistant's WebSocket API: its questions have answers, its events a listener."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from assistant.api.sources import LinkError, NotTaken

LARGEST = 16 * 2**20
"""All states of a home of 5,000 entities are a few megabytes."""
ANSWER_SECONDS = 15.0
OPEN_SECONDS = 10.0


class WrongToken(LinkError):
    """Home Assistant refuses the token; trying again would not help."""


class Connection:
    """Numbered questions over one socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self._open: dict[int, asyncio.Future[Any]] = {}
        self.lost = asyncio.Event()
        self.on_event: Callable[[int, dict[str, Any]], None] = lambda _number, _event: None
        self.on_garbage: Callable[[str], None] = lambda _problem: None

    async def ask(self, kind: str, **fields: Any) -> Any:
        """The result of a question.

        Raises:
            NotTaken: Home Assistant refuses it; the text is its own.
            LinkError: nobody answers.
        """
        return (await self._asked(kind, fields))[1]

    async def subscribe(self, kind: str, **fields: Any) -> int:
        """Hear events from now on; the number that they bear."""
        return (await self._asked(kind, fields))[0]

    async def _asked(self, kind: str, fields: dict[str, Any]) -> tuple[int, Any]:
        if self.lost.is_set():
            raise LinkError("Home Assistant is away")
        self._number += 1
        number = self._number
        answer = self._open[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._socket.send(json.dumps({"id": number, "type": kind, **fields}))
                return number, await answer
        except LinkError:
            raise
        except TimeoutError:
            raise LinkError("Home Assistant does not answer") from None
        except (WebSocketException, OSError) as error:
            raise LinkError("Home Assistant is away") from error
        finally:
            del self._open[number]

    async def read(self) -> None:
        """Take what comes until the connection ends."""
        try:
            async for frame in self._socket:
                try:
                    self._take(json.loads(frame))
                except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
                    self.on_garbage(f"Home Assistant said something that cannot be read: {error}")
        except (WebSocketException, OSError):
            pass
        finally:
            self.lost.set()
            for waiting in self._open.values():
                if not waiting.done():
                    waiting.set_exception(LinkError("Home Assistant is away"))

    def _take(self, message: Any) -> None:
        for one in message if isinstance(message, list) else [message]:  # several may come in one frame
            number = one["id"]
            if one["type"] == "event":
                self.on_event(number, one["event"])
            waiting = self._open.get(number)
            if one["type"] != "result" or waiting is None or waiting.done():
                continue
            if one.get("success"):
                waiting.set_result(one.get("result"))
            else:
                told = (one.get("error") or {}).get("message") or "it gives no reason"
                waiting.set_exception(NotTaken(f"Home Assistant refuses: {str(told)[:200]}"))


@asynccontextmanager
async def connected(address: str, token: str) -> AsyncIterator[Connection]:
    """A connection that Home Assistant has let in; nothing is read yet.

    Raises:
        WrongToken: the token is not good (any more).
        LinkError: it cannot be reached.
    """
    try:
        async with connect(address, max_size=LARGEST, open_timeout=OPEN_SECONDS, proxy=None) as socket:
            async with asyncio.timeout(OPEN_SECONDS):
                await _introduced(socket, token)
            yield Connection(socket)
    except LinkError:
        raise
    except TimeoutError:
        raise LinkError("Home Assistant does not answer") from None
    except (WebSocketException, OSError) as error:
        raise LinkError(f"Home Assistant cannot be reached at {address}: {error}") from error


async def _introduced(socket: ClientConnection, token: str) -> None:
    try:
        hello = json.loads(await socket.recv())
        if hello["type"] == "auth_required":
            await socket.send(json.dumps({"type": "auth", "access_token": token}))
            hello = json.loads(await socket.recv())
        said = hello["type"]
    except (ValueError, TypeError, LookupError) as error:
        raise LinkError("who answers there is not Home Assistant") from error
    if said == "auth_invalid":
        raise WrongToken("Home Assistant refuses the token; make a new one in your profile there")
    if said != "auth_ok":
        raise LinkError("who answers there is not Home Assistant")
