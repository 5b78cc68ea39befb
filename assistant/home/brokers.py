"""Choosing the home's MQTT broker, and running it when it is ours."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NoReturn

from assistant.config import MqttConfig
from assistant.errors import BrokerError
from assistant.home.address import Address
from assistant.home.broker import serve
from assistant.home.mosquitto import HOST, Mosquitto, answers, mosquitto, program

log = logging.getLogger(__name__)

LOCAL_PORT = 1883

Kinds = Literal["configured", "local", "mosquitto", "embedded"]


@dataclass(frozen=True)
class Broker:
    """The broker that the home uses. ``address`` is for links alone: it may hold a password."""

    kind: Kinds
    address: Address = field(repr=False)
    words: str
    process: Mosquitto | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where it is, fit to be shown."""
        return self.address.url

    async def keep(self) -> NoReturn:
        """Keep a broker alive that is a process of ours; others are the link's business."""
        if self.process is not None:
            await self.process.keep()
        await asyncio.Event().wait()
        raise AssertionError("an event that nobody sets")


@contextlib.asynccontextmanager
async def broker(config: MqttConfig, *, state: Path) -> AsyncIterator[Broker]:
    """The broker for this configuration: an mqtt:// URL, ``mosquitto``, ``embedded`` or ``auto``.

    ``auto`` takes what listens on localhost:1883 (with ``use_localhost``), else a mosquitto of our own, else
    the embedded one. ``state`` is the folder for what a broker of our own must remember.

    Raises:
        BrokerError: a broker of our own cannot be started.
        ConfigError: the address or the secrets for it cannot be used.
    """
    async with contextlib.AsyncExitStack() as stack:
        yield await _choose(stack, config, state)


async def _choose(stack: contextlib.AsyncExitStack, config: MqttConfig, state: Path) -> Broker:
    match config.broker:
        case "embedded":
            return await stack.enter_async_context(_embedded(state, config.port))
        case "mosquitto":
            return await stack.enter_async_context(_mosquitto(state, _free_port(config.port)))
        case "auto":
            if config.use_localhost and await answers(LOCAL_PORT):
                where = Address(HOST, LOCAL_PORT)
                return Broker("local", where, f"the broker that runs on this machine ({where.shown})")
            if program() is not None:
                port = _free_port(config.port)  # a port that is taken is so for the embedded one, too
                try:
                    return await stack.enter_async_context(_mosquitto(state, port))
                except BrokerError as error:
                    log.warning("%s The embedded broker takes its place.", error)
            return await stack.enter_async_context(_embedded(state, config.port))
        case _:
            where = Address.configured(config)
            return Broker("configured", where, f"the broker at {where.shown}")


@contextlib.asynccontextmanager
async def _embedded(state: Path, port: int) -> AsyncIterator[Broker]:
    async with serve(HOST, port, retained=state / "retained.json") as address:
        yield Broker("embedded", address, f"the embedded broker ({address.shown})")


@contextlib.asynccontextmanager
async def _mosquitto(state: Path, port: int) -> AsyncIterator[Broker]:
    async with mosquitto(state / "mosquitto", port) as ours:
        yield Broker("mosquitto", ours.address, f"a mosquitto of our own ({ours.address.shown})", ours)


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
