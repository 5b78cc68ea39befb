"""What the speaker plays next: pulled block by block, cut without a click, forgotten in an instant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

import numpy as np

from assistant.audio.settings import scaled

RATE = 24_000
SAMPLE_BYTES = 2
FADE_BYTES = RATE // 100 * SAMPLE_BYTES
"""10 ms: an edge in the middle of a vowel is a click."""


class Mouth:
    """Speech waits here for the sound card: 24 kHz mono s16le.

    The card's own thread pulls; everything else is called from the loop. ``taken`` counts the bytes that left
    the queue, played or dropped; ``played`` those that were handed to the card.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.volume = 100
        """0 to 100; counts at once, for the rest of a sentence, too."""
        self.taken = self.played = 0
        self._waiting = bytearray()
        self._lock = threading.Lock()
        self._clock = clock
        self._sounds_until = 0.0

    def play(self, pcm: bytes) -> None:
        """Queue speech."""
        with self._lock:
            self._waiting += pcm

    def flush(self) -> None:
        """Fade out what sounds now and forget the rest."""
        with self._lock:
            fading = _faded(bytes(self._waiting[:FADE_BYTES]))
            self.taken += len(self._waiting) - len(fading)
            self._waiting = bytearray(fading)

    def pull(self, frames: int, latency: float = 0.0) -> bytes:
        """The next samples, silence where there are none; the first is heard in ``latency`` seconds."""
        wanted = frames * SAMPLE_BYTES
        with self._lock:
            got = bytes(self._waiting[:wanted])
            del self._waiting[:wanted]
            self.taken += len(got)
            self.played += len(got)
            if got:
                self._sounds_until = self._clock() + latency + len(got) / SAMPLE_BYTES / RATE
        return scaled(got.ljust(wanted, b"\0"), self.volume)

    def left(self) -> float:
        """Seconds until all of it has been heard, not only handed over."""
        with self._lock:
            waiting = len(self._waiting) / SAMPLE_BYTES / RATE
            return waiting + max(self._sounds_until - self._clock(), 0.0)


class NoMouth(Mouth):
    """For recordings, and for houses without a speaker: speech is dropped at once."""

    def play(self, pcm: bytes) -> None:
        """Nobody hears it."""
        self.taken += len(pcm)


def _faded(pcm: bytes) -> bytes:
    samples = np.frombuffer(pcm, "<i2")
    return (samples * np.linspace(1, 0, len(samples))).astype("<i2").tobytes()
