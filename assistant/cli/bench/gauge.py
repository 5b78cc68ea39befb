"""A server of the Live wire that thinks nothing and notes everything: the other end of a measured link."""

from __future__ import annotations

import base64
import json
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from assistant.live.endpoint import Endpoint

ANSWER = bytes(9600)
"""200 ms of silence, 24 kHz mono s16le."""
FRAME_BYTES = 640
LARGEST = 2**20


def frame(number: int) -> bytes:
    """20 ms of microphone whose first sample pairs tell its number."""
    return number.to_bytes(4, "little").ljust(FRAME_BYTES, b"\0")


@dataclass
class Spoken:
    """An utterance as one connection got it: numbers of frames, and when each came."""

    numbers: list[int] = field(default_factory=list)
    at: list[float] = field(default_factory=list)


async def nothing(_gauge: Gauge, _socket: ServerConnection, _count: int = 0) -> None:
    """It is a good link."""


OnFrame = Callable[["Gauge", ServerConnection, int], Awaitable[None]]
"""Called with every frame, and how many there were in this utterance on this link."""
OnAnswer = Callable[["Gauge", ServerConnection], Awaitable[None]]


class Gauge:
    """Answers every question with the same sound, and leaves when it is told to."""

    def __init__(self) -> None:
        self.connections = 0
        self.utterances: list[Spoken] = []
        self.answered_at = 0.0
        self.tokens = Counter[str]()
        """What it said that its answers cost."""
        self.instructions: list[str] = []
        """What each connection was told to be."""
        self.refuses = False
        """Whoever knocks is turned away."""
        self.on_frame: OnFrame = nothing
        self.before_answer: OnAnswer = nothing
        self.after_answer: OnAnswer = nothing
        self._words = 0

    async def attend(self, socket: ServerConnection) -> None:
        """One connection."""
        self.connections += 1
        if self.refuses:
            socket.transport.abort()
            return
        try:
            async for text in socket:
                await self._take(json.loads(text), socket)
        except ConnectionClosed:
            return

    async def _take(self, told: dict[str, Any], socket: ServerConnection) -> None:
        if "setup" in told:
            parts = told["setup"].get("systemInstruction", {}).get("parts", [])
            self.instructions.append("".join(part.get("text", "") for part in parts))
            await _send(socket, setupComplete={})
            await self._offer(socket)
        live = told.get("realtimeInput") or told.get("realtime_input") or {}  # the SDK writes either
        if "activityStart" in live:
            self.utterances.append(Spoken())
        if "audio" in live:
            spoken = self.utterances[-1]
            pcm = base64.urlsafe_b64decode(live["audio"]["data"])
            spoken.numbers.append(int.from_bytes(pcm[:4], "little"))
            spoken.at.append(time.perf_counter())
            await self.on_frame(self, socket, len(spoken.numbers))
        if "activityEnd" in live or "text" in live:
            await self._answer(socket)

    async def _answer(self, socket: ServerConnection) -> None:
        await self.before_answer(self, socket)
        data = base64.b64encode(ANSWER).decode()
        self.answered_at = time.perf_counter()
        part = {"inlineData": {"mimeType": "audio/pcm;rate=24000", "data": data}}
        await _send(socket, serverContent={"modelTurn": {"role": "model", "parts": [part]}})
        await _send(socket, serverContent={"outputTranscription": {"text": "So it is."}})
        await _send(socket, serverContent={"generationComplete": True})
        self._words += 1
        heard, said = 100 + self._words % 7, 20 + self._words % 5
        self.tokens.update(turns=1, heard=heard, said=said)
        usage = {
            "promptTokenCount": heard,
            "responseTokenCount": said,
            "totalTokenCount": heard + said,
            "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": heard}],
            "responseTokensDetails": [{"modality": "AUDIO", "tokenCount": said}],
        }
        turn_complete = {"turnComplete": True, "interactionStatus": "IDLE"}
        await _send(socket, serverContent=turn_complete, usageMetadata=usage)
        await self._offer(socket)
        await self.after_answer(self, socket)

    async def _offer(self, socket: ServerConnection) -> None:
        handle = f"{self.connections}-{self._words}"
        await _send(socket, sessionResumptionUpdate={"newHandle": handle, "resumable": True})


async def go_away(socket: ServerConnection, seconds: float) -> None:
    """Warn that the link will end."""
    await _send(socket, goAway={"timeLeft": f"{seconds:g}s"})


async def _send(socket: ServerConnection, **message: Any) -> None:
    await socket.send(json.dumps(message).encode())


@asynccontextmanager
async def gauge(certificate: Path, model: str) -> AsyncIterator[tuple[Gauge, Endpoint]]:
    """One that listens on loopback; ``certificate`` is the embedded brain's, beside its key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    made = Gauge()
    async with serve(made.attend, "127.0.0.1", 0, ssl=context, max_size=LARGEST, close_timeout=1) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        url = f"https://127.0.0.1:{port}"
        yield made, Endpoint("gemini", model, key="bench", base_url=url, certificate=certificate)
