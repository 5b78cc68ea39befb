"""Errands for the house from outside a room: say a sentence, hear a recording, list the devices."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import inventory, portfolio, sights, switches
from assistant.agents import Agents
from assistant.app import House
from assistant.control import Outlet, Tell, as_json, sayable
from assistant.errors import AssistantError, BrainError, UsageError
from assistant.events import (
    CameraChanged,
    CameraGazed,
    CameraSaw,
    ClipSent,
    CommandSent,
    ConsentEnded,
    ConsentWanted,
    Event,
    Heard,
    Interrupted,
    Offline,
    Online,
    Problem,
    Reported,
    Spoke,
    ToolCalled,
    ToolFinished,
    UsageCounted,
    Woke,
)
from assistant.home.roll import called

TOLD: tuple[type[Event], ...] = (
    Woke,
    Heard,
    ToolCalled,
    ToolFinished,
    CommandSent,
    Reported,
    Spoke,
    Interrupted,
    Online,
    Offline,
    UsageCounted,
    ClipSent,
    CameraChanged,
    CameraGazed,
    CameraSaw,
    ConsentWanted,
    ConsentEnded,
    Problem,
)
BRAIN_SECONDS = 40.0
LAST_WORD_SECONDS = 6.0
NO_SPEECH = "no speech was heard in the recording"
NO_WAKE = "the wake word was not heard in the recording; with --no-wake the gate is open from the start"


@dataclass(frozen=True)
class _Before:
    """How it was before an errand: what was told, what of it by slow tools, and which tools ran already."""

    told: int
    pieces: int
    running: frozenset[asyncio.Task[None]]


class Errands:
    """Runs errands one after the other: the room has one ear and one mouth. While a slow tool works they are
    free: "stop drawing" does not wait for the drawing.

    Whoever is ``patient`` waits for slow tools, too: a house that ends with its errand would end them.
    """

    def __init__(self, house: House, *, patient: bool = False) -> None:
        self._house, self._patient = house, patient
        self._one_at_a_time = asyncio.Lock()
        self._agents = Agents(house)

    async def handle(self, request: dict[str, Any], tell: Tell) -> bool:
        """Do what a request says, telling everything that happens meanwhile; whether it worked.

        Raises:
            UsageError: it asks for something impossible.
        """
        if request.get("do") in ("cameras", "clip"):
            return await self._look(request, tell)
        if request.get("do") in ("tools", "call"):
            return await self._agents.handle(request, tell)
        errand = self._errand(request)
        if errand is None:
            return await self._at_once(request, tell)
        return await self._told(tell, errand, speech=request.get("speech") is True)

    def _errand(self, request: dict[str, Any]) -> Coroutine[Any, Any, bool] | None:
        """What needs the room to itself."""
        match request:
            case {"do": "say", "text": str(text)}:
                return self._say(text, switches.room_of(request))
            case {"do": "hear", "file": str(file)}:
                return self._hear(Path(file), wake=request.get("wake") is not False)
            case {"do": "consent"}:
                return self._alone(self._consent(request))
            case {"do": "set", "device": str(device), "property": str(name), "value": str(value)}:
                return self._alone(inventory.set_by_hand(self._house, device, name, value))
        return None

    async def _alone(self, errand: Coroutine[Any, Any, bool]) -> bool:
        async with self._one_at_a_time:
            return await errand

    async def _at_once(self, request: dict[str, Any], tell: Tell) -> bool:
        """What is looked up or switched without anybody having to wait."""
        house = self._house
        match request:
            case {"do": "devices"}:
                await inventory.tell_all(house, tell)
                if request.get("watch") is True:
                    await inventory.tell_changes(house, tell)
            case {"do": "plugins"}:
                for item in (*called(house.furniture), *house.servers.roll()):
                    tell(item)
            case {"do": "release", "name": str(name)}:
                house.keeper.release(name)
            case {"do": "accept", "id": str(ident)}:
                inventory.accept(house, ident)
            case {"do": "picture" | "gallery" | "screens"}:
                return await portfolio.asked(house, request, tell)
            case {"do": "health"}:
                tell(house.health.report())
                return not house.health.troubles()
            case {"do": "room", "what": str(what)}:
                switches.press(house, what, request, tell)
            case _:
                raise UsageError(f"the daemon does not know the request {str(request.get('do'))[:40]!r}")
        return True

    async def _told(self, tell: Tell, errand: Coroutine[Any, Any, bool], *, speech: bool) -> bool:
        """Run an errand with its events told; it worked when nothing failed that was begun meanwhile, and
        something was answered."""
        mouths = self._house.conversation.mouths
        failures: list[Event] = []
        begun: set[str] = set()
        answered, problem = False, None

        def told(event: Event) -> None:
            match event:
                case ToolCalled(ident):
                    begun.add(ident)
                case ToolFinished(ident, ok=False) if ident in begun:
                    failures.append(event)
                case Problem():
                    failures.append(event)
            tell(as_json(event))

        outlet = Outlet(tell)
        if speech:
            mouths.append(outlet)
        try:
            with self._house.bus.subscribed(*TOLD) as news:
                async with asyncio.TaskGroup() as tasks:
                    passing = tasks.create_task(_pass_on(news, told))
                    try:
                        answered = await errand
                    except AssistantError as error:
                        # Raised outside: a TaskGroup that fails while it is cancelled swallows that.
                        problem = error
                    passing.cancel()
                while not news.empty():
                    told(news.get_nowait())
        finally:
            if speech:
                mouths.remove(outlet)
        if problem is not None:
            raise problem
        return answered and not failures

    async def _look(self, request: dict[str, Any], tell: Tell) -> bool:
        """Look at a clip; what leaves the house meanwhile is told."""
        with self._house.bus.subscribed(ClipSent) as sent:
            try:
                if request["do"] == "cameras":
                    return await sights.tell_cameras(self._house, tell)
                return await sights.tell_clip(self._house, request, tell)
            finally:
                while not sent.empty():
                    tell(as_json(sent.get_nowait()))

    async def _say(self, text: str, room: str) -> bool:
        words, where = sayable(text), switches.place(self._house, room).room
        if digits := self._house.consent.typed(words):
            return await self._alone(self._consent({"pin": digits}))  # before anybody sees or keeps them

        async def asked() -> bool:
            answered = await self._house.conversation.ask(words, where)
            await self._house.consent.settled()
            return answered

        return await self._to_the_end(asked)

    async def _consent(self, request: dict[str, Any]) -> bool:
        """Answer the question that waits: on a screen, or with the PIN."""
        ident, digits = str(request.get("id") or ""), str(request.get("pin") or "")
        result = await self._house.consent.answer(ident, yes=request.get("yes") is not False, digits=digits)
        return result.ok

    def _before(self) -> _Before:
        calling = self._house.conversation.calling
        return _Before(self._told_so_far(), calling.pieces, calling.running)

    def _told_so_far(self) -> int:
        """Answers that were spoken, less those that slow tools gave before their results."""
        conversation = self._house.conversation
        return conversation.ends.answers - conversation.calling.pieces

    async def _to_the_end(self, talk: Callable[[], Awaitable[bool]]) -> bool:
        """Talk, and wait for the results of slow tools, while which others may talk."""
        calling, voice = self._house.conversation.calling, self._house.voice
        with self._house.bus.subscribed(Spoke) as spoke:
            async with self._one_at_a_time:
                await self._brain_awake()
                before = self._before()
                answered = await talk()
                while not spoke.empty():
                    spoke.get_nowait()
                if calling.running - before.running:
                    await self._quiet()
            # What a slow tool asks is answered by an errand, too, if anybody is left to send one.
            await calling.finished(before.running, lambda: voice.asking and not self._patient)
            async with self._one_at_a_time:
                await self._last_word(before, spoke)
        return answered

    async def _last_word(self, before: _Before, spoke: asyncio.Queue[Event]) -> None:
        """Wait for what is told of a slow tool's result when only what it said at first has been spoken."""
        calling, voice = self._house.conversation.calling, self._house.voice
        with suppress(TimeoutError):
            told = not spoke.empty()  # by the house itself: the brain had been let go on
            owed = before.running or calling.pieces > before.pieces
            while owed and not told and self._told_so_far() <= before.told:
                if voice.asking:
                    return
                async with asyncio.timeout(LAST_WORD_SECONDS):
                    await spoke.get()
        await self._quiet()

    async def _quiet(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORD_SECONDS):
                await self._house.conversation.phases.quiet()

    async def _hear(self, file: Path, *, wake: bool) -> bool:
        # Sound is loaded for those who bring some: `assistant say` starts sooner without.
        from assistant.audio.process import started
        from assistant.audio.recording import checked

        form = await asyncio.to_thread(checked, file)
        with self._house.bus.subscribed(Woke) as wakes:
            async with AsyncExitStack() as stack:

                async def heard() -> bool:
                    ears = started(self._house.config.audio, file=file, push=not wake)
                    audio = await stack.enter_async_context(ears)
                    return await self._house.conversation.listen(audio.messages())

                answered = await self._to_the_end(heard)
            if not answered:
                reason = NO_SPEECH if not wakes.empty() else NO_WAKE
                self._house.bus.publish(Problem(f"{file.name} ({form.rate} Hz): {reason}"))
        return answered

    async def _brain_awake(self) -> None:
        if not await self._house.session.ready(BRAIN_SECONDS):
            why = self._house.session.trouble or "none has answered in time."
            raise BrainError(f"no brain answers: {why}")


async def _pass_on(news: asyncio.Queue[Event], told: Callable[[Event], None]) -> None:
    while True:
        told(await news.get())
