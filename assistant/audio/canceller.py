"""Takes the assistant's own voice out of what the microphone hears."""

from __future__ import annotations

import threading
from typing import Any, Protocol

FRAME_BYTES = 640
TEN_MS = 320
"""Bytes of 10 ms at 16 kHz, in which the canceller works."""
REFERENCE_TEN_MS = 480
MOST_REFERENCE = REFERENCE_TEN_MS * 50
"""Half a second: when the microphone hangs, the speaker's past is of no use any more."""


class Canceller(Protocol):
    """``played`` is called on the sound card's thread, ``cleaned`` on the loop."""

    def played(self, pcm: bytes) -> None: ...
    def cleaned(self, frame: bytes) -> bytes: ...


class EchoCanceller:
    """AEC3 of WebRTC, from the ``livekit`` package: needs no delay hint, survives two clocks that drift.

    The reference is 24 kHz mono s16le as it goes to the card, the microphone 16 kHz mono s16le. It comes with
    WebRTC's high-pass filter and nothing else: suppression of noise would take the user's first words along.
    """

    def __init__(self) -> None:
        from livekit import rtc

        self._module = rtc.AudioProcessingModule(echo_cancellation=True, high_pass_filter=True)
        self._near, self._far = bytearray(TEN_MS), bytearray(REFERENCE_TEN_MS)
        self._near_frame: Any = rtc.AudioFrame(self._near, 16_000, 1, TEN_MS // 2)
        self._far_frame: Any = rtc.AudioFrame(self._far, 24_000, 1, REFERENCE_TEN_MS // 2)
        self._reference = bytearray()
        self._lock = threading.Lock()

    def played(self, pcm: bytes) -> None:
        """The speaker got this."""
        with self._lock:
            self._reference += pcm
            del self._reference[: max(len(self._reference) - MOST_REFERENCE, 0)]

    def cleaned(self, frame: bytes) -> bytes:
        """20 ms of the microphone without our own voice."""
        with self._lock:
            whole = len(self._reference) // REFERENCE_TEN_MS * REFERENCE_TEN_MS
            reference = bytes(self._reference[:whole])
            del self._reference[:whole]
        for start in range(0, whole, REFERENCE_TEN_MS):
            self._far[:] = reference[start : start + REFERENCE_TEN_MS]
            self._module.process_reverse_stream(self._far_frame)
        cleaned = bytearray(frame)
        for start in range(0, len(cleaned), TEN_MS):
            self._near[:] = cleaned[start : start + TEN_MS]
            self._module.process_stream(self._near_frame)
            cleaned[start : start + TEN_MS] = self._near
        return bytes(cleaned)
