"""Any sample rate to the 16 kHz that ears expect, in plain Python: a client that sends 48 kHz is rare."""

from __future__ import annotations

import sys
from array import array

EAR_RATE = 16_000


class Resampler:
    """Linear between samples; a moving average before, when there are too many of them."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._step = rate / EAR_RATE
        self._width = max(1, round(self._step))
        self._rest: array[int] = array("h")
        self._odd = b""
        self._at = 0.0

    def feed(self, pcm: bytes) -> bytes:
        """The next piece at 16 kHz; half a sample waits for its other half."""
        pcm = self._odd + pcm
        even = len(pcm) - len(pcm) % 2
        pcm, self._odd = pcm[:even], pcm[even:]
        if self.rate == EAR_RATE:
            return pcm
        samples = array("h", pcm)
        if sys.byteorder == "big":
            samples.byteswap()
        samples = self._rest + samples
        out: array[int] = array("h")
        while (left := int(self._at)) + self._width + 1 <= len(samples):
            here = sum(samples[left : left + self._width])
            there = sum(samples[left + 1 : left + 1 + self._width])
            share = self._at - left
            out.append(round((here * (1 - share) + there * share) / self._width))
            self._at += self._step
        used = min(int(self._at), len(samples))
        self._rest = samples[used:]
        self._at -= used
        if sys.byteorder == "big":
            out.byteswap()
        return out.tobytes()
