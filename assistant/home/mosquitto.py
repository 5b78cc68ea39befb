"""A mosquitto of our own: started with a safe configuration, and again on the same port when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

from assistant.aside import set_aside
from assistant.errors import BrokerError
from assistant.home.address import Address
from assistant.home.broker.packets import Kind, encode
from assistant.redaction import without_secrets

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
ANSWER_SECONDS = 0.5
START_SECONDS = 5.0
STOP_SECONDS = 2.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 30.0
STABLE_SECONDS = 60.0

UNREADABLE = "Couldn't open database"
"""What it says of a file of its own that it cannot read."""
CONFIGURATION = """\
listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
max_queued_messages 0
message_size_limit 4194304
persistence true
persistence_location {folder}/
autosave_interval 300
log_type error
log_dest stderr
user root
"""
"""``user`` counts only when root starts it: mosquitto would become a user who may not write our folder.
``autosave_interval``: what it had kept since is lost when it is killed, and its default is half an hour.
"""


class Mosquitto:
    """One port on which our mosquitto answers; the processes come and go."""

    def __init__(self, folder: Path, port: int) -> None:
        self.address = Address(HOST, port)
        self._folder = folder
        self._errors = folder / "errors.log"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        assert self._process is not None, "it has been started"
        return self._process.pid

    async def start(self) -> None:
        """Start it and wait until it answers; what it kept and cannot read any more is set aside.

        Raises:
            BrokerError: it is not installed, or does not start.
        """
        kept = self._folder / "mosquitto.db"
        if kept.is_dir() or (kept.exists() and not kept.stat().st_size):
            log.warning("%s", set_aside(kept, "nothing is in it"))  # mosquitto would not say so
        try:
            await self._start()
        except BrokerError:
            if not kept.exists() or UNREADABLE not in self._said():
                raise
            log.warning("%s", set_aside(kept, "mosquitto does not understand it"))
            await self._start()

    async def _start(self) -> None:
        executable = program()
        if executable is None:
            raise BrokerError(
                "mosquitto is not installed: apt install mosquitto, or choose the embedded broker."
            )
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            text = CONFIGURATION.format(port=self.address.port, folder=self._folder)
            (self._folder / "mosquitto.conf").write_text(text)
            with self._errors.open("wb") as errors:
                self._process = await asyncio.create_subprocess_exec(
                    *_dying_with_us(),
                    executable,
                    "-c",
                    self._folder / "mosquitto.conf",
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=errors,
                    env=without_secrets(),
                    start_new_session=True,  # Ctrl-C is for the daemon, which still has to say goodbye
                )
        except OSError as error:
            raise BrokerError(f"mosquitto cannot be started: {error}.") from error
        await self._answering(self._process)

    async def _answering(self, process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                while process.returncode is None:
                    if await answers(self.address.port):
                        return
                    await asyncio.sleep(0.02)
        await self.stop()
        raise BrokerError(f"mosquitto does not start: {self._last_words()}.")

    def _last_words(self) -> str:
        lines = self._said().splitlines()
        return lines[-1].partition("Error: ")[2].rstrip(".") or lines[-1] if lines else "it says nothing"

    def _said(self) -> str:
        return self._errors.read_text(errors="replace") if self._errors.is_file() else ""

    async def keep(self) -> NoReturn:
        """Start it again whenever it has died, after 0.2, 0.4 ... 30 s; meanwhile the link tries."""
        clock = asyncio.get_running_loop().time
        pause, told = FIRST_PAUSE_SECONDS, set[str]()
        while True:
            assert self._process is not None, "it has been started"
            since = clock()
            code = await self._process.wait()
            if clock() - since > STABLE_SECONDS:
                pause, told = FIRST_PAUSE_SECONDS, set()
            _tell(f"The message broker mosquitto has ended (code {code}) and is started again.", told)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            try:
                await self.start()
            except BrokerError as error:
                _tell(str(error), told)

    async def stop(self) -> None:
        """Politely first: it writes its retained messages when it is asked to end."""
        process = self._process
        if process is None:
            return
        try:
            if process.returncode is None:
                process.terminate()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(STOP_SECONDS):
                        await process.wait()
        finally:  # also when nobody has time to wait for it
            if process.returncode is None:
                process.kill()
            await process.wait()


@contextlib.asynccontextmanager
async def mosquitto(folder: Path, port: int) -> AsyncIterator[Mosquitto]:
    """Our mosquitto on this port until the block ends."""
    ours = Mosquitto(folder, port)
    try:
        await ours.start()
        yield ours
    finally:
        await ours.stop()


def program() -> str | None:
    """Debian keeps it in /usr/sbin, which is not on everybody's PATH."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin")


def _tell(problem: str, told: set[str]) -> None:
    """A line in the log, once."""
    if problem not in told:
        told.add(problem)
        log.warning("%s", problem)


def _dying_with_us() -> tuple[str, ...]:
    """Before the program's name: the kernel ends it when we are killed and cannot."""
    setpriv = shutil.which("setpriv")
    return () if setpriv is None else (setpriv, "--pdeathsig", "TERM")


async def answers(port: int) -> bool:
    """Whether somebody on this machine accepts a CONNECT without asking who we are."""
    nameless = encode(Kind.CONNECT, b"\0\4MQTT\4\2\0\x0a\0\0")
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(nameless)
                return await reader.readexactly(4) == encode(Kind.CONNACK, b"\0\0")
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, asyncio.IncompleteReadError):
        return False
