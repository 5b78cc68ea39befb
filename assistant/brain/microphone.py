"""The client's microphone: decides which of its sound is an utterance, by message or by ear."""

from __future__ import annotations

import asyncio
from typing import Protocol

from assistant.brain.endpoint import (
    Detection,
    Endpointer,
    Found,
    SpeechEnded,
    SpeechStarted,
    SpeechWent,
    default_vad,
)
from assistant.brain.protocols import Setup
from assistant.brain.resample import EAR_RATE, Resampler
from assistant.brain.wire import invalid


class Audience(Protocol):
    """Who wants to know about speech."""

    async def speech_started(self) -> None: ...
    def speech(self, pcm16k: bytes, /) -> None: ...
    async def speech_ended(self) -> None: ...


class Microphone:
    """Audio and activity messages in, utterances out."""

    def __init__(self, setup: Setup, audience: Audience) -> None:
        self._detection = Detection.of(setup)
        self._audience = audience
        self._endpointer: Endpointer | None = None
        self._resampler = Resampler(EAR_RATE)
        self._active = False
        self.seconds = 0.0
        """How much sound has come so far."""

    async def feed(self, pcm: bytes, rate: int) -> None:
        """A piece of the stream."""
        if rate != self._resampler.rate:
            self._resampler = Resampler(rate)
        pcm = self._resampler.feed(pcm)
        self.seconds += len(pcm) / 2 / EAR_RATE
        if not self._detection.automatic:
            if self._active:
                self._audience.speech(pcm)
            return
        if self._endpointer is None:
            self._endpointer = Endpointer(self._detection, await asyncio.to_thread(default_vad))
        for found in self._endpointer.feed(pcm):
            await self._tell(found)

    async def off(self) -> None:
        """The stream pauses: what was begun is finished."""
        if self._endpointer is not None:
            for found in self._endpointer.end():
                await self._tell(found)

    async def activity(self, active: bool) -> None:
        """The client itself says where an utterance starts and ends."""
        if self._detection.automatic:
            raise invalid("Explicit activity control is not supported with automatic activity detection.")
        if active == self._active:
            return
        self._active = active
        if active:
            await self._audience.speech_started()
        else:
            await self._audience.speech_ended()

    async def _tell(self, found: Found) -> None:
        match found:
            case SpeechStarted(pcm):
                await self._audience.speech_started()
                self._audience.speech(pcm)
            case SpeechWent(pcm):
                self._audience.speech(pcm)
            case SpeechEnded():
                await self._audience.speech_ended()
