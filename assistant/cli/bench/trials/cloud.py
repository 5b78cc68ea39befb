"""A brain that stands for Gemini, behind a way that can be broken at any time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from assistant.cli.bench.proxy import Break, FaultProxy, open_proxy
from assistant.errors import AssistantError


class Cloud:
    """A process with the embedded brain; it comes back on the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.port = 0
        self.certificate = Path()
        self.way: FaultProxy | None = None

    async def start(self) -> None:
        """Start it (again) and wait until it listens.

        Raises:
            AssistantError: it does not start.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "assistant.brain",
                "--state",
                str(self._folder),
                "--port",
                str(self.port),
            ),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise AssistantError("the brain that stands for Gemini does not start")
        there = json.loads(line)
        self.port = int(there["url"].rpartition(":")[2])
        self.certificate = Path(there["certificate"])

    def signal(self, number: signal.Signals) -> None:
        """Freeze it, thaw it, kill it."""
        assert self._process is not None, "it has been started"
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, number)

    async def stop(self) -> None:
        """End it and wait for its end."""
        if self._process is not None:
            self.signal(signal.SIGKILL)
            await self._process.wait()


@contextlib.asynccontextmanager
async def cloud(folder: Path) -> AsyncIterator[tuple[Cloud, int]]:
    """A cloud, and the port of the way to it, until the block ends."""
    made = Cloud(folder)
    try:
        await made.start()
        made.way = FaultProxy(("127.0.0.1", made.port), Break())
        async with open_proxy(made.way) as port:
            yield made, port
    finally:
        await made.stop()
