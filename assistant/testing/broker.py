"""A broker in a thread of its own: it must not believe a clock that was put forward."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager

from assistant.home.address import Address
from assistant.home.broker import serve


@asynccontextmanager
async def broker() -> AsyncIterator[Address]:
    """An MQTT broker on this machine while the block lasts; gives its address."""
    found: Future[tuple[Address, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def be_there() -> None:
        over = asyncio.Event()
        async with serve() as address:
            found.set_result((address, asyncio.get_running_loop(), over))
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(be_there()), name="test broker", daemon=True)
    thread.start()
    address, loop, over = await asyncio.wrap_future(found)
    try:
        yield address
    finally:
        loop.call_soon_threadsafe(over.set)
        await asyncio.to_thread(thread.join)
