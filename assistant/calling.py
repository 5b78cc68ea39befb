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

    async def _run(self, call: ToolCall, turn: Turn) -> None:
        with suppress(asyncio.CancelledError):
            respond = partial(self._session.respond, call.id, call.name)
            result = await self._dispatcher.call(call, lambda text: respond({"text": text}, more=True))
            turn.told.append(result.text)
            delivery = await respond(result.response())
            if delivery is Delivery.LATE:
                await self._tell(result.text)
            elif delivery is Delivery.GONE and turn.over.is_set():
                # Whoever asked still waits for it, though the link that carried the question is gone.
                await self._apologise(f"{result.text} {CUT_OFF}")
        turn.calls.pop(call.id, None)
