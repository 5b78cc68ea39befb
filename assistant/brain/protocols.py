"""What the wire asks of a mind and a voice; whoever hears, understands and speaks fits these shapes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

Setup = dict[str, Any]
"""The setup message of a session, keys in camelCase."""


class Call(Protocol):
    """One function the mind wants called."""

    @property
    def name(self) -> str: ...
    @property
    def args(self) -> Mapping[str, Any]: ...


class Understanding(Protocol):
    """What to do about a request: functions to call, or else a sentence to say (empty: stay silent)."""

    @property
    def calls(self) -> Sequence[Call]: ...
    @property
    def say(self) -> str: ...


class Hearing(Protocol):
    """What the ear made of one utterance."""

    @property
    def text(self) -> str: ...


class Ear(Protocol):
    """Turns 16 kHz s16le mono into a hearing; every method may block and is called in order, in a thread."""

    def start(self) -> None: ...
    def feed(self, pcm16k: bytes, /) -> None: ...
    def finish(self) -> Hearing: ...


class Mind(Protocol):
    """Understands one home; methods may block and are called one at a time, in a thread."""

    @property
    def ear(self) -> Ear | None: ...
    async def open_ear(self) -> None: ...
    def borrow(self, other: Any, /) -> bool: ...
    def listen(self) -> None: ...
    def understand_text(self, text: str, /) -> Understanding: ...
    def recall(self, text: str, /) -> None: ...
    def understand_heard(self, hearing: Any, /) -> Understanding: ...
    def answer(self, understanding: Any, responses: list[dict[str, Any]], /) -> str: ...


class OpenMind(Protocol):
    """Makes a mind for the home that a setup message describes; its ear may take seconds more."""

    async def __call__(self, setup: Setup, /, *, cache: Path, whisper: Path | None) -> Mind: ...


class Voice(Protocol):
    """Speaks: pieces of 24 kHz s16le mono, the first as early as possible."""

    def speak(self, text: str, /) -> AsyncIterator[bytes]: ...
