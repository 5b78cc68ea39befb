"""Runs the tools that a brain asks for, beside the talk, and sees that every result reaches somebody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from assistant.live.messages import CallReleased, Calls, CallsCancelled, Delivery
from assistant.live.session import Session
from assistant.tools.dispatch import Dispatcher, ToolCall
from assistant.turn import Turn

CUT_OFF = "Then the connection was lost."
LOST = "The connection was lost in the middle of that. Please say it again."
STILL_AT_IT = "The connection was lost in the middle of that, but I am still at it."
QUICK_SECONDS = 3.0
"""What ends within that is waited for before the user is told that the link was lost."""

Tell = Callable[[str], Awaitable[None]]


class Calling:
    """``tell`` and ``apologise`` reach the user without the brain."""

    def __init__(self, session: Session, dispatcher: Dispatcher, *, tell: Tell, apologise: Tell) -> None:
        self._session, self._dispatcher = session, dispatcher
        self._tell, self._apologise = tell, apologise

    def handle(
        self, message: Calls | CallReleased | CallsCancelled, turn: Turn, tasks: asyncio.TaskGroup
    ) -> None:
        """Run what is called, stop what is cancelled; ``turn`` lasts until its calls are answered."""
        match message:
            case Calls(calls):
                for call in calls:
                    turn.calls[call.id] = tasks.create_task(self._run(call, turn), name=call.name)
            case CallReleased(call_id):
                turn.calls.pop(call_id, None)
            case CallsCancelled(ids):
                for call_id in ids:
                    if task := turn.calls.pop(call_id, None):
                        task.cancel()

    async def lost(self, turn: Turn) -> str:
        """What to tell of a turn whose link is gone, once its quick tools have ended: never to ask again for
        what is being done."""
        turn.owed = True
        if running := list(turn.calls.values()):
            await asyncio.wait(running, timeout=QUICK_SECONDS)
        turn.owed = False
        if turn.told:
            return f"{' '.join(turn.told)} {CUT_OFF}"
        return STILL_AT_IT if turn.calls else LOST

    async def _run(self, call: ToolCall, turn: Turn) -> None:
        with suppress(asyncio.CancelledError):
            respond = partial(self._session.respond, call.id, call.name)
            result = await self._dispatcher.call(call, lambda text: respond({"text": text}, more=True))
            turn.told.append(result.text)
            delivery = await respond(result.response())
            if delivery is Delivery.LATE:
                await self._tell(result.text)
            elif delivery is Delivery.GONE and turn.over.is_set() and not turn.owed:
                # Whoever asked still waits for it, though the link that carried the question is gone.
                await self._apologise(f"{result.text} {CUT_OFF}")
        turn.calls.pop(call.id, None)
