"""Footage with a known story, drawn: a grey-green yard, and from a second on a red box that comes in from
the left.

Run as ``python -m assistant.cli.bench.footage OUT SECONDS ENTERS WIDTHxHEIGHT FPS GOP CODEC SOUND``: in a
process of its own, for the encoder is GPL.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

SOUND_RATES = {"aac": 16_000, "pcm_mulaw": 8_000, "pcm_alaw": 8_000}
NOISE = 3
"""A camera's picture is never quite still."""


@dataclass(frozen=True)
class Story:
    """What is drawn: so many ``seconds``; the box ``enters`` at one of them and crosses the picture in
    four."""

    seconds: float = 30.0
    enters: float = 20.0
    width: int = 640
    height: int = 360
    fps: int = 10
    gop: int = 20
    codec: str = "libx264"
    sound: str = "aac"
    bits: int = 0

    def arguments(self, out: Path) -> list[str]:
        """For a process of its own."""
        told = (
            self.seconds,
            self.enters,
            self.width,
            self.height,
            self.fps,
            self.gop,
            self.codec,
            self.sound,
        )
        return ["-m", "assistant.cli.bench.footage", str(out), *(str(one) for one in (*told, self.bits))]


def drawn(out: Path, story: Story) -> None:
    """Write the film; the container is that of the file's name."""
    import av
    import numpy as np

    noise = np.random.default_rng(7).integers(-NOISE, NOISE + 1, (8, story.height, story.width, 1), np.int16)
    with av.open(str(out), "w") as film:
        video: Any = film.add_stream(story.codec, rate=story.fps)
        video.width, video.height = story.width, story.height
        video.pix_fmt = "yuvj420p" if story.codec == "mjpeg" else "yuv420p"
        if story.codec != "mjpeg":
            video.options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(story.gop), "bf": "0"}
            video.options |= {"x265-params": "log-level=none"} if story.codec == "libx265" else {}
        if story.bits:
            video.bit_rate = story.bits
        audio: Any = film.add_stream(story.sound, rate=SOUND_RATES[story.sound]) if story.sound else None
        if audio is not None:
            audio.layout = "mono"
        for number in range(round(story.seconds * story.fps)):
            picture = (_picture(story, number / story.fps) + noise[number % len(noise)]).clip(0, 255)
            frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, story.fps)
            film.mux(video.encode(frame))
        film.mux(video.encode(None))
        if audio is not None:
            _beep(film, audio, story.seconds)


def _picture(story: Story, at: float) -> Any:
    import numpy as np

    picture = np.full((story.height, story.width, 3), (90, 110, 90), np.int16)
    if at >= story.enters:
        size = story.height // 3
        right = round(min(1.0, (at - story.enters + 1 / story.fps) / 4) * (story.width - size)) + size
        picture[size : 2 * size, max(0, right - size) : right] = (220, 30, 30)
    return picture


def _beep(film: Any, stream: Any, seconds: float) -> None:
    """A tone in the first half of every second, so that sound and picture can be compared."""
    import av
    import numpy as np

    rate, size = stream.rate, 1024
    times = np.arange(round(rate * seconds)) / rate
    tone = (np.sin(times * 2 * np.pi * 440) * 8000 * (times % 1 < 0.5)).astype(np.int16)
    wanted = stream.codec_context.format.name if stream.codec_context.format else "fltp"
    resampler = av.AudioResampler(format=wanted, layout="mono", rate=rate)
    for begin in range(0, len(tone) - size, size):
        frame = av.AudioFrame.from_ndarray(tone[None, begin : begin + size], "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, begin, Fraction(1, rate)
        for piece in resampler.resample(frame):
            film.mux(stream.encode(piece))
    film.mux(stream.encode(None))


def main() -> int:
    """Draw one film."""
    out, seconds, enters, width, height, fps, gop, codec, sound, bits = sys.argv[1:]
    size = int(width), int(height)
    story = Story(float(seconds), float(enters), *size, int(fps), int(gop), codec, sound, int(bits))
    drawn(Path(out), story)
    return 0


if __name__ == "__main__":
    sys.exit(main())
