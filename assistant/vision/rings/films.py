"""Films as they come from elsewhere: which may be opened, and what they are."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import av.error

from assistant.errors import VisionError
from assistant.vision.rings.sources import MOST_PIXELS
from assistant.vision.rings.times import Joined, may_join

FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegvideo,mpegts,flv,asf,mpjpeg,mjpeg,ogg,gif,"
    "image2,jpeg_pipe,png_pipe,webp_pipe,webp_anim,h264,hevc,nut"
)
"""No playlists: a file that is given as a film cannot make us open another one."""
UNREADABLE = "The film cannot be read: it is no video that I know, or it is broken."
ANIMATES = "webp"
ANIMATED = "A WebP picture that moves cannot be read here; make it a GIF or an MP4 first."
MIMES = {
    "avi": "video/x-msvideo",
    "flv": "video/x-flv",
    "asf": "video/wmv",
    "mpeg": "video/mpeg",
    "matroska,webm": "video/webm",
}
BRANDS = {"qt": "video/quicktime", "3gp": "video/3gpp", "3g2": "video/3gpp"}
PICTURES = ("hei", "hev", "mif", "msf", "avi")
"""Brands of still pictures that are written like a film."""
WEB = frozenset({"vp8", "vp9", "av1", "opus", "vorbis"})
"""What WebM may hold; in Matroska there is everything."""


@contextmanager
def film(source: bytes | str) -> Iterator[Any]:
    """An open film, given as bytes or as the path of a file.

    Raises:
        VisionError: it cannot be read, now or later in the block; the text says why.
    """
    if not isinstance(source, bytes) and Path(source).is_file() and not Path(source).stat().st_size:
        raise VisionError("The film is an empty file.")
    opened: Any = io.BytesIO(source) if isinstance(source, bytes) else source
    options = {"protocol_whitelist": "file,crypto", "format_whitelist": FORMATS}
    try:
        with av.open(opened, options=options) as container:
            _checked(container)
            yield container
    except FileNotFoundError as error:
        raise VisionError(f"There is no file {source!r}.") from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise VisionError(UNREADABLE) from error


def _checked(container: Any) -> None:
    """Refuse what would eat the machine before a picture of it is decoded."""
    if not container.streams.video:
        raise VisionError(
            "There are no pictures in that file, only sound." if container.streams else UNREADABLE
        )
    context = container.streams.video[0].codec_context
    if context.width * context.height > MOST_PIXELS:
        raise VisionError(f"The pictures are too large: {context.width} by {context.height}.")


def known(path: str) -> dict[str, Any]:
    """What a file is: its ``mime`` where the service takes it as it is (else ""), and its length in
    ``seconds`` (0: nobody knows). Its name says nothing.

    Raises:
        VisionError: it is no film, or none of its first pictures can be read.
    """
    with film(path) as container:
        lasts, mime = lasting(container), _mime(container)
        joined = Joined() if may_join(container) else None
        packets = container.demux(container.streams.video[0])
        packets = packets if joined is None else joined.put(packets)
        for packet in packets:
            try:
                if packet.decode():
                    return {"mime": mime, "seconds": _joined_seconds(packets, joined) or lasts}
            except av.error.InvalidDataError:
                continue
        moves = container.streams.video[0].codec_context.name == ANIMATES
    raise VisionError(ANIMATED if moves else UNREADABLE)


def lasting(container: Any) -> float:
    """How many seconds it says that it lasts; 0 when it does not say. Matroska tells its end by a clock that
    may begin anywhere."""
    begins = max(0, container.start_time or 0) if container.format.name.startswith("matroska") else 0
    lasts = container.duration or 0
    return float(lasts - begins if lasts > begins else lasts) / 1_000_000


def _joined_seconds(packets: Iterable[Any], joined: Joined | None) -> float:
    """How long several recordings in one file are, of which the first and the last time tell nothing; else
    0."""
    if joined is None:
        return 0.0
    for _ in packets:
        pass
    return joined.seconds if joined.several else 0.0


def _mime(container: Any) -> str:
    name = container.format.name
    if name.startswith("mov,"):
        brand = str(container.metadata.get("major_brand", "")).strip()
        return "" if brand.startswith(PICTURES) else BRANDS.get(brand[:3], "video/mp4")
    if name.startswith("matroska") and any(
        s.codec_context.name not in WEB for s in _heard_and_seen(container)
    ):
        return ""
    return MIMES.get(name, "")


def _heard_and_seen(container: Any) -> list[Any]:
    return [*container.streams.video, *container.streams.audio]
