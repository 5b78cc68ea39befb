"""A film looked through in a process of its own: ``python -m assistant.brain.film_child FILE BEGIN END FPS``.

Prints one JSON object of what can be told without understanding pictures: ``seconds``, ``width``,
``height``, ``frames`` (at FPS), ``decoded``, ``codec``, ``sound`` (codec or ""), ``sound_s`` (its length),
``starts_on_key``, ``movement`` (see ``assistant.movement``). PyAV reads here what came over the network, and
links GPL parts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import av.error
import numpy as np

from assistant.movement import Movement

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,flv,asf"
MOST_PICTURES = 20_000
MOST_PIXELS = 8192 * 4320


def looked(path: str, begin: float, end: float, fps: float) -> dict[str, Any]:
    """What is in a film between two of its seconds."""
    options = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
    with av.open(path, options=options) as film:
        video = film.streams.video[0]
        sound = next(iter(film.streams.audio), None)
        context = video.codec_context
        if context.width * context.height > MOST_PIXELS:
            raise ValueError("too large")
        movement, due, decoded, frames, last, first_key = Movement(), begin, 0, 0, 0.0, None
        zero = float((video.start_time or 0) * (video.time_base or Fraction(0)))
        for frame in _readable(film, video):
            first_key = frame.key_frame if first_key is None else first_key
            at = float((frame.pts or 0) * (frame.time_base or 0)) - zero
            decoded += 1
            if at > end or decoded > MOST_PICTURES:
                break
            last = at
            if at + 0.001 >= due:
                due, frames = max(due + 1 / fps, at + 0.5 / fps), frames + 1
                movement.see(at, frame.reformat(96, 54, "rgb24").to_ndarray().astype(np.int16))
        if first_key is None:
            raise ValueError("no picture can be read")
        step = 1 / float(video.average_rate or fps)
        return {
            "seconds": round(last + step - begin, 3),
            "width": context.width,
            "height": context.height,
            "frames": frames,
            "decoded": decoded,
            "codec": context.name,
            "sound": sound.codec_context.name if sound else "",
            "sound_s": _length(sound),
            "starts_on_key": bool(first_key),
            "movement": movement.spans(),
        }


def _readable(film: Any, video: Any) -> Iterator[Any]:
    """Its pictures; a film that breaks off, or is broken in the middle, is seen but for that."""
    for packet in film.demux(video):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue


def _length(sound: Any) -> float:
    return round(float(sound.duration * sound.time_base), 3) if sound and sound.duration else 0.0


def main() -> int:
    """Look through one film; 1 when it is none."""
    path, begin, end, fps = sys.argv[1], *(float(number) for number in sys.argv[2:5])
    av.logging.set_level(None)  # with any level, decoders would wait for Python, which may wait for them
    try:
        told = looked(path, begin, end, fps)
    except (av.error.FFmpegError, OSError, ValueError, IndexError):
        return 1
    sys.stdout.write(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
