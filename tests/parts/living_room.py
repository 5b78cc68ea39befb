"""A microphone and a loudspeaker for a machine that has none: a private PipeWire or PulseAudio (``living-room``
beside this)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

TOOL = Path(__file__).parent / "living-room"


@dataclass
class LivingRoom:
    """``say`` blocks until the sentence is over; other verbs are those of the script."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    async def do(self, verb: str, *arguments: object) -> str:
        """Run the script.

        Raises:
            AssertionError: it failed; with what it said.
        """
        process = await asyncio.create_subprocess_exec(
            *(str(TOOL), verb, str(self.folder), *map(str, arguments)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(40):
            out, err = await process.communicate()
        assert process.returncode == 0, (verb, err.decode())
        return out.decode()


@contextlib.asynccontextmanager
async def living_room(*server: str) -> AsyncIterator[LivingRoom]:
    """A room of one's own; programs started with its environment hear and speak in it.

    ``server``: ``pulseaudio`` instead of PipeWire.
    """
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="room-") as folder:
        room = LivingRoom(Path(folder) / "r")
        lines = (await room.do("up", *server)).splitlines()
        pairs = (line.removeprefix("export ").partition("=") for line in lines if line.startswith("export "))
        room.environment = {**os.environ, **{name: value.strip("'\"") for name, _, value in pairs}}
        try:
            yield room
        finally:
            await room.do("down")
