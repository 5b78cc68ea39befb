"""The sound of a film that is made: copied or encoded, of the same span as its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import av.error

SOUND_RATE = 16_000
COPY_SOUND = 72_000
"""Sound of so many bits a second is not encoded anew."""


@dataclass
class Sound:
    """The ``stream`` of sound of an open film, on its way into another one."""

    container: Any
    stream: Any

    @property
    def copies(self) -> bool:
        """AAC of a camera is as small as what we would make of it."""
        return self.stream.codec_context.name == "aac" and 0 < (self.stream.bit_rate or 0) <= COPY_SOUND

    def into(self, film: Any) -> Any:
        """A stream for it in another film."""
        if self.copies:
            return film.add_stream_from_template(self.stream)
        stream = film.add_stream("aac", rate=SOUND_RATE)
        stream.codec_context.layout = "mono"
        stream.codec_context.bit_rate = 32_000
        return stream

    def write(self, film: Any, stream: Any, begin: float, seconds: float) -> bool:
        """Put the sound of a span there (``begin`` by the film's own clock); whether there was any."""
        try:
            self.container.seek(round(begin * 1_000_000))
        except (av.error.FFmpegError, OSError):
            return False  # a film without an index and times: its pictures tell more than nothing
        return (self._copy if self.copies else self._encode)(film, stream, begin, seconds)

    def _copy(self, film: Any, stream: Any, begin: float, seconds: float) -> bool:
        tick, some = float(self.stream.time_base), False
        shift = round(begin / tick)
        for packet in self.container.demux(self.stream):
            if packet.pts is None or packet.pts < shift:
                continue
            if (packet.pts - shift) * tick > seconds:
                break
            packet.dts = packet.pts = packet.pts - shift
            packet.stream = stream
            film.mux(packet)
            some = True
        return some

    def _encode(self, film: Any, stream: Any, begin: float, seconds: float) -> bool:
        """Pictures and sound keep their distance."""
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=SOUND_RATE)
        written = 0
        for frame in self._frames():
            at = float(frame.pts * frame.time_base) - begin
            if at < 0:
                continue
            if at > seconds:
                break
            frame.pts = None
            for piece in resampler.resample(frame):
                if not written:
                    written = round(at * SOUND_RATE)
                piece.pts, piece.time_base = written, Fraction(1, SOUND_RATE)
                written += piece.samples
                film.mux(stream.encode(piece))
        film.mux(stream.encode(None))
        return written > 0

    def _frames(self) -> Iterator[Any]:
        """What can be read; after a jump into a film, what comes first is often cut in two."""
        for packet in self.container.demux(self.stream):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                continue
            yield from (frame for frame in frames if frame.pts is not None and frame.time_base is not None)
