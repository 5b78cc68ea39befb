"""What makes the sound: programs of the machine and the espeak-ng child, each in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import struct
import sys
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

WORDS_A_MINUTE = 165
WAV_HEADER_BYTES = 44
READ_BYTES = 8192


class Engine(Protocol):
    """Something that turns one sentence into pieces of mono s16le with their sample rate."""

    def speak(self, sentence: str) -> AsyncGenerator[tuple[int, bytes], None]: ...

    async def close(self) -> None: ...


async def _begin(command: Sequence[str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def _end(process: asyncio.subprocess.Process | None) -> None:
    """Kill, read what is left in the pipe, and wait: nothing stays behind."""
    if process is None:
        return
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)  # process.kill() would reap it behind asyncio's back
    await process.communicate()


def _rate(header: bytes) -> int:
    if header[:4] != b"RIFF":
        raise ValueError("it did not write a WAV")
    return int(struct.unpack("<I", header[24:28])[0])


@dataclass(slots=True)
class Program:
    """Reads text on stdin and writes a WAV (or bare sound, when its rate is known) on stdout."""

    command: Sequence[str]
    raw_rate: int = 0

    async def speak(self, sentence: str) -> AsyncGenerator[tuple[int, bytes], None]:
        process = await _begin(self.command)
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(f"{sentence}\n".encode())
            process.stdin.close()
            rate = self.raw_rate or _rate(await process.stdout.readexactly(WAV_HEADER_BYTES))
            while sound := await process.stdout.read(READ_BYTES):
                yield rate, sound
        finally:
            await _end(process)

    async def close(self) -> None:
        """Nothing outlives a sentence."""


@dataclass(slots=True)
class WritingProgram:
    """Reads text on stdin and needs a real file, named last, to write its WAV to."""

    command: Sequence[str]

    async def speak(self, sentence: str) -> AsyncGenerator[tuple[int, bytes], None]:
        with tempfile.TemporaryDirectory(prefix="assistant-voice-") as folder:
            path = Path(folder) / "sentence.wav"
            process = await _begin((*self.command, str(path)))
            try:
                await process.communicate(f"{sentence}\n".encode())
            finally:
                await _end(process)
            wav = path.read_bytes() if path.is_file() else b""
        if len(wav) <= WAV_HEADER_BYTES:
            raise EOFError("it wrote no sound")
        yield _rate(wav[:WAV_HEADER_BYTES]), wav[WAV_HEADER_BYTES:]

    async def close(self) -> None:
        """Nothing outlives a sentence."""


@dataclass(slots=True)
class Espeak:
    """espeak-ng from the package espeakng-loader, in a child process that stays for the next sentence."""

    command: Sequence[str] = (sys.executable, "-m", "assistant.brain.espeak_child")
    _child: asyncio.subprocess.Process | None = None
    _rate: int = 0

    async def speak(self, sentence: str) -> AsyncGenerator[tuple[int, bytes], None]:
        whole = False
        try:
            child = self._child if self._child and self._child.returncode is None else await self._start()
            assert child.stdin
            assert child.stdout
            request = json.dumps({"say": sentence, "rate": WORDS_A_MINUTE})
            child.stdin.write(f"{request}\n".encode())
            await child.stdin.drain()
            while sound := await self._block(child.stdout):
                yield self._rate, sound
            whole = True
        finally:
            if not whole:  # half an answer would still be in the pipe
                await self.close()

    async def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        await _end(child)

    async def _start(self) -> asyncio.subprocess.Process:
        await self.close()
        self._child = child = await _begin(self.command)
        assert child.stdout
        self._rate = int(json.loads(await self._block(child.stdout))["rate"])
        return child

    async def _block(self, stream: asyncio.StreamReader) -> bytes:
        size = struct.unpack("<I", await stream.readexactly(4))[0]
        return await stream.readexactly(size)
