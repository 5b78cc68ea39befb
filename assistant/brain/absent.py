"""Stands in for a mind and a voice that this build does not have: scripts and the wire still work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.brain.protocols import Setup

SORRY = "The part of me that understands speech is not installed."
SILENCE = bytes(4800)
LETTERS_PER_PIECE = 2


@dataclass(frozen=True)
class Nothing:
    """Heard nothing, understood nothing."""

    text: str = ""
    calls: tuple[()] = ()
    say: str = SORRY


class AbsentEar:
    """Lets sound pass."""

    def start(self) -> None:
        """An utterance that nobody hears."""

    def feed(self, pcm16k: bytes) -> None:
        """Sound that nobody hears."""

    def finish(self) -> Nothing:
        """What was heard: nothing."""
        return Nothing()


class AbsentMind:
    """Says that it is not there, and reads tool answers aloud."""

    def __init__(self) -> None:
        self.ear = AbsentEar()

    def understand_text(self, text: str) -> Nothing:
        """Nothing."""
        return Nothing()

    def understand_heard(self, hearing: Nothing) -> Nothing:
        """Nothing."""
        return hearing

    def answer(self, understanding: Nothing, responses: list[dict[str, Any]]) -> str:
        """The texts that the tools gave."""
        return " ".join(str(r.get("text") or r.get("error") or "") for r in responses).strip()


async def open_absent_mind(setup: Setup, *, cache: Path, whisper: Path | None) -> AbsentMind:
    """Fits `protocols.OpenMind`."""
    return AbsentMind()


class AbsentVoice:
    """Silence as long as the sentence."""

    async def speak(self, text: str) -> AsyncIterator[bytes]:
        """100 ms pieces of nothing."""
        for _ in range(0, len(text), LETTERS_PER_PIECE):
            yield SILENCE
