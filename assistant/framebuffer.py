"""The Linux framebuffer of this machine: what its memory looks like, and pictures written into it."""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ToolError
from assistant.showing import Form, Panel, Picture

SYSFS = Path("/sys/class/graphics")
ASK = 0x4600
"""FBIOGET_VSCREENINFO of linux/fb.h."""
ANSWER = struct.Struct("8I" + "3I" * 4)
ANSWER_BYTES = 160
USUAL: dict[int, Form] = {16: "rgb565", 24: "bgr", 32: "bgrx"}
"""How nearly every driver orders its colours, by bits of a pixel."""
ORDERS: dict[tuple[int, int, int, int], Form] = {
    (16, 11, 5, 0): "rgb565",
    (24, 16, 8, 0): "bgr",
    (24, 0, 8, 16): "rgb",
    (32, 16, 8, 0): "bgrx",
    (32, 0, 8, 16): "rgbx",
}
"""Bits of a pixel, and where red, green and blue begin in it → the order of its bytes."""
LARGEST_SIDE = 16_384


@dataclass(frozen=True)
class Geometry:
    """``stride`` is bytes of a line, ``first`` the byte where the part that is seen begins, ``turned`` how
    the console is turned (degrees, clockwise)."""

    width: int
    height: int
    bits: int
    stride: int
    form: Form
    first: int = 0
    turned: int = 0

    @property
    def line(self) -> int:
        """Bytes of a line that are seen."""
        return self.width * self.bits // 8


def geometry(device: Path, about: Path) -> Geometry:
    """What the kernel says of a framebuffer; ``about`` is its folder in sysfs.

    Raises:
        ToolError: there is none, or its pixels are of no kind that we write.
    """
    try:
        wide, high = _numbers(about / "virtual_size", 2)
        (stride,), (bits,) = _numbers(about / "stride", 1), _numbers(about / "bits_per_pixel", 1)
    except (OSError, ValueError) as error:
        raise ToolError(f"there is no framebuffer {device} ({about} does not tell one)") from error
    order = USUAL.get(bits)
    left, top = _pan(about)
    if (seen := _asked(device)) is not None:
        wide, high, left, top, order = seen
    if order is None:
        raise ToolError(f"the framebuffer {device} has {bits} bits a pixel, in no order that is known here")
    found = Geometry(
        wide, high, bits, stride, order, top * stride + left * bits // 8, _turned(about.parent / "fbcon")
    )
    if not (0 < wide <= LARGEST_SIDE and 0 < high <= LARGEST_SIDE and stride >= found.line):
        raise ToolError(
            f"the framebuffer {device} tells a size that cannot be: {wide} by {high}, {stride} bytes"
        )
    return found


class Framebuffer:
    """One framebuffer as a screen. ``about`` is its folder in sysfs, usually found by its name."""

    def __init__(self, device: Path, about: Path | None = None) -> None:
        self._device, self._about = device, about or SYSFS / device.name

    def panel(self, rotate: int = -1) -> Panel:
        """What pictures are fitted to; ``rotate`` -1 is as the console is turned."""
        try:
            found = geometry(self._device, self._about)
        except ToolError:
            return Panel()
        return Panel(found.width, found.height, (), found.turned if rotate < 0 else rotate, found.form)

    @property
    def problem(self) -> str:
        """Why nothing can be shown; "" when it can."""
        try:
            geometry(self._device, self._about)
        except ToolError as error:
            return str(error)
        if not os.access(self._device, os.W_OK):
            return f"{self._device} may not be written: the user must be in its group (video)"
        return ""

    async def show(self, picture: Picture) -> None:
        """Put a picture of the panel's own form into the memory.

        Raises:
            ToolError: it does not fit, or cannot be written.
        """
        await asyncio.to_thread(self._write, picture.data)

    async def clear(self) -> None:
        """Black."""
        await asyncio.to_thread(self._write, b"")

    def _write(self, data: bytes) -> None:
        """Line by line: what lies between them and beyond is not ours."""
        found = geometry(self._device, self._about)
        if data and len(data) != found.line * found.height:
            raise ToolError(f"the framebuffer {self._device} has changed its size: show it again")
        black = bytes(found.line)
        try:
            with self._device.open("r+b", buffering=0) as memory:
                for number in range(found.height):
                    memory.seek(found.first + number * found.stride)
                    at = number * found.line
                    memory.write(data[at : at + found.line] or black)
        except OSError as error:
            raise ToolError(f"{self._device} cannot be written: {error.strerror}") from error


def _asked(device: Path) -> tuple[int, int, int, int, Form | None] | None:
    """Size, place and order as the driver tells them: of a virtual size only a part is seen."""
    try:
        with device.open("rb", buffering=0) as file:
            answer = bytearray(ANSWER_BYTES)
            fcntl.ioctl(file, ASK, answer)
    except OSError:
        return None
    return told(bytes(answer))


def told(answer: bytes) -> tuple[int, int, int, int, Form | None]:
    """Width, height, left, top and order of a driver's answer (fb_var_screeninfo of linux/fb.h)."""
    wide, high, _, _, left, top, bits, _, *fields = ANSWER.unpack_from(answer)
    red, green, blue = fields[0], fields[3], fields[6]
    return wide, high, left, top, ORDERS.get((bits, red, green, blue))


def _numbers(file: Path, count: int) -> list[int]:
    numbers = [int(text) for text in file.read_text().strip().split(",")]
    if len(numbers) != count:
        raise ValueError(f"{file}: {count} numbers are expected")
    return numbers


def _pan(about: Path) -> tuple[int, int]:
    """Where the part that is seen begins."""
    try:
        left, top = _numbers(about / "pan", 2)
    except (OSError, ValueError):
        return 0, 0
    return left, top


def _turned(console: Path) -> int:
    """Whoever has turned the console has turned the panel."""
    try:
        (quarters,) = _numbers(console / "rotate", 1)
    except (OSError, ValueError):
        return 0
    return quarters % 4 * 90
