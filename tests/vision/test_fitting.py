"""What is shown on which panel, and files that mean harm; everything through the workshop's own process."""

from __future__ import annotations

import io
import itertools
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw

from assistant.showing import Panel
from assistant.vision import cards
from assistant.vision.fitting import Unreadable
from assistant.vision.headers import LARGEST_BYTES, BadPicture, header
from assistant.vision.workshop import Done, Workshop

INKS = ("#191e21", "#f1f3ef", "#d5b600", "#b0312c")
WHITE, RED, BLUE = (255, 255, 255), (200, 30, 30), (30, 30, 200)


def picture(size: tuple[int, int] = (320, 180), kind: str = "PNG", **how: object) -> bytes:
    """Blue with a red disc in the middle and a white upper left corner."""
    made = Image.new("RGB", size, BLUE)
    pen, radius = ImageDraw.Draw(made), min(size) // 4
    x, y = size[0] // 2, size[1] // 2
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), RED)
    pen.rectangle((0, 0, size[0] // 10, size[1] // 10), WHITE)
    out = io.BytesIO()
    made.save(out, kind, **how)
    return out.getvalue()


def seen(done: Done) -> Image.Image:
    return Image.open(io.BytesIO(done.data))


async def test_e_paper_gets_only_its_own_colours_turned_and_in_its_size() -> None:
    done = await Workshop().fitted(picture(), Panel(200, 300, INKS, rotate=90))
    whole = seen(done)
    assert (whole.size, done.mime) == ((200, 300), "image/png")
    found = {f"#{r:02x}{g:02x}{b:02x}" for _, (r, g, b) in whole.convert("RGB").getcolors(99) or ()}  # type: ignore[misc]
    assert found <= set(INKS)
    assert len(found) >= 3
    upright = whole.convert("RGB").rotate(90, expand=True)
    assert upright.getpixel((8, 8)) == (0xF1, 0xF3, 0xEF)  # the corner is where it was


async def test_bars_where_the_shape_is_another_and_never_stretched() -> None:
    done = await Workshop().fitted(picture((320, 180)), Panel(400, 400, form="jpeg"))
    whole = seen(done).convert("RGB")
    assert whole.size == (400, 400)
    assert max(whole.getpixel((200, 20))) < 10  # type: ignore[arg-type]
    red = whole.split()[0].point([255 if value > 110 else 0 for value in range(256)]).crop((60, 0, 400, 400))
    left, top, right, bottom = red.getbbox() or (0, 0, 0, 1)
    assert abs((right - left) - (bottom - top)) <= 3


async def test_a_browser_gets_the_file_as_it_is_and_a_broker_what_it_can_carry() -> None:
    data = picture((800, 450))
    assert (await Workshop().fitted(data, Panel(1920, 1080))).data is data
    noise = Image.effect_noise((900, 900), 90).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "PNG")
    small = await Workshop().fitted(out.getvalue(), Panel(900, 900, form="jpeg", largest=350_000))
    assert len(small.data) <= 350_000
    with pytest.raises(BadPicture, match="does not fit into 1000 bytes"):
        await Workshop().fitted(out.getvalue(), Panel(900, 900, form="jpeg", largest=1000))


async def test_a_photo_is_turned_as_its_exif_says_and_tells_nothing_more() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010F] = "Camera of somebody"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    data = picture((320, 180), "JPEG", exif=exif)
    assert b"somebody" in data
    done = await Workshop().cleaned(data)
    assert (done.width, done.height) == (180, 320)
    assert b"somebody" not in done.data
    assert not dict(seen(done).getexif())
    white = seen(done).convert("RGB").getpixel((175, 5))
    assert min(white) > 200  # type: ignore[arg-type]


def bomb(width: int, height: int) -> bytes:
    """A small file that unpacks to so many pixels."""
    rows = zlib.compressobj(9)
    body = (
        b"".join(rows.compress(bytes(1 + (width + 7) // 8)) for _ in range(min(height, 2000))) + rows.flush()
    )
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
        (b"IDAT", body),
        (b"IEND", b""),
    )
    packed = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def reddish() -> bytes:
    """A profile in which the first channel is blue and the last one red."""
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return usual.replace(b"rXYZ", b"?XYZ", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"?XYZ", b"bXYZ", 1)


async def test_a_photo_in_avif_is_kept_as_a_jpeg() -> None:
    taken = picture((640, 360), "AVIF", exif=_turned_by_90())
    assert header(taken).mime == "image/avif"
    done = await Workshop().cleaned(taken, 320)
    assert (done.mime, done.width, done.height) == ("image/jpeg", 180, 320)
    assert seen(done).convert("RGB").getpixel((90, 160))[0] > 150  # type: ignore[index]


def _turned_by_90() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif.tobytes()


async def test_colours_mean_what_the_file_says_they_do() -> None:
    """A telephone's photo has a profile of its own, which goes with all else that the file told."""
    for kind in ("PNG", "JPEG"):
        done = await Workshop().cleaned(picture(kind=kind, icc_profile=reddish()))
        assert "icc_profile" not in seen(done).info
        red, _, blue = seen(done).convert("RGB").getpixel((160, 90))  # type: ignore[misc]
        assert blue - red > 100, "what the file calls blue is what is red elsewhere"
        done = await Workshop().cleaned(picture(kind=kind, icc_profile=b"nonsense" * 40))
        red, _, blue = seen(done).convert("RGB").getpixel((160, 90))  # type: ignore[misc]
        assert red - blue > 100


async def test_sixteen_bits_of_grey_are_grey() -> None:
    shades = np.tile(np.linspace(0, 65_535, 256).astype(np.uint16), (16, 1))
    out = io.BytesIO()
    Image.fromarray(shades).save(out, "PNG")
    whole = seen(await Workshop().cleaned(out.getvalue())).convert("L")
    assert [whole.getpixel((x, 8)) for x in (0, 64, 128, 255)] == [0, 64, 128, 255]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (b"GIF", "no picture that I can read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture that I can read"),
        (b"%PDF-1.7", "no picture that I can read"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40), "HEIC pictures cannot be read here; have the"),
        (b"\0\0\0\x14ftypavif\0\0\0\0avif" + bytes(40), "broken"),
        (b"\0\0\0\x14ftypavif\0\0\0\0avif\0\0\0\x14ispe" + b"\0" * 5 + b"\xff" * 7, "claims"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "no picture"),
        (picture()[:200], "broken"),
        (picture(kind="JPEG")[:-400], "broken"),
        (b"\xff\xd8\xff\xe0", "broken"),
        (bomb(60_000, 60_000), "claims 60000 by 60000 pixels"),
        (bomb(0, 10), "broken"),
        (b"\x89PNG" + bytes(LARGEST_BYTES), "more than 40 megabytes"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
async def test_what_is_no_picture_is_told_in_a_sentence(data: bytes, problem: str) -> None:
    with pytest.raises(BadPicture, match=problem):
        await Workshop().cleaned(data)


async def test_a_head_that_lies_is_found_out_where_it_does_no_harm() -> None:
    true = picture((64, 64), "WEBP")
    assert header(true).mime == "image/webp"
    lying = bytearray(picture())
    lying[16:24] = struct.pack(">II", 7000, 7000)
    assert header(bytes(lying)).width == 7000
    with pytest.raises(BadPicture, match="broken"):
        await Workshop().cleaned(bytes(lying))


@given(
    st.binary(max_size=200),
    st.sampled_from(
        [
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            b"RIFF\x00\x00\x00\x00WEBP",
            b"\x00\x00\x00\x14ftypavif\x00\x00\x00\x00avifispe",
        ]
    ),
)
@settings(max_examples=150, deadline=None)
def test_no_bytes_whatever_make_another_error(data: bytes, begin: bytes) -> None:
    try:
        header(begin + data)
    except BadPicture as error:
        assert str(error).endswith(".")


async def test_only_the_masked_part_changes() -> None:
    before = picture()
    mask = Image.new("L", (320, 180), 0)
    ImageDraw.Draw(mask).rectangle((160, 0, 319, 179), 255)
    out = io.BytesIO()
    mask.save(out, "PNG")
    other = io.BytesIO()
    Image.new("RGB", (640, 360), WHITE).save(other, "PNG")
    done = await Workshop().pasted(before, other.getvalue(), out.getvalue())
    whole, was = seen(done).convert("RGB"), Image.open(io.BytesIO(before))
    assert whole.crop((0, 0, 158, 180)).tobytes() == was.crop((0, 0, 158, 180)).tobytes()
    assert whole.crop((163, 0, 320, 180)).getcolors() == [(157 * 180, WHITE)]


async def test_cards_are_ink_on_paper_in_every_shape(tmp_path: Path) -> None:
    shop = Workshop()
    for content in (
        {"kind": "weather", "text": "It is cold", "values": {"temperature": -3, "sky": "light snow"}},
        {"kind": "weather", "text": "I don't know", "values": {}},
        {
            "kind": "list",
            "text": "",
            "values": {"name": "shopping", "items": [f"thing {n}" for n in range(30)]},
        },
        {
            "kind": "timers",
            "text": "",
            "values": {"timers": [{"name": "pasta", "left": "two minutes left"}] * 3},
        },
        {"kind": "text", "text": "word " * 200},
    ):
        for panel in (Panel(240, 480, form="png"), Panel(1280, 720, form="png")):
            done = await shop.card(content, panel)
            assert (done.width, done.height) == (panel.width, panel.height)
            dark = seen(done).convert("L").point([255 if value < 90 else 0 for value in range(256)])
            assert dark.getbbox() is not None, content


async def test_a_code_has_whole_dots() -> None:
    done = await Workshop().card(
        {"kind": "qr code", "text": "https://example.org/"}, Panel(400, 400, form="png")
    )
    grey = seen(done).convert("L").point([255 if value > 120 else 0 for value in range(256)])
    row = grey.crop((0, 80, 400, 81)).tobytes()
    dots = [x for x in range(1, 400) if row[x] != row[x - 1]]
    steps = {later - earlier for earlier, later in itertools.pairwise(dots)}
    assert steps
    assert all(step % min(steps) == 0 for step in steps)
    with pytest.raises(BadPicture, match="at most 1200 letters"):
        await Workshop().card({"kind": "qr code", "text": "x" * 1300}, Panel(400, 400, form="png"))


def test_a_card_says_which_letters_it_lacks_and_fits_the_smallest_panel() -> None:
    text = {"kind": "text", "text": "Grüße aus Köln", "values": {}, "title": ""}
    for size in ((1, 1), (16, 2000), (3440, 1440)):
        assert cards.drawn(text, size).size == size
        assert cards.sheet([picture(), picture()], ["a", "b"], size).size == size
    strange = "\U0010fffd"
    assert cards.legible(f"happy birthday {strange}") == "happy birthday "
    with pytest.raises(Unreadable, match=f"There are no letters for {strange} on this machine"):
        cards.drawn({**text, "text": f"hi {strange * 3}"}, (800, 480))
