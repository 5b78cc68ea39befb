"""The daemon's side of the ring process: start it, ask it, replace it."""

from __future__ import annotations

import asyncio
import itertools
import logging
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from typing import Any

from assistant.errors import VisionError
from assistant.redaction import without_secrets
from assistant.vision.pipe import LARGEST_BUFFER, Item, pair, received, send, trays

log = logging.getLogger(__name__)

RESTART_SECONDS = (0.3, 1, 2, 5, 10, 30)
STEADY_SECONDS = 60.0
FRUGAL = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "131072"}
"""Pictures are large and short-lived: their memory is not kept for each thread."""
STOP_SECONDS = 1.0
ASK_SECONDS = 60.0
RESTARTING = "The camera service is starting again; please ask once more in a few seconds."
NO_AV = "cameras need PyAV: install it with: .venv/bin/pip install 'assistant[cameras]'"


class Eyes:
    """Keeps one ring process alive. ``sources`` are cameras as that process is told of them."""

    def __init__(self, sources: Sequence[Item] = ()) -> None:
        self._sources = list(sources)
        self._writer: asyncio.StreamWriter | None = None
        self._up = asyncio.Event()
        self._waiting: dict[int, asyncio.Future[tuple[Item, bytes]]] = {}
        self._numbers = itertools.count(1)
        self.states: dict[str, Item] = {}
        self.changed: Callable[[Item], None] = lambda _state: None
        """Called with the state of a camera that is another than before."""
        self.begun: Callable[[], object] = lambda: None
        """Called whenever a process has been told of its cameras."""
        self.pid = 0
        self.restarts = 0

    async def run(self) -> None:
        """Start it, and again whenever it dies."""
        clock = asyncio.get_running_loop().time
        failures = 0
        while True:
            begun = clock()
            try:
                await self._once()
            except OSError as error:  # it has not begun
                log.warning("the camera process cannot be started: %s", error.strerror or error)
            failures = 0 if clock() - begun > STEADY_SECONDS else failures
            wait = RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)]
            failures += 1
            self.restarts += 1
            log.warning("the camera process ended; it starts again in %g s", wait)
            await asyncio.sleep(wait)

    async def _once(self) -> None:
        process, ours, our_tray = await _born()
        self.pid = process.pid
        try:
            with ours, our_tray:
                await self._served(process, ours, our_tray)
        finally:
            await _ended(process)

    async def _served(
        self, process: asyncio.subprocess.Process, ours: socket.socket, tray: socket.socket
    ) -> None:
        reader, writer = await asyncio.open_connection(sock=ours, limit=LARGEST_BUFFER)
        try:
            async with asyncio.TaskGroup() as tasks:
                complaints = tasks.create_task(_relayed(process.stderr), name="rings stderr")
                self._writer = writer
                send(writer, {"do": "cameras", "cameras": self._sources, "id": 0})
                self._up.set()
                self.begun()
                await self._receive(reader, tray)
                complaints.cancel()
        finally:
            self._up.clear()
            self._writer = None
            self._fail(VisionError(RESTARTING))
            for name in list(self.states):
                self._is(name, {**self.states[name], "state": "away", "why": "the camera service restarts"})
            writer.transport.abort()

    async def _receive(self, reader: asyncio.StreamReader, tray: socket.socket) -> None:
        with suppress(VisionError):
            async for head, body in received(reader, tray=tray):
                if "states" in head:
                    for state in head["states"]:
                        self._is(str(state["name"]), state)
                elif (future := self._waiting.pop(head.get("id", 0), None)) and not future.done():
                    future.set_result((head, body))

    def _is(self, name: str, state: Item) -> None:
        before, self.states[name] = self.states.get(name), state
        if before is None or (before["state"], before["why"]) != (state["state"], state["why"]):
            self.changed(state)

    def _fail(self, error: VisionError) -> None:
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(error)

    async def ask(self, head: Item, body: bytes = b"", *, seconds: float = ASK_SECONDS) -> tuple[Item, bytes]:
        """One request and its answer.

        Raises:
            VisionError: the process died meanwhile, does not answer, or says why it cannot be done.
        """
        number = next(self._numbers)
        try:
            async with asyncio.timeout(seconds):
                await self._up.wait()
                future: asyncio.Future[tuple[Item, bytes]] = asyncio.get_running_loop().create_future()
                self._waiting[number] = future
                assert self._writer is not None
                send(self._writer, {**head, "id": number}, body)
                told, data = await future
        except TimeoutError as error:
            raise VisionError("The camera service does not answer.") from error
        finally:
            self._waiting.pop(number, None)
        if "error" in told:
            raise VisionError(str(told["error"]))
        return told, data


async def _born() -> tuple[asyncio.subprocess.Process, socket.socket, socket.socket]:
    """A process, and our ends of the socket and the tray between us.

    Raises:
        OSError: the machine gives us no process or no more files.
    """
    with ExitStack() as theirs, ExitStack() as ours:
        (near, far), (near_tray, far_tray) = _kept(pair(), ours, theirs), _kept(trays(), ours, theirs)
        numbers = far.fileno(), far_tray.fileno()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-P", "-m", "assistant.vision.rings", *map(str, numbers)),
            pass_fds=numbers,
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={**without_secrets(), **FRUGAL},
        )
        ours.pop_all()
    return process, near, near_tray


def _kept(
    ends: tuple[socket.socket, socket.socket], ours: ExitStack, theirs: ExitStack
) -> tuple[socket.socket, socket.socket]:
    return ours.enter_context(ends[0]), theirs.enter_context(ends[1])


async def _relayed(stream: asyncio.StreamReader | None) -> None:
    """Pass the process's complaints to our log."""
    assert stream is not None
    async for line in stream:
        text = line.decode(errors="replace").strip()
        if "No module named 'av'" in text:
            log.error("%s", NO_AV)
        elif text:
            log.info("camera process: %s", text[:300])


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Its socket is closed, so it ends; one that does not is killed."""
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        log.info("the camera process does not end by itself and is killed")
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def as_state(name: str, state: str, why: str = "", **more: Any) -> Item:
    """A state as the ring process tells it, for cameras that it does not read."""
    empty = {
        "since_s": 0.0,
        "last_frame_s": None,
        "codec": "",
        "size": "",
        "sound": "",
        "gop_s": 0.0,
        "ring_s": 0.0,
        "ring_mb": 0.0,
        "warning": "",
    }
    return {"name": name, "state": state, "why": why, **empty, **more}
