"""A Cast receiver of the test: TLS, the protocol's messages, and a default receiver that fetches its picture."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from pychromecast.generated.cast_channel_pb2 import CastMessage

from assistant.brain.certificate import certificate

RECEIVER = "urn:x-cast:com.google.cast.receiver"
MEDIA = "urn:x-cast:com.google.cast.media"
BEAT = "urn:x-cast:com.google.cast.tp.heartbeat"
APP = {
    "appId": "CC1AD845",
    "displayName": "Default Media Receiver",
    "namespaces": [{"name": MEDIA}],
    "sessionId": "s-1",
    "transportId": "t-1",
    "statusText": "",
}


class Receiver:
    """``loaded`` is what it was told to show, ``fetched`` what it got there; it may refuse whatever comes."""

    def __init__(self) -> None:
        self.port = 0
        self.loaded: list[dict[str, Any]] = []
        self.fetched: list[httpx2.Response] = []
        self.refuses = False
        self._running = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                size = int.from_bytes(await reader.readexactly(4), "big")
                asked = CastMessage()
                asked.ParseFromString(await reader.readexactly(size))
                for answer in await self._answers(asked.namespace, json.loads(asked.payload_utf8)):
                    writer.write(self._framed(asked, answer))
                await writer.drain()
        writer.close()

    async def _answers(self, namespace: str, told: dict[str, Any]) -> list[dict[str, Any]]:
        number = told.get("requestId", 0)
        status = (
            {"status": [{"mediaSessionId": 1, "playerState": "PLAYING"}]} if self.loaded else {"status": []}
        )
        match namespace, told.get("type"):
            case _, "PING" if namespace == BEAT:
                return [{"type": "PONG"}]
            case _, "GET_STATUS" | "LAUNCH" | "STOP" if namespace == RECEIVER:
                self._running = told["type"] != "STOP" and (self._running or told["type"] == "LAUNCH")
                apps = [APP] if self._running else []
                volume = {"level": 1.0, "muted": False}
                shown = {"applications": apps, "volume": volume, "isActiveInput": True}
                return [{"type": "RECEIVER_STATUS", "requestId": number, "status": shown}]
            case _, "LOAD" if namespace == MEDIA:
                self.loaded.append(told["media"])
                if self.refuses:
                    return [{"type": "LOAD_FAILED", "requestId": number}]
                async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
                    self.fetched.append(await client.get(told["media"]["contentId"]))
                return [{"type": "MEDIA_STATUS", "requestId": number, "status": [
                    {"mediaSessionId": 1, "playerState": "PLAYING", "media": told["media"]}
                ]}]  # fmt: skip
            case _, "GET_STATUS" if namespace == MEDIA:
                return [{"type": "MEDIA_STATUS", "requestId": number, **status}]
        return []

    def _framed(self, asked: Any, answer: dict[str, Any]) -> bytes:
        message = CastMessage()
        message.protocol_version = message.CASTV2_1_0
        message.source_id, message.destination_id = asked.destination_id, asked.source_id
        message.namespace = asked.namespace
        message.payload_type, message.payload_utf8 = message.STRING, json.dumps(answer)
        data = message.SerializeToString()
        return len(data).to_bytes(4, "big") + data


@contextlib.asynccontextmanager
async def receiver(folder: Path) -> AsyncIterator[Receiver]:
    """A device on the loopback while the block lasts."""
    here = Receiver()
    _, trust = certificate(folder, lambda: datetime.now(UTC))
    tasks: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await here.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=trust)
    here.port = server.sockets[0].getsockname()[1]
    try:
        yield here
    finally:
        server.close()
        if tasks:
            await asyncio.wait(tasks, timeout=1)
