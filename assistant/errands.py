"""Errands for the house from outside a room: say a sentence, hear a recording, list the devices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from assistant.app import House, furnished
from assistant.audio.process import started
from assistant.audio.recording import checked
from assistant.control import Outlet, Tell, as_json, sayable
from assistant.device import Device
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
from assistant.home.registry import cleaned, folded
from assistant.plain import plain
from assistant.tools.dispatch import ToolCall
from assistant.tools.setters import setter

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
                return await self._devices(tell)
            case {"do": "set", "device": str(device), "property": str(name), "value": str(value)}:
                errand = self._set(device, name, value)
            case {"do": "accept", "id": str(ident)}:
                return self._accept(ident)
            case _:
                raise UsageError(f"the daemon does not know the request {str(request.get('do'))[:40]!r}")
        async with self._one_at_a_time:
            return await self._told(tell, errand, speech=request.get("speech") is True)

    async def _told(self, tell: Tell, errand: Coroutine[Any, Any, bool], *, speech: bool) -> bool:
        """Run an errand with its events told; it worked when nothing failed and something was answered."""
        mouths = self._house.conversation.mouths
        failures: list[Event] = []

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
                    answered = await errand
                    passing.cancel()
                while not news.empty():
                    told(news.get_nowait())
        except* AssistantError as group:
            raise group.exceptions[0] from None
        finally:
            if speech:
                mouths.remove(outlet)
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

    async def _set(self, spoken: str, name: str, value: str) -> bool:
        """By hand what a sentence would do, through the same policy."""
        await furnished(self._house)
        device = next((d for d in self._house.registry.devices if folded(d.name) == folded(spoken)), None)
        if device is None:
            near = ", ".join(self._house.registry.similar(spoken)) or "none"
            raise UsageError(f"there is no device {spoken[:60]!r}; nearest: {near}")
        wish = setter(name, value, {tool.name for tool in device.tools()})
        if wish is None:
            known = ", ".join(sorted(device.states)) or "none yet"
            raise UsageError(f"the {device.name} has no {name!r} that can be set; it reports: {known}")
        self._house.dispatcher.new_utterance()
        result = await self._house.dispatcher.call(ToolCall("", wish[0], {"device": device.name, **wish[1]}))
        if not result.ok:
            self._house.bus.publish(Problem(result.text))
        return result.ok

    def _accept(self, ident: str) -> bool:
        if not self._house.finds.accept(ident):
            raise UsageError(f"no device with the id {ident[:60]!r} is held back; see: assistant devices")
        self._house.finds.pins.save()
        return True

    async def _devices(self, tell: Tell) -> bool:
        await furnished(self._house)
        if problem := self._house.link.problem:
            tell(as_json(Problem(problem)))
        for device in self._house.registry.devices:
            tell(_shown(device))
        for find in self._house.finds:
            if find.reason:
                tell(
                    {
                        "event": "hidden",
                        "name": cleaned(find.found.name),
                        "id": find.found.id,
                        "source": find.source.title,
                        "reason": find.reason,
                    }
                )
            for entity, why in find.found.unsupported.items():
                tell(
                    {
                        "event": "unsupported",
                        "name": cleaned(find.found.name),
                        "entity": entity,
                        "reason": why,
                    }
                )
        return True


def _shown(device: Device) -> dict[str, Any]:
    silent = device.silent_for
    return {
        "event": "device",
        "name": device.name,
        "area": device.area,
        "kind": device.household_kind,
        "aliases": list(device.aliases),
        "state": plain({name: value for name, value in device.states.items() if value is not None}),
        "available": device.available,
        "problem": device.problem,
        "reported_s": None if silent is None else round(silent, 1),
        "source": device.source,
        "tools": [tool.name for tool in device.tools()],
    }


async def _pass_on(news: asyncio.Queue[Event], told: Callable[[Event], None]) -> None:
    while True:
        told(await news.get())
