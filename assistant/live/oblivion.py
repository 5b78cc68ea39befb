"""Beginning anew without the past, because somebody said "forget that"."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from assistant.live.exchanges import Exchanges
from assistant.live.failures import Cause, Failure, LinkLost
from assistant.live.handles import Handles


class Oblivion:
    """A wish that the next link knows nothing of what was said over this one."""

    def __init__(self, exchanges: Exchanges, handles: Handles) -> None:
        self._exchanges, self._handles = exchanges, handles
        self._wished = asyncio.Event()

    def wish(self) -> None:
        """Forget, as soon as what is being said now has been answered."""
        self._wished.set()

    async def watch(self, quiet: Callable[[], Awaitable[None]]) -> None:
        """End the link when that was wished and nobody talks: its successor is told nothing.

        Raises:
            LinkLost: so that there will be another.
        """
        await self._wished.wait()
        await quiet()
        self._wished.clear()
        self._exchanges.forget()
        self._handles.forget()
        raise LinkLost(Failure(Cause.FRESH, "The conversation is begun anew, without its past."))
