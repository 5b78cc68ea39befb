"""What is kept of a camera's streams, so that its packets can be copied when it is long gone."""

from __future__ import annotations

import io
from typing import Any

import av

from assistant.vision.rings.sources import Unfit

SOUNDS = ("aac", "pcm_alaw", "pcm_mulaw", "opus", "mp3", "pcm_s16be", "pcm_s16le")


class Templates:
    """The streams of a camera that may long be gone.

    To copy packets, PyAV needs the streams that they came from; those of a closed container crash the process
    (av 18). So the first pictures are written into a file in memory, which stays open instead. NUT keeps the
    streams' parameters in the form in which the camera sends them; others turn them, but not the later
    packets.
    """

    def __init__(self, container: Any, first: list[Any]) -> None:
        memory = io.BytesIO()
        with av.open(memory, "w", format="nut") as copy:
            streams = {s.index: _like(s, copy) for s in wanted(container)}
            for packet in first:
                fresh = av.Packet(bytes(packet))
                fresh.pts, fresh.dts = packet.pts, packet.dts if packet.dts is not None else packet.pts
                fresh.time_base, fresh.is_keyframe = packet.time_base, packet.is_keyframe
                fresh.stream = streams[packet.stream.index]
                copy.mux(fresh)
        memory.seek(0)
        self._kept: Any = av.open(memory, format="nut")
        self.video = self._kept.streams.video[0]
        self.audio = next(iter(self._kept.streams.audio), None)
        self.kind = tuple(_kind(stream) for stream in (self.video, self.audio) if stream is not None)
        """Packets of streams of the same kind can be one film."""
        self._let_go(memory)

    def _let_go(self, memory: io.BytesIO) -> None:
        """The streams are all that is wanted; the pictures go."""
        for _ in self._kept.demux():
            pass
        memory.seek(0)
        memory.truncate()


def _like(stream: Any, copy: Any) -> Any:
    try:
        return copy.add_stream_from_template(stream)
    except ValueError as error:
        name = stream.codec_context.codec.canonical_name
        raise Unfit(f"its pictures are {name}, which I cannot keep: set it to H.264 or H.265") from error


def _kind(stream: Any) -> tuple[object, ...]:
    context = stream.codec_context
    size = (context.width, context.height) if stream.type == "video" else (context.sample_rate,)
    return context.name, *size, bytes(context.extradata or b"")


def wanted(container: Any) -> list[Any]:
    """The streams of a camera that are kept: one of pictures, at most one of sound."""
    sound = [s for s in container.streams.audio if s.codec_context.name in SOUNDS][:1]
    return [container.streams.video[0], *sound]
