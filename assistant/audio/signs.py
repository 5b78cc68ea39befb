"""Short sounds of the assistant's own: it listens, it has stopped listening, something failed, it is mute."""

from __future__ import annotations

import numpy as np

RATE = 24_000
LOUDNESS = 0.15
"""Of full scale: softer than speech, so that it is no answer to be waited for."""
EDGE_SECONDS = 0.01

TUNES: dict[str, tuple[tuple[float, float], ...]] = {
    "wake": ((660, 0.06), (880, 0.08)),
    "end": ((880, 0.05),),
    "error": ((330, 0.12), (262, 0.16)),
    "mute": ((440, 0.06), (330, 0.08)),
    "unmute": ((330, 0.06), (440, 0.08)),
}
"""Hertz and seconds of each tone."""


def sign(name: str) -> bytes:
    """A sound as 24 kHz mono s16le; an unknown name is silence."""
    return b"".join(_tone(hertz, seconds) for hertz, seconds in TUNES.get(name, ()))


def _tone(hertz: float, seconds: float) -> bytes:
    times = np.arange(round(seconds * RATE)) / RATE
    edges = np.clip(np.minimum(times, times[::-1]) / EDGE_SECONDS, 0, 1)
    wave = np.sin(2 * np.pi * hertz * times) * edges * LOUDNESS
    return (wave * 32_767).astype("<i2").tobytes()
