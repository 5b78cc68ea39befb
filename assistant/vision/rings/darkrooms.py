"""The ring process's darkrooms: started when a film is to be made, let go when none was for a while."""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from assistant.errors import VisionError
from assistant.redaction import without_secrets
from assistant.vision.pipe import LARGEST_BUFFER, Item, pair, received, send

log = logging.getLogger(__name__)

AT_ONCE = 2
IDLE_SECONDS = 20.0
"""A darkroom waits so long for another film; starting one takes some tenths of a second."""
JOB_SECONDS = 300.0
NOT_MADE = "That clip could not be made."


@dataclass
class _Darkroom:
    """One process."""

    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    idle: asyncio.TimerHandle | None = None

    async def asked(self, head: Item, body: bytes) -> tuple[Item, bytes] | None:
        """One job; None when the process has died of it."""
        with suppress(ConnectionError):
            send(self.writer, head, body)
            async for answer in received(self.reader):
                return answer
        return None

    def end(self) -> None:
        """Now."""
        self.writer.close()
        with suppress(ProcessLookupError):
            self.process.kill()


class Darkrooms:
    """At most two of them at work."""

    def __init__(self) -> None:
        self._free: list[_Darkroom] = []
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def make(self, head: Item, body: bytes = b"") -> tuple[Item, bytes]:
        """Have a job done; see ``darkroom.done``.

        Raises:
            VisionError: it cannot be done, took too long, or the process died of it.
        """
        async with self._turns:
            room = await self._room()
            answer: tuple[Item, bytes] | None = None
            try:
                async with asyncio.timeout(JOB_SECONDS):
                    answer = await room.asked(head, body)
            except TimeoutError as error:
                raise VisionError("Making that clip takes too long.") from error
            finally:
                (self._keep if answer else _Darkroom.end)(room)
        if answer is None:
            log.warning("a film has ended the process that was to make it")
            raise VisionError(NOT_MADE)
        told, data = answer
        if "error" in told:
            raise VisionError(str(told["error"]))
        return told, data

    async def _room(self) -> _Darkroom:
        if self._free:
            room = self._free.pop()
            if room.idle is not None:
                room.idle.cancel()
            return room
        ours, theirs = pair()
        with ExitStack() as kept, theirs:
            kept.enter_context(ours)
            reader, writer = await asyncio.open_connection(sock=ours, limit=LARGEST_BUFFER)
            kept.callback(writer.transport.abort)
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-P", "-m", "assistant.vision.rings.darkroom", "--fd", str(theirs.fileno())),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                env=without_secrets(),
            )
            kept.pop_all()
        return _Darkroom(process, reader, writer)

    def _keep(self, room: _Darkroom) -> None:
        room.idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._leave, room)
        self._free.append(room)

    def _leave(self, room: _Darkroom) -> None:
        self._free.remove(room)
        room.end()

    def close(self) -> None:
        """Let all go that wait."""
        while self._free:
            self._leave(self._free[0])
