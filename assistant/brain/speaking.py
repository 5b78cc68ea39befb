"""Text to speech: 24 kHz mono s16le in small pieces, from whichever voice this machine has."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
import unicodedata
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from importlib import util
from pathlib import Path
from types import TracebackType

import numpy
import soxr

from assistant.brain.engines import Engine, Espeak, Program, WritingProgram
from assistant.errors import BrainError

RATE = 24_000
PIECE_BYTES = 2 * RATE * 60 // 1000
LONGEST_TEXT = 2000
LONGEST_SENTENCE = 240
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
PATIENCE_SECONDS = 10.0
PREFERENCE = ("piper", "flite", "espeak-ng", "espeak")


@dataclass(slots=True)
class Voice:
    """The brain's mouth; use it as an async context manager."""

    preference: Sequence[str] = PREFERENCE
    piper: Path | None = None
    """A piper voice (``.onnx``) of the user's own."""
    patience_seconds: float = PATIENCE_SECONDS
    _engine: Engine | None = field(default=None, init=False)

    async def __aenter__(self) -> Voice:
        self._engine = next((engine for name in self.preference if (engine := self._named(name))), None)
        if self._engine is None:
            raise BrainError("There is no voice: install flite or espeak-ng, or pip install espeakng-loader.")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        engine, self._engine = self._engine, None
        if engine:
            await engine.close()

    async def speak(self, text: str) -> AsyncGenerator[bytes, None]:
        """Sound of the text, sentence by sentence, in pieces of 60 ms."""
        for sentence in sentences(text):
            async with aclosing(self._sentence(sentence)) as pieces:
                async for piece in pieces:
                    yield piece

    async def _sentence(self, sentence: str) -> AsyncGenerator[bytes, None]:
        """One sentence; an engine that fails before its first sound gets a second chance."""
        if self._engine is None:
            raise BrainError("The voice is closed; use it inside its async with block.")
        for last_chance in (False, True):
            spoken = False
            try:
                async with aclosing(
                    _resampled(self._engine.speak(sentence), self.patience_seconds)
                ) as pieces:
                    async for piece in pieces:
                        spoken = True
                        yield piece
            except (OSError, EOFError, ValueError, KeyError) as error:
                await self._engine.close()
                if spoken or last_chance:
                    reason = str(error) or type(error).__name__
                    raise BrainError(f"The voice of the embedded brain failed: {reason}") from error
            else:
                return

    def _named(self, name: str) -> Engine | None:
        if name == "espeak":
            return Espeak() if util.find_spec("espeakng_loader") else None
        if name == "piper":
            return self._own_piper()
        program = shutil.which(name)
        if program and name == "flite":
            return WritingProgram((program, "-voice", "slt", "-f", "/dev/stdin", "-o"))
        if program and name == "espeak-ng":
            return Program((program, "--stdin", "--stdout", "-v", "en-us"))
        return None

    def _own_piper(self) -> Engine | None:
        if self.piper is None or not self.piper.is_file() or not util.find_spec("piper"):
            return None
        about = json.loads(Path(f"{self.piper}.json").read_text())
        command = (sys.executable, "-m", "piper", "-m", str(self.piper), "--output-raw")
        return Program(command, raw_rate=int(about["audio"]["sample_rate"]))


def sentences(text: str) -> list[str]:
    """What is fit to be spoken, cut where a voice may breathe."""
    printable = "".join(
        c if c == "\n" or unicodedata.category(c)[0] not in "CZ" else " " for c in text[:LONGEST_TEXT]
    )
    found: list[str] = []
    for sentence in SENTENCE_END.split(printable):
        rest = " ".join(sentence.split())
        while len(rest) > LONGEST_SENTENCE:
            cut = max(rest.rfind(mark, 1, LONGEST_SENTENCE) for mark in (", ", " "))
            cut = cut if cut > 0 else LONGEST_SENTENCE
            found.append(rest[:cut])
            rest = rest[cut:].lstrip(", ")
        found.append(rest)
    return [sentence for sentence in found if any(c.isalnum() for c in sentence)]


async def _next(sounds: AsyncGenerator[tuple[int, bytes], None]) -> tuple[int, bytes]:
    """The next piece; rate 0 when there is none."""
    try:
        return await anext(sounds)
    except StopAsyncIteration:
        return 0, b""


async def _resampled(
    source: AsyncGenerator[tuple[int, bytes], None], patience_seconds: float
) -> AsyncGenerator[bytes, None]:
    """Pieces of equal length at our rate; a voice that keeps still for too long is an error."""
    stream: soxr.ResampleStream | None = None
    ready = rest = b""
    async with aclosing(source) as sounds:
        while True:
            async with asyncio.timeout(patience_seconds):
                rate, sound = await _next(sounds)
            if stream is None:
                if not rate:
                    raise EOFError("it made no sound")
                stream = soxr.ResampleStream(rate, RATE, 1, dtype="int16", quality="MQ")
            rest += sound
            whole = len(rest) // 2 * 2
            samples = numpy.frombuffer(rest[:whole], dtype="<i2")
            rest = rest[whole:]
            ready += stream.resample_chunk(samples, last=not rate).astype("<i2").tobytes()
            while len(ready) >= PIECE_BYTES or (not rate and ready):
                yield ready[:PIECE_BYTES]
                ready = ready[PIECE_BYTES:]
            if not rate:
                return
