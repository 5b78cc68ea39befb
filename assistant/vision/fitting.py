"""Pictures made to fit a panel: size, turn, palette, dots, file type. Runs in a process of the workshop."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from PIL import Image, ImageCms, ImageEnhance, ImageOps, UnidentifiedImageError

from assistant.vision.headers import MOST_PIXELS, header

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)

NONSENSE = (struct.error, ValueError, LookupError, TypeError, ArithmeticError, SyntaxError, AttributeError)
"""What Pillow stumbles with over EXIF that it does not expect."""
READABLE = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")
PHOTOS = ("image/jpeg", "image/avif")
"""Of these no more than a JPEG is kept: without loss, a photo is ten times as large."""
CROP = 0.12
"""So much may be cut off on the whole to fill a panel; more would lose heads and roofs."""
PAPER = (255, 255, 255)
BLACK = (0, 0, 0)
QUALITIES = (88, 75, 60, 40)
LIVELY, CONTRASTY = 1.3, 1.15
"""Ink has less of both than light."""

RAW = {"rgb565": "", "rgb": "RGB", "bgr": "BGR", "rgbx": "RGBX", "bgrx": "BGRX"}
"""Pillow's names of the orders of bytes."""

File = tuple[str, int, int, bytes]
"""Type, width, height, bytes."""


class Unreadable(Exception):
    """A sentence that says why."""


def split(data: bytes, lengths: Sequence[int]) -> list[bytes]:
    """Bytes that were put one behind the other."""
    found, at = [], 0
    for length in lengths:
        found.append(data[at : at + length])
        at += length
    return found


def opened(data: bytes) -> Image.Image:
    """A picture as it is meant to be seen: turned as its EXIF says, without transparency.

    Raises:
        Unreadable: broken, not of a known type, or too large.
    """
    try:
        with Image.open(io.BytesIO(data), formats=READABLE) as found:
            found.load()
            profile = found.info.get("icc_profile")
            turned = _turned(found)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError) as error:
        raise Unreadable("The picture has too many pixels.") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Unreadable("The picture is broken.") from error
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        whole = turned.convert("RGBA")
        ground = Image.new("RGBA", whole.size, (*PAPER, 255))
        turned = Image.alpha_composite(ground, whole).convert("RGB")
    if turned.mode.startswith("I"):  # 16 bits of grey: Pillow would cut off all but the darkest of them
        turned = turned.point(lambda value: value / 256).convert("L")
    return _in_srgb(turned, profile)


def _in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """As every screen understands it, and with no profile; one that is nonsense counts for none."""
    seen = None
    if isinstance(profile, bytes):
        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            own, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            seen = ImageCms.profileToProfile(picture, own, srgb, outputMode="RGB")
    seen = seen or picture.convert("RGB")
    seen.info.clear()  # a PNG would be saved with it
    return seen


def _turned(picture: Image.Image) -> Image.Image:
    """As its EXIF says; a picture whose EXIF is nonsense stays as it is."""
    try:
        return ImageOps.exif_transpose(picture)
    except NONSENSE:
        return picture.copy()


def cleaned(data: bytes, longest: int) -> File:
    """The picture and nothing else of the file: no place, no time, no camera; smaller, if it is too large."""
    picture = opened(data)
    if longest and max(picture.size) > longest:
        picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return _jpeg(picture, 0) if header(data).mime in PHOTOS else _png(picture)


def fitted(picture: Image.Image, job: dict[str, Any]) -> File:
    """In the panel's pixels, colours and file type."""
    width, height = job["size"]
    turned = job["rotate"] % 360
    seen = (height, width) if turned in (90, 270) else (width, height)
    whole = filled(picture, seen, PAPER if job["colours"] else BLACK)
    if turned:
        whole = whole.rotate(-turned, expand=True)
    if job["colours"]:
        return _png(dithered(whole, job["colours"]))
    if job["form"] in RAW:
        return "application/octet-stream", whole.width, whole.height, pixels(whole, job["form"])
    return _jpeg(whole, job["largest"]) if job["form"] == "jpeg" else _png(whole)


def pixels(picture: Image.Image, form: str) -> bytes:
    """Bare pixels in an order of bytes; of 16 bits, red is in the highest five."""
    if form != "rgb565":
        return picture.tobytes("raw", RAW[form])
    import numpy as np  # only who needs it pays for it: each picture is a process of its own

    colours = np.asarray(picture, np.uint16)
    red, green, blue = (colours[..., channel] for channel in range(3))
    packed = (red >> 3) << 11 | (green >> 2) << 5 | blue >> 3
    return packed.astype("<u2").tobytes()


def filled(picture: Image.Image, size: tuple[int, int], ground: tuple[int, int, int]) -> Image.Image:
    """Cut a little off to fill the panel, or stand between bars; never stretched."""
    have, want = picture.width / picture.height, size[0] / size[1]
    if min(have, want) / max(have, want) >= 1 - CROP:
        return ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    return ImageOps.pad(picture, size, Image.Resampling.LANCZOS, color=ground)


def dithered(picture: Image.Image, colours: Sequence[str]) -> Image.Image:
    """Only the panel's own colours, in dots; the resize comes before, or there would be other ones."""
    inks = [tuple(bytes.fromhex(colour.lstrip("#"))) for colour in colours]
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for ink in inks for value in ink] + list(inks[0]) * (256 - len(inks)))
    if len(inks) > 2:
        picture = ImageEnhance.Color(picture).enhance(LIVELY)
    picture = ImageEnhance.Contrast(picture).enhance(CONTRASTY)
    return picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)


def pasted(before: bytes, after: bytes, mask: bytes) -> File:
    """What the mask shows white is taken from ``after``; all else stays as it was, to the pixel."""
    ground = opened(before)
    fresh = opened(after).resize(ground.size, Image.Resampling.LANCZOS)
    where = opened(mask).convert("L").resize(ground.size, Image.Resampling.BILINEAR)
    return _png(Image.composite(fresh, ground, where))


def _png(picture: Image.Image) -> File:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=3)
    return "image/png", picture.width, picture.height, out.getvalue()


def _jpeg(picture: Image.Image, largest: int) -> File:
    """As good as fits into ``largest`` bytes (0: any)."""
    data = b""
    for quality in QUALITIES:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality)
        data = out.getvalue()
        if not largest or len(data) <= largest:
            return "image/jpeg", picture.width, picture.height, data
    raise Unreadable(f"The picture does not fit into {largest} bytes.")
