"""The daemon's side of the audio process: start it, hear from it, speak through it, replace it."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path

from assistant.audio.messages import (
    EndOfReply,
    Flush,
    FromAudio,
    Mute,
    OpenGate,
    Play,
    Played,
    Progress,
    Pulse,
    Ready,
    Sensitivity,
    Shut,
    Sign,
    ToAudio,
    Volume,
)
from assistant.audio.pipe import packed, received
from assistant.audio.settings import RoomSettings
from assistant.config import AudioConfig
from assistant.errors import AudioError
from assistant.redaction import without_secrets

log = logging.getLogger(__name__)

DEFAULTS = RoomSettings()
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""numpy's helpers spin for a while after each long sum, which of sums of milliseconds is most of the work."""
STOP_SECONDS = 1.0
SLACK_SECONDS = 5.0
"""A speaker that goes on playing takes no longer than its speech is long, and this."""
BYTES_PER_SECOND = 24_000 * 2
AHEAD_BYTES = 60 * BYTES_PER_SECOND
"""More than this is not kept for the speaker: a ten-minute story waits where it is made."""


class Audio:
    """One running audio process; a mouth for the conversation."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        pid: int,
        kill: Callable[[], None] = lambda: None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._over = asyncio.Event()
        self._replies = self._replies_heard = 0
        self._moved = asyncio.Event()
        self._ended = False
        self._progress = Progress(0, 0)
        self._sent = 0
        self._begun_at: int | None = None
        self._muted: bool | None = None
        self.pid = pid
        self.speaks = True
        """Whether there is a speaker; known once it is ready."""
        self.kill = kill
        """The only dependable way to get rid of one that hangs."""
        self.pulse: Callable[[Pulse], None] = lambda _pulse: None
        """Called several times a second while the process lives."""

    async def messages(self) -> AsyncIterator[FromAudio]:
        """What it hears, until it ends."""
        try:
            async for message in received(self._reader):
                match message:
                    case Played(number):
                        self._replies_heard = number
                        self._over.set()
                    case Progress():
                        self._progress = message
                        self._moved.set()
                    case Pulse():
                        self.pulse(message)
                    case Ready(speaks=speaks):
                        self.speaks = speaks
                        yield message
                    case _:
                        yield message
        finally:
            self._ended = True
            self._over.set()
            self._moved.set()

    def _send(self, message: ToAudio) -> None:
        if not self._writer.is_closing():
            self._writer.write(packed(message))

    def open_gate(self, by: str) -> None:
        """Push to talk."""
        self._send(OpenGate(by))

    def shut(self, sign: str) -> None:
        """Close the gate: another room is being listened to. A ``sign`` of "" is none."""
        self._send(Shut(sign))

    def mute(self, on: bool) -> None:
        """Hard mute, inside the process."""
        self._send(Mute(on))

    def apply(self, settings: RoomSettings) -> None:
        """Mute, volume and sensitivity as the room wants them."""
        if self._muted is not None and self._muted != settings.muted:
            self._send(Sign("mute" if settings.muted else "unmute"))
        self._muted = settings.muted
        self.mute(settings.muted)
        self._send(Volume(settings.volume))
        self._send(Sensitivity(settings.sensitivity))

    def play(self, pcm: bytes) -> None:
        """Speak: 24 kHz mono s16le."""
        if self._begun_at is None:
            self._begun_at = self._progress.played
        self._sent += len(pcm)
        for start in range(0, len(pcm), BYTES_PER_SECOND):
            self._send(Play(pcm[start : start + BYTES_PER_SECOND]))

    def flush(self) -> None:
        """Stop speaking now."""
        self._begun_at = None
        self._send(Flush())

    def sign(self, name: str) -> None:
        """Play one of the assistant's own short sounds (``assistant.audio.signs``)."""
        self._send(Sign(name))

    def heard(self) -> float:
        """Seconds of the present answer that have been played."""
        begun = self._progress.played if self._begun_at is None else self._begun_at
        return (self._progress.played - begun) / BYTES_PER_SECOND

    @property
    def speaking(self) -> bool:
        """Whether something that was to be said has not been heard yet."""
        return not self._ended and self._sent > self._progress.taken

    async def room(self) -> None:
        """Wait until less than a minute of speech waits to be played."""
        while not self._ended and self._sent - self._progress.taken > AHEAD_BYTES:
            self._moved.clear()
            await self._moved.wait()

    async def finish(self, *, follow_up: bool = True) -> None:
        """Wait until what was said has been heard; after an answer the user may go on."""
        if self._ended:
            return
        self._replies = number = self._replies + 1
        self._send(EndOfReply(follow_up, number))
        waiting = (self._sent - self._progress.taken) / BYTES_PER_SECOND
        with suppress(TimeoutError):
            async with asyncio.timeout(waiting + SLACK_SECONDS):
                while self._replies_heard < number and not self._ended:
                    self._over.clear()  # the end of one that was broken off may still be on its way
                    await self._over.wait()
        self._begun_at = None


def _wished(config: AudioConfig) -> list[str]:
    """What the owner has configured, as arguments."""
    arguments = [*_words(config), "--echo", config.echo, "--input", config.input, "--output", config.output]
    arguments += ["--signs"] if config.signs else []
    arguments += ["--end-silence-ms", str(config.end_silence_ms)]
    return [*arguments, "--follow-up-ms", str(round(config.follow_up_seconds * 1000))]


def _words(config: AudioConfig) -> list[str]:
    """Which words wake, those of the user's own models among them."""
    own = {path.stem: path for path in sorted(config.wake_folder.glob("*.json"))}
    arguments = [f"--wake={word}" for word in dict.fromkeys([*config.wake_words, *own])]
    arguments += [f"--model={path}" for path in own.values()]
    arguments += [f"--offset={word}={points}" for word, points in config.sensitivities.items()]
    return [*arguments, "--always"] if config.always_listens else arguments


async def _born(arguments: list[str]) -> tuple[asyncio.subprocess.Process, socket.socket]:
    """A process, and our end of what is between us."""
    ours, theirs = socket.socketpair()
    with ExitStack() as kept, theirs:
        kept.enter_context(ours)
        command = (sys.executable, "-P", "-m", "assistant.audio", "--fd", str(theirs.fileno()))
        process = await asyncio.create_subprocess_exec(
            *command,
            *arguments,
            stdout=asyncio.subprocess.DEVNULL,  # ours are events; sound libraries print what they like
            pass_fds=[theirs.fileno()],
            env={**without_secrets(), **ONE_THREAD},
        )
        kept.pop_all()
    return process, ours


def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()


@asynccontextmanager
async def started(
    config: AudioConfig,
    *,
    file: Path | None = None,
    push: bool = False,
    settings: RoomSettings = DEFAULTS,
) -> AsyncIterator[Audio]:
    """An audio process for the microphone or for a recording, killed when the block ends.

    The settings go along with it, so that a muted room is never heard, not even for a moment at the start;
    kill is the only dependable way to close PortAudio.

    Raises:
        AudioError: the machine gives us no process or no more files.
    """
    arguments = _wished(config)
    arguments += ["--volume", str(settings.volume), "--sensitivity", str(settings.sensitivity)]
    arguments += ["--muted"] if settings.muted else []
    arguments += ["--file", str(file)] if file else []
    arguments += ["--push"] if push else []
    try:
        process, ours = await _born(arguments)
    except OSError as error:
        raise AudioError(f"the audio process cannot be started: {error.strerror or error}") from error
    try:
        async with _connected(ours) as (reader, writer):
            yield Audio(reader, writer, process.pid, lambda: _kill(process))
    finally:
        await _ended(process)


@asynccontextmanager
async def _connected(
    ours: socket.socket,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    with ours:
        reader, writer = await asyncio.open_connection(sock=ours)
        try:
            yield reader, writer
        finally:
            # What it was still to be told does not matter; one that hangs would never take it.
            writer.transport.abort()


async def _ended(process: asyncio.subprocess.Process) -> None:
    """It ends with its socket; one that does not, or that nobody has time to wait for, is killed."""
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        log.info("the audio process does not end by itself and is killed")
    finally:
        _kill(process)
        await process.wait()
