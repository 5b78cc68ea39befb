"""Proves now and then that the wake word would be heard: a recording of it goes through the live engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import webrtcvad

from assistant.audio.gate import FRAME_MS
from assistant.audio.listening import RATE, VAD_MODE, WakeWords
from assistant.audio.messages import FromAudio, Trouble
from assistant.audio.recording import FRAME_BYTES, frames

SAMPLES = Path(__file__).parent / "data"
"""One recording for each word built in: flite's voice rms, 16 kHz mono s16le."""
FIRST_MS, EVERY_MS, AGAIN_MS = 60_000, 600_000, 10_000
PAUSE_FRAMES = 10
ATTEMPTS = 3
"""A noisy room may hide one sample from an engine that is well."""
BEFORE, AFTER = [bytes(FRAME_BYTES)] * 10, [bytes(FRAME_BYTES)] * 50
"""Silence; a model goes on believing in what it has heard for more than half a second."""
DEAF = "The wake word was not heard for a while: its engine is started again"


@cache
def sample(word: str) -> tuple[bytes, ...]:
    """Somebody saying a wake word, as frames with silence around; empty when there is no recording of it."""
    path = SAMPLES / f"{word}.wav"
    return (*BEFORE, *frames(path), *AFTER) if path.is_file() else ()


class Proof:
    """Give it every frame while nobody talks to us; ``words`` are those that the engine listens for."""

    def __init__(self, engine: WakeWords, words: Sequence[str]) -> None:
        self._engine = engine
        self._words = [word for word in words if sample(word)]
        self._is_speech = webrtcvad.Vad(VAD_MODE).is_speech
        self._due_ms = FIRST_MS
        self._pause = self._failed = 0
        self.proven = 0
        """How often all was well."""

    def hear(self, frame: bytes) -> Iterator[FromAudio]:
        """In a pause, when it is time: would somebody have been heard?"""
        self._due_ms -= FRAME_MS
        if self._due_ms > 0 or not self._words:
            return
        # Not in the middle of a word: it may be the wake word.
        self._pause = 0 if self._is_speech(frame, RATE) else self._pause + 1
        if self._pause < PAUSE_FRAMES:
            return
        self._pause = 0
        if all(self._heard(word) for word in self._words):
            self._due_ms, self._failed = EVERY_MS, 0
            self.proven += 1
            return
        self._due_ms = AGAIN_MS
        self._failed += 1
        if self._failed == ATTEMPTS:
            yield Trouble(DEAF, fatal=True)

    def _heard(self, word: str) -> bool:
        return [self._engine.leniently(frame) for frame in sample(word)].count(word) > 0
