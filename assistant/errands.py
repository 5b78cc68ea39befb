"""Errands for the house from outside a room: say a sentence, hear a recording, list the devices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from assistant import inventory
from assistant.app import House
from assistant.audio.process import started
from assistant.audio.recording import checked
from assistant.control import Outlet, Tell, as_json, sayable
from assistant.errors import AssistantError, BrainError, UsageError
from assistant.events import (
    CommandSent,
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
    Problem,
)
BRAIN_SECONDS = 40.0
NO_SPEECH = "no speech was heard in the recording"
NO_WAKE = "the wake word was not heard in the recording; with --no-wake the gate is open from the start"


class Errands:
    """Runs errands one after the other: the room has one ear and one mouth."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._one_at_a_time = asyncio.Lock()

    async def handle(self, request: dict[str, Any], tell: Tell) -> bool:
        """Do what a request says, telling everything that happens meanwhile; whether it worked.

        Raises:
            UsageError: it asks for something impossible.
        """
        match request:
            case {"do": "say", "text": str(text)}:
                errand = self._say(text)
            case {"do": "hear", "file": str(file)}:
                errand = self._hear(Path(file), wake=request.get("wake") is not False)
            case {"do": "devices"}:
                await inventory.tell_all(self._house, tell)
                if request.get("watch") is True:
                    await inventory.tell_changes(self._house, tell)
                return True
            case {"do": "set", "device": str(device), "property": str(name), "value": str(value)}:
                errand = inventory.set_by_hand(self._house, device, name, value)
            case {"do": "accept", "id": str(ident)}:
                inventory.accept(self._house, ident)
                return True
            case _:
                raise UsageError(f"the daemon does not know the request {str(request.get('do'))[:40]!r}")
        async with self._one_at_a_time:
            return await self._told(tell, errand, speech=request.get("speech") is True)

    async def _told(self, tell: Tell, errand: Coroutine[Any, Any, bool], *, speech: bool) -> bool:
        """Run an errand with its events told; it worked when nothing failed and something was answered."""
        mouths = self._house.conversation.mouths
        failures: list[Event] = []
        answered, problem = False, None

        def told(event: Event) -> None:
            if isinstance(event, Problem) or (isinstance(event, ToolFinished) and not event.ok):
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

    async def _say(self, text: str) -> bool:
        words = sayable(text)
        await self._brain_awake()
        return await self._house.conversation.ask(words)

    async def _hear(self, file: Path, *, wake: bool) -> bool:
        form = await asyncio.to_thread(checked, file)
        await self._brain_awake()
        woke = self._house.bus.subscribed(Woke)
        with woke as wakes:
            async with started(self._house.config.audio, file=file, push=not wake) as audio:
                answered = await self._house.conversation.listen(audio.messages())
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
