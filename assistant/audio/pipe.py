"""The framed protocol between daemon and audio process, over one socket pair.

A message is one byte for its class (its place in ``CLASSES``), four bytes of length (big endian)
and the body: raw PCM for ``Frame`` and ``Play``, a JSON object of the fields for everything else.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import struct
from collections.abc import AsyncIterator
from typing import Any

from assistant.audio.messages import (
    EndOfReply,
    Flush,
    Frame,
    FromAudio,
    GateClosed,
    GateOpened,
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
    SourceEnded,
    SpeechBegan,
    SpeechStopped,
    ToAudio,
    Trouble,
    Volume,
)
from assistant.errors import AudioError

CLASSES: tuple[type, ...] = (
    Ready,
    GateOpened,
    GateClosed,
    SpeechBegan,
    Frame,
    SpeechStopped,
    SourceEnded,
    Trouble,
    Played,
    OpenGate,
    Mute,
    Play,
    Flush,
    EndOfReply,
    Volume,
    Sensitivity,
    Progress,
    Pulse,
    Sign,
    Shut,
)
CODES = {cls: code for code, cls in enumerate(CLASSES)}
HEADER = struct.Struct(">BI")
MAX_BODY = 4 * 2**20


def packed(message: FromAudio | ToAudio) -> bytes:
    """A message as bytes."""
    if isinstance(message, Frame | Play):
        body = message.pcm
    else:
        body = json.dumps(dataclasses.asdict(message)).encode()
    return HEADER.pack(CODES[type(message)], len(body)) + body


def unpacked(code: int, body: bytes) -> Any:
    """Bytes as a message.

    Raises:
        AudioError: the other side does not speak this protocol.
    """
    try:
        cls = CLASSES[code]
        return cls(body) if cls in (Frame, Play) else cls(**json.loads(body))
    except (IndexError, TypeError, ValueError) as error:
        raise AudioError(f"the audio process sent nonsense (message kind {code})") from error


async def received(reader: asyncio.StreamReader) -> AsyncIterator[Any]:
    """Messages until the other side closes.

    Raises:
        AudioError: what arrives is not this protocol.
    """
    while True:
        try:
            code, length = HEADER.unpack(await reader.readexactly(HEADER.size))
            if length > MAX_BODY:
                raise AudioError(f"the audio process announced a message of {length} bytes")
            body = await reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        yield unpacked(code, body)
