"""A test card instead of a painting: what a script's ``draw`` step puts into an answer."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

LONG_SIDE = {"512": 688, "1K": 1376, "2K": 2752, "4K": 5504}
"""Pixels of the longer side of a 16:9 picture; as many pixels have those of other shapes."""
AREA = 9 / 16
GROUND, DISC = "#204060", "#ffd000"
RADIUS = 0.25
"""Of the shorter side."""


@dataclass(frozen=True)
class Wanted:
    """Shape and size as a request asks for them."""

    ratio: str = "1:1"
    size: str = "1K"

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height, in whole eights as the real ones."""
        wide, _, high = self.ratio.partition(":")
        shape = float(wide) / float(high)
        area = LONG_SIDE[self.size] ** 2 * AREA
        return _whole((area * shape) ** 0.5), _whole((area / shape) ** 0.5)


def painted(wanted: Wanted, colours: dict[str, Any]) -> bytes:
    """A PNG: a disc in the middle of a ground."""
    width, height = wanted.pixels
    x, y = np.arange(width) - (width - 1) / 2, np.arange(height) - (height - 1) / 2
    inside = x[None, :] ** 2 + y[:, None] ** 2 <= (RADIUS * min(width, height)) ** 2
    ground, disc = _colour(colours.get("ground", GROUND)), _colour(colours.get("disc", DISC))
    pixels = np.where(inside[..., None], disc, ground).astype(np.uint8)
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = pixels.reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 1)
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _whole(side: float) -> int:
    return max(8, round(side / 8) * 8)


def _colour(text: str) -> np.ndarray[Any, Any]:
    return np.frombuffer(bytes.fromhex(text.removeprefix("#")), np.uint8)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
