"""What a file of bytes is, by its first bytes and not by its name; nothing is decoded here."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from assistant.errors import ToolError

LARGEST_BYTES = 40 * 2**20
MOST_PIXELS = 64_000_000
"""A 4K picture of a model has 17 million; a telephone's photo 50."""

HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1"})
AVIF_HEAD = 2**16
"""In front of an AVIF stands what it holds; its pixels come behind that."""


class BadPicture(ToolError):
    """These bytes are no picture that can be shown; the text may be spoken."""


@dataclass(frozen=True)
class Header:
    """Type and size in pixels, as the file claims them."""

    mime: str
    width: int
    height: int


def header(data: bytes) -> Header:
    """Read a PNG's, JPEG's, WebP's, GIF's or AVIF's head.

    Raises:
        BadPicture: it is none of these, empty, or larger than anybody needs.
    """
    if not data:
        raise BadPicture("The picture is empty.")
    if len(data) > LARGEST_BYTES:
        raise BadPicture(f"The picture has more than {LARGEST_BYTES // 2**20} megabytes.")
    try:
        found = _png(data) or _jpeg(data) or _webp(data) or _gif(data) or _avif(data)
    except (struct.error, IndexError) as error:
        raise BadPicture("The picture is broken.") from error
    if found is None:
        if _brands(data) & HEIC:
            raise BadPicture("HEIC pictures cannot be read here; have the telephone send it as JPEG.")
        raise BadPicture("That is no picture that I can read (PNG, JPEG, WebP, GIF or AVIF).")
    if not found.width or not found.height:
        raise BadPicture("The picture is broken.")
    if found.width * found.height > MOST_PIXELS:
        raise BadPicture(f"The picture claims {found.width} by {found.height} pixels; that is too much.")
    return found


def _png(data: bytes) -> Header | None:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    return Header("image/png", *struct.unpack(">II", data[16:24]))


def _gif(data: bytes) -> Header | None:
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    return Header("image/gif", *struct.unpack("<HH", data[6:10]))


def _jpeg(data: bytes) -> Header | None:
    """The first frame among the segments."""
    if data[:2] != b"\xff\xd8":
        return None
    at = 2
    while data[at] == 0xFF:
        mark, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return Header("image/jpeg", width, height)
        at += 1 if mark == 0xFF else 2 + max(length, 2)
    raise IndexError


def _webp(data: bytes) -> Header | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        size = (1 + int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
        return Header("image/webp", *size)
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return Header("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    width, height = struct.unpack("<HH", data[26:30])
    return Header("image/webp", width & 0x3FFF, height & 0x3FFF)


def _brands(data: bytes) -> frozenset[bytes]:
    """What a file that is written like an MP4 says it is."""
    if data[4:8] != b"ftyp":
        return frozenset()
    box = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
    return frozenset(box[at : at + 4] for at in range(0, len(box), 4) if at != 4)


def _avif(data: bytes) -> Header | None:
    """The largest of the sizes that it names: those of its tiles and of its preview are smaller."""
    if not _brands(data) & {b"avif", b"avis"}:
        return None
    head, sizes, at = data[:AVIF_HEAD], [(0, 0)], -1
    while (at := head.find(b"ispe", at + 1)) >= 0:
        sizes.append(struct.unpack(">II", head[at + 8 : at + 16]))
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return Header("image/avif", width, height)
