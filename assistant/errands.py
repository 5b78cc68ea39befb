"""Errands for the house from outside a room: say a sentence, hear a recording, list the devices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from assistant import inventory, portfolio, sights, switches
from assistant.agents import Agents
from assistant.app import House
from assistant.control import Tell, as_json, sayable
from assistant.errand import Errand, until_told
from assistant.errors import AssistantError, BrainError, UsageError
from assistant.events import ClipSent, Problem, Woke
from assistant.home.roll import called

BRAIN_SECONDS = 40.0
LINE_CHARACTERS = 5000
NO_SPEECH = "no speech was heard in the recording"
NO_WAKE = "the wake word was not heard in the recording; with --no-wake the gate is open from the start"


class Errands:
    """Runs errands one after the other, for the room has one ear and one mouth; only what their slow tools
    bring is waited for beside the next ones.

    Whoever is ``patient`` waits for slow tools, too: a house that ends with its errand would end them.
    """

    def __init__(self, house: House, *, patient: bool = False) -> None:
        self._house, self._patient = house, patient
        self._one_at_a_time = asyncio.Lock()
        self._under_way: list[Errand] = []
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
        work = self._work(request)
        if work is None:
            return await self._at_once(request, tell)
        errand = Errand(self._house, tell, self._under_way, speech=request.get("speech") is True)
        return await errand.run(self._in_the_room(errand, work))

    async def typed(self, line: str) -> None:
        """Say a line of the prompt; what is wrong with it is told to everybody."""
        try:
            await self.handle({"do": "say", "text": line[:LINE_CHARACTERS]}, lambda _item: None)
        except AssistantError as error:  # a wrong PIN, a line that is no text
            self._house.bus.publish(Problem(str(error)))

    def _work(self, request: dict[str, Any]) -> Callable[[Errand], Coroutine[Any, Any, bool]] | None:
        """What needs the room to itself."""
        match request:
            case {"do": "say", "text": str(text)}:
                return partial(self._say, text, switches.room_of(request))
            case {"do": "hear", "file": str(file)}:
                return partial(self._hear, Path(file), request.get("wake") is not False)
            case {"do": "consent"}:
                return lambda _errand: self._consent(request)
            case {"do": "set", "device": str(device), "property": str(name), "value": str(value)}:
                return lambda _errand: inventory.set_by_hand(self._house, device, name, value)
        return None

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

    async def _in_the_room(self, errand: Errand, work: Callable[[Errand], Coroutine[Any, Any, bool]]) -> bool:
        """Do what needs the room to itself, once what others have asked for is told."""
        async with self._one_at_a_time:
            if len(self._under_way) > 1:
                ends = self._house.conversation.ends
                await until_told(self._house, lambda: ends.answers >= ends.promised)
            with errand.having_the_room():
                answered = await work(errand)
        return await errand.last_word(patient=self._patient) or answered

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

    async def _say(self, text: str, room: str, errand: Errand) -> bool:
        words, where = sayable(text), switches.place(self._house, room).room
        if digits := self._house.consent.typed(words):
            return await self._consent({"pin": digits})  # before anybody sees, logs or keeps them
        await self._brain_awake()
        answered = await errand.ask(words, where)
        await self._house.consent.settled()
        return answered

    async def _consent(self, request: dict[str, Any]) -> bool:
        """Answer the question that waits: on a screen, or with the PIN."""
        ident, digits = str(request.get("id") or ""), str(request.get("pin") or "")
        result = await self._house.consent.answer(ident, yes=request.get("yes") is not False, digits=digits)
        return result.ok

    async def _hear(self, file: Path, wake: bool, errand: Errand) -> bool:
        # Sound is loaded for those who bring some: `assistant say` starts sooner without.
        from assistant.audio.process import started
        from assistant.audio.recording import checked

        form = await asyncio.to_thread(checked, file)
        await self._brain_awake()
        woke = self._house.bus.subscribed(Woke)
        with woke as wakes:
            async with started(self._house.config.audio, file=file, push=not wake) as audio:
                answered = await self._house.conversation.listen(audio.messages(), begun=errand.turns.append)
                await errand.last_word(patient=self._patient)
            if not answered:
                reason = NO_SPEECH if not wakes.empty() else NO_WAKE
                self._house.bus.publish(Problem(f"{file.name} ({form.rate} Hz): {reason}"))
        return answered

    async def _brain_awake(self) -> None:
        if not await self._house.session.ready(BRAIN_SECONDS):
            why = self._house.session.trouble or "none has answered in time."
            raise BrainError(f"no brain answers: {why}")
