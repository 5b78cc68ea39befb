"""Pictures as people see them: turned as the telephone was held, with square points, of a wanted size."""

from __future__ import annotations

from typing import Any

import av
import numpy as np


def fitted(width: float, height: float, longest: int) -> tuple[int, int]:
    """The size with the longer side no longer than that; both even."""
    scale = min(1.0, longest / max(width, height, 1))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def size_of(frame: av.VideoFrame, longest: int, aspect: float = 1.0) -> tuple[int, int]:
    """Width and height as it is seen; ``aspect`` is the width of its points by their height."""
    width, height = frame.width * aspect, float(frame.height)
    if _quarters(frame) % 2:
        width, height = height, width
    return fitted(width, height, longest)


def scaled(frame: av.VideoFrame, size: tuple[int, int], form: str) -> av.VideoFrame:
    """The picture in that size, upright."""
    if not (quarters := _quarters(frame)):
        return frame.reformat(*size, form)
    lying = size if quarters == 2 else size[::-1]
    points: Any = frame.reformat(*lying, "rgb24").to_ndarray()
    turned = np.ascontiguousarray(np.rot90(points, quarters))
    return av.VideoFrame.from_ndarray(turned, "rgb24").reformat(format=form)


def aspect_of(stream: Any) -> float:
    """How wide a point of its pictures is, by its height; 1 where that makes no sense."""
    told = float(stream.sample_aspect_ratio or 1)
    return told if 0.25 < told < 4 else 1.0


def _quarters(frame: av.VideoFrame) -> int:
    """How often it has to be turned by 90 degrees, against the clock."""
    return round(frame.rotation / 90) % 4
