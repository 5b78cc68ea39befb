"""Colours people say, and what lamps report: hue and saturation, red-green-blue, CIE x and y, kelvin,
mired.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Mapping

HUES: Mapping[str, str] = {
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
WHITES: Mapping[str, int] = {"warm white": 2700, "white": 4000, "cool white": 6000}
"""In kelvin."""
NAMES = (*HUES, *WHITES)

RGB = tuple[int, int, int]
HS = tuple[float, float]
"""Hue 0-360 and saturation 0-100."""


def hex_of(name: str) -> str:
    """``#RRGGBB`` of a colour name; whites as a lamp without a white channel mixes them."""
    return HUES.get(name) or {"warm white": "#FFB46B", "white": "#FFF4E5", "cool white": "#E6EBFF"}[name]


def rgb_of(name: str) -> RGB:
    """Red, green and blue, 0-255 each, of a colour name."""
    number = int(hex_of(name)[1:], 16)
    return number >> 16 & 255, number >> 8 & 255, number & 255


def hs_of(name: str) -> HS:
    """Hue and saturation of a colour name."""
    hue, saturation, _ = colorsys.rgb_to_hsv(*(part / 255 for part in rgb_of(name)))
    return hue * 360, saturation * 100


def xy_of(name: str) -> tuple[float, float]:
    """CIE 1931 x and y of a colour name."""
    red, green, blue = (_linear(part / 255) for part in rgb_of(name))
    x = red * 0.4124 + green * 0.3576 + blue * 0.1805
    y = red * 0.2126 + green * 0.7152 + blue * 0.0722
    z = red * 0.0193 + green * 0.1192 + blue * 0.9505
    total = (x + y + z) or 1.0
    return x / total, y / total


def named_rgb(red: float, green: float, blue: float) -> str:
    """The nearest name of red, green and blue (any scale, they are compared with each other)."""
    top = max(red, green, blue, 1e-9)
    hue, saturation, _ = colorsys.rgb_to_hsv(red / top, green / top, blue / top)
    return named_hs(hue * 360, saturation * 100)


def named_hs(hue: float, saturation: float) -> str:
    """The nearest name of a hue (degrees) and a saturation (percent)."""
    point = _flat(hue % 360, min(max(saturation, 0.0), 100.0))
    return min(NAMES, key=lambda name: math.dist(_flat(*hs_of(name)), point))


def named_xy(x: float, y: float) -> str:
    """The nearest name of a CIE colour; lamps differ more from each other than the gamma would."""
    big_x, big_z = x / y, (1 - x - y) / y
    red = 3.2406 * big_x - 1.5372 - 0.4986 * big_z
    green = -0.9689 * big_x + 1.8758 + 0.0415 * big_z
    blue = 0.0557 * big_x - 0.2040 + 1.0570 * big_z
    top = max(red, green, blue, 1e-9)
    return named_rgb(*(_gamma(max(part / top, 0.0)) for part in (red, green, blue)))


def named_hex(text: str) -> str:
    """The nearest name of ``#RRGGBB``, also ``RRGGBB`` and ``#WWRRGGBB``.

    Raises:
        ValueError: it is neither.
    """
    digits = text.lstrip("#")
    if len(digits) not in (6, 8):
        raise ValueError(f"{text[:20]!r} is no colour")
    number = int(digits[-6:], 16)
    return named_rgb(number >> 16 & 255, number >> 8 & 255, number & 255)


def kelvin(mired: float) -> int:
    """Kelvin of a mired value, and the other way round.

    Raises:
        ValueError: zero or less.
    """
    if not mired > 0:
        raise ValueError(f"{mired:g} is no colour temperature")
    return round(1_000_000 / mired)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _gamma(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _flat(hue: float, saturation: float) -> tuple[float, float]:
    return saturation * math.cos(math.radians(hue)), saturation * math.sin(math.radians(hue))
