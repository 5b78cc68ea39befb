"""What was played, as the microphone's clock would have it: a block of 16 kHz for each frame heard."""

from __future__ import annotations

import threading
from collections import deque

import numpy as np
import numpy.typing as npt

FRAME = 320
"""Samples: 20 ms at 16 kHz."""
REFERENCE_RATE = 24_000
MOST_WAITING = REFERENCE_RATE * 2
"""Bytes: a second of what was played, in case the microphone hangs."""
DEEPEST = 4
"""Frames that may wait between two clocks; who lets them wait hears the echo before its cause."""
SPARE_FRAMES = 50
"""A frame that was never needed for a second is left out."""
TAPS, PASSED = 64, 0.31
"""Of the low-pass at 48 kHz; 7.4 kHz of its 24."""

Samples = npt.NDArray[np.floating]
"""Of single precision: seven digits are far more than a microphone has, and half as much stays in a cache."""

SILENCE: Samples = np.zeros(FRAME, np.float32)


class Reference:
    """``played`` is called on the sound card's thread with 24 kHz mono s16le, ``block`` on the loop."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._lock = threading.Lock()
        self._slower = TwoThirds()
        self._ready: Samples = np.zeros(0, np.float32)
        self._spare: deque[int] = deque(maxlen=SPARE_FRAMES)

    def played(self, pcm: bytes) -> None:
        """The speaker got this."""
        with self._lock:
            self._waiting += pcm
            del self._waiting[: max(len(self._waiting) - MOST_WAITING, 0)]

    def __len__(self) -> int:
        """Samples that wait for their frame."""
        return len(self._ready)

    def block(self) -> tuple[Samples, int]:
        """The next block, and by how many blocks the echo comes later than it did before (earlier: below 0).

        The two ends have a clock each: where a block is missing there is silence, where too many wait some
        are left out.
        """
        with self._lock:
            waiting, self._waiting = self._waiting, bytearray()
        if waiting:
            fresh = self._slower(waiting)
            self._ready = np.concatenate((self._ready, fresh)) if len(self._ready) else fresh
        if len(self._ready) < FRAME:
            self._spare.clear()
            return SILENCE, -1
        spare = len(self._ready) // FRAME - 1
        self._spare.append(spare)
        needless = spare - DEEPEST
        if len(self._spare) == SPARE_FRAMES:
            needless = max(needless, min(self._spare))
        needless = max(needless, 0)
        if needless:
            self._spare.clear()
        after = (needless + 1) * FRAME
        block, self._ready = self._ready[after - FRAME : after], self._ready[after:]
        return block, needless


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
