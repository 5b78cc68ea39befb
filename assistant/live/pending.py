"""The tool calls of one link that wait for their results."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from assistant.live.messages import CallReleased, Delivery, Message
from assistant.tools.dispatch import ToolCall

if TYPE_CHECKING:
    from assistant.live.wire import Wire

HELD_SECONDS = 8.0
"""So long a model that can do nothing else is kept waiting for a tool: the user gets no word in meanwhile."""
HELD = {"status": "running", "text": "This takes longer. The user will be told when it is done."}


class Pending:
    """Knows who still waits; ``sent`` is called whenever a result has gone out."""

    def __init__(self, wire: Wire, tell: Callable[[Message], None], sent: Callable[[], None]) -> None:
        self._wire, self._tell, self._sent = wire, tell, sent
        self._waiting: set[str] = set()
        self._late: set[str] = set()
        self.told_result = False
        """Whether a result has gone out in this turn, of which the brain may still speak."""

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def asked(self, calls: Iterable[ToolCall]) -> None:
        """The brain wants these run."""
        self._waiting.update(call.id for call in calls)

    def cancelled(self, ids: Iterable[str]) -> None:
        """The brain does not want their results any more."""
        self._waiting.difference_update(ids)

    async def respond(self, call_id: str, name: str, result: dict[str, Any], *, more: bool) -> Delivery:
        """Send a result, or a part of it, if this link asked for it and still waits.

        Raises:
            LinkLost: the link has ended.
        """
        if call_id not in self._waiting:
            return Delivery.LATE if call_id in self._late else Delivery.GONE
        if not more:
            self._waiting.discard(call_id)
            self.told_result = True
        await self._wire.respond(call_id, name, result, more=more)
        self._sent()
        return Delivery.TAKEN

    async def release(self, call: ToolCall) -> None:
        """After a while, let a model that waits for every tool go on without this one.

        Raises:
            LinkLost: the link has ended.
        """
        await asyncio.sleep(HELD_SECONDS)
        if call.id in self._waiting:
            self._late.add(call.id)
            self._tell(CallReleased(call.id))
            await self.respond(call.id, call.name, HELD, more=False)
