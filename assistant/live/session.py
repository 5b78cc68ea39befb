"""The session: one conversation with a brain over links that come and go."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistant.live.endpoint import Endpoint
from assistant.live.failures import Cause, Failure, LinkLost
from assistant.live.messages import (
    BargedIn,
    Calls,
    CallsCancelled,
    Generated,
    GoAway,
    Handle,
    LinkDown,
    LinkUp,
    Message,
    Outgoing,
    TurnDone,
    TurnLost,
)
from assistant.live.models import Abilities, abilities
from assistant.live.outbox import Outbox
from assistant.tools.schema import Declaration

if TYPE_CHECKING:
    from assistant.live.wire import Wire

log = logging.getLogger(__name__)

BACK_OFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
QUOTA_SECONDS = 60.0
RECHECK_SECONDS = 30.0
GOAWAY_MARGIN_SECONDS = 10.0

Add = Callable[[Coroutine[Any, Any, None]], None]
Source = Callable[[], Awaitable[Endpoint]]
"""Where a brain is now; the embedded one may have moved after a restart."""


@dataclass(frozen=True)
class Setup:
    """What a brain is told at the start of a link."""

    instruction: str
    declarations: Sequence[Declaration] = ()
    voice: str = "Puck"
    trigger_tokens: int = 12_000
    connect_seconds: float = 8.0


@dataclass
class Link:
    """One open connection and what is true while it lasts."""

    wire: Wire
    able: Abilities
    rank: int
    pending_calls: set[str] = field(default_factory=set)
    leaving: bool = False
    """Nothing more goes out on it: what the user says now is for the next one."""


class Session:
    """Talks to the first of its brains that answers; keeps what is said while none does."""

    def __init__(self, sources: Sequence[Source], setup: Setup) -> None:
        self._sources = list(sources)
        self._setup = setup
        self._link: Link | None = None
        self._brain = ""
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._outbox = Outbox()
        self._handles: dict[str, str] = {}
        self._given_up: set[int] = set()
        self._settled = asyncio.Event()
        self._renewed = asyncio.Event()
        self._told: dict[int, str] = {}
        self.trouble = ""
        """Why no brain answers: a sentence for the user, empty while one does."""

    async def messages(self) -> AsyncIterator[Message]:
        """Everything the brain says, over all links, for ever."""
        while True:
            yield await self._inbox.get()

    async def ready(self, seconds: float) -> bool:
        """Wait until a brain answers; False when none does in time, or none ever will."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._settled.wait()
        return self._link is not None

    def renew(self, setup: Setup) -> None:
        """Tell the brain something else about the home: by a new link, at the next quiet moment."""
        if setup != self._setup:
            self._setup = setup
            self._renewed.set()

    def post(self, item: Outgoing) -> None:
        """Send what the user said, in order, now or as soon as there is a link."""
        self._outbox.post(item)

    async def respond(self, call_id: str, name: str, result: dict[str, Any]) -> None:
        """Send a tool's result; nobody waits for it any more when its link is gone."""
        link = self._link
        if link is None or call_id not in link.pending_calls:
            return
        link.pending_calls.discard(call_id)
        try:
            await link.wire.respond(call_id, name, result)
        except LinkLost as lost:
            log.info("a tool result was not delivered: %s", lost)
        self._outbox.to_send.set()

    async def run(self) -> None:
        """Keep a link to the best brain there is, for ever."""
        await asyncio.to_thread(importlib.import_module, "assistant.live.wire")
        failures = 0
        while True:
            failure, was_up = await self._try_all()
            failures = 0 if was_up else failures + 1
            if not was_up:
                self._brain = ""
                self._tell_down(failure, len(self._sources))
                if len(self._given_up) == len(self._sources):
                    self._settled.set()
            wait = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)]
            await asyncio.sleep(QUOTA_SECONDS if failure.cause is Cause.QUOTA and not was_up else wait)

    async def _try_all(self) -> tuple[Failure, bool]:
        """Hold the first link that can be made until it ends; how it ended, and whether there was one."""
        failure = Failure(Cause.GIVEN_UP, "No brain is configured that can be used.")
        for rank, source in enumerate(self._sources):
            if rank in self._given_up:
                continue
            failure, was_up = await self._hold(rank, source)
            if was_up:
                return failure, True
            log.warning("brain %d: %s", rank + 1, failure.sentence)
            if failure.cause is Cause.CONFIGURATION:
                self._given_up.add(rank)
            if len(self._sources) > 1:
                self._tell_down(failure, rank)
        return failure, False

    async def _hold(self, rank: int, source: Source) -> tuple[Failure, bool]:
        from assistant.live import wire

        endpoint = await source()
        handle = self._handles.get(endpoint.brain)
        self._renewed.clear()
        try:
            async with wire.connected(endpoint, self._setup, handle) as open_wire:
                link = Link(open_wire, abilities(endpoint.model), rank)
                try:
                    return await self._serve(link, endpoint), True
                finally:
                    self._link = None
                    self._settled.clear()
        except LinkLost as lost:
            if handle is None or lost.failure.cause in (Cause.NETWORK, Cause.QUOTA):
                return lost.failure, False
            log.info("the conversation could not be resumed: %s", lost)
            del self._handles[endpoint.brain]
            return await self._hold(rank, source)

    async def _serve(self, link: Link, endpoint: Endpoint) -> Failure:
        self._link = link
        self._outbox.link_made()
        self._settled.set()
        self.trouble = ""
        self._told = {rank: text for rank, text in self._told.items() if rank < link.rank}
        if self._brain != endpoint.brain:
            self._brain = endpoint.brain
            self._inbox.put_nowait(LinkUp(endpoint.brain))
        failure = await self._until_lost(link, endpoint)
        if not self._outbox.idle.is_set() and self._outbox.lose_turn():
            self._inbox.put_nowait(TurnLost())
        return failure

    async def _until_lost(self, link: Link, endpoint: Endpoint) -> Failure:
        """Receive, send and watch until one of them finds the link lost.

        They set a future instead of failing: a TaskGroup that fails while it is cancelled would swallow the
        cancellation.
        """
        lost: asyncio.Future[Failure] = asyncio.get_running_loop().create_future()

        async def until_lost(part: Coroutine[Any, Any, None]) -> None:
            try:
                await part
            except LinkLost as end:
                if not lost.done():
                    lost.set_result(end.failure)

        async with asyncio.TaskGroup() as tasks:
            parts: list[asyncio.Task[None]] = []

            def add(part: Coroutine[Any, Any, None]) -> None:
                parts.append(tasks.create_task(until_lost(part), name="live"))

            add(self._receive(link, endpoint, add))
            add(self._send(link))
            add(self._watch_for_better(link))
            add(self._watch_for_news(link))
            failure = await lost
            for part in parts:
                part.cancel()
        return failure

    async def _receive(self, link: Link, endpoint: Endpoint, add: Add) -> None:
        async for message in link.wire.received():
            match message:
                case Handle(value):
                    self._handles[endpoint.brain] = value
                    continue
                case GoAway(seconds):
                    add(self._leave(link, seconds))
                    continue
                case Calls(calls):
                    link.pending_calls.update(call.id for call in calls)
                case CallsCancelled(ids):
                    link.pending_calls.difference_update(ids)
                case Generated():
                    self._outbox.answer_generated()
                case BargedIn():
                    self._outbox.answer_broken_off()
                case TurnDone():
                    self._outbox.turn_done()
            self._inbox.put_nowait(message)

    async def _send(self, link: Link) -> None:
        while True:
            await self._outbox.to_send.wait()
            self._outbox.to_send.clear()
            while self._outbox and not (link.leaving or (link.able.holds_uplink and link.pending_calls)):
                await link.wire.send(self._outbox.next())

    async def _watch_for_news(self, link: Link) -> None:
        """When the home has changed, a new link is made that knows it, while nobody talks."""
        await self._renewed.wait()
        await self._outbox.quiet()
        link.leaving = True
        raise LinkLost(Failure(Cause.RETRY, "The home has changed."))

    async def _leave(self, link: Link, seconds: float) -> None:
        """Before the server cuts the link: at the next quiet moment, at the latest in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(seconds - GOAWAY_MARGIN_SECONDS, 0)):
                await self._outbox.quiet()
        link.leaving = True
        raise LinkLost(Failure(Cause.RETRY, "The server asked for a new link."))

    async def _watch_for_better(self, link: Link) -> None:
        """While a second choice serves, look whether the first is back; change when nobody talks."""
        better = [self._sources[rank] for rank in range(link.rank) if rank not in self._given_up]
        wait = RECHECK_SECONDS
        while better:
            await asyncio.sleep(wait)
            wait = min(wait * 2, 600)
            for source in better:
                if await _reachable(await source()) and self._outbox.idle.is_set():
                    link.leaving = True
                    raise LinkLost(Failure(Cause.RETRY, "A better brain is back."))

    def _tell_down(self, failure: Failure, rank: int) -> None:
        """One sentence per brain and cause until it is back, not one per attempt."""
        if failure.cause is not Cause.GIVEN_UP:
            self.trouble = failure.sentence
        if failure.sentence in self._told.values() or failure.cause is Cause.GIVEN_UP:
            return
        self._told[rank] = failure.sentence
        self._inbox.put_nowait(LinkDown(failure.sentence))


async def _reachable(endpoint: Endpoint) -> bool:
    try:
        async with asyncio.timeout(5):
            _, writer = await asyncio.open_connection(*endpoint.host)
    except OSError:
        return False
    writer.close()
    return True
