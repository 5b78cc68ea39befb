"""What the microphone must hear of our own voice; whatever else it hears is somebody's."""

from __future__ import annotations

import math
import threading
from collections import deque
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

FRAME = 320
"""Samples: 20 ms at 16 kHz, a block of the filter."""
BLOCKS = 20
"""400 ms: the way to the speaker and back, and the room's answer."""
REFERENCE_RATE, RATE = 24_000, 16_000
MOST_WAITING = REFERENCE_RATE * 2
"""Bytes: a second of what was played, in case the microphone hangs."""
DEEPEST = 4
"""Frames that may wait between two clocks; who lets them wait hears the echo before its cause."""
SPARE_FRAMES = 50
"""A frame that was never needed for a second is left out."""
ROOM_STAYS = 0.995**2
"""How surely the room is in 20 ms what it is now."""
UNKNOWN = 0.1
FADES, SOON_FADES = 0.7, 0.4
"""A foretold echo is still believed in the next frames: 1.5 dB less each; 4 dB, as a room falls silent."""
LATELY_FRAMES = 60
VOICE_HZ, WHITENED = (200, 3500), 0.8
KNOWN_STEP, STRONG = 0.2, 0.1
"""How fast, each 0.4 s, a room is taken for known; what is 10 dB below its loudest moment counts no more."""
MOMENT: npt.NDArray[np.float64] = np.ones(33)
"""Samples: 2 ms. A card that drops less than a block moves the echo by no more than some of these."""
TAPS, PASSED = 64, 0.31
"""Of the low-pass at 48 kHz; 7.4 kHz of its 24."""
FULL_SCALE = 32_768.0**2
SILENT_DB = -120.0

Spectrum = npt.NDArray[np.complex64]
"""Seven digits are far more than a microphone has, and what is half as large stays in a small cache."""
Powers = npt.NDArray[np.float32]
Samples = npt.NDArray[np.float64]


NOTHING: Samples = np.zeros(FRAME)


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

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._lock = threading.Lock()
        self._slower = TwoThirds()
        self._ready: Samples = np.zeros(0)
        self._before: Samples = np.zeros(FRAME)
        self._lately: deque[Samples] = deque([np.zeros(FRAME)] * LATELY_FRAMES, LATELY_FRAMES)
        self._spare: deque[int] = deque(maxlen=SPARE_FRAMES)
        self._played = _Past()
        self._room: Spectrum = np.zeros((BLOCKS, FRAME + 1), np.complex64)
        self._unsure: Powers = np.full((BLOCKS, FRAME + 1), UNKNOWN, np.float32)
        self._noise: Powers = np.full(FRAME + 1, 1000.0, np.float32)
        self._known: Samples = np.zeros((BLOCKS, FRAME))
        self._turn, self._silent = 0, BLOCKS + 1
        self._foretold = self._tail = 0.0

    def played(self, pcm: bytes) -> None:
        """The speaker got this."""
        with self._lock:
            self._waiting += pcm
            del self._waiting[: max(len(self._waiting) - MOST_WAITING, 0)]

    def strange(self, frame: bytes) -> Strange:
        """What of this frame is not our own voice. Frames must follow each other."""
        heard = np.frombuffer(frame, "<i2").astype(np.float64)
        block = self._reference()
        self._lately.append(block)
        self._silent = 0 if block.any() else self._silent + 1
        if self._silent <= BLOCKS + 1:
            self._played.take(_spectrum(self._before, block))
            self._before = block
        else:  # nothing we said is in the room any more, and nothing in here
            self._foretold = self._tail = 0.0
            return Strange(_db(_power(heard)), math.inf, frame, math.inf)
        echo = np.fft.irfft((self._room * self._played.spectra).sum(axis=0))[FRAME:]
        left = heard - echo
        self._learn(left)
        self._foretold = max(_power(echo), self._foretold * FADES)
        self._tail = max(_power(echo), self._tail * SOON_FADES)
        # Right after a pause an echo may be foretold too soon; it adds nothing that was not heard.
        rest = min(left, heard, key=_power)
        dbfs = _db(_power(rest))
        told = np.clip(rest, -32_768, 32_767).astype("<i2").tobytes()
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

    def _reference(self) -> Samples:
        """The next block of what was played: one for each frame heard, though each has a clock of its own.

        Where one is missing or too many wait, what was learnt moves along by a block.
        """
        with self._lock:
            waiting, self._waiting = bytes(self._waiting), bytearray()
        if waiting:
            self._ready = np.concatenate([self._ready, self._slower(np.frombuffer(waiting, "<i2"))])
        if len(self._ready) < FRAME:
            self._moved(-1)
            return np.zeros(FRAME)
        spare = len(self._ready) // FRAME - 1
        self._spare.append(spare)
        needless = spare - DEEPEST
        if len(self._spare) == SPARE_FRAMES:
            needless = max(needless, min(self._spare))
        if needless > 0:
            self._moved(needless)
            self._ready = self._ready[needless * FRAME :]
        block, self._ready = self._ready[:FRAME], self._ready[FRAME:]
        return block

    def _moved(self, blocks: int) -> None:
        fresh = slice(blocks) if blocks > 0 else slice(blocks, None)
        self._room, self._unsure = np.roll(self._room, blocks, axis=0), np.roll(self._unsure, blocks, axis=0)
        self._known = np.roll(self._known, blocks, axis=0)
        self._room[fresh], self._unsure[fresh] = 0, UNKNOWN
        self._spare.clear()

    def _learn(self, left: Samples) -> None:
        error = _spectrum(NOTHING, left)
        self._noise += 0.1 * (_squared(error) - self._noise)
        power = self._played.powers
        gain = self._unsure / ((self._unsure * power).sum(axis=0) + 2 * self._noise + 1e-3)
        self._room += gain * (np.conj(self._played.spectra) * error)
        self._unsure *= ROOM_STAYS - (0.5 * ROOM_STAYS) * gain * power
        self._unsure += (1 - ROOM_STAYS) * _squared(self._room)
        # A block's answer is as long as the block; one in turn is held to it, which is cheap and enough.
        self._room[self._turn] = _spectrum(np.fft.irfft(self._room[self._turn])[:FRAME], NOTHING)
        self._turn = (self._turn + 1) % BLOCKS
        if self._turn == 0:
            self._known += KNOWN_STEP * (np.fft.irfft(self._room)[:, :FRAME] ** 2 - self._known)


class _Past:
    """Spectra of the last blocks that were played, the latest first.

    They are views into arrays twice as long, so that a new one moves none of the others.
    """

    def __init__(self) -> None:
        self._at = BLOCKS
        self._spectra: Spectrum = np.zeros((2 * BLOCKS, FRAME + 1), np.complex64)
        self._powers: Powers = np.zeros((2 * BLOCKS, FRAME + 1), np.float32)

    def take(self, spectrum: Spectrum) -> None:
        """The next one; the oldest is forgotten."""
        if self._at == 0:
            self._at = BLOCKS + 1
            self._spectra[self._at :] = self._spectra[: BLOCKS - 1]
            self._powers[self._at :] = self._powers[: BLOCKS - 1]
        self._at -= 1
        self._spectra[self._at] = spectrum
        self._powers[self._at] = _squared(spectrum)

    @property
    def spectra(self) -> Spectrum:
        """As blocks by frequencies."""
        return self._spectra[self._at : self._at + BLOCKS]

    @property
    def powers(self) -> Powers:
        """Squares of their magnitudes."""
        return self._powers[self._at : self._at + BLOCKS]


class TwoThirds:
    """24 kHz to 16 kHz at once: resamplers for listeners wait for more, and an echo may come within 20 ms."""

    def __init__(self) -> None:
        at = np.arange(-TAPS // 2, TAPS // 2) + 0.5
        self._taps = 2 * PASSED * np.sinc(PASSED * at) * np.hanning(TAPS)
        self._before = np.zeros(TAPS // 2)
        self._rest = np.zeros(0, np.int16)

    def __call__(self, samples: npt.NDArray[np.int16]) -> Samples:
        """Two samples for each three; what is left over comes with the next."""
        samples = np.concatenate([self._rest, samples])
        whole = len(samples) // 3 * 3
        self._rest = samples[whole:]
        wide = np.concatenate([self._before, samples[:whole]])
        self._before = wide[len(wide) - TAPS // 2 :]
        if not wide.any():  # as for most of the day
            return np.zeros(whole * 2 // 3)
        twice = np.zeros(2 * len(wide))
        twice[::2] = wide
        return np.convolve(twice, self._taps)[TAPS : TAPS + 2 * whole : 3]


def _spectrum(first: Samples, second: Samples) -> Spectrum:
    return np.fft.rfft(np.concatenate([first, second])).astype(np.complex64)


def _squared(spectrum: Spectrum) -> Powers:
    """Of the magnitudes, without the root that ``abs`` would take of each."""
    return spectrum.real**2 + spectrum.imag**2


def _power(samples: Samples) -> float:
    return float(samples @ samples) / len(samples)


def _db(power: float) -> float:
    return 10 * math.log10(power / FULL_SCALE + 10 ** (SILENT_DB / 10))
