"""What the people in a room have set: whether it is heard, how loud it is answered, how easily it wakes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RoomSettings:
    """``volume`` and ``sensitivity`` in percent, 0 to 100."""

    muted: bool = False
    volume: int = 100
    sensitivity: int = 50


def scaled(pcm: bytes, percent: int) -> bytes:
    """Whole samples of s16le made softer; 100 percent and more leaves them as they are."""
    if percent >= 100:
        return pcm
    import numpy as np  # a house that is asked by text needs no sound

    samples = np.frombuffer(pcm, "<i2").astype(np.int32) * max(percent, 0) // 100
    return samples.astype("<i2").tobytes()
