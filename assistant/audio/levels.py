"""How loud a frame is, and what is usual."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from functools import lru_cache

import numpy as np

ASKED_AGAIN = 16
"""Several look at the same frame."""
FULL_SCALE = 32_768.0**2


@lru_cache(ASKED_AGAIN)
def level(frame: bytes) -> float:
    """RMS of s16le in dB below full scale; silence is -120."""
    samples = np.frombuffer(frame, "<i2").astype(np.float32)
    return 10 * math.log10(float(samples @ samples) / len(samples) / FULL_SCALE + 1e-12)


class Usual:
    """A percentile of the last ``length`` values noted, kept in order: numpy would sort all anew."""

    def __init__(self, length: int, percent: float) -> None:
        self._values: deque[float] = deque()
        self._sorted: list[float] = []
        self._length = length
        self._share = percent / 100

    def __len__(self) -> int:
        return len(self._values)

    def note(self, value: float) -> None:
        """Take another one along."""
        if len(self._values) == self._length:
            del self._sorted[bisect_left(self._sorted, self._values.popleft())]
        self._values.append(value)
        insort(self._sorted, value)

    @property
    def value(self) -> float:
        """The percentile, between its two neighbours; below everything while nothing was noted."""
        if not self._sorted:
            return -math.inf
        place = (len(self._sorted) - 1) * self._share
        below, part = math.floor(place), place % 1
        above = self._sorted[min(below + 1, len(self._sorted) - 1)]
        return self._sorted[below] + (above - self._sorted[below]) * part
