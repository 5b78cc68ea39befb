"""A film made fit to be sent: looked through for movement, copied when it is small, else encoded anew."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

import av
import av.error
import numpy as np

from assistant.errors import VisionError
from assistant.movement import Movement
from assistant.vision.rings.decoding import Pictures
from assistant.vision.rings.films import ANIMATED, ANIMATES, lasting
from assistant.vision.rings.films import film as opened
from assistant.vision.rings.sounds import MP4_SOUNDS, Sound, voiced
from assistant.vision.rings.upright import aspect_of, scaled, size_of
from assistant.vision.rings.wishes import Wish

MOST_SECONDS = 45 * 60.0
UNKNOWN_SECONDS = 10.0
HEADER_SECONDS = 2.0
"""A film that is that much shorter or longer than it says was cut off or joined: what was read counts."""
MIME = "video/mp4"
NOTHING = "There is no picture in that part of the film."


@dataclass
class Prepared:
    """A film and what was seen while it was made. ``begin_s`` is where it begins in the film it was made of,
    which lasts ``duration``; ``still`` means that not a single point has changed."""

    data: bytes = b""
    mime: str = MIME
    seconds: float = 0.0
    duration: float = 0.0
    begin_s: float = 0.0
    fps: float = 0.0
    width: int = 0
    height: int = 0
    frames: int = 0
    source: str = ""
    copied: bool = False
    sound: bool = False
    still: bool = False
    movement: list[dict[str, Any]] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """All but the bytes."""
        return {name: value for name, value in asdict(self).items() if name != "data"}


def prepared(film: bytes | str, wish: Wish, *, copyable: bytes | None = None) -> Prepared:
    """A film, given as bytes or as the path of a file, made fit to be sent.

    ``copyable`` is the same film as MP4, sent as it is when it is small and H.264.

    Raises:
        VisionError: it cannot be read; the text says why.
    """
    with opened(film) as container:
        return _Preparing(container, wish, copyable, lambda: opened(film)).run()


class _Preparing:
    """One film on its way."""

    def __init__(
        self,
        container: Any,
        wish: Wish,
        copyable: bytes | None,
        again: Callable[[], AbstractContextManager[Any]],
    ) -> None:
        self._container, self._wish, self._copyable = container, wish, copyable
        self._video = container.streams.video[0]
        context = self._video.codec_context
        heard = next(iter(container.streams.audio), None) if wish.sound else None
        counted = self._video.start_time is None
        self._sound = Sound(container, heard, again, counted) if heard is not None else None
        self._movement = Movement()
        self._made = Prepared(source=context.name, duration=lasting(container))
        self._zero = 0.0

    def run(self) -> Prepared:
        """Decode what is needed, and encode unless it can be copied."""
        made, wish = self._made, self._wish
        copies = self._copyable is not None and self._may_copy(self._copyable)
        memory = io.BytesIO()
        if copies:
            for frame, at in self._pictures():
                self._look(frame, at)
            assert self._copyable is not None
            made.data, made.copied = self._heard(self._copyable), True
            made.width, made.height = self._video.codec_context.width, self._video.codec_context.height
            made.sound, made.begin_s = self._sound is not None, 0.0
            # every picture of the original is in it; but no more is asked for than was wanted
            made.fps = min(wish.fps, float(self._video.average_rate or wish.fps))
        else:
            self._encode(memory)
            made.data, made.fps = memory.getvalue(), wish.fps
        if not made.frames:
            raise VisionError(ANIMATED if made.source == ANIMATES else NOTHING)
        ended = made.begin_s + made.seconds
        if ended < min(wish.end, MOST_SECONDS) and abs(made.duration - ended) > HEADER_SECONDS:
            made.duration = ended
        made.movement, made.still = self._movement.spans(made.begin_s), self._movement.still
        return made

    def _heard(self, film: bytes) -> bytes:
        """The copy, with the sound that it had to leave out."""
        if self._wish.keys or self._sound is None or self._sound.stream.codec_context.name in MP4_SOUNDS:
            return film
        return voiced(film, self._sound, self._zero, min(lasting(self._container), MOST_SECONDS))

    def _may_copy(self, film: bytes) -> bool:
        context = self._video.codec_context
        return self._wish.keys or (
            context.name == "h264"
            and len(film) <= self._wish.copy_bytes
            and max(context.width, context.height) <= 1.7 * self._wish.pixels
            and context.pix_fmt in ("yuv420p", "yuvj420p")
        )

    def _pictures(self) -> Iterator[tuple[av.VideoFrame, float]]:
        """Pictures of the wanted span at the wanted rate, with their time in the film."""
        wish = self._wish
        end = min(wish.end, MOST_SECONDS)
        found = Pictures(self._container, begin=wish.begin, end=end, fps=wish.fps, keys=wish.keys)
        self._zero = found.zero
        yield from found

    def _look(self, frame: av.VideoFrame, at: float) -> None:
        made = self._made
        if not made.frames:
            made.begin_s = round(at, 3)
        made.frames += 1
        made.seconds = round(at - made.begin_s + 1 / self._wish.fps, 3)
        self._movement.see(at, frame.reformat(96, 54, "rgb24").to_ndarray().astype(np.int16))

    def _encode(self, memory: io.BytesIO) -> None:
        wish, made = self._wish, self._made
        with av.open(memory, "w", format="mp4") as film:
            stream: Any = None
            rate = Fraction(wish.fps).limit_denominator(100)
            for frame, at in self._pictures():
                if stream is None:
                    made.width, made.height = size_of(frame, wish.pixels, aspect_of(self._video))
                    stream = _encoder(film, rate, made)
                    sound = self._sound.into(film) if self._sound is not None else None
                picture = scaled(frame, (made.width, made.height), "yuv420p")
                self._look(picture, at)
                picture.time_base = Fraction(1, 1000)
                picture.pts = round((at - made.begin_s) * 1000)
                picture.pict_type = av.video.frame.PictureType.NONE
                film.mux(stream.encode(picture))
            if stream is None:
                return
            film.mux(stream.encode(None))
            if self._sound is not None:
                made.sound = self._sound.write(film, sound, self._zero + made.begin_s, made.seconds)


def _encoder(film: Any, rate: Fraction, made: Prepared) -> Any:
    stream = film.add_stream("libx264", rate=rate)
    stream.width, stream.height, stream.pix_fmt = made.width, made.height, "yuv420p"
    stream.codec_context.time_base = Fraction(1, 1000)
    stream.options = {"preset": "veryfast", "crf": "28", "bf": "0", "g": "30"}
    return stream


def heard(film: bytes | str, mute: bytes) -> bytes:
    """``mute`` is a film as MP4 that had to leave its sound out; the same with that sound, encoded anew.

    Raises:
        VisionError: it cannot be read.
    """
    with opened(film) as container:
        pictures = container.streams.video[0]
        sound = Sound(container, container.streams.audio[0], lambda: opened(film))
        begin = float((pictures.start_time or 0) * pictures.time_base)
        return voiced(mute, sound, begin, lasting(container))


def picture(film: bytes | str, *, pixels: int = 1280) -> bytes:
    """The last picture of a film as JPEG.

    Raises:
        VisionError: there is none.
    """
    last: av.VideoFrame | None = None
    with opened(film) as container:
        for packet in container.demux(container.streams.video[0]):
            try:
                last = next(reversed(packet.decode()), last)
            except av.error.InvalidDataError:
                continue
        if last is None:
            raise VisionError("There is no picture.")
        return _jpeg(last, pixels, aspect_of(container.streams.video[0]))


def pictures(film: bytes | str, *, most: int, pixels: int) -> list[tuple[float, bytes]]:
    """At most so many pictures of a film as JPEG, evenly spread, each with its second.

    Raises:
        VisionError: there is none.
    """
    found: list[tuple[float, bytes]] = []
    with opened(film) as container:
        lasts = min(MOST_SECONDS, lasting(container)) or UNKNOWN_SECONDS
        aspect = aspect_of(container.streams.video[0])
        for frame, at in Pictures(container, begin=0.0, end=lasts, fps=most / lasts, keys=False):
            found.append((round(at, 2), _jpeg(frame, pixels, aspect)))
            if len(found) == most:
                break
    if not found:
        raise VisionError("There is no picture.")
    return found


def _jpeg(frame: av.VideoFrame, pixels: int, aspect: float) -> bytes:
    memory = io.BytesIO()
    image: Any = scaled(frame, size_of(frame, pixels, aspect), "rgb24")
    image.to_image().save(memory, "JPEG", quality=82)
    return memory.getvalue()
