"""Colour names people say, as hex, and the nearest name of what a lamp reports."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Mapping
from typing import Any

HEX = {
    "red": "#FF0000",
    "orange": "#FF8000",
    "amber": "#FFBF00",
    "yellow": "#FFFF00",
    "lime": "#80FF00",
    "green": "#00FF00",
    "turquoise": "#00FFAA",
    "cyan": "#00FFFF",
    "blue": "#0000FF",
    "indigo": "#4B00FF",
    "violet": "#8000FF",
    "purple": "#AA00FF",
    "magenta": "#FF00FF",
    "pink": "#FF6EB4",
}
MIRED = {"warm white": 370, "white": 250, "cool white": 166}
NAMES = (*HEX, *MIRED)

Hsv = tuple[float, float]


def command(name: str) -> dict[str, Any]:
    """What to send a lamp for a colour name."""
    return {"color_temp": MIRED[name]} if name in MIRED else {"color": {"hex": HEX[name]}}


def reported(payload: Mapping[str, Any]) -> str | None:
    """The nearest name of the colour in a report, None when it has none that can be read."""
    color = payload.get("color")
    if payload.get("color_mode") == "color_temp" or not isinstance(color, Mapping):
        return _white(payload.get("color_temp"))
    point = _hue_saturation(color)
    if point is None:
        return None
    return min(HEX, key=lambda name: _distance(_of_hex(HEX[name]), point))


def _white(mired: object) -> str | None:
    if not isinstance(mired, int | float) or not math.isfinite(mired):
        return None
    return min(MIRED, key=lambda name: abs(MIRED[name] - mired))


def _hue_saturation(color: Mapping[str, Any]) -> Hsv | None:
    """Hue 0-1 and saturation 0-1, from hex, hue and saturation, or CIE x and y."""
    try:
        if "hex" in color:
            return _of_hex(str(color["hex"]))
        if "hue" in color:
            return float(color["hue"]) % 360 / 360, min(max(float(color["saturation"]) / 100, 0), 1)
        return _of_xy(float(color["x"]), float(color["y"]))
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None


def _of_hex(text: str) -> Hsv:
    number = int(text.lstrip("#"), 16)
    hue, saturation, _ = colorsys.rgb_to_hsv(number >> 16 & 255, number >> 8 & 255, number & 255)
    return hue, saturation


def _of_xy(x: float, y: float) -> Hsv:
    """CIE 1931 to the hue of linear sRGB; lamps differ more from each other than the gamma would."""
    big_x, big_z = x / y, (1 - x - y) / y
    rgb = (
        3.2406 * big_x - 1.5372 - 0.4986 * big_z,
        -0.9689 * big_x + 1.8758 + 0.0415 * big_z,
        0.0557 * big_x - 0.2040 + 1.0570 * big_z,
    )
    hue, saturation, _ = colorsys.rgb_to_hsv(*(max(part, 0.0) for part in rgb))
    return hue, saturation


def _distance(a: Hsv, b: Hsv) -> float:
    def flat(hue: float, saturation: float) -> tuple[float, float]:
        return saturation * math.cos(2 * math.pi * hue), saturation * math.sin(2 * math.pi * hue)

    return math.dist(flat(*a), flat(*b))
