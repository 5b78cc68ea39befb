"""How loud a frame is, and what is usual."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

RENEWED_FRAMES = 3
"""Sorting hundreds of numbers for each frame costs as much as all else that is done with it; with five, who
speaks in the first seconds was noticed a frame later."""


def level(frame: bytes) -> float:
    """RMS of s16le in dB below full scale; silence is -120."""
    samples = np.frombuffer(frame, "<i2").astype(np.float32)
    return 10 * math.log10(float(np.mean(np.square(samples))) / 32_768**2 + 1e-12)


class Usual:
    """A percentile of the last ``length`` values that were noted; at most three frames old."""

    def __init__(self, length: int, percent: float) -> None:
        self._values: deque[float] = deque(maxlen=length)
        self._percent = percent
        self._fresh = 0
        self._value = -math.inf

    def __len__(self) -> int:
        return len(self._values)

    def note(self, value: float) -> None:
        """Take another one along."""
        self._values.append(value)
        self._fresh -= 1

    @property
    def value(self) -> float:
        """The percentile; below everything while nothing was noted."""
        if self._fresh <= 0 and self._values:
            self._fresh = min(RENEWED_FRAMES, len(self._values))
            self._value = float(np.percentile(self._values, self._percent))
        return self._value
