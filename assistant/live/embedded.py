"""The embedded brain's process: started, watched and replaced here, reached only through its socket."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path

from assistant.config import BrainConfig
from assistant.errors import BrainError
from assistant.live.endpoint import Endpoint

log = logging.getLogger(__name__)

MODEL = "embedded"
READY_SECONDS = 30.0
STOP_SECONDS = 2.0
RESTART_SECONDS = (0.5, 1, 2, 5, 10, 30)


class EmbeddedBrain:
    """Keeps `python -m assistant.brain` alive and knows where it listens."""

    def __init__(self, config: BrainConfig, state: Path) -> None:
        self._arguments = ["--port", str(config.port), "--state", str(state), "--voice", config.voice]
        if config.whisper is not None:
            self._arguments += ["--whisper", str(config.whisper)]
        self._endpoint: asyncio.Future[Endpoint] = asyncio.get_running_loop().create_future()
        self.pid = 0

    async def endpoint(self) -> Endpoint:
        """Where it listens, as soon as it does."""
        return await asyncio.shield(self._endpoint)

    async def run(self) -> None:
        """Start it, and again whenever it dies.

        Raises:
            BrainError: it never came up, e.g. its port is taken; the text is its own.
        """
        failures = 0
        while True:
            try:
                await self._once()
            except BrainError:
                if failures == 0 and not self._endpoint.done():
                    raise
            if self._endpoint.done():
                self._endpoint = asyncio.get_running_loop().create_future()
            wait = RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)]
            failures += 1
            log.warning("the embedded brain ended; it starts again in %g s", wait)
            await asyncio.sleep(wait)

    async def _once(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "assistant.brain",
            "--json",
            *self._arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self.pid = process.pid
        try:
            async with asyncio.TaskGroup() as tasks:
                complaints = tasks.create_task(_relayed(process.stderr), name="brain stderr")
                ready = await self._ready(process)
                if ready is not None:
                    self._endpoint.set_result(ready)
                    await process.wait()
            if ready is None:
                raise BrainError(complaints.result() or "the embedded brain did not start")
        finally:
            await _stopped(process)

    async def _ready(self, process: asyncio.subprocess.Process) -> Endpoint | None:
        assert process.stdout is not None
        try:
            async with asyncio.timeout(READY_SECONDS):
                line = await process.stdout.readline()
            told = json.loads(line)
            return Endpoint(
                "embedded", MODEL, key="embedded", base_url=told["url"], certificate=Path(told["certificate"])
            )
        except (TimeoutError, ValueError, KeyError, TypeError):
            if process.returncode is None:
                process.kill()
            return None


async def _relayed(stream: asyncio.StreamReader | None) -> str:
    """Pass the brain's complaints to our log; returns the last."""
    assert stream is not None
    last = ""
    async for line in stream:
        text = line.decode(errors="replace").strip()
        if text:
            last = text
            log.warning("brain: %s", text[:500])
    return last


async def _stopped(process: asyncio.subprocess.Process) -> None:
    """Closing its stdin ends it; a brain that does not listen is killed."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
