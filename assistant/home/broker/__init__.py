"""A small MQTT 3.1.1 broker inside the daemon, for homes without one (docs/decisions/0002)."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

from assistant.errors import BrokerError
from assistant.home.address import Address
from assistant.home.broker.connection import Connection, House
from assistant.home.broker.passwords import Passwords, hashed
from assistant.home.broker.retained import Retained
from assistant.home.broker.switchboard import Switchboard

__all__ = ["hashed", "serve"]

CLOSING_SECONDS = 0.3


@contextlib.asynccontextmanager
async def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    retained: Path | None = None,
    passwords: Path | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Address]:
    """Serve MQTT until the block ends; gives the address. Port 0 takes any free one."""
    store = Retained(retained)
    house = House(Switchboard(store), Passwords(passwords) if passwords else None)
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(functools.partial(Connection, house), host, port, ssl=tls)
    except OSError as error:
        raise BrokerError(
            f"The embedded broker cannot listen on {host} port {port} ({os.strerror(error.errno or 0)}); "
            "stop the program that does, or set mqtt.port to another."
        ) from error
    async with server:
        try:
            yield Address(host, server.sockets[0].getsockname()[1], tls=tls is not None)
        finally:
            server.close()
            await _hang_up(house)
            await store.close()


async def _hang_up(house: House) -> None:
    for hang_up in (Connection.dismiss, Connection.abort):
        for connection in list(house.connections):
            hang_up(connection)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_SECONDS):
                await house.empty.wait()
