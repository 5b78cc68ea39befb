"""Is a brain fit to be talked to? Each step is one finding, and what fails is one sentence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from assistant.live import wire
from assistant.live.endpoint import Endpoint
from assistant.live.failures import LinkLost
from assistant.live.messages import (
    Audio,
    Calls,
    Handle,
    Speech,
    SpeechEnded,
    SpeechStarted,
    SpeechText,
    Transcribed,
    TurnDone,
)
from assistant.live.session import Setup

FRAME_SECONDS = 0.02
TURN_SECONDS = 30.0
DONE = {"status": "done", "text": "The kitchen light is on."}


@dataclass(frozen=True)
class Finding:
    """One step: whether it worked, a sentence about it, and how long it took."""

    step: str
    ok: bool
    text: str
    seconds: float = 0.0


async def examined(endpoint: Endpoint, setup: Setup, speech: Sequence[bytes]) -> AsyncIterator[Finding]:
    """Model, link, one spoken turn, resumption; ends with the first step that fails.

    ``speech`` is a spoken sentence as 20 ms frames of 16 kHz mono s16le.
    """
    clock = asyncio.get_running_loop().time
    began = clock()
    step = "model"
    try:
        names = await wire.models(endpoint, setup.connect_seconds)
        if endpoint.model not in names:
            near = ", ".join(name for name in names if "live" in name) or "none that can talk"
            yield Finding(step, False, f"This key has no model {endpoint.model}; it has {near}.")
            return
        yield Finding(step, True, f"{endpoint.model} is there, in {endpoint.api_version}.", clock() - began)
        step, began = "link", clock()
        async with wire.connected(endpoint, setup, None, asyncio.timeout(setup.connect_seconds)) as link:
            yield Finding(step, True, "The setup was accepted.", clock() - began)
            step = "turn"
            turn = _Turn(link)
            yield await turn.spoken(speech)
        step, began = "resumption", clock()
        if not turn.handle:
            yield Finding(step, False, "No handle was given: after a lost link the conversation begins anew.")
            return
        async with wire.connected(endpoint, setup, turn.handle, asyncio.timeout(setup.connect_seconds)):
            yield Finding(step, True, "The conversation can be taken up again.", clock() - began)
    except LinkLost as lost:
        yield Finding(step, False, lost.failure.sentence, clock() - began)


class _Turn:
    """One sentence said, and what came back."""

    def __init__(self, link: wire.Wire) -> None:
        self._link = link
        self._heard = self._answer = ""
        self._sounds = 0
        self.handle = ""

    async def spoken(self, speech: Sequence[bytes]) -> Finding:
        """Say it at the pace of a microphone and wait for the answer.

        Raises:
            LinkLost: the link has ended, or no answer came in time.
        """
        clock = asyncio.get_running_loop().time
        await self._link.send(SpeechStarted())
        for frame in speech:
            await self._link.send(Audio(frame))
            await asyncio.sleep(FRAME_SECONDS)
        await self._link.send(SpeechEnded())
        ended = clock()
        try:
            async with asyncio.timeout(TURN_SECONDS):
                first = await self._answered(clock) - ended
        except TimeoutError:
            return Finding("turn", False, f"No answer came within {TURN_SECONDS:g} s.", clock() - ended)
        heard = (
            f'It heard "{self._heard.strip()}"' if self._heard.strip() else "It does not tell what it heard"
        )
        if not self._sounds:
            return Finding("turn", False, f"{heard}, and said nothing.", clock() - ended)
        return Finding("turn", True, f'{heard} and said "{self._answer.strip()}".', first)

    async def _answered(self, clock: Callable[[], float]) -> float:
        """When the first sound of the answer came."""
        first = 0.0
        async for message in self._link.received():
            match message:
                case Transcribed(text):
                    self._heard += text
                case Handle(value):
                    self.handle = value
                case Calls(calls):
                    for call in calls:
                        await self._link.respond(call.id, call.name, DONE)
                case SpeechText(text):
                    self._answer += text
                case Speech(pcm):
                    first = first or clock()
                    self._sounds += len(pcm)
                case TurnDone():
                    if self.handle or not self._sounds:
                        return first
        return first
