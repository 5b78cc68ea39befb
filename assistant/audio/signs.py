"""Short sounds of the assistant's own: it listens, thinks, is busy, failed, is mute, rings."""

from __future__ import annotations

import math
from functools import cache
from struct import pack

RATE = 24_000
LOUDNESS = 0.15
"""Of full scale: softer than speech, so that it is no answer to be waited for."""
EDGE_SECONDS = 0.01

TUNES: dict[str, tuple[tuple[float, float], ...]] = {
    "wake": ((660, 0.06), (880, 0.08)),
    "end": ((880, 0.05),),
    "busy": ((440, 0.05), (0, 0.05), (440, 0.05)),
    "error": ((330, 0.12), (262, 0.16)),
    "thinking": ((523, 0.04), (0, 0.08), (523, 0.04)),
    "mute": ((440, 0.06), (330, 0.08)),
    "unmute": ((330, 0.06), (440, 0.08)),
    "ring": ((880, 0.15), (660, 0.15), (0, 0.1)) * 3,
}
"""Hertz and seconds of each tone; 0 Hz is a pause."""


@cache
def sign(name: str) -> bytes:
    """A sound as 24 kHz mono s16le; an unknown name is silence."""
    return b"".join(_tone(hertz, seconds) for hertz, seconds in TUNES.get(name, ()))


@cache
def _tone(hertz: float, seconds: float) -> bytes:
    count, edge, turn = round(seconds * RATE), EDGE_SECONDS * RATE, 2 * math.pi * hertz / RATE
    samples = (
        int(32_767 * LOUDNESS * math.sin(turn * at) * min(1.0, at / edge, (count - 1 - at) / edge))
        for at in range(count)
    )
    return pack(f"<{count}h", *samples)
