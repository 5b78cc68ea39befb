"""Runs the tools that a brain asks for, beside the talk, and sees that every result reaches somebody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial

from assistant.live.messages import CallReleased, Calls, CallsCancelled, Delivery
from assistant.live.purse import FREE_BRAINS
from assistant.live.session import Session
from assistant.rooms import NOWHERE, Place, asked_from
from assistant.speaking import unsure
from assistant.tools.dispatch import Dispatcher, ToolCall
from assistant.tools.policy.judge import Asker, Made
from assistant.turn import Turn

CUT_OFF = "Then the connection was lost."
LOST = "The connection was lost in the middle of that. Please say it again."
TAKEN = "That sentence is not for you: the house took it, or it was broken off. Do nothing and say nothing."
STILL_AT_IT = "The connection was lost in the middle of that, but I am still at it."
QUICK_SECONDS = 3.0
"""What ends within that is waited for before the user is told that the link was lost."""

Tell = Callable[[str, str], Awaitable[None]]
"""Says a text in a room."""


class Calling:
    """``tell`` and ``apologise`` reach the user without the brain."""

    def __init__(self, session: Session, dispatcher: Dispatcher, *, tell: Tell, apologise: Tell) -> None:
        self._session, self._dispatcher = session, dispatcher
        self._tell, self._apologise = tell, apologise
        self.rooms: Mapping[str, Place] = {}
        """Where each of the rooms is, by its name."""
        self.worked: Callable[[Turn, asyncio.TaskGroup], None] = lambda _turn, _tasks: None
        """Called when nothing more is to be said of what a turn's tools have done."""
        self._running: dict[asyncio.Task[None], Turn] = {}
        self.gives: Callable[[Turn], None] = lambda _turn: None
        """Called before the brain is given something to tell, when nobody waits for it any more."""

    def handle(
        self, message: Calls | CallReleased | CallsCancelled, turn: Turn, tasks: asyncio.TaskGroup
    ) -> None:
        """Run what is called, stop what is cancelled; ``turn`` lasts until its calls are answered."""
        match message:
            case Calls(calls):
                how = Made(Asker.VOICE, self._dispatcher.policy.taint)
                for call in calls:
                    made = replace(call, made=how)  # what another of them tells, this one did not know
                    running = tasks.create_task(self._run(made, turn, tasks), name=call.name)
                    turn.calls[call.id] = running
                    turn.call_ids.add(call.id)
                    turn.running.add(running)
                    running.add_done_callback(turn.running.discard)
                    self._running[running] = turn
                    running.add_done_callback(self._running.pop)
            case CallReleased(call_id):
                turn.calls.pop(call_id, None)
            case CallsCancelled(ids):
                for call_id in ids:
                    if task := turn.calls.pop(call_id, None):
                        task.cancel()

    @property
    def running(self) -> Mapping[asyncio.Task[None], Turn]:
        """The tools that run now and the turns they were called in, whether or not the talk has gone on."""
        return self._running

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

    async def _run(self, call: ToolCall, turn: Turn, tasks: asyncio.TaskGroup) -> None:
        asked_from(self.rooms.get(turn.room, NOWHERE))
        unsure(turn.by_ear and self._session.brain in FREE_BRAINS)
        with suppress(asyncio.CancelledError):
            respond = partial(self._session.respond, call.id, call.name)
            if turn.taken:
                await respond({"error": TAKEN, "retryable": False, "valid_options": []})
                turn.calls.pop(call.id, None)
                return

            async def meanwhile(text: str) -> object:
                turn.going_on.add(call.id)
                self.gives(turn)
                return await respond({"text": text}, more=True)

            result = await self._dispatcher.call(call, meanwhile)
            turn.told.append(result.text)
            # Before it is sent: the brain may speak of it sooner than we know that it was.
            turn.unsaid = not self._dispatcher.is_silent(call.name)
            if turn.unsaid and (turn.over.is_set() or call.id in turn.going_on):
                self.gives(turn)
            delivery = await respond(result.response())
            if delivery is not Delivery.TAKEN:
                turn.unsaid, turn.due = False, 0
            if delivery is Delivery.LATE:
                await self._tell(result.text, turn.room)
            elif delivery is Delivery.GONE and turn.over.is_set() and not turn.owed:
                # Whoever asked still waits for it, though the link that carried the question is gone.
                await self._apologise(f"{result.text} {CUT_OFF}", turn.room)
        turn.calls.pop(call.id, None)
        if turn.early and not turn.calls and self._dispatcher.is_silent(call.name):
            self.worked(turn, tasks)
