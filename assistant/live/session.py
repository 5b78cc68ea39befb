"""The Live session: one conversation that lasts, over links that do not.

It chooses the brain (Gemini, or the embedded one when that fails), connects, keeps what the user says
while there is no link, and tells the conversation what the brain says. Nobody else knows about links.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.live.brains import Brains, Source, pause
from assistant.live.endpoint import Endpoint
from assistant.live.exchanges import Exchanges
from assistant.live.failures import Cause, Failure, LinkLost
from assistant.live.handles import Handles
from assistant.live.link import Lasting, Link
from assistant.live.messages import Delivery, LinkDown, LinkUp, Message, Outgoing, Replayed, TurnLost
from assistant.live.models import abilities
from assistant.live.oblivion import Oblivion
from assistant.live.options import Options
from assistant.live.patience import Complaints, Gaps, Patience
from assistant.live.purse import FREE_BRAINS, Purse
from assistant.live.uplink import Loss, Uplink
from assistant.money import Tokens
from assistant.tools.schema import Declaration

log = logging.getLogger(__name__)

RECHECK_SECONDS = 30.0
STEADY_SECONDS = 10.0
"""A link that lived so long was a good one: the next may be made at once."""


@dataclass(frozen=True)
class Briefing:
    """What a brain is told about the house."""

    instruction: str
    declarations: Sequence[Declaration] = ()


@dataclass(frozen=True)
class Setup:
    """What a brain is told at the start of a link; ``whole`` is for one that reads for free, and so is
    ``lately``: what was done in a house that is no more. It is no reason to begin anew."""

    brief: Briefing
    whole: Briefing | None = None
    lately: str = field(default="", compare=False)
    voice: str = "Puck"
    options: Options = field(default_factory=Options)
    trigger_tokens: int = 12_000
    connect_seconds: float = 8.0
    rest_seconds: float = 600.0
    """After so long a pause the conversation is begun anew from its words."""


async def _plenty() -> None:
    """Nobody plays it, so nothing piles up."""


class Session:
    """Talks to the first of its brains that answers; keeps what is said while none does."""

    def __init__(
        self,
        sources: Sequence[Source],
        setup: Setup,
        handles: Handles | None = None,
        purse: Purse | None = None,
    ) -> None:
        self._brains = Brains(sources)
        self._setup = setup
        self._link: Link | None = None
        self.brain = ""  # who answers; "" while nobody does
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._handles = handles or Handles()
        self._purse = purse
        self._settled = asyncio.Event()
        self._complaints = Complaints(lambda sentence: self._inbox.put_nowait(LinkDown(sentence)))
        self._patience = Patience()
        self._endpoint: Endpoint | None = None
        self._lasting = Lasting(
            Uplink(),
            Exchanges(),
            asyncio.Event(),
            self._inbox.put_nowait,
            lambda: self._setup,
            self._keep_handle,
            self._pay,
            self._obstacle,
            lambda: self.room(),
        )
        self._lasting.uplink.begun = self._patience.hurry
        self.oblivion = Oblivion(self._lasting.exchanges, self._handles)
        self.gaps = Gaps()
        self.room: Callable[[], Awaitable[None]] = _plenty
        """Waits until there is room for more speech; the rest of a long story stays where it is made."""

    @property
    def trouble(self) -> str:
        """Why no brain answers: a sentence for the user, empty while one does."""
        return self._complaints.trouble

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

    async def settle(self, seconds: float) -> None:
        """Before the end: wait a little for the bill of the last turn, if there will be one."""
        if self._endpoint is None or self._endpoint.brain in FREE_BRAINS:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._lasting.uplink.quiet()

    async def away(self) -> bool:
        """Whether the best brain is known to be out of reach: there is no network, or no way through it."""
        return await self._brains.away(0)

    def renew(self, setup: Setup) -> None:
        """Tell the brain something else about the home, at the next quiet moment."""
        if setup != self._setup:
            self._lasting.news.set()
        elif self._link is not None:
            return  # it goes on with the very words of before, or a resumed talk would be another one
        self._setup = setup

    def knows(self, tool: str) -> bool:
        """Whether the brain that answers now has been told of a tool."""
        return self._link is not None and self._link.knows(tool)

    def post(self, item: Outgoing) -> None:
        """Send what the user said, in order, now or as soon as there is a link."""
        self._lasting.uplink.post(item)

    def heard_only(self, share: float) -> None:
        """Of the last answer the user heard only so much, 0 to 1, before speaking over it."""
        self._lasting.exchanges.heard_only(share)

    async def respond(
        self, call_id: str, name: str, result: dict[str, Any], *, more: bool = False
    ) -> Delivery:
        """Send a tool's result, or what it says meanwhile; what became of it."""
        if self._link is None:
            return Delivery.GONE
        try:
            return await self._link.respond(call_id, name, result, more=more)
        except LinkLost as lost:
            log.info("a tool result was not delivered: %s", lost)
            return Delivery.GONE

    async def run(self) -> None:
        """Keep a link to the best brain there is, for ever."""
        await asyncio.to_thread(importlib.import_module, "assistant.live.wire")
        failures = 0
        try:
            while True:
                failure, was_up = await self._try_all()
                failures = 0 if was_up else failures + 1
                if not was_up:
                    self.brain = ""
                    self._complaints.failed(failure, len(self._brains))
                    if self._brains.given_up:
                        self._settled.set()
                if not (was_up and (self._awaited or self.gaps.served > STEADY_SECONDS)):
                    await asyncio.sleep(pause(failure, failures))
        finally:
            self._handles.save()

    @property
    def _awaited(self) -> bool:
        """Whether somebody is speaking, or waits for an answer."""
        return not self._lasting.uplink.idle.is_set()

    async def _try_all(self) -> tuple[Failure, bool]:
        """Hold the first link that can be made until it ends; how it ended, and whether there was one."""
        failure = Failure(Cause.GIVEN_UP, "No brain is configured that can be used.")
        for rank in (ranks := self._brains.usable()):
            last = rank == ranks[-1]
            failure, was_up = await self._hold(rank, last=last)
            stuck = not last and self._lasting.uplink.stuck
            rests = self._brains.failed(rank, failure, was_up=was_up, stuck=stuck)
            if was_up:
                if (rests and not last) or failure.cause is Cause.CONFIGURATION:
                    self._complaints.failed(failure, rank)
                return failure, True
            log.warning("brain %d: %s", rank + 1, failure.sentence)
            if len(self._brains) > 1:
                self._complaints.failed(failure, rank)
        return failure, False

    async def _hold(self, rank: int, *, last: bool) -> tuple[Failure, bool]:
        from assistant.live import wire

        endpoint = await self._brains.endpoint(rank)
        self._endpoint = endpoint
        if reason := self._obstacle():
            return Failure(Cause.MONEY, reason), False
        if self._purse is not None:
            self._purse.connecting(endpoint)
        handle = self._handles.get(endpoint)
        self._lasting.news.clear()
        patience = self._patience.begin(self._setup.connect_seconds, awaited=self._awaited, last=last)
        try:
            async with wire.connected(endpoint, self._setup, handle, patience) as open_wire:
                self._patience.end()
                try:
                    return await self._serve(open_wire, rank, endpoint, resumed=handle is not None), True
                finally:
                    self._link = None
                    self._settled.clear()
        except LinkLost as lost:
            if handle is None or lost.failure.cause in (Cause.NETWORK, Cause.QUOTA):
                return lost.failure, False
            log.info("the conversation could not be resumed: %s", lost)
            self._handles.drop(endpoint)
            return await self._hold(rank, last=last)
        finally:
            self._patience.end()

    async def _serve(self, wire: Any, rank: int, endpoint: Endpoint, *, resumed: bool) -> Failure:
        if self._lasting.uplink.too_old():
            self._inbox.put_nowait(TurnLost())
        self._link = link = Link(
            wire,
            abilities(endpoint.model, proactive=self._setup.options.proactive_audio),
            self._lasting,
            resumed=resumed,
            rest_seconds=self._setup.rest_seconds,
        )
        self._settled.set()
        self.gaps.over()
        self._complaints.serves(rank)
        self._brains.serves(rank)
        if self.brain != endpoint.brain:
            self.brain = endpoint.brain
            self._inbox.put_nowait(LinkUp(endpoint.brain))
        try:
            if not resumed:
                await wire.remember(self._lasting.exchanges.recent())
        except LinkLost as lost:
            failure = lost.failure
        else:
            failure = await link.serve(
                _watch_for_better(self._brains, rank, link), self.oblivion.watch(link.quiet)
            )
        self.gaps.begun()
        if failure.cause is Cause.FRESH:
            self._handles.drop(endpoint)
        self._lost()
        return failure

    def _lost(self) -> None:
        match self._lasting.uplink.lost():
            case Loss.REPLAY:
                self._lasting.exchanges.heard_again()
                self._inbox.put_nowait(Replayed())
            case Loss.LOST:
                self._lasting.exchanges.over()
                self._inbox.put_nowait(TurnLost())

    def _keep_handle(self, value: str) -> None:
        assert self._endpoint is not None, "a handle comes over a link"
        self._handles.keep(self._endpoint, value)

    def _pay(self, tokens: Tokens) -> float:
        assert self._endpoint is not None, "a turn is counted over a link"
        return self._purse.paid(self._endpoint, tokens) if self._purse else 0.0

    def _obstacle(self) -> str:
        assert self._endpoint is not None, "a brain was chosen"
        return self._purse.obstacle(self._endpoint) if self._purse else ""


async def _watch_for_better(brains: Brains, serving: int, link: Link) -> None:
    """While a second choice serves, look whether the first is back; change when nobody talks, and no slow
    tool still owes this one its result."""
    wait = RECHECK_SECONDS
    while brains.any_before(serving):
        await asyncio.sleep(wait)
        wait = min(wait * 2, 600)
        if await brains.better_than(serving):
            await link.quiet()
            raise LinkLost(Failure(Cause.RETRY, "A better brain is back."))
