"""Streams that tell no times, such as the raw H.264 of a Raspberry Pi's camera: they get some."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

MICRO = 1_000_000
LEAST_MICRO = 5_000
"""What comes at once when a stream begins was not taken at once."""
USUAL_FPS = 25


def timed(packets: Iterable[Any], video: Any, *, live: bool) -> Iterator[Any]:
    """The packets, each with a time. Where the pictures of ``video`` bear none, a live one has that at which
    it came, by our monotonic clock, and one of a film that of its number."""
    step = round(MICRO / (video.average_rate or USUAL_FPS))
    last = 0
    for packet in packets:
        if packet.size and packet.pts is None:
            if packet.dts is not None:
                packet.pts = packet.dts
            elif packet.stream is video:
                first = last == 0
                last = max(round(time.monotonic() * MICRO), last + LEAST_MICRO) if live else last + step
                packet.time_base = Fraction(1, MICRO)
                packet.pts = packet.dts = last - (step if first and not live else 0)
        yield packet
