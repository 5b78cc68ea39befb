"""Noise suppression in front of the decoder, and how far speech stands out from the noise."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy
from webrtc_noise_gain import AudioProcessor

STEP_BYTES = 320
"""10 ms of 16 kHz mono s16le, what the suppressor takes at a time."""
SUPPRESSION = 2
FLOOR_DB = -75.0
QUIET_DB = -55.0
STEP_SECONDS, SHORTEST_PAUSE = 0.02, 5


class Suppressor:
    """Takes sound in pieces of any size and gives it back with less noise."""

    def __init__(self) -> None:
        self._processor = AudioProcessor(0, SUPPRESSION)
        self._rest = b""

    def clean(self, pcm: bytes) -> bytes:
        """What can be cleaned so far; the rest waits for the next piece."""
        pcm = self._rest + pcm
        whole = len(pcm) - len(pcm) % STEP_BYTES
        self._rest = pcm[whole:]
        steps = (
            self._processor.Process10ms(pcm[at : at + STEP_BYTES]).audio for at in range(0, whole, STEP_BYTES)
        )
        return b"".join(steps)


class Levels:
    """Loudness per 20 ms; says whether anything was said, and how noisy it is."""

    def __init__(self) -> None:
        self._levels: list[float] = []
        self._rest = b""

    def hear(self, pcm: bytes) -> None:
        """Take note of the next piece."""
        pcm = self._rest + pcm
        frame = 2 * STEP_BYTES
        whole = len(pcm) - len(pcm) % frame
        self._rest = pcm[whole:]
        if whole:
            frames = numpy.frombuffer(pcm[:whole], dtype="<i2").astype(numpy.float32).reshape(-1, STEP_BYTES)
            power = numpy.mean(numpy.square(frames / 32768.0), axis=1)
            self._levels.extend(float(level) for level in 10 * numpy.log10(power + 1e-10))

    @property
    def silent(self) -> bool:
        """Nothing louder than a quiet room was heard."""
        return not self._levels or float(numpy.percentile(self._levels, 95)) < QUIET_DB

    def snr_db(self, pauses: Iterable[tuple[float, float]]) -> float:
        """How far the speech stands out from what is softest, and from what is heard in its pauses.

        ``pauses`` are seconds from and to. A television is as loud there as beneath the words, and as good as
        silent between its own: only what is softest would take it for a quiet room.
        """
        if not self._levels:
            return 0.0
        levels = numpy.array(self._levels)
        floor = float(numpy.percentile(levels, 8))
        within = numpy.zeros(len(levels), bool)
        for begin, end in pauses:
            within[math.ceil(begin / STEP_SECONDS) : math.floor(end / STEP_SECONDS)] = True
        if within.sum() >= SHORTEST_PAUSE:
            # The softer three quarters: our own sign, which says that we listen, is in the first pause.
            softer = numpy.sort(levels[within])[: math.floor(within.sum() * 3 / 4)]
            floor = max(floor, float(10 * numpy.log10(numpy.mean(10 ** (softer / 10)))))
        return float(numpy.percentile(levels, 90)) - max(floor, FLOOR_DB)
