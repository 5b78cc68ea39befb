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
from typing import Any, get_args, get_origin, get_type_hints

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
KINDS = {cls: get_type_hints(cls) for cls in CLASSES}
CODES = {cls: code for code, cls in enumerate(CLASSES)}
HEADER = struct.Struct(">BI")
MAX_BODY = 4 * 2**20
SAMPLE_BYTES = 2


def packed(message: FromAudio | ToAudio) -> bytes:
    """A message as bytes."""
    if isinstance(message, Frame | Play):
        body = message.pcm
    else:
        body = json.dumps(dataclasses.asdict(message)).encode()
    return HEADER.pack(CODES[type(message)], len(body)) + body


def unpacked(code: int, body: bytes) -> Any:
    """Bytes as a message, every field of its type.

    Raises:
        AudioError: the other side does not speak this protocol.
    """
    try:
        cls = CLASSES[code]
        return _sound(cls, body) if cls in (Frame, Play) else _fitting(cls(**json.loads(body)))
    except (IndexError, TypeError, ValueError, RecursionError) as error:
        raise AudioError(f"the audio process sent nonsense (message kind {code})") from error


def _sound(cls: type, pcm: bytes) -> Any:
    if len(pcm) % SAMPLE_BYTES:
        raise ValueError("half a sample")
    return cls(pcm)


def _fitting(message: Any) -> Any:
    """The message, when every field has its type."""
    for name, kind in KINDS[type(message)].items():
        if not _fits(getattr(message, name), kind):
            raise TypeError(f"{name} is no {kind}")
    return message


def _fits(told: object, kind: Any) -> bool:
    if get_origin(kind) is list:
        return isinstance(told, list) and all(isinstance(each, get_args(kind)) for each in told)
    return isinstance(told, int | float if kind is float else kind)


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
