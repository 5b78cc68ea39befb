"""One TLS port for the Live WebSocket and its REST neighbours."""

from __future__ import annotations

import asyncio
import errno
import re
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from assistant.brain.certificate import certificate
from assistant.brain.line import Line
from assistant.brain.memory import Memory
from assistant.brain.parts import Parts
from assistant.brain.refusal import scripted
from assistant.brain.rest import Rest
from assistant.brain.session import Brain, attend
from assistant.errors import BrainError

LIVE = re.compile(
    r"/ws/+google\.ai\.generativelanguage\.v1(?:beta|alpha)?\."
    r"GenerativeService\.BidiGenerateContent(?:Constrained)?/*$"
)
BAD_KEY = "API key not valid. Please pass a valid API key."
LARGEST_FRAME = 16 * 2**20
SETUP_SECONDS = 5.0
GOODBYE_SECONDS = 2.0


@dataclass(frozen=True)
class Address:
    """Where the brain listens and what makes its certificate trusted."""

    url: str
    certificate: Path


class Connection(WebSocketsSansIOProtocol):
    """A WebSocket that can also misbehave, for scripts."""

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        super().__init__(config, server_state, {**app_state, "wires": self})
        self._stalled = False

    def abort(self) -> None:
        """Drop the connection without a word."""
        self.transport.abort()

    def stall(self) -> None:
        """Leave pings unanswered from now on."""
        self._stalled = True

    def shutdown(self) -> None:
        """The server ends; uvicorn's own would close a second time what the client is closing."""
        if not self.transport.is_closing():
            super().shutdown()

    def handle_ping(self) -> None:
        """Answer a ping, or not."""
        if self._stalled:
            self.conn.data_to_send()
        else:
            super().handle_ping()


class _App:
    """The ASGI application: who may come in, and which door is theirs."""

    def __init__(self, brain: Brain, rest: Rest) -> None:
        self._brain = brain
        self._rest = rest
        self._keys = brain.parts.options.keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._live(WebSocket(scope, receive, send))
        else:
            await self._rest.serve(scope, receive, send, admitted=self._admits(scope))

    async def _live(self, socket: WebSocket) -> None:
        self._brain.connections += 1
        number = self._brain.connections
        script = self._brain.parts.script
        steps = script.steps("connect", "", number) if script else None
        for step in steps or ():
            if step.name == "wait":
                await asyncio.sleep(step.value)
            elif step.name == "http":
                await socket.send_denial_response(scripted(step.value))
                return
            elif step.name == "abort":
                socket.scope["state"]["wires"].abort()
                return
        if not LIVE.search(socket.scope["path"]):
            await socket.send_denial_response(scripted(404))
            return
        await socket.accept()
        line = Line(socket, socket.scope["state"]["wires"])
        if not self._admits(socket.scope):
            # after the setup has come: a client that is still sending it sees no reason otherwise
            await _first_frame(socket)
            await line.close(1007, BAD_KEY)
            return
        await attend(socket, line, self._brain, number)

    def _admits(self, scope: Scope) -> bool:
        key = _key(scope)
        return bool(key) and (not self._keys or key in self._keys or self._rest.tokens.spend(key))


async def _first_frame(socket: WebSocket) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(SETUP_SECONDS):
            await socket.receive()


def _key(scope: Scope) -> str:
    """The key, wherever the client put it."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qs(scope["query_string"].decode("latin-1"))
    scheme, _, token = headers.get("authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() in ("token", "bearer") else ""
    asked = [*query.get("key", []), *query.get("access_token", [])]
    return headers.get("x-goog-api-key", "").strip() or bearer or (asked[0] if asked else "")


@asynccontextmanager
async def serve(
    parts: Parts, state: Path, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Address]:
    """Run the brain while the block lasts; ``state`` keeps its certificate."""
    pem, context = certificate(state, _now, host)
    brain = Brain(parts, Memory(parts.options.handle_life, _now))
    with _listen(host, port) as listening, Rest.open(parts, _now) as rest:
        config = Config(
            _App(brain, rest),
            http=H11Protocol,
            ws=Connection,
            ws_max_size=LARGEST_FRAME,
            lifespan="off",
            log_config=None,
            # at "info" it would log addresses, and with them keys
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            interface="asgi3",
        )
        config.load()
        live = ServerState()
        server = await asyncio.get_running_loop().create_server(
            lambda: H11Protocol(config=config, server_state=live, app_state={}),
            sock=listening,
            ssl=context,
            ssl_shutdown_timeout=GOODBYE_SECONDS,
        )
        bound = listening.getsockname()[1]
        name = f"[{host}]" if ":" in host else host
        try:
            yield Address(f"https://{name}:{bound}", pem)
        finally:
            server.close()
            await _say_goodbye(brain, live)


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket, or one sentence on why not."""
    try:
        # the protocol must be named: asyncio sets TCP_NODELAY only then, and without it a reply waits 40 ms
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )[0]
        with ExitStack() as undo:
            listening = undo.enter_context(socket.socket(family, kind, protocol))
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen()
            undo.pop_all()
            return listening
    except socket.gaierror as error:
        raise BrainError(f"The brain cannot listen on {host}: there is no such address here.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BrainError(
                f"Port {port} on {host} is taken by another program; set brain.port (--port) to another."
            ) from error
        raise BrainError(f"The brain cannot listen on {host}, port {port}: {error.strerror}.") from error


async def _say_goodbye(brain: Brain, live: ServerState) -> None:
    """Close what is open, wait a moment for clients to agree, then stop asking."""
    for line in list(brain.lines):
        await line.close(1001, "going away")
    for connection in list(live.connections):
        connection.shutdown()
    try:
        async with asyncio.timeout(GOODBYE_SECONDS):
            # uvicorn tells nobody when a connection is gone
            while live.connections or live.tasks:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    except TimeoutError:
        for task in live.tasks:
            task.cancel()
        for connection in live.connections:
            connection.transport.abort()
        await asyncio.gather(*live.tasks, return_exceptions=True)


def _now() -> datetime:
    return datetime.now(UTC)
