"""Voice activity and wake words: which engines, how they are fed."""

from __future__ import annotations

import webrtcvad

from assistant.audio.gate import HearsWake, IsSpeech

VAD_MODE = 2
RATE = 16_000
TEN_MS = RATE // 100 * 2


def voice_detector() -> IsSpeech:
    """webrtcvad: 2 µs a frame; music fools it, which a later stage has to catch."""
    vad = webrtcvad.Vad(VAD_MODE)
    return lambda frame: bool(vad.is_speech(frame, RATE))


def wake_detector(word: str) -> HearsWake:
    """pymicro-wakeword with one of the models inside it; ``none`` never wakes."""
    if word == "none":
        return lambda frame: ""
    from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

    engine = MicroWakeWord.from_builtin(Model(word))
    features = MicroWakeWordFeatures()

    def hears(frame: bytes) -> str:
        found = False
        for start in range(0, len(frame), TEN_MS):
            for feature in features.process_streaming(frame[start : start + TEN_MS]):
                found = engine.process_streaming(feature) or found
        return word if found else ""

    return hears
