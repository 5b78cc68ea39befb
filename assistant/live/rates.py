"""Speech of a server that speaks at another rate than Google's: brought to 24 kHz, frame by frame."""

from __future__ import annotations

import re
import sys
from array import array

RATE = 24_000
SLOWEST, FASTEST = 8_000, 48_000


def rate_of(mime_type: str | None) -> int | None:
    """Samples per second in ``audio/pcm;rate=16000``, Google's when it is not told; None: it is no speech."""
    kind, *details = (mime_type or "").lower().replace(" ", "").split(";")
    if kind != "audio/pcm":
        return None
    told = [match[1] for detail in details if (match := re.fullmatch(r"rate=(\d{1,6})", detail, re.ASCII))]
    rate = int(told[0]) if told else RATE
    return rate if SLOWEST <= rate <= FASTEST else None


class Resampler:
    """Mono s16le of one ``rate`` → 24 kHz.

    A straight line between two samples: it is for servers beside Google's, and costs the daemon no library.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._last = 0
        self._at = 1.0
        """Where the next sample lies, in samples of the source behind the last one of the frame before."""

    def resampled(self, pcm: bytes) -> bytes:
        """The next frame, of whole samples."""
        if self.rate == RATE:
            return pcm
        source = _samples(pcm)
        source.insert(0, self._last)
        step, at, end = self.rate / RATE, self._at, len(source) - 1
        made = array("h")
        while at < end:
            whole = int(at)
            here = source[whole]
            made.append(round(here + (source[whole + 1] - here) * (at - whole)))
            at += step
        self._last, self._at = source[end], at - end
        return _bytes(made)


def _samples(pcm: bytes) -> array[int]:
    samples = array("h", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _bytes(samples: array[int]) -> bytes:
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
