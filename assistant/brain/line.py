"""The brain's side of one open connection: frames out, and every way a connection can end."""

from __future__ import annotations

import base64
import json
from typing import Any, Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

OUTPUT_RATE = 24_000
LONGEST_REASON = 123
"""Bytes that fit beside the code in a close frame."""


class Wires(Protocol):
    """What only the connection below the WebSocket can do; see `server.Connection`."""

    def abort(self) -> None: ...
    def stall(self) -> None: ...


class Line:
    """Sends; the caller hears about a client that is gone by `WebSocketDisconnect`."""

    def __init__(self, socket: WebSocket, wires: Wires) -> None:
        self._socket = socket
        self._wires = wires

    @property
    def open(self) -> bool:
        """Whether frames can still be sent."""
        return self._socket.application_state == WebSocketState.CONNECTED

    async def send(self, message: dict[str, Any]) -> None:
        """One message in a binary frame, as the real service sends it."""
        await self.send_raw(json.dumps(message, separators=(",", ":")).encode())

    async def send_raw(self, frame: bytes | str) -> None:
        """Any frame: bytes go as binary, text as text."""
        if not self.open:
            raise WebSocketDisconnect(1006)
        if isinstance(frame, str):
            await self._socket.send_text(frame)
        else:
            await self._socket.send_bytes(frame)

    async def content(self, **fields: Any) -> None:
        """A ``serverContent`` message."""
        await self.send({"serverContent": fields})

    async def audio(self, pcm: bytes) -> None:
        """A piece of speech."""
        data = base64.b64encode(pcm).decode()
        blob = {"mimeType": f"audio/pcm;rate={OUTPUT_RATE}", "data": data}
        await self.content(modelTurn={"role": "model", "parts": [{"inlineData": blob}]})

    async def close(self, code: int, reason: str = "") -> None:
        """Say goodbye; quiet when the client has gone already."""
        if not self.open:
            return
        short = reason.encode()[:LONGEST_REASON].decode(errors="ignore")
        try:
            await self._socket.close(code, short)
        except WebSocketDisconnect:
            return

    def abort(self) -> None:
        """Cut the cable: the client sees no close frame."""
        self._wires.abort()

    def stall(self) -> None:
        """Answer no ping any more, as an overloaded server does."""
        self._wires.stall()
