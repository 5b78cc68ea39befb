"""Serves an ASGI application on the daemon's own loop, while a block lasts."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from assistant.errors import AssistantError

GOODBYE_SECONDS = 1.0
ANY_PORT = 0


class WebError(AssistantError):
    """The pages cannot be served; one sentence says why."""


@asynccontextmanager
async def served(app: ASGIApp, host: str, port: int) -> AsyncIterator[int]:
    """Serve; yields the port. When the wanted one is taken, any free one is used.

    uvicorn's protocol without its server: that would take our signals.

    Raises:
        WebError: there is no such address on this machine.
    """
    config = Config(app, http=H11Protocol, lifespan="off", log_config=None, access_log=False)
    config.proxy_headers, config.log_level = False, "warning"
    config.load()
    live = ServerState()
    with _bound(host, port) as listening:
        server = await asyncio.get_running_loop().create_server(
            lambda: H11Protocol(config=config, server_state=live, app_state={}), sock=listening
        )
        try:
            yield int(listening.getsockname()[1])
        finally:
            server.close()
            await _goodbye(live)


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )[0]
    except socket.gaierror as error:
        raise WebError(f"web.host: there is no address {host!r} on this machine") from error
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
    except OSError as error:
        listening.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES) and port != ANY_PORT:
            return _bound(host, ANY_PORT)
        raise WebError(f"web.host: {host} cannot be listened on ({error.strerror})") from error
    return listening


async def _goodbye(live: ServerState) -> None:
    """Streams have no end of their own: whoever listens to one is cut off, and its task sees that."""
    for connection in list(live.connections):
        connection.transport.abort()
    if live.tasks:
        _, late = await asyncio.wait(live.tasks, timeout=GOODBYE_SECONDS)
        for task in late:
            task.cancel()
