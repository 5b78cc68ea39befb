"""What the speaker plays next: pulled block by block, cut without a click, forgotten in an instant."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from time import monotonic

import numpy as np

from assistant.audio.settings import scaled

RATE = 24_000
SAMPLE_BYTES = 2
FADE_BYTES = RATE // 100 * SAMPLE_BYTES
"""10 ms: an edge in the middle of a vowel is a click."""
ECHO_SECONDS = 0.3
"""So long the room still sounds after the speaker has fallen silent."""
SLIP_SECONDS = 0.005
"""Cards tell to a tenth of a millisecond when a block will be heard; that holds while nothing happens."""
STANDSTILL_LOOKS = 75
"""A second and a half, counted in looks: who was stopped altogether has not looked either."""
BEGINNING_PULLS, BEGINNING_LOOKS = 25, 250
"""A card fills its buffer first and then begins, a null sink of PulseAudio after two seconds of silence."""

Heard = Callable[[bytes], None]


class Mouth:
    """Speech waits here for the sound card: 24 kHz mono s16le.

    The card's own thread pulls, ``pulls`` times so far; everything else is called from the loop. ``slips``
    counts how often a block was not heard right behind the one before it: the card ran dry, or it dropped
    something. ``taken``
    counts the bytes that left the queue, played or dropped; ``played`` those that were handed to the card.
    ``reference`` is called on the card's thread with all that it gets, silence included: what an echo
    canceller has to know.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.volume = 100
        """0 to 100; counts at once, for the rest of a sentence, too."""
        self.taken = self.played = self.pulls = self.slips = 0
        self.reference: Heard = lambda _pcm: None
        self._waiting = bytearray()
        self._sign = bytearray()
        self._held = self._fading = self._rising = False
        self._lock = threading.Lock()
        self._clock = clock
        self._sounds_until = self._speaks_until = self._pulled_until = -math.inf

    def play(self, pcm: bytes) -> None:
        """Queue speech."""
        with self._lock:
            self._waiting += pcm

    def drop(self, pcm: bytes) -> None:
        """Take speech that nobody is to hear."""
        with self._lock:
            self.taken += len(pcm)

    def sign(self, pcm: bytes) -> None:
        """Mix a short sound of the assistant's own into whatever is heard now; it is no speech."""
        with self._lock:
            self._sign[:] = pcm

    def flush(self) -> None:
        """Fade out what sounds now and forget the rest."""
        with self._lock:
            fading = b"" if self._held else _ramp(bytes(self._waiting[:FADE_BYTES]), 1, 0)
            self.taken += len(self._waiting) - len(fading)
            self._waiting[:] = fading
            self._held = self._fading = self._rising = False

    def hold(self) -> None:
        """Fall silent at once, but forget nothing: perhaps it was only a cough."""
        with self._lock:
            self._fading = not self._held
            self._held = True

    def go_on(self) -> None:
        """Speak on after ``hold``."""
        with self._lock:
            self._rising = self._held
            self._held = self._fading = False

    @property
    def sounding(self) -> bool:
        """Whether the room is not silent because of us."""
        return self._clock() < self._sounds_until + ECHO_SECONDS

    @property
    def speaking(self) -> bool:
        """Whether the room hears speech of ours, or its echo; a sign is none."""
        return self._clock() < self._speaks_until + ECHO_SECONDS

    @property
    def unheard(self) -> bool:
        """Whether there is speech that was not heard to its end; a sign is none."""
        return bool(self._waiting) or self._clock() < self._speaks_until

    @property
    def busy(self) -> bool:
        """Whether there is something to be said, or still in the room."""
        return bool(self._waiting or self._sign) or self.sounding

    def pull(self, frames: int, latency: float = 0.0) -> bytes:
        """The next samples, silence where there are none; the first is heard in ``latency`` seconds."""
        self.pulls += 1
        wanted = frames * SAMPLE_BYTES
        with self._lock:
            speech = self._next(wanted)
            sign = bytes(self._sign[:wanted])
            del self._sign[:wanted]
        heard_at = self._clock() + latency
        if (speech or sign) and SLIP_SECONDS < abs(heard_at - self._pulled_until) < ECHO_SECONDS:
            self.slips += 1
        self._pulled_until = heard_at + frames / RATE
        if speech or sign:
            self._sounds_until = heard_at + max(len(speech), len(sign)) / SAMPLE_BYTES / RATE
        if speech:
            self._speaks_until = heard_at + len(speech) / SAMPLE_BYTES / RATE
        block = scaled(_mixed(speech.ljust(wanted, b"\0"), sign), self.volume)
        self.reference(block)
        return block

    def _next(self, wanted: int) -> bytes:
        if self._held and not self._fading:
            return b""
        got = bytes(self._waiting[:wanted])
        del self._waiting[:wanted]
        self.taken += len(got)
        self.played += len(got)
        if self._fading:
            got = _ramp(got[:FADE_BYTES], 1, 0)
        elif self._rising:
            got = _ramp(got[:FADE_BYTES], 0, 1) + got[FADE_BYTES:]
        self._fading = self._rising = False
        return got

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

    def sign(self, pcm: bytes) -> None:
        """Nobody hears it."""


class Standstill:
    """Notices that the card asks for nothing any more: a speaker that was unplugged tells nobody."""

    def __init__(self) -> None:
        self._pulls = self._looks = 0

    def seen(self, mouth: Mouth) -> bool:
        """Whether it has not asked since so many looks of 20 ms; opening it may take longer than that."""
        before, self._pulls = self._pulls, mouth.pulls
        self._looks = self._looks + 1 if before == self._pulls else 0
        patience = BEGINNING_LOOKS if before < BEGINNING_PULLS else STANDSTILL_LOOKS
        return before > 0 and self._looks > patience


def _ramp(pcm: bytes, first: float, last: float) -> bytes:
    samples = np.frombuffer(pcm, "<i2")
    return (samples * np.linspace(first, last, len(samples))).astype("<i2").tobytes()


def _mixed(speech: bytes, sign: bytes) -> bytes:
    if not sign:
        return speech
    both = np.frombuffer(speech, "<i2").astype(np.int32)
    both[: len(sign) // SAMPLE_BYTES] += np.frombuffer(sign, "<i2")
    return np.clip(both, -32_768, 32_767).astype("<i2").tobytes()
