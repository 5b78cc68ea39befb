"""Voice activity and wake words: which engines, how they are fed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import webrtcvad

from assistant.audio.gate import IsSpeech

if TYPE_CHECKING:
    from pymicro_wakeword import MicroWakeWord

VAD_MODE = 2
RATE = 16_000
TEN_MS = RATE // 100 * 2
USUAL = 50
STRICTEST, LAXEST = 0.99, 0.5
"""The models answer in 256 steps and never say more than 0.996; below one half anything wakes them."""


def voice_detector() -> IsSpeech:
    """webrtcvad: 2 µs a frame; music fools it, which a later stage has to catch."""
    vad = webrtcvad.Vad(VAD_MODE)
    return lambda frame: bool(vad.is_speech(frame, RATE))


class WakeWord:
    """pymicro-wakeword with one of the models inside it; ``none`` never wakes. Call it with every frame."""

    def __init__(self, word: str) -> None:
        self._word = word
        self._engine: MicroWakeWord | None = None
        self._sensitivity = USUAL
        if word == "none":
            return
        from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

        self._engine = MicroWakeWord.from_builtin(Model(word))
        self._features = MicroWakeWordFeatures()
        self._own = self._engine.probability_cutoff

    def __call__(self, frame: bytes) -> str:
        """The wake word if it ends in this frame of 16 kHz mono s16le, else nothing."""
        if self._engine is None:
            return ""
        found = False
        for start in range(0, len(frame), TEN_MS):
            for feature in self._features.process_streaming(frame[start : start + TEN_MS]):
                found = self._engine.process_streaming(feature) or found
        return self._word if found else ""

    @property
    def sensitivity(self) -> int:
        """How easily it wakes, 0 to 100."""
        return self._sensitivity

    @sensitivity.setter
    def sensitivity(self, percent: int) -> None:
        self._sensitivity = percent
        if self._engine is not None:
            self._engine.probability_cutoff = threshold(self._own, percent)


def threshold(own: float, percent: int) -> float:
    """How sure a model must be, 0 to 1: its own threshold at 50 percent, a straight line to either end."""
    end = LAXEST if percent > USUAL else STRICTEST
    return own + (end - own) * abs(percent - USUAL) / USUAL
