"""What was played, as the microphone's clock would have it: a block of 16 kHz for each frame heard."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FRAME, FRAME_SECONDS = 320, 0.02
"""At 16 kHz."""
REFERENCE_RATE = 24_000
MOST_WAITING = REFERENCE_RATE * 2
"""Bytes: a second of what was played, in case the microphone hangs."""
DEEPEST = 25
"""Frames that may wait between two clocks: half a second."""
SPARE_FRAMES, SOON_FRAMES = 50, 10
"""A frame that was never needed for a second is one too many; for a fifth, when some were lost before it."""
LATE_SECONDS, LATELY_SECONDS = 0.035, 0.3
"""The card asks every 20 ms; when it has waited for longer, it has perhaps run dry, for so long a time."""
LOST_SECONDS = 0.08
"""A microphone that is not asked for so long loses what it hears; a calm room is asked every 60 ms."""
TAPS, PASSED = 64, 0.31
"""Of the low-pass at 48 kHz; 7.4 kHz of its 24."""

Samples = npt.NDArray[np.floating]
"""Of single precision: seven digits are far more than a microphone has, and half as much stays in a cache."""

Clock = Callable[[], float]

SILENCE: Samples = np.zeros(FRAME, np.float32)


class Step(NamedTuple):
    """What was played until this frame of the microphone, as far as it was not known before.

    ``undone``: so many silences of before, the latest, have turned out to be none. ``blocks``: what came
    since. ``later``: by how many blocks the echo comes later than it did (earlier: below 0).
    """

    undone: int
    blocks: Sequence[Samples]
    later: int


class Reference:
    """``played`` is called on the sound card's thread with 24 kHz mono s16le, ``step`` on the loop.

    Speaker and microphone have a clock each, and threads that may come late. What comes late is put where it
    belongs; of a speaker that had nothing to play there is silence in the room, too; a microphone that was
    not asked has lost what it would have heard. Only where neither has happened have the clocks drifted apart
    by a block, and so have cause and echo.
    """

    def __init__(self, clock: Clock = monotonic) -> None:
        self._clock = clock
        self._waiting = bytearray()
        self._lock = threading.Lock()
        self._slower = TwoThirds()
        self._ready: Samples = np.zeros(0, np.float32)
        self._spare: deque[int] = deque(maxlen=SPARE_FRAMES)
        self._missing = 0
        """Silences that stand for what has not come yet."""
        self._played_at = self._late_at = self._heard_at = self._lost_at = -math.inf

    def played(self, pcm: bytes) -> None:
        """The speaker got this."""
        now = self._clock()
        with self._lock:
            self._late_at = now if now - self._played_at > LATE_SECONDS else self._late_at
            self._played_at = now
            self._waiting += pcm
            del self._waiting[: max(len(self._waiting) - MOST_WAITING, 0)]

    def __len__(self) -> int:
        """Samples that wait for their frame."""
        return len(self._ready)

    def step(self) -> Step:
        """On to the next frame of the microphone."""
        now = self._clock()
        if now - self._heard_at > LOST_SECONDS:
            self._lost_at = now
            self._spare.clear()
        self._heard_at = now
        self._take()
        there = len(self._ready) // FRAME
        if not there:
            self._missing += 1
            self._spare.clear()
            return Step(0, (SILENCE,), 0)
        if self._missing:
            return self._found(there, is_late=now - self._late_at < LATELY_SECONDS)
        self._spare.append(there - 1)
        needless = max(self._needless(now), there - 1 - DEEPEST)
        if not needless:
            return Step(0, self._next(1), 0)
        self._spare.clear()
        have_drifted = now - self._lost_at > SPARE_FRAMES * FRAME_SECONDS * 2
        return Step(0, self._next(1 + needless), needless if have_drifted else 0)

    def _take(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, bytearray()
        if waiting:
            fresh = self._slower(waiting)
            self._ready = np.concatenate((self._ready, fresh)) if len(self._ready) else fresh

    def _found(self, there: int, *, is_late: bool) -> Step:
        """Something has come after a silence: what it stood for, or what follows it."""
        missing, self._missing = self._missing, 0
        if there > 1:
            undone = min(missing, there - 1)
            return Step(undone, self._next(1 + undone), 0)
        if is_late:
            return Step(0, self._next(1), 0)
        return Step(missing, self._next(1), -missing)

    def _needless(self, now: float) -> int:
        frames = SOON_FRAMES if now - self._lost_at < SPARE_FRAMES * FRAME_SECONDS else SPARE_FRAMES
        return min(list(self._spare)[-frames:]) if len(self._spare) >= frames else 0

    def _next(self, count: int) -> list[Samples]:
        blocks, self._ready = self._ready[: count * FRAME], self._ready[count * FRAME :]
        return [blocks[at : at + FRAME] for at in range(0, count * FRAME, FRAME)]


class TwoThirds:
    """24 kHz to 16 kHz at once: resamplers for listeners wait for more, and an echo may come within 20 ms."""

    def __init__(self) -> None:
        at = np.arange(-TAPS // 2, TAPS // 2) + 0.5
        taps = (2 * PASSED * np.sinc(PASSED * at) * np.hanning(TAPS)).astype(np.float32)
        # Between the samples there are none at 48 kHz: each of ours meets every second tap only.
        self._even, self._odd = taps[-2::-2].copy(), taps[::-2].copy()
        self._before: Samples = np.zeros(TAPS // 2, np.float32)
        self._rest = b""
        self._still = True
        """Whether nothing but silence came before, as for most of the day."""

    def __call__(self, pcm: bytes | bytearray) -> Samples:
        """Two samples for each three of s16le; what is left over comes with the next."""
        pcm = self._rest + pcm
        whole = len(pcm) // 6 * 3
        pcm, self._rest = pcm[: whole * 2], bytes(pcm[whole * 2 :])
        was_still, self._still = self._still, pcm == bytes(whole * 2)
        if was_still and self._still:
            return np.zeros(whole // 3 * 2, np.float32)
        wide = np.concatenate((self._before, np.frombuffer(pcm, "<i2")), dtype=np.float32)
        self._before = wide[len(wide) - TAPS // 2 :]
        slower = np.empty((whole // 3, 2), np.float32)
        for place, taps in enumerate((self._even, self._odd)):
            # Windows three samples apart; a view, for to copy them would cost more than the sums.
            size, shape = wide.itemsize, (whole // 3, len(taps))
            windows = np.ndarray(shape, np.float32, wide, (place + 1) * size, (3 * size, size))
            slower[:, place] = windows @ taps
        return slower.ravel()
