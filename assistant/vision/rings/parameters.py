"""The parameter sets that H.264 and H.265 bear in front of key pictures: another one means other pictures."""

from __future__ import annotations

from collections.abc import Iterator

START = b"\x00\x00\x01"
MOST_BYTES = 4096
"""They stand in front; behind that come pictures."""
SEQUENCE = {"h264": (0, 31, 7), "hevc": (1, 63, 33)}
"""How the kind of a unit is read from its first byte, and which kind tells the size of the pictures."""


def sequence_set(codec: str, data: bytes) -> bytes:
    """What tells the size of the pictures that follow; empty where none is sent along."""
    if codec not in SEQUENCE:
        return b""
    shift, mask, wanted = SEQUENCE[codec]
    return next((unit for unit in _units(data[:MOST_BYTES]) if unit[0] >> shift & mask == wanted), b"")


def _units(data: bytes) -> Iterator[bytes]:
    at = data.find(START)
    while at >= 0:
        following = data.find(START, at + 3)
        unit = data[at + 3 : following if following >= 0 else None].rstrip(b"\x00")
        if unit:
            yield unit
        at = following
