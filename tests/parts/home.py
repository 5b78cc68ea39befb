"""Small things that tests of the home share."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from assistant.home.link import Link


@contextlib.asynccontextmanager
async def running(*links: Link, ready: bool = True) -> AsyncIterator[None]:
    """The links' run() in the background; an error in the block stays what it is."""
    tasks = [asyncio.get_running_loop().create_task(link.run()) for link in links]
    try:
        if ready:
            for link in links:
                await link.ready()
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=2)
        assert all(task.cancelled() for task in tasks)


async def until(condition: Callable[[], bool], seconds: float = 3) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for lives in a broker
            await asyncio.sleep(0.005)
