"""One open link to a brain: it receives, sends, watches itself, and says how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.live.exchanges import Exchanges
from assistant.live.failures import Cause, Failure, LinkLost
from assistant.live.messages import (
    BargedIn,
    Calls,
    CallsCancelled,
    Delivery,
    Generated,
    GoAway,
    Handle,
    Message,
    Picture,
    Say,
    Speech,
    SpeechText,
    Transcribed,
    TurnDone,
    Unknown,
    Usage,
)
from assistant.live.models import Abilities
from assistant.live.pending import Pending
from assistant.live.uplink import Uplink
from assistant.money import Tokens

if TYPE_CHECKING:
    from assistant.live.session import Setup
    from assistant.live.wire import Wire

log = logging.getLogger(__name__)

GOAWAY_MARGIN_SECONDS = 10.0
LAST_MOMENT_SECONDS = 1.5
LOOK_SECONDS = 0.5
PUZZLED_SECONDS = 2.0
"""Silence after something that was not understood: it may have been the reason."""
STALLED_SECONDS = 20.0
"""An answer that has begun and goes on no more."""
PROBE_SECONDS = 45.0
"""So much silence, and we ask whether anybody is there; the SDK's own ping kills healthy links."""
PONG_SECONDS = 30.0
"""Servers were seen to take up to 30 s for a pong (field reports, 2026)."""
MUTE_TURNS = 2
"""Turns in a row that bring neither a word nor a call: the brain has lost its voice."""
REBUILD_TOKENS = 3000
"""A context smaller than this is not worth a new link."""

Part = Coroutine[Any, Any, None]
Add = Callable[[Part], None]


@dataclass
class Lasting:
    """What outlives a link."""

    uplink: Uplink
    exchanges: Exchanges
    news: asyncio.Event
    """Set when the brain must be told something else about the home."""
    tell: Callable[[Message], None]
    setup: Callable[[], Setup]
    """What a brain must be told now."""
    keep_handle: Callable[[str], None]
    pay: Callable[[Tokens], float]
    obstacle: Callable[[], str]
    """Why this brain must not be asked any more, or ""."""
    room: Callable[[], Awaitable[None]]
    """Waits until there is room for more speech."""
    tokens: int = 0
    """Of the conversation's context, when last counted."""


class Link:
    """Serves until it is lost; whoever is mid-sentence then goes on with the next one."""

    def __init__(
        self, wire: Wire, able: Abilities, lasting: Lasting, *, resumed: bool, rest_seconds: float
    ) -> None:
        self._wire, self._able, self._lasting = wire, able, lasting
        self._uplink, self._exchanges = lasting.uplink, lasting.exchanges
        self._resumed, self._rest_seconds = resumed, rest_seconds
        self._clock = asyncio.get_running_loop().time
        self._opened_at = self._heard_at = self._busy_at = self._clock()
        self._leaving = False
        self._mute_turns = 0
        self._anything_said = False
        self._calls = Pending(wire, lasting.tell, self._responded)
        self._served = self._puzzled = False
        self._reading = True
        """Not while the speaker is far behind: the rest of a long story waits where it is made."""

    async def serve(self, *others: Part) -> Failure:
        """Receive, send and watch until one of them finds the link lost.

        They set a future instead of failing: a TaskGroup that fails while it is cancelled would swallow the
        cancellation.
        """
        lost: asyncio.Future[Failure] = asyncio.get_running_loop().create_future()

        async def until_lost(part: Part) -> None:
            try:
                await part
            except LinkLost as end:
                self._leaving = True
                if not lost.done():
                    lost.set_result(end.failure)

        async with asyncio.TaskGroup() as tasks:
            parts: list[asyncio.Task[None]] = []

            def add(part: Part) -> None:
                parts.append(tasks.create_task(until_lost(part), name="live"))

            watches = self._watch_for_silence(), self._watch_for_news(), self._watch_age()
            for part in (self._receive(add), self._send(), *watches, *others):
                add(part)
            self._uplink.link_made()
            failure = await lost
            for task in parts:
                task.cancel()
        return failure

    async def respond(self, call_id: str, name: str, result: dict[str, Any], *, more: bool) -> Delivery:
        """Send a tool's result, or a part of it, if it was this link that asked and it still waits.

        Raises:
            LinkLost: the link has ended.
        """
        return await self._calls.respond(call_id, name, result, more=more)

    def knows(self, tool: str) -> bool:
        """Whether the brain has been told of a tool."""
        return self._wire.knows(tool)

    def _responded(self) -> None:
        self._heard_at = self._clock()
        self._uplink.to_send.set()

    async def _receive(self, add: Add) -> None:
        async for message in self._wire.received():
            self._heard_at = self._clock()
            if not isinstance(message, Handle | GoAway | Usage):
                self._puzzled = isinstance(message, Unknown)
            match message:
                case Unknown():
                    log.info("the brain said something of an unknown kind; it is ignored")
                case Handle(value):
                    self._lasting.keep_handle(value)
                case GoAway(seconds):
                    add(self._leave(seconds))
                case Usage(tokens=tokens):
                    self._lasting.tell(replace(message, usd=self._lasting.pay(tokens)))
                    await self._counted(message)
                case _:
                    self._note(message)
                    self._lasting.tell(message)
                    await self._follow(message, add)

    async def _follow(self, message: Message, add: Add) -> None:
        match message:
            case TurnDone():
                self._turn_done()
            case Speech():
                self._reading = False
                await self._lasting.room()
                self._reading, self._heard_at = True, self._clock()
            case Calls(calls) if not self._able.async_tools:
                for call in calls:
                    add(self._calls.release(call))

    def _note(self, message: Message) -> None:
        match message:
            case Calls(calls):
                self._calls.asked(calls)
                self._uplink.answered()
                self._anything_said = True
            case CallsCancelled(ids):
                self._calls.cancelled(ids)
            case Speech():
                self._uplink.answered()
                self._anything_said = True
            case SpeechText(text):
                self._uplink.answered()
                self._exchanges.answered(text)
                self._anything_said = True
            case Transcribed(text):
                self._exchanges.heard(text)
            case Generated():
                self._uplink.generated()
            case BargedIn():
                self._uplink.broken_off()

    def _turn_done(self) -> None:
        self._calls.told_result = False
        if not self._uplink.done():
            return
        self._exchanges.over()
        self._busy_at = self._clock()
        if not self._able.may_stay_silent:
            self._mute_turns = 0 if self._anything_said else self._mute_turns + 1
        self._anything_said = False
        if self._mute_turns >= MUTE_TURNS:
            raise LinkLost(Failure(Cause.FRESH, "The brain has lost its voice."))

    async def _counted(self, usage: Usage) -> None:
        """A resumed conversation that weighs much less than before has been forgotten: tell it again."""
        before, self._lasting.tokens = self._lasting.tokens, usage.prompt
        if self._resumed and not self._served and before > REBUILD_TOKENS and usage.prompt < before / 2:
            await self._wire.remember(self._exchanges.recent())
        self._served = True

    async def _send(self) -> None:
        while True:
            await self._uplink.to_send.wait()
            self._uplink.to_send.clear()
            while self._uplink and not self._leaving and not (self._able.holds_uplink and self._calls):
                if self._uplink.begins and self._able.takes_updates and not self._calls:
                    await self._tell_news()  # what was being said is over anyhow
                item = self._uplink.next()
                if isinstance(item, Say):
                    self._exchanges.heard(item.text)
                await self._wire.send(item)
                if not isinstance(item, Picture):
                    self._heard_at = max(self._heard_at, self._clock())

    async def _watch_for_silence(self) -> None:
        """A question that nobody takes, an answer that stops, a link that is only half there, a long rest."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            silent = self._clock() - self._heard_at if self._reading else 0.0
            stalled_seconds = PUZZLED_SECONDS if self._puzzled else STALLED_SECONDS
            if self._uplink.idle.is_set():
                if not self._calls:
                    self._rested()
                if reason := self._lasting.obstacle():
                    raise LinkLost(Failure(Cause.MONEY, reason))
                if silent > PROBE_SECONDS:
                    await self._wire.probe(PONG_SECONDS)
                    self._heard_at = self._clock()
            elif self._uplink.waits_for_answer and silent > self._able.reply_seconds:
                raise LinkLost(Failure(Cause.NETWORK, "The brain does not answer."))
            elif self._uplink.asked and not self._calls and silent > stalled_seconds:
                raise LinkLost(Failure(Cause.RETRY, "The brain stopped in the middle of its answer."))

    def _rested(self) -> None:
        """After a long pause the past is worth less than it costs: begin anew from its words."""
        large = self._lasting.tokens > REBUILD_TOKENS and not self._able.reads_free
        if large and self._clock() - self._busy_at > self._rest_seconds:
            self._lasting.tokens = 0
            raise LinkLost(Failure(Cause.FRESH, "The conversation is begun anew from its words."))

    async def _watch_for_news(self) -> None:
        """When the home has changed, the brain is told while nobody talks; by a new link if it must be."""
        while True:
            await self._lasting.news.wait()
            await self.quiet()
            await self._tell_news()

    async def _tell_news(self) -> None:
        if self._lasting.news.is_set():
            self._lasting.news.clear()
            if not await self._wire.update(self._lasting.setup()):
                raise LinkLost(Failure(Cause.RETRY, "The home has changed."))

    async def _watch_age(self) -> None:
        """Change before the server does, while nobody talks."""
        await asyncio.sleep(self._able.link_seconds)
        await self.quiet()
        raise LinkLost(Failure(Cause.RETRY, "The link has grown old."))

    async def _leave(self, seconds: float) -> None:
        """Before the server cuts the link: at the next quiet moment, at the latest in time.

        The next link hears a sentence again, but nobody can give the same answer again: that may end first.
        """
        at = self._clock() + seconds
        await _by(at - GOAWAY_MARGIN_SECONDS, self.quiet)
        if self._uplink.asked:
            await _by(at - LAST_MOMENT_SECONDS, self.quiet)
        raise LinkLost(Failure(Cause.RETRY, "The server asked for a new link."))

    async def quiet(self) -> None:
        """Wait until nobody talks and no slow tool still owes this link its result."""
        await self._uplink.quiet()
        while self._calls or self._owed_an_answer:
            await asyncio.sleep(LOOK_SECONDS)
            await self._uplink.quiet()

    @property
    def _owed_an_answer(self) -> bool:
        """Whether a result was sent of which the brain may still speak."""
        return self._calls.told_result and self._clock() - self._heard_at < self._able.reply_seconds


async def _by(deadline: float, quiet: Callable[[], Awaitable[None]]) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout_at(deadline):
            await quiet()
