"""Encoded packets of a film as RTP payloads (RFC 6184, 7798, 3640, 3551), and their description for SDP."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LARGEST = 1400
CODECS = {"h264": 96, "hevc": 97, "aac": 98, "pcm_mulaw": 0, "pcm_alaw": 8}


@dataclass
class Track:
    """One stream: payloads with their time in seconds, the last of a picture marked."""

    codec: str
    rate: int
    format: str = ""
    parameters: list[bytes] = field(default_factory=list)
    payloads: list[tuple[float, bytes, bool]] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The payload type."""
        return CODECS[self.codec]

    def description(self, control: int) -> str:
        """Its lines of the SDP."""
        kind = "video" if self.codec in ("h264", "hevc") else "audio"
        names = {
            "h264": f"H264/{self.rate}",
            "hevc": f"H265/{self.rate}",
            "aac": f"mpeg4-generic/{self.rate}/1",
            "pcm_mulaw": "PCMU/8000",
            "pcm_alaw": "PCMA/8000",
        }
        lines = [f"m={kind} 0 RTP/AVP {self.number}", f"a=rtpmap:{self.number} {names[self.codec]}"]
        lines += [f"a=fmtp:{self.number} {self.format}"] if self.format else []
        return "\r\n".join([*lines, f"a=control:track{control}", ""])


def tracks(path: Path) -> tuple[list[Track], float]:
    """The streams of a film, ready to be sent, and its length in seconds."""
    import av

    with av.open(str(path)) as film:
        found = {s.index: _track(s) for s in film.streams if s.codec_context.name in CODECS}
        for packet in film.demux():
            track = found.get(packet.stream.index)
            if track is not None and packet.pts is not None and packet.time_base is not None and packet.size:
                at = float(packet.pts * packet.time_base)
                keys = track.parameters if packet.is_keyframe else []
                track.payloads += [(at, *piece) for piece in _pieces(track.codec, bytes(packet), keys)]
        return list(found.values()), float((film.duration or 0) / 1_000_000)


def _track(stream: Any) -> Track:
    context = stream.codec_context
    extra = bytes(context.extradata or b"")
    match context.name:
        case "h264":
            sets = _h264_sets(extra)
            told = ",".join(base64.b64encode(one).decode() for one in sets)
            return Track("h264", 90_000, f"packetization-mode=1;sprop-parameter-sets={told}", sets)
        case "hevc":
            return Track("hevc", 90_000, parameters=_hevc_sets(extra))
        case "aac":
            told = (
                "streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3"
            )
            return Track("aac", context.sample_rate, f"{told};config={extra.hex()}")
    return Track(context.name, 8000)


def _h264_sets(extra: bytes) -> list[bytes]:
    """Sequence and picture parameter sets out of an avcC box."""
    found, at = [], 6
    for _ in range(2):
        count = extra[at - 1] & 31
        for _ in range(count):
            size = int.from_bytes(extra[at : at + 2], "big")
            found.append(extra[at + 2 : at + 2 + size])
            at += 2 + size
        at += 1
    return found


def _hevc_sets(extra: bytes) -> list[bytes]:
    """Parameter sets out of an hvcC box."""
    found, at = [], 23
    for _ in range(extra[22]):
        count = int.from_bytes(extra[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(extra[at : at + 2], "big")
            found.append(extra[at + 2 : at + 2 + size])
            at += 2 + size
    return found


def _pieces(codec: str, data: bytes, keys: list[bytes]) -> Iterator[tuple[bytes, bool]]:
    if codec == "aac":
        yield b"\x00\x10" + (len(data) << 3).to_bytes(2, "big") + data, True
    elif codec.startswith("pcm"):
        for begin in range(0, len(data), LARGEST):
            yield data[begin : begin + LARGEST], True
    else:
        units = [*keys, *_units(data)]
        for number, unit in enumerate(units):
            yield from _unit(codec, unit, last=number == len(units) - 1)


def _units(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + 4 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 4 + size]
        at += 4 + size


def _unit(codec: str, unit: bytes, *, last: bool) -> Iterator[tuple[bytes, bool]]:
    if len(unit) <= LARGEST:
        yield unit, last
        return
    if codec == "h264":
        head, kind, body = bytes([(unit[0] & 0xE0) | 28]), unit[0] & 31, unit[1:]
    else:
        head, kind, body = bytes([(unit[0] & 0x81) | (49 << 1), unit[1]]), (unit[0] >> 1) & 63, unit[2:]
    for begin in range(0, len(body), LARGEST):
        ends = begin + LARGEST >= len(body)
        flags = (0x80 if begin == 0 else 0) | (0x40 if ends else 0) | kind
        yield head + bytes([flags]) + body[begin : begin + LARGEST], last and ends
