"""The embedded brain's process: started, watched and replaced here, reached only through its socket."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from contextlib import suppress
from pathlib import Path

from assistant.config import BrainConfig
from assistant.errors import BrainError
from assistant.live.endpoint import Endpoint
from assistant.redaction import without_secrets

log = logging.getLogger(__name__)

MODEL = "embedded"
READY_SECONDS = 30.0
STOP_SECONDS = 2.0
READING_SECONDS = 30.0
RESTART_SECONDS = (0.5, 1, 2, 5, 8)
"""Without internet it is all there is: never longer than the ten seconds in which a house is well again."""
STEADY_SECONDS = 60.0
"""After so long, it begins at the first of them again."""


class EmbeddedBrain:
    """Keeps `python -m assistant.brain` alive and knows where it listens."""

    def __init__(self, config: BrainConfig, state: Path) -> None:
        self._arguments = [
            "--port",
            str(config.port),
            "--state",
            str(state / "brain"),
            "--voice",
            config.voice,
        ]
        if config.whisper is not None:
            self._arguments += ["--whisper", str(config.whisper)]
        self._endpoint: asyncio.Future[Endpoint] = asyncio.get_running_loop().create_future()
        self.pid = 0

    async def endpoint(self) -> Endpoint:
        """Where it listens, as soon as it does."""
        return await asyncio.shield(self._endpoint)

    async def read_aloud(self, text: str) -> bytes:
        """A text in the brain's voice, 24 kHz mono s16le; it is not understood, so it can ask for nothing.

        Raises:
            BrainError: the brain is away, or its voice does not speak.
        """
        from assistant.live.reading import read_aloud

        try:
            async with asyncio.timeout(READING_SECONDS):
                return await read_aloud(await self.endpoint(), text)
        except TimeoutError:
            raise BrainError("the embedded brain's voice does not answer") from None

    async def run(self) -> None:
        """Start it, and again whenever it dies.

        Raises:
            BrainError: it never came up, e.g. its port is taken; the text is its own.
        """
        failures = 0
        clock = asyncio.get_running_loop().time
        while True:
            begun = clock()
            try:
                await self._once()
            except BrainError:
                if failures == 0 and not self._endpoint.done():
                    raise
            if self._endpoint.done():
                self._endpoint = asyncio.get_running_loop().create_future()
            failures = 0 if clock() - begun > STEADY_SECONDS else failures
            wait = RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)]
            failures += 1
            log.warning("the embedded brain ended; it starts again in %g s", wait)
            await asyncio.sleep(wait)

    async def _once(self) -> None:
        process = await self._born()
        self.pid = process.pid
        problem: BrainError | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_relayed(process.stderr), name="brain stderr")
                try:
                    self._endpoint.set_result(await self._ready(process))
                    await process.wait()
                except BrainError as error:
                    # Raised outside: a TaskGroup that fails while it is cancelled swallows the cancellation.
                    problem = error
                    await _stopped(process)
        finally:
            await _stopped(process)
        if problem is not None:
            raise problem

    async def _born(self) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                *("-P", "-m", "assistant.brain", "--json", *self._arguments),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=without_secrets(),
            )
        except OSError as error:
            raise BrainError(f"the embedded brain cannot be started: {error.strerror or error}") from error

    async def _ready(self, process: asyncio.subprocess.Process) -> Endpoint:
        assert process.stdout is not None
        try:
            async with asyncio.timeout(READY_SECONDS):
                line = await process.stdout.readline()
            told = json.loads(line)
            if told.get("event") == "error":
                raise BrainError(str(told["text"]))
            return Endpoint(
                "embedded", MODEL, key="embedded", base_url=told["url"], certificate=Path(told["certificate"])
            )
        except (TimeoutError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BrainError("the embedded brain did not start") from error


async def _relayed(stream: asyncio.StreamReader | None) -> None:
    """Pass the brain's complaints to our log."""
    assert stream is not None
    async for line in stream:
        if text := line.decode(errors="replace").strip():
            log.warning("%s", text[:500])


async def _stopped(process: asyncio.subprocess.Process) -> None:
    """Closing its stdin ends it; a brain that does not listen is killed."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
    finally:  # also when nobody has time to wait for it
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
