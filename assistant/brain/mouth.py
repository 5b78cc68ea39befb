"""Speech on the wire: small pieces of audio, the first at once, with the words they carry."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from assistant.brain.line import OUTPUT_RATE, Line
from assistant.brain.protocols import Setup, Voice

FIRST_PIECE = OUTPUT_RATE * 2 // 25
"""40 ms: heard soonest."""
PIECE = OUTPUT_RATE * 2 // 10
"""100 ms: 6.4 kB of JSON."""
LETTERS_PER_SECOND = 15


@dataclass(frozen=True)
class Spoken:
    """What left, and when its playback ends."""

    text: str = ""
    seconds: float = 0.0
    ends_at: float = 0.0


class Mouth:
    """Says sentences the way this session wants them: as audio, with or without words, or as text."""

    def __init__(self, line: Line, voice: Voice, setup: Setup) -> None:
        wanted = setup.get("generationConfig", {}).get("responseModalities")
        self._line = line
        self._voice = voice
        self._as_text = wanted == ["TEXT"]
        self._captions = "outputAudioTranscription" in setup

    async def say(self, text: str) -> Spoken:
        """All of a sentence; returns when it is sent, long before it is heard."""
        if not text:
            return Spoken()
        if self._as_text:
            await self._line.content(modelTurn={"role": "model", "parts": [{"text": text}]})
            return Spoken(text)
        loop = asyncio.get_running_loop()
        began, seconds, caption = loop.time(), 0.0, 0
        async with aclosing(pieces(self._voice.speak(text))) as speech:
            async for piece in speech:
                began = began if seconds else loop.time()
                caption = await self._caption(text, caption, seconds)
                seconds += len(piece) / 2 / OUTPUT_RATE
                await self._line.audio(piece)
        await self._caption(text, caption, float("inf"))
        return Spoken(text, seconds, began + seconds)

    async def _caption(self, text: str, sent: int, seconds: float) -> int:
        """Send the words that are about to be heard; how many letters have been sent now."""
        due = len(text)
        if seconds * LETTERS_PER_SECOND + LETTERS_PER_SECOND < due:
            due = text.rfind(" ", 0, int(seconds * LETTERS_PER_SECOND) + LETTERS_PER_SECOND)
        if due <= sent:
            return sent
        if self._captions:
            await self._line.content(outputTranscription={"text": text[sent:due]})
        return due


async def pieces(speech: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Speech cut for the wire."""
    waiting, size = bytearray(), FIRST_PIECE
    try:
        async for pcm in speech:
            waiting += pcm
            while len(waiting) >= size:
                yield bytes(waiting[:size])
                del waiting[:size]
                size = PIECE
        if len(waiting) > 1:
            yield bytes(waiting[: len(waiting) // 2 * 2])
    finally:
        # a sentence that was cut off must not leave its synthesiser running
        if isinstance(speech, AsyncGenerator):
            await speech.aclose()
