"""Whether somebody speaks over the assistant: suspected within a syllable, believed when it is speech."""

from __future__ import annotations

import math
from collections import deque
from enum import Enum, auto

import numpy as np

from assistant.audio.gate import IsSpeech

LOUD_DBFS = -50.0
LEFT_OVER_DB = -15.0
"""An echo that was cancelled is far weaker than what the microphone heard; a second voice is not."""
ABOVE_BACKGROUND_DB = 6.0
SUSPICIOUS, WINDOW = 2, 3
"""Frames: measured on synthetic speech over synthetic speech, 80 to 120 ms after its first sample and never
without one (echo as loud as the voice, delays of 60 to 180 ms, RT60 0.3 s)."""
CANCELLED_DB = 20.0
PROVEN_FRAMES, PROOF_FRAMES = 40, 50
"""A canceller needs a second or two to learn the room; until then its rest looks like somebody."""
BELIEVED_FRAMES, DOUBT_FRAMES = 9, 25
"""So much of the half second after the suspicion must be speech; a cough, a plate, a chord is not."""
BEFORE_FRAMES = 12
AFRAID_FRAMES = 50
"""After a false alarm nothing is suspected for a second, so that nobody coughs an answer into pieces."""
BACKGROUND_FRAMES = 500
BACKGROUND_PERCENTILE = 90


class Finding(Enum):
    """What a frame means for the assistant's own speech."""

    NOTHING = auto()
    SUSPECTED = auto()
    BELIEVED = auto()
    DISMISSED = auto()


class Interruption:
    """Feed it every frame while the assistant can be heard; all frames are 20 ms of 16 kHz mono s16le."""

    def __init__(self, is_speech: IsSpeech) -> None:
        self._is_speech = is_speech
        self._lately: deque[bool] = deque(maxlen=WINDOW)
        self._background: deque[float] = deque(maxlen=BACKGROUND_FRAMES)
        self._before: deque[bytes] = deque(maxlen=BEFORE_FRAMES + DOUBT_FRAMES)
        self._proof: deque[bool] = deque(maxlen=PROOF_FRAMES)
        self._proven = False
        self._doubt = 0
        self._speech = 0
        self._afraid = 0

    @property
    def suspects(self) -> bool:
        """Whether it is not decided yet."""
        return self._doubt > 0

    @property
    def beginning(self) -> list[bytes]:
        """What was heard since shortly before the suspicion."""
        return list(self._before)

    def around(self, frame: bytes) -> None:
        """What the room sounds like while nobody talks to us: a television stays in the background."""
        self._background.append(level(frame))
        self._before.append(frame)

    def hear(self, raw: bytes, cleaned: bytes) -> Finding:
        """A frame from the microphone, and what is left of it without the assistant's own voice."""
        self._before.append(cleaned)
        if self._doubt:
            return self._doubted(cleaned)
        loudness, before = level(cleaned), level(raw)
        self._afraid = max(self._afraid - 1, 0)
        self._proof.append(before < LOUD_DBFS or before - loudness > CANCELLED_DB)
        self._proven = self._proven or sum(self._proof) >= PROVEN_FRAMES
        if not self._proven:
            return Finding.NOTHING
        own = loudness - before > LEFT_OVER_DB
        self._lately.append(loudness > max(LOUD_DBFS, self._loudest() + ABOVE_BACKGROUND_DB) and own)
        if self._afraid or sum(self._lately) < SUSPICIOUS:
            if not self._lately[-1]:
                self._background.append(loudness)
            return Finding.NOTHING
        self._doubt, self._speech = DOUBT_FRAMES, 0
        self._lately.clear()
        for earlier in list(self._before)[-BEFORE_FRAMES:]:
            self._speech = self._speech + 1 if self._is_speech(earlier) else 0
        return Finding.SUSPECTED

    def _doubted(self, cleaned: bytes) -> Finding:
        self._doubt -= 1
        self._speech += self._is_speech(cleaned)
        if self._speech >= BELIEVED_FRAMES:
            self._doubt = 0
            return Finding.BELIEVED
        if self._doubt:
            return Finding.NOTHING
        self._afraid = AFRAID_FRAMES
        return Finding.DISMISSED

    def forget(self) -> None:
        """The assistant has finished: whatever was suspected does not matter any more."""
        self._doubt = 0
        self._lately.clear()

    def _loudest(self) -> float:
        if len(self._background) < WINDOW:
            return -math.inf
        return float(np.percentile(self._background, BACKGROUND_PERCENTILE))


def level(frame: bytes) -> float:
    """RMS in dB below full scale; silence is -120."""
    samples = np.frombuffer(frame, "<i2").astype(np.float32)
    return 10 * math.log10(float(np.mean(np.square(samples))) / 32_768**2 + 1e-12)
