"""Colours as Zigbee lamps know them: hue and saturation, CIE xy, and sRGB in hexadecimal."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass


@dataclass(frozen=True)
class Colour:
    """Hue in degrees, saturation in percent."""

    hue: float = 30.0
    saturation: float = 30.0

    @classmethod
    def from_rgb(cls, red: float, green: float, blue: float) -> Colour:
        """From parts between 0 and 1; how bright they are is another matter."""
        hue, saturation, _ = colorsys.rgb_to_hsv(red, green, blue)
        return cls(round(hue * 360, 1), round(saturation * 100, 1))

    @classmethod
    def from_hex(cls, text: str) -> Colour:
        """From #RRGGBB; ValueError when it is none."""
        digits = text.removeprefix("#")
        red, green, blue = bytes.fromhex(digits)
        return cls.from_rgb(red / 255, green / 255, blue / 255)

    @classmethod
    def from_xy(cls, x: float, y: float) -> Colour:
        """From CIE 1931 chromaticity, as far as sRGB reaches."""
        y = max(y, 1e-6)
        big_x, big_z = x / y, (1 - x - y) / y
        linear = (
            3.2406 * big_x - 1.5372 - 0.4986 * big_z,
            -0.9689 * big_x + 1.8758 + 0.0415 * big_z,
            0.0557 * big_x - 0.2040 + 1.0570 * big_z,
        )
        brightest = max(*linear, 1e-6)
        red, green, blue = (_gamma(max(part, 0) / brightest) for part in linear)
        return cls.from_rgb(red, green, blue)

    @property
    def xy(self) -> tuple[float, float]:
        """CIE 1931 chromaticity."""
        rgb = colorsys.hsv_to_rgb(self.hue / 360, self.saturation / 100, 1)
        red, green, blue = (_linear(part) for part in rgb)
        big_x = 0.4124 * red + 0.3576 * green + 0.1805 * blue
        big_y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        total = big_x + big_y + 0.0193 * red + 0.1192 * green + 0.9505 * blue
        return round(big_x / total, 4), round(big_y / total, 4)


def _gamma(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
