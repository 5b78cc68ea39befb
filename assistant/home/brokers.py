"""Choosing the home's MQTT broker, and running it when it is ours."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from assistant.errors import BrokerError
from assistant.home.address import Address
from assistant.home.broker import serve
from assistant.home.broker.packets import Kind, encode

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
LOCAL_PORT = 1883
LOCAL_SECONDS = 0.5
START_SECONDS = 5.0
STOP_SECONDS = 2.0

MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
max_queued_messages 0
persistence true
persistence_location {folder}/
log_type error
log_dest stderr
user root
"""
"""``user`` counts only when root starts it: mosquitto would become a user who may not write our folder."""

Kinds = Literal["configured", "local", "mosquitto", "embedded"]


@dataclass(frozen=True)
class Broker:
    """The broker that the home uses. ``url`` is for Link alone: it may hold a password."""

    kind: Kinds
    url: str = field(repr=False)
    words: str
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    async def ended(self) -> str:
        """Wait until a broker that is our child has died, and say so; others are the link's business."""
        if self.process is None:
            await asyncio.Event().wait()
        else:
            code = await self.process.wait()
            return f"The MQTT broker mosquitto, which the assistant had started, ended with code {code}."
        raise AssertionError("an event that nobody sets")


@contextlib.asynccontextmanager
async def broker(
    choice: str = "auto", *, state: Path, port: int = 0, join_local: bool = False
) -> AsyncIterator[Broker]:
    """The broker for this choice: an mqtt:// URL, ``mosquitto``, ``embedded`` or ``auto``.

    ``auto`` takes what listens on localhost:1883 (with ``join_local``), else a mosquitto of our own, else the
    embedded one. ``port`` is for a broker of our own, 0 any free one; ``state`` keeps what it must remember.
    """
    async with contextlib.AsyncExitStack() as stack:
        yield await _choose(stack, choice, state, port, join_local=join_local)


async def _choose(
    stack: contextlib.AsyncExitStack, choice: str, state: Path, port: int, *, join_local: bool
) -> Broker:
    match choice:
        case "embedded":
            return await stack.enter_async_context(_embedded(state, port))
        case "mosquitto":
            return await stack.enter_async_context(_mosquitto(state, port))
        case "auto":
            if join_local and await _answers(LOCAL_PORT):
                where = Address(HOST, LOCAL_PORT)
                return Broker("local", where.url, f"the broker that runs on this machine ({where.shown})")
            if _program() is not None:
                try:
                    return await stack.enter_async_context(_mosquitto(state, port))
                except BrokerError as error:
                    log.warning("%s The embedded broker takes its place.", error)
            return await stack.enter_async_context(_embedded(state, port))
        case _:
            return Broker("configured", choice, f"the broker at {Address.parse(choice).shown}")


@contextlib.asynccontextmanager
async def _embedded(state: Path, port: int) -> AsyncIterator[Broker]:
    async with serve(HOST, port, retained=state / "retained.json") as address:
        yield Broker("embedded", address.url, f"the embedded broker ({address.shown})")


@contextlib.asynccontextmanager
async def _mosquitto(state: Path, port: int) -> AsyncIterator[Broker]:
    program = _program()
    if program is None:
        raise BrokerError("mosquitto is not installed: apt install mosquitto, or choose the embedded broker.")
    port = _free_port(port)
    folder = state / "mosquitto"
    errors = folder / "errors.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "mosquitto.conf").write_text(MOSQUITTO.format(port=port, folder=folder))
        with errors.open("wb") as log_file:
            process = await asyncio.create_subprocess_exec(
                *_dying_with_us(),
                program,
                "-c",
                folder / "mosquitto.conf",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=log_file,
            )
    except OSError as error:
        raise BrokerError(f"mosquitto cannot be started: {error}.") from error
    try:
        await _until_it_answers(process, port, errors)
        where = Address(HOST, port)
        yield Broker("mosquitto", where.url, f"a mosquitto of our own ({where.shown})", process)
    finally:
        await _stop(process)


def _program() -> str | None:
    """Debian keeps it in /usr/sbin, which is not on everybody's PATH."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin")


def _dying_with_us() -> tuple[str, ...]:
    """Before the program's name: the kernel ends it when we are killed and cannot."""
    setpriv = shutil.which("setpriv")
    return () if setpriv is None else (setpriv, "--pdeathsig", "TERM")


def _free_port(wanted: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError as error:
            raise BrokerError(
                f"mosquitto cannot listen on {HOST} port {wanted} ({error.strerror}); "
                "stop the program that does, or set mqtt.port to another."
            ) from error
        port: int = probe.getsockname()[1]
        return port


async def _until_it_answers(process: asyncio.subprocess.Process, port: int, errors: Path) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(START_SECONDS):
            while process.returncode is None:
                if await _answers(port):
                    return
                await asyncio.sleep(0.02)
    raise BrokerError(f"mosquitto does not start: {_last_line(errors)}.")


def _last_line(path: Path) -> str:
    lines = path.read_text(errors="replace").splitlines()
    return lines[-1] if lines else "it says nothing"


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Politely first: it writes its retained messages when it is asked to end."""
    if process.returncode is None:
        process.terminate()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
    if process.returncode is None:
        process.kill()
    await process.wait()


async def _answers(port: int) -> bool:
    """Whether somebody on this machine accepts a CONNECT without asking who we are."""
    nameless = encode(Kind.CONNECT, b"\0\4MQTT\4\2\0\x0a\0\0")
    try:
        async with asyncio.timeout(LOCAL_SECONDS):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(nameless)
                return await reader.readexactly(4) == encode(Kind.CONNACK, b"\0\0")
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, asyncio.IncompleteReadError):
        return False
