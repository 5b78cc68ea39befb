"""Streams that tell no times, or whose clock is set in the middle: they get times that go on."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from av.format import Flags

MICRO = 1_000_000
LEAST_MICRO = 5_000
"""What comes at once when a stream begins was not taken at once."""
USUAL_FPS = 25
BACK_SECONDS, AHEAD_SECONDS = 0.5, 10.0
"""A clock that is put so far is that of another recording."""
STEP_SECONDS = 0.1
"""So long after the end of one recording the next one is put."""
MOST_CLOCKS = 4
"""Sound and pictures do not go over to the next recording at once."""


def timed(packets: Iterable[Any], video: Any, *, live: bool) -> Iterator[Any]:
    """The packets, each with a time. Where the pictures of ``video`` bear none, a live one has that at which
    it came, by our monotonic clock, and one of a film that of its number: if the first has none, all of them,
    for a film that was begun before its own zero tells times later, which fit to nothing before."""
    step = 1 / Fraction(video.average_rate or USUAL_FPS)
    last, number, counted = 0, 0, None
    for packet in packets:
        untold = packet.pts is None and packet.dts is None
        if packet.size and packet.stream is video:
            if counted is None:
                counted = untold and not live
                step = 1 / Fraction(video.guessed_rate) if counted and video.guessed_rate else step
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


def may_join(container: Any) -> bool:
    """Whether films of its kind can simply be put one behind the other, as people do with MPEG."""
    return bool(container.format.flags & Flags.ts_discont.value)


class Joined:
    """The packets of a film as if one clock had gone through: what was joined to it comes where it ended."""

    def __init__(self) -> None:
        self._shifts = [0.0]
        self._last: dict[int, float] = {}
        self.seconds = 0.0
        """How long it is, as far as it was read."""
        self._begun: float | None = None

    @property
    def several(self) -> bool:
        """Whether it holds more than one recording."""
        return len(self._shifts) > 1

    def put(self, packets: Iterable[Any]) -> Iterator[Any]:
        """All of them, their times put where they belong."""
        for packet in packets:
            ticks = packet.pts if packet.dts is None else packet.dts
            if packet.size and ticks is not None:
                shift = self._shift(packet.stream.index, float(ticks * packet.time_base))
                if shift:
                    put = round(shift / packet.time_base)
                    packet.dts = None if packet.dts is None else packet.dts + put
                    packet.pts = None if packet.pts is None else packet.pts + put
            yield packet

    def _shift(self, stream: int, at: float) -> float:
        last = self._last.get(stream, max(self._last.values(), default=at))
        known = [one for one in reversed(self._shifts) if -BACK_SECONDS <= at + one - last <= AHEAD_SECONDS]
        if not known:
            known = [last + STEP_SECONDS - at]
            self._shifts = [*self._shifts, *known][-MOST_CLOCKS:]
        self._last[stream] = at + known[0]
        self._begun = at if self._begun is None else self._begun
        self.seconds = max(self.seconds, self._last[stream] - self._begun)
        return known[0]
