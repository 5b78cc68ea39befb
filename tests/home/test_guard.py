"""What one plugin may do to the house: much, but not without end."""

from __future__ import annotations

import asyncio
import contextlib

from assistant.home.guard import MESSAGES, GuardedHost
from assistant.testing import BareHost


async def test_a_flood_of_many_tasks_is_one_offence() -> None:
    told: list[str] = []
    bare = BareHost()
    host = GuardedHost(bare, told.append)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            await asyncio.gather(*(host.publish("flood", "x") for _ in range(MESSAGES + 200)))
    assert len(told) == 1
    assert MESSAGES <= len(bare.published) < MESSAGES + 100
