"""Voice activity and wake words: which engines, how they are fed."""

from __future__ import annotations

from collections.abc import Sequence
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


class WakeWords:
    """pymicro-wakeword with models inside it, all on the same features. Call it with every frame."""

    def __init__(self, words: Sequence[str]) -> None:
        self._engines: dict[str, MicroWakeWord] = {}
        self._sensitivity = USUAL
        if not words:
            return
        from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

        self._features = MicroWakeWordFeatures()
        self._engines = {word: MicroWakeWord.from_builtin(Model(word)) for word in words}
        self._own = {word: engine.probability_cutoff for word, engine in self._engines.items()}

    def __call__(self, frame: bytes) -> str:
        """The wake word that ends in this frame of 16 kHz mono s16le, or nothing."""
        found = ""
        if not self._engines:
            return found
        for start in range(0, len(frame), TEN_MS):
            for feature in self._features.process_streaming(frame[start : start + TEN_MS]):
                for word, engine in self._engines.items():
                    if engine.process_streaming(feature):
                        found = found or word
        return found

    @property
    def sensitivity(self) -> int:
        """How easily it wakes, 0 to 100."""
        return self._sensitivity

    @sensitivity.setter
    def sensitivity(self, percent: int) -> None:
        self._sensitivity = percent
        for word, engine in self._engines.items():
            engine.probability_cutoff = threshold(self._own[word], percent)


def threshold(own: float, percent: int) -> float:
    """How sure a model must be, 0 to 1: its own threshold at 50 percent, a straight line to either end."""
    end = LAXEST if percent > USUAL else STRICTEST
    return own + (end - own) * abs(percent - USUAL) / USUAL
