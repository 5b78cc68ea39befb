"""The sound of a film that is made: copied or encoded, of the same span as its pictures."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import av.error

from assistant.vision.rings.times import Joined, may_join

SOUND_RATE = 16_000
COPY_SOUND = 72_000
"""Sound of so many bits a second is not encoded anew."""
MP4_SOUNDS = ("aac", "mp3")
"""G.711, which most cheap cameras speak, is no sound that an MP4 carries in practice."""
BACK_SECONDS = 0.5
"""Sound whose clock is put back by more than that, as where two films were joined, is left out; so are the
pictures there."""


@dataclass
class Sound:
    """The ``stream`` of sound of an open film, on its way into another one.

    ``again`` opens the film once more. Where it is ``counted``, its pictures bear no times, and those of its
    sound fit to nothing: both begin together, and what comes is counted.
    """

    container: Any
    stream: Any
    again: Callable[[], AbstractContextManager[Any]]
    counted: bool = False

    @property
    def copies(self) -> bool:
        """AAC of a camera is as small as what we would make of it."""
        small = 0 < (self.stream.bit_rate or 0) <= COPY_SOUND
        return small and self.stream.codec_context.name == "aac" and not self.counted

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
        with self._wound(begin) as container:
            source = container.streams[self.stream.index]
            if self.copies:
                return _copy(_read(container, source), film, stream, (begin, seconds))
            return _encode(self._heard(container, source), film, stream, (begin, seconds))

    def _wound(self, begin: float) -> AbstractContextManager[Any]:
        """The film at that moment; one that cannot be wound, or may be several in one, is opened anew and
        heard from its beginning."""
        if not self.counted and not may_join(self.container):
            with suppress(av.error.FFmpegError, OSError):
                self.container.seek(round(begin * 1_000_000))
                return nullcontext(self.container)
        return self.again()

    def _heard(self, container: Any, source: Any) -> Iterator[tuple[Any, float]]:
        """What can be read, each piece with its time; after a jump into a film, what comes first is often cut
        in two."""
        samples, last = 0, 0.0
        for packet in _read(container, source):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                continue
            for frame in frames:
                at = samples / frame.sample_rate if self.counted else frame.time
                samples += frame.samples
                if at is not None and at > last - BACK_SECONDS:
                    last = at
                    yield frame, at


def voiced(film: bytes, sound: Sound, begin: float, seconds: float) -> bytes:
    """An MP4 with its pictures as they are, and a sound that it could not carry as AAC."""
    memory, mute = io.BytesIO(), io.BytesIO(film)
    pictured: Any
    with av.open(mute) as pictured, av.open(memory, "w", format="mp4") as made:
        pictures = pictured.streams.video[0]
        video, stream = made.add_stream_from_template(pictures), sound.into(made)
        for packet in pictured.demux(pictures):
            if packet.size:
                packet.stream = video
                made.mux(packet)
        sound.write(made, stream, begin, seconds)
    return memory.getvalue()


def _read(container: Any, source: Any) -> Iterator[Any]:
    packets: Iterator[Any] = container.demux(source)
    return Joined().put(packets) if may_join(container) else packets


def _copy(packets: Iterator[Any], film: Any, stream: Any, span: tuple[float, float]) -> bool:
    """Of packets those of a span, which is its begin and its length in seconds."""
    begin, seconds = span
    last: int | None = None
    for packet in packets:
        if packet.pts is None or packet.pts * packet.time_base < begin:
            continue
        if float(packet.pts * packet.time_base) - begin > seconds:
            break
        packet.dts = packet.pts = packet.pts - round(begin / packet.time_base)
        if last is not None and packet.pts <= last:
            continue
        last, packet.stream = packet.pts, stream
        film.mux(packet)
    return last is not None


def _encode(heard: Iterator[tuple[Any, float]], film: Any, stream: Any, span: tuple[float, float]) -> bool:
    """Pictures and sound keep their distance."""
    begin, seconds = span
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=SOUND_RATE)
    written = 0
    for frame, time in heard:
        at = time - begin
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
