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
    it came, by our monotonic clock, and one of a film that of its number: if the first has none, all of them,
    for a film that was begun before its own zero tells times later, which fit to nothing before."""
    step = 1 / Fraction(video.average_rate or USUAL_FPS)
    last, number, counted = 0, 0, None
    for packet in packets:
        untold = packet.pts is None and packet.dts is None
        if packet.size and packet.stream is video:
            counted = (untold and not live) if counted is None else counted
            if counted:
                packet.pts = packet.dts = round(number * step / packet.time_base)
            elif untold:
                last = max(round(time.monotonic() * MICRO), last + LEAST_MICRO)
                packet.time_base = Fraction(1, MICRO)
                packet.pts = packet.dts = last
            number += 1
        if packet.size and packet.pts is None and packet.dts is not None:
            packet.pts = packet.dts
        yield packet
