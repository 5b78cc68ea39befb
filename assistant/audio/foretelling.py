"""What the microphone must hear of our own voice; whatever else it hears is somebody's."""

from __future__ import annotations

import math
from collections import deque
from time import monotonic
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from assistant.audio.levels import FULL_SCALE, level
from assistant.audio.reference import FRAME, SILENCE, Clock, Reference, Samples, Step

BLOCKS = 20
"""400 ms: the way to the speaker and back, and the room's answer."""
BINS = FRAME + 1
"""Frequencies of a spectrum of two blocks."""
RATE = 16_000
ROOM_STAYS = 0.995**2
"""How surely the room is in 20 ms what it is now."""
UNKNOWN = 0.1
EXPLAINED_DB = -12.0
"""Of an echo that is foretold so well each second frame teaches enough."""
SELDOM = 4
"""Frames: what need not be done with each one is done with each fourth, and costs a quarter."""
FADES, SOON_FADES = 0.7, 0.4
"""A foretold echo is still believed in the next frames: 1.5 dB less each; 4 dB, as a room falls silent."""
LATELY_FRAMES = 60
VOICE_HZ, WHITENED = (200, 3500), 0.8
KNOWN_STEP, STRONG = 0.2, 0.1
"""How fast, each 0.4 s, a room is taken for known; what is 10 dB below its loudest moment counts no more."""
MOMENT: npt.NDArray[np.float64] = np.ones(33)
"""Samples: 2 ms. A card that drops less than a block moves the echo by no more than some of these."""
SILENT_DB = -120.0

Spectrum = npt.NDArray[np.complexfloating]
Powers = npt.NDArray[np.floating]
"""Each stands twice, beside real and imaginary part: numpy is 30 times slower where it must mix kinds."""


class Strange(NamedTuple):
    """What our own voice does not explain: its level, how far that is over the echo foretold, and itself.

    ``over_tail_db``: how far it is over an echo that is no longer than the room's.
    """

    dbfs: float
    over_db: float
    rest: bytes
    over_tail_db: float


class Foretells(Protocol):
    """``played`` is called on the sound card's thread, ``strange`` on the loop, for every frame."""

    def played(self, pcm: bytes) -> None: ...
    def strange(self, frame: bytes) -> Strange: ...
    def likeness(self, rest: bytes) -> float: ...
    def unlearn(self) -> None: ...


class Foreteller:
    """The echo as a linear filter of what was played, learnt from frame to frame.

    A canceller made for listeners takes a second voice along while both sound, and so hides it for some
    syllables. This one removes only what follows from the reference: a second voice stands out in its first
    frames. It is a Kalman filter in the frequency domain, in blocks (Enzner & Vary, "Frequency-domain
    adaptive Kalman filter for acoustic echo control in hands-free telephones", 2006), which holds still by
    itself while two speak. The reference is 24 kHz mono s16le, a frame 20 ms of 16 kHz mono s16le.
    """

    def __init__(self, clock: Clock = monotonic) -> None:
        self._reference = Reference(clock)
        self.played = self._reference.played
        self._lately: deque[Samples] = deque([SILENCE] * LATELY_FRAMES, LATELY_FRAMES)
        self._past = _Past()
        self._room: Spectrum = np.zeros((BLOCKS, BINS), np.complex64)
        self._unsure: Powers = np.full((BLOCKS, 2 * BINS), UNKNOWN, np.float32)
        self._noise: Powers = np.full(2 * BINS, 1000.0, np.float32)
        self._known: npt.NDArray[np.float32] = np.zeros((BLOCKS, FRAME), np.float32)
        self._learnt, self._silent = 0, BLOCKS + 1
        self._skipped = False
        self._foretold = self._tail = 0.0

    def strange(self, frame: bytes) -> Strange:
        """What of this frame is not our own voice. Frames must follow each other."""
        self._follow(self._reference.step())
        if self._silent > BLOCKS + 1:  # nothing we said is in the room any more, and nothing in here
            self._foretold = self._tail = 0.0
            return Strange(level(frame), math.inf, frame, math.inf)
        heard = np.frombuffer(frame, "<i2").astype(np.float32)
        echo = np.fft.irfft((self._room * self._past.spectra).sum(axis=0))[FRAME:]
        left: Samples = heard - echo
        foretold = _power(echo)
        self._foretold = max(foretold, self._foretold * FADES)
        self._tail = max(foretold, self._tail * SOON_FADES)
        # Right after a pause an echo may be foretold too soon; it adds nothing that was not heard.
        rest: Samples = left
        power = _power(left)
        if (unchanged := _power(heard)) < power:
            rest, power = heard, unchanged
        dbfs = _db(power)
        if self._skipped or dbfs - _db(foretold) > EXPLAINED_DB:
            self._learn(left)
        self._skipped = not self._skipped
        told = np.minimum(np.maximum(rest, -32_768), 32_767).astype("<i2").tobytes()
        return Strange(dbfs, dbfs - _db(self._foretold), told, dbfs - _db(self._tail))

    def likeness(self, rest: bytes) -> float:
        """How far something stands out as our own voice at a delay that was not foretold.

        That is the peak of its correlation with all that was played lately, over the mean of it, wherever no
        echo is known: at most 15 for somebody else's voice, 15 to 37 for our own (decision 0032).
        """
        heard, played = np.frombuffer(rest, "<i2").astype(np.float64), np.concatenate(self._lately)
        length = len(heard) + len(played)
        both = np.fft.rfft(heard, length) * np.conj(np.fft.rfft(played, length))
        hertz = np.fft.rfftfreq(length, 1 / RATE)
        both[(hertz < VOICE_HZ[0]) | (hertz > VOICE_HZ[1])] = 0
        # Nearly every frequency counts alike: a vowel is like every other one, its place in time is not.
        alike = np.abs(np.fft.irfft(both / (np.abs(both) + 1e-9) ** WHITENED, length))
        latest = len(played) - len(heard)
        elsewhere = np.roll(alike, latest)[:latest]
        known = np.convolve(self._known.ravel(), MOMENT, "same")
        elsewhere[: len(known)][known > known.max() * STRONG] = 0  # what is left of the foretold echo
        return float(elsewhere.max()) / math.sqrt(_power(alike) + 1e-30)

    def unlearn(self) -> None:
        """The echo has moved to another place in time: nothing that was learnt is sure any more."""
        self._unsure[:] = UNKNOWN

    def _follow(self, step: Step) -> None:
        """Take what was played, in its place."""
        if step.later:
            self._moved(step.later)
        for _ in range(step.undone):
            self._lately.pop()
            self._lately.appendleft(SILENCE)
        self._past.forget(step.undone)
        for block in step.blocks:
            self._silent = 0 if block.any() else self._silent + 1
            if self._silent <= BLOCKS + 1:
                self._past.take(_spectrum(self._lately[-1], block))
            self._lately.append(block)

    def _moved(self, blocks: int) -> None:
        """What was learnt moves along."""
        fresh = slice(blocks) if blocks > 0 else slice(blocks, None)
        self._room, self._unsure = np.roll(self._room, blocks, axis=0), np.roll(self._unsure, blocks, axis=0)
        self._known = np.roll(self._known, blocks, axis=0)
        self._room[fresh], self._unsure[fresh] = 0, UNKNOWN

    def _learn(self, left: Samples) -> None:
        error = _spectrum(SILENCE, left)
        self._noise += 0.1 * (_powers(error) - self._noise)
        share = self._unsure * self._past.powers
        each = 1 / (share.sum(axis=0) + 2 * self._noise + np.float32(1e-3))
        error.view(np.float32)[:] *= each
        step = self._past.turned * error
        step.view(np.float32)[:] *= self._unsure
        self._room += step
        share *= (-0.5 * ROOM_STAYS) * each
        share += ROOM_STAYS
        self._unsure *= share
        self._learnt += 1
        if self._learnt % SELDOM == 0:
            self._hold()

    def _hold(self) -> None:
        """Some blocks in turn are held to what they can be: a block's answer is as long as the block."""
        self._unsure += SELDOM * (1 - ROOM_STAYS) * _powers(self._room)
        first = self._learnt % BLOCKS
        held = self._room[first : first + SELDOM]
        answers = np.fft.irfft(held)
        answers[:, FRAME:] = 0
        held[:] = np.fft.rfft(answers)
        if first == 0:
            self._known += KNOWN_STEP * (np.fft.irfft(self._room)[:, :FRAME] ** 2 - self._known)


class _Past:
    """Spectra of the last blocks that were played, the latest first.

    They are views into arrays twice as long, so that a new one moves none of the others.
    """

    def __init__(self) -> None:
        self._at = BLOCKS
        self._spectra: Spectrum = np.zeros((2 * BLOCKS, BINS), np.complex64)
        self._turned: Spectrum = np.zeros((2 * BLOCKS, BINS), np.complex64)
        self._powers: Powers = np.zeros((2 * BLOCKS, 2 * BINS), np.float32)

    def take(self, spectrum: Spectrum) -> None:
        """The next one; the oldest is forgotten."""
        if self._at == 0:
            self._at = BLOCKS + 1
            for each in (self._spectra, self._turned, self._powers):
                each[self._at :] = each[: BLOCKS - 1]
        self._at -= 1
        self._spectra[self._at] = spectrum
        np.conj(spectrum, out=self._turned[self._at])
        self._powers[self._at] = _powers(spectrum)

    def forget(self, blocks: int) -> None:
        """The latest were none."""
        if blocks and (blocks := min(blocks, BLOCKS)) + self._at > BLOCKS:
            for each in (self._spectra, self._turned, self._powers):
                each[BLOCKS : 2 * BLOCKS - blocks] = each[self._at + blocks : self._at + BLOCKS].copy()
                each[2 * BLOCKS - blocks :] = 0
            self._at = BLOCKS
        else:
            self._at += blocks

    @property
    def spectra(self) -> Spectrum:
        """As blocks by frequencies."""
        return self._spectra[self._at : self._at + BLOCKS]

    @property
    def turned(self) -> Spectrum:
        """Their complex conjugates, which learning needs of all of them each time."""
        return self._turned[self._at : self._at + BLOCKS]

    @property
    def powers(self) -> Powers:
        """Squares of their magnitudes."""
        return self._powers[self._at : self._at + BLOCKS]


def _spectrum(first: Samples, second: Samples) -> Spectrum:
    return np.fft.rfft(np.concatenate((first, second)))


def _powers(spectra: Spectrum) -> Powers:
    """Of the magnitudes the squares, each twice."""
    squares = spectra.view(np.float32) ** 2
    squares[..., ::2] += squares[..., 1::2]
    squares[..., 1::2] = squares[..., ::2]
    return squares


def _power(samples: Samples) -> float:
    return float(samples @ samples) / len(samples)


def _db(power: float) -> float:
    return 10 * math.log10(power / FULL_SCALE + 10 ** (SILENT_DB / 10))
