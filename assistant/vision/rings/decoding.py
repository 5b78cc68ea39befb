"""Of a film only those pictures are decoded that are wanted, and those that they hang on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import chain
from math import inf
from typing import Any

import av
import av.error

from assistant.vision.rings.times import Joined, may_join, timed

SEEK_SECONDS = 5.0
"""What lies further ahead in a film is not decoded up to there."""
BACK_SECONDS = (0.0, 20.0)
"""So far before the wanted beginning a key picture is looked for; after that, from where the film begins."""
EARLY_SECONDS = 5.0
"""A first picture that is shown then may have been decoded earlier, and that is what a film is wound by."""
MOST_PACKETS = 600
"""Of one group that are held back to see where it ends; a longer one is decoded as it comes."""


def quiet() -> None:
    """FFmpeg says nothing from now on.

    With any level, PyAV takes every error to Python: a decoder's thread that comes upon a broken picture then
    waits for us, while we let go of that decoder and wait for its threads, for ever.
    """
    av.logging.set_level(None)


class Pictures:
    """The pictures of a film from ``begin`` to ``end`` (its seconds), ``fps`` a second; with ``keys`` only
    key pictures are looked at."""

    def __init__(self, container: Any, *, begin: float, end: float, fps: float, keys: bool) -> None:
        self._container, self._keys = container, keys
        self._video = container.streams.video[0]
        self.zero = float((self._video.start_time or 0) * self._video.time_base)
        """When the film begins by its own clock."""
        self._joins = may_join(container)
        self._begin = begin
        self._beat = Beat(begin, end, 1 / fps)
        self._wanted: deque[float] = deque()
        self._shown = -inf

    def __iter__(self) -> Iterator[tuple[av.VideoFrame, float]]:
        """Each with its time in the film, in order."""
        self._video.thread_type = "AUTO"
        if self._keys:
            self._video.codec_context.skip_frame = "NONKEY"
        for packets, following in self._groups():
            for packet in self._needed(packets, following):
                yield from self._chosen(packet)
            if self._beat.over and not self._wanted:
                return

    def _at(self, shown: Any) -> float:
        """The time in the film of a packet or a picture."""
        ticks = shown.dts if shown.pts is None else shown.pts
        return float(ticks * shown.time_base) - self.zero

    def _packets(self) -> Iterator[Any]:
        """From the last key picture before the wanted beginning, where the film tells where that is.

        An MPEG transport stream has no index of key pictures: a jump may end behind the one that is needed.
        """
        if self._begin > SEEK_SECONDS and self._video.start_time is not None:
            several = self._of_several()
            for back in BACK_SECONDS:
                if not several and back < self._begin and self._sought(self._begin - back):
                    packets = self._read()
                    first = next((packet for packet in packets if packet.size and packet.is_keyframe), None)
                    if first is not None and self._at(first) <= self._begin:
                        return chain([first], packets)
            self._sought(-EARLY_SECONDS) or self._sought(0.0)
        return self._read()

    def _read(self) -> Iterator[Any]:
        packets = timed(self._container.demux(self._video), self._video, live=False)
        return Joined().put(packets) if self._joins else packets

    def _of_several(self) -> bool:
        """Whether it is several recordings in one: then a moment of it is found only by counting."""
        joined = Joined()
        return self._joins and any(joined.several for _ in joined.put(self._container.demux(self._video)))

    def _sought(self, at: float) -> bool:
        """Whether the film could be wound there; one without an index stays where it is."""
        try:
            self._container.seek(round((self.zero + at) * 1_000_000))
        except (av.error.FFmpegError, OSError):
            return False
        return True

    def _groups(self) -> Iterator[tuple[list[Any], float | None]]:
        """Packets from a key picture up to the next, and when that is taken: never at the film's end;
        None: nobody knows yet."""
        group: list[Any] = []
        for packet in self._packets():
            if packet.size and packet.pts is None and packet.dts is None:
                continue
            if packet.size and self._keys and not packet.is_keyframe:
                continue
            if group and packet.size and packet.is_keyframe:
                yield group, self._at(packet)
                group = []
            elif len(group) >= MOST_PACKETS:
                yield group, None
                group = []
            group.append(packet)
        yield group, inf

    def _needed(self, packets: list[Any], following: float | None) -> list[Any]:
        """Those of a group up to the last one that is wanted; with pictures that come out of order all,
        unless none is wanted."""
        times = [self._at(packet) for packet in packets if packet.size]
        chosen = self._beat.chosen(sorted(times), following)
        self._wanted.extend(chosen)
        if following is None or not all(packet.pts == packet.dts for packet in packets):
            return packets if following is None or chosen or following == inf else []
        needed = times.index(chosen[-1]) + 1 if chosen else 0
        return packets[:needed] + [packet for packet in packets[needed:] if not packet.size]

    def _chosen(self, packet: Any) -> Iterator[tuple[av.VideoFrame, float]]:
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            return  # a picture that was cut in two on the way; the next one follows
        for frame in frames:
            if frame.pts is None:
                continue
            at, hit = self._at(frame), False
            while self._wanted and at + 0.001 >= self._wanted[0]:
                self._wanted.popleft()
                hit = True
            if hit and at > self._shown:  # a clock that was put back costs some pictures, not the film
                self._shown = at
                yield frame, at


class Beat:
    """At which moments a picture is wanted.

    A key picture that comes at about the time is taken: what follows the last wanted picture of a group need
    not be decoded, so the less lies before that, the better.
    """

    def __init__(self, begin: float, end: float, step: float) -> None:
        self._due, self._end, self._step = begin, end, step
        self._begun = False
        self.over = False
        """Whether the end was passed."""

    def chosen(self, times: list[float], following: float | None) -> list[float]:
        """Of the times of a group, the key picture's first, those that are wanted; the next key picture
        comes at ``following``."""
        found = []
        near = self._step / 4
        for number, at in enumerate(times):
            if at > self._end:
                self.over = True
                break
            if at + (near if number == 0 and self._begun else 0.001) < self._due:
                continue
            if following is not None and self._due > following - near:
                break
            found.append(at)
            self._next(at, following)
        return found

    def _next(self, at: float, following: float | None) -> None:
        step = self._step
        if not self._begun and following not in (None, inf) and following - at > step:
            self._due = following - ((following - at) / step - 0.25) // 1 * step  # in step with key pictures
        else:
            self._due = max(self._due + step, at + step / 2)
        self._begun = True
