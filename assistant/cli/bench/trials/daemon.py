"""The daemon under trial: a process as systemd would start it, with all that it says kept."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.cli.bench.machine import children, resident
from assistant.control import asked
from assistant.errors import AssistantError
from assistant.store import holder

START_SECONDS = 30.0
STOP_SECONDS = 20.0
SAY_SECONDS = 60.0
PAUSE_SECONDS = 0.02
LINES = 400
"""Of what it said, so many are kept."""
LAST_LINES = 3

Item = dict[str, Any]


async def until(so: Callable[[], object], seconds: float) -> bool:
    """Wait for something that nobody announces; whether it came."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not so():  # noqa: ASYNC110 - a file, a process: nobody would set an event
                await asyncio.sleep(PAUSE_SECONDS)
            return True
    return False


@contextlib.asynccontextmanager
async def beside(*parts: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """What goes on while the block runs; what has failed meanwhile is raised at its end."""
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(part) for part in parts]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.result()


@dataclass
class Answer:
    """What one sentence led to."""

    ok: bool
    items: list[Item] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that was spoken."""
        return " ".join(item["text"] for item in self.items if item["event"] == "spoke")

    @property
    def results(self) -> list[bool]:
        """How the tools that were called ended."""
        return [item["ok"] for item in self.items if item["event"] == "tool_result"]

    @property
    def trouble(self) -> str:
        """What the user was told instead."""
        return " ".join(item["text"] for item in self.items if item["event"] == "error")


class Daemon:
    """`assistant run` on a state folder; it can be killed and started again, like by systemd."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.state = folder / "state"
        self.told: deque[str] = deque(maxlen=LINES)
        """What it told its user, and the lines of its log."""
        self.starts = 0
        self._environment = {**os.environ, **environment, "ASSISTANT_STATE_DIR": str(self.state)}
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Of the process that runs, or ran last."""
        assert self._process is not None, "it has been started"
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.returncode is None

    @property
    def last_words(self) -> str:
        """What it said last."""
        return " / ".join(list(self.told)[-LAST_LINES:])

    async def run(self) -> None:
        """Read what it says, for ever; to be started before it is."""
        while True:
            process = self._process
            if process is None or process.returncode is not None:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            async with asyncio.TaskGroup() as tasks:
                assert process.stdout is not None
                assert process.stderr is not None
                tasks.create_task(self._hear(process.stdout))
                tasks.create_task(self._hear(process.stderr))
            await process.wait()

    async def _hear(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            self.told.append(line.decode(errors="replace").strip().removeprefix("assistant: "))

    async def start(self) -> None:
        """Start it and wait until it can be asked.

        Raises:
            AssistantError: it does not start; with its last words.
        """
        self.starts += 1
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "assistant", "run", "--quiet"),
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=2**20,
        )
        there = await until(
            lambda: holder(self.state).get("pid") == self.pid or not self.alive, START_SECONDS
        )
        if not there or not self.alive:
            raise AssistantError(f"the daemon does not start: {self.last_words}")

    async def stop(self) -> None:
        """Politely; what does not end is killed."""
        if self._process is not None and self.alive:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self._process.wait()
            await self.kill()

    async def kill(self) -> None:
        """As the kernel does when memory is short, or a child with the plug."""
        assert self._process is not None, "it has been started"
        self.signal(signal.SIGKILL)
        await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal if it is still there."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    async def ask(self, request: Item, seconds: float = SAY_SECONDS) -> Answer:
        """Something of its control socket; an answer that is not ok when it cannot be reached."""
        items: list[Item] = []
        try:
            async with asyncio.timeout(seconds):
                return Answer(await asked(self.state / "control.sock", request, items.append), items)
        except TimeoutError:
            items.append({"event": "error", "text": f"no answer within {seconds:g} s"})
        except (AssistantError, OSError) as error:
            items.append({"event": "error", "text": str(error)})
        return Answer(False, items)

    async def say(self, text: str, seconds: float = SAY_SECONDS) -> Answer:
        """A typed sentence."""
        return await self.ask({"do": "say", "text": text}, seconds)

    def part(self, module: str) -> int | None:
        """The pid of a child: ``assistant.brain``, ``assistant.audio``."""
        found = (pid for pid, line in children(self.pid) if f"-m {module}" in line)
        return next(found, None)

    def limited(self, what: int, soft: int) -> tuple[int, int]:
        """Give it a new limit (``resource.RLIMIT_…``) while it runs; returns the one before."""
        before = resource.prlimit(self.pid, what)
        resource.prlimit(self.pid, what, (soft, before[1]))
        return before

    def memory(self) -> float:
        """Resident megabytes of the daemon alone."""
        return resident(self.pid)

    def threads(self) -> int:
        """Of the daemon alone."""
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    def files(self) -> int:
        """Its open file descriptors."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))
