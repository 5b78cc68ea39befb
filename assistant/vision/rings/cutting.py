"""Packets out of a ring as a film of their own, copied and not encoded again."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import IO

import av

from assistant.vision.rings.ring import MICRO, Cut
from assistant.vision.rings.sounds import MP4_SOUNDS

TIME_BASE = Fraction(1, MICRO)
LAST_TICKS = MICRO // 25
"""How long the last picture is there; one that lasts no time is left out by those who read the film."""
PIECE_BYTES = 2**20
"""FFmpeg comes back to Python with each piece that it has written."""
LEAST_TICKS = MICRO // 1000
"""Two pictures are so far apart at least: less is nothing in the ticks of some containers."""
MOV_PICTURES = ("h264", "hevc", "mjpeg", "mpeg4", "mpeg1video", "mpeg2video")
OTHERS = {"mp4": "matroska", "mov": "nut"}
"""NUT takes whatever a camera sends, as it sends it; but nobody plays it."""


def copyable(cut: Cut) -> bool:
    """Whether those who want an MP4 can have it as the camera encoded it."""
    return cut.templates.video.codec_context.name in MOV_PICTURES


def unheard(cut: Cut) -> bool:
    """Whether it has a sound that an MP4 leaves out."""
    sound = cut.templates.audio
    carried = sound is None or not copyable(cut) or sound.codec_context.name in MP4_SOUNDS
    return not carried and any(packet.audio for packet in cut.packets)


def copied(cut: Cut, *, container: str = "mp4") -> bytes:
    """The film, as the camera encoded it; see `write`."""
    memory = io.BytesIO()
    write(cut, memory, container=container)
    return memory.getvalue()


def write(cut: Cut, file: IO[bytes], *, container: str = "mp4") -> None:
    """Write the film as the camera encoded it; MP4 leaves out a sound that it cannot carry, mov takes all.
    For pictures that they cannot carry there are others."""
    templates = cut.templates
    container = container if copyable(cut) else OTHERS[container]
    with av.open(file, "w", format=container, buffer_size=PIECE_BYTES) as film:
        video = film.add_stream_from_template(templates.video)
        sound = templates.audio
        if sound is not None and container == "mp4" and sound.codec_context.name not in MP4_SOUNDS:
            sound = None
        if sound is not None and not any(packet.audio for packet in cut.packets):
            sound = None
        audio = film.add_stream_from_template(sound) if sound is not None else None
        last = {False: -(10**12), True: -(10**12)}
        for packet in sorted(cut.packets, key=lambda packet: packet.dts):
            if packet.audio and audio is None:
                continue
            dts = max(packet.dts, last[packet.audio] + LEAST_TICKS)
            last[packet.audio] = dts
            fresh = av.Packet(packet.data)
            fresh.time_base = TIME_BASE
            fresh.dts, fresh.pts = dts, max(packet.pts, dts)
            if not packet.audio:
                fresh.duration = LAST_TICKS
            fresh.is_keyframe = packet.key or packet.audio
            fresh.stream = audio if packet.audio and audio is not None else video
            film.mux_one(fresh)
