"""Drivers of displays: a file, a device over HTTP, an image in Home Assistant; and an author's own in few lines."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
import stat
import struct
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image

from assistant.display import Display
from assistant.framebuffer import told
from assistant.showing import NotShown, Picture
from assistant.testing import Home
from assistant.testing.stories import played
from assistant.vision.workshop import Workshop
from tests.parts.cast import receiver
from tests.parts.web import body, web
from tests.vision.test_fitting import INKS, picture

OWN = '''
from pathlib import Path
from assistant.api.pictures import Display, Picture

class Toaster(Display):
    """Burn it into bread."""
    async def show(self, picture: Picture) -> None:
        """Toast."""
        Path("/nowhere/at/all").write_bytes(picture.data)
'''


async def display(home: Home, plugin: str, **settings: Any) -> Display:
    made = await home.add(plugin, name="hall", **settings)
    assert isinstance(made, Display)
    return made


async def fitted(shown: Display) -> Picture:
    done = await Workshop().fitted(picture(), shown.panel)
    return Picture("a", done.data, done.mime, done.width, done.height, "a sun")


async def test_a_file_of_e_paper_is_exact_and_the_same_picture_moves_no_ink(
    home: Home, tmp_path: Path
) -> None:
    mark, script = tmp_path / "shown", tmp_path / "show"
    script.write_text(f"#!/bin/sh\necho x >> {mark}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    settings = {"file": str(tmp_path / "panel.png"), "colours": list(INKS), "command": [str(script)]}
    shown = await display(home, "picture_file", width=128, height=296, rotate=90, **settings)
    for _ in range(3):
        await shown.present(await fitted(shown))
    whole = Image.open(tmp_path / "panel.png")
    assert whole.size == (128, 296)
    found = whole.convert("RGB").getcolors(9) or []
    assert {f"#{bytes(colour).hex()}" for _, colour in found if isinstance(colour, tuple)} <= set(INKS)
    assert mark.read_text() == "x\n"
    script.write_text("#!/bin/sh\nexit 3\n")
    shown._shown = None
    with pytest.raises(NotShown, match="hall does not take the picture"):
        await shown.present(await fitted(shown))


async def test_an_access_point_gets_tag_and_picture_as_a_form(home: Home, tmp_path: Path) -> None:
    async with web() as server:
        server.answers["/imgupload"] = body(b"OK")
        shown = await display(
            home,
            "picture_http",
            url=f"{server.url}/imgupload",
            mac="0000021B4A9C3E12",
            width=296,
            height=128,
        )
        await shown.present(await fitted(shown))
    request = server.asked[0].encode(errors="surrogateescape")
    assert request.startswith(b"POST /imgupload ")
    assert b'name="mac"\r\n\r\n0000021B4A9C3E12\r\n' in request
    start = request.index(b"\xff\xd8")
    assert Image.open(io.BytesIO(request[start:])).size == (296, 128)
    with pytest.raises(NotShown, match="can't reach"):
        await shown.present(Picture("b", b"x", "image/jpeg", 1, 1, ""))


async def test_home_assistant_is_told_of_an_image_and_gets_a_small_one(home: Home, tmp_path: Path) -> None:
    shown = await display(home, "picture_mqtt")
    await shown.present(await fitted(shown))
    sent = dict(home.published)
    config = json.loads(sent["homeassistant/image/assistant_picture_hall/config"])
    assert config["image_topic"] == "assistant/pictures/hall/image"
    assert config["content_type"] == "image/jpeg"
    data = sent[config["image_topic"]].encode(errors="surrogateescape")
    assert Image.open(io.BytesIO(data)).size == (1280, 720)
    assert len(data) < 200_000


def framebuffer(folder: Path, size: tuple[int, int], bits: int, stride: int, **more: str) -> dict[str, str]:
    """A file with the geometry of a framebuffer, and its folder in sysfs."""
    memory, about = folder / "fb0", folder / "graphics" / "fb0"
    memory.write_bytes(b"\x77" * (stride * (size[1] + 4)))
    for name, text in {
        "fb0/virtual_size": f"{size[0]},{size[1]}",
        "fb0/bits_per_pixel": str(bits),
        "fb0/stride": str(stride),
        **more,
    }.items():
        file = folder / "graphics" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n")
    return {"device": str(memory), "about": str(about)}


async def test_a_framebuffer_gets_its_own_pixels_and_only_those_that_are_seen(
    home: Home, tmp_path: Path
) -> None:
    settings = framebuffer(tmp_path, (200, 100), 32, 832, **{"fb0/pan": "0,2"})
    shown = await display(home, "picture_framebuffer", **settings)
    assert (shown.absence, shown.panel.form) == ("", "bgrx")
    await shown.present(await fitted(shown))
    memory = (tmp_path / "fb0").read_bytes()
    lines = [memory[number * 832 :][:832] for number in range(104)]
    assert lines[0] == lines[1] == lines[102] == b"\x77" * 832  # beyond what is seen
    assert all(line[800:] == b"\x77" * 32 for line in lines[2:102])  # beyond each line
    whole = Image.frombytes("RGB", (200, 100), b"".join(line[:800] for line in lines[2:102]), "raw", "BGRX")
    assert whole.getpixel((100, 50)) == (200, 30, 30)
    assert whole.getpixel((190, 50)) == (30, 30, 200)
    corner = whole.getpixel((3, 3))
    assert isinstance(corner, tuple)
    assert min(corner) > 240
    await shown.wipe()
    assert (tmp_path / "fb0").read_bytes()[2 * 832 :][:800] == bytes(800)


async def test_sixteen_bits_and_a_panel_that_hangs_turned(home: Home, tmp_path: Path) -> None:
    settings = framebuffer(tmp_path, (120, 200), 16, 256, **{"fbcon/rotate": "1"})
    shown = await display(home, "picture_framebuffer", **settings)
    assert (shown.panel.rotate, shown.panel.form) == (90, "rgb565")
    await shown.present(await fitted(shown))
    memory = (tmp_path / "fb0").read_bytes()

    def at(x: int, y: int) -> tuple[int, int, int]:
        (value,) = struct.unpack_from("<H", memory, y * 256 + x * 2)
        return value >> 11 << 3, (value >> 5 & 63) << 2, (value & 31) << 3

    assert at(60, 100) == (200, 28, 24)
    assert at(116, 3) == (248, 252, 248)  # the picture's upper left corner, turned clockwise
    otherwise = await display(home, "picture_framebuffer", rotate=0, **settings)
    assert otherwise.panel.rotate == 0


def test_what_a_driver_answers_is_its_size_place_and_order() -> None:
    """fb_var_screeninfo as linux/fb.h lays it out: here of 16 bits, seen from line 1080 of twice as many."""
    fields = [(11, 5, 0), (5, 6, 0), (0, 5, 0), (0, 0, 0)]
    numbers = [1920, 1080, 1920, 2160, 0, 1080, 16, 0, *(number for field in fields for number in field)]
    assert told(struct.pack("20I", *numbers) + bytes(80)) == (1920, 1080, 0, 1080, "rgb565")
    assert told(struct.pack("20I", *numbers[:6], 8, *numbers[7:]) + bytes(80))[4] is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"fb0/bits_per_pixel": "8"}, "has 8 bits a pixel"),
        ({"fb0/stride": "10"}, "a size that cannot be: 200 by 100, 10 bytes"),
        ({"fb0/virtual_size": "0,0"}, "a size that cannot be"),
        ({"fb0/virtual_size": "wide"}, "there is no framebuffer"),
    ],
)
async def test_a_framebuffer_that_cannot_be_is_told(
    home: Home, tmp_path: Path, change: dict[str, str], problem: str
) -> None:
    settings = framebuffer(tmp_path, (200, 100), 32, 832, **change)
    shown = await display(home, "picture_framebuffer", **settings)
    assert problem in shown.absence
    with pytest.raises(NotShown, match=problem):
        await shown.present(Picture("a", b"x", "", 1, 1, ""))
    gone = await display(home, "picture_framebuffer", device=str(tmp_path / "fb9"))
    assert "there is no framebuffer" in gone.absence


DESCRIPTION = b"""<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><serviceList>
<service><serviceType>urn:schemas-upnp-org:service:AVTransport:1</serviceType>
<controlURL>/upnp/control</controlURL></service></serviceList></device></root>"""


async def test_a_renderer_fetches_what_it_is_told_to_show(home: Home, tmp_path: Path) -> None:
    """The television of the test does what it is told: it reads the address in the call and fetches it."""
    async with web() as tv:
        tv.answers |= {"/dmr": body(DESCRIPTION), "/upnp/control": body(b"<ok/>")}
        shown = await display(home, "picture_dlna", url=f"{tv.url}/dmr", width=320, height=180)
        got: list[httpx2.Response] = []

        async def looks() -> None:
            while len(tv.asked) < 3:  # noqa: ASYNC110 - the server of the test has no event
                await asyncio.sleep(0.01)
            (url,) = re.findall(r"<CurrentURI>([^<]+)<", tv.asked[1])
            async with httpx2.AsyncClient(trust_env=False) as client:
                got.append(await client.get(url.rpartition("/")[0] + "/guessed.jpg"))
                got.append(await client.get(url))

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(looks())
            await shown.present(await fitted(shown))
        assert "imageItem.photo" in tv.asked[1]
        assert "#Play" in tv.asked[2]
        assert [(each.status_code, each.headers.get("content-type")) for each in got] == [
            (404, None),
            (200, "image/jpeg"),
        ]
        assert Image.open(io.BytesIO(got[1].content)).size == (320, 180)
        tv.answers["/dmr"] = body(b"<root/>")
        shown._shown = None
        with pytest.raises(NotShown, match="The hall offers no AVTransport at http"):
            await shown.present(await fitted(shown))


async def test_a_cast_device_fetches_and_shows_and_is_cleared(home: Home, tmp_path: Path) -> None:
    async with receiver(tmp_path) as device:
        shown = await display(
            home, "picture_cast", address="127.0.0.1", port=device.port, width=320, height=180
        )
        await shown.present(await fitted(shown))
        (media,), (got,) = device.loaded, device.fetched
        assert (media["contentType"], got.status_code) == ("image/jpeg", 200)
        assert Image.open(io.BytesIO(got.content)).size == (320, 180)
        await shown.wipe()


async def test_a_cast_device_is_a_screen_in_stories(tmp_path: Path) -> None:
    async with receiver(tmp_path) as device:
        told = tmp_path / "cast.stories.yaml"
        told.write_text(
            f"plugin: picture_cast\nsettings: {{name: tv, address: 127.0.0.1, port: {device.port}}}\n"
            "with: [pictures]\ngallery: [a lighthouse]\nstories:\n"
            "  - {said: show the picture of the lighthouse again, shows: {tv: a lighthouse}}\n"
        )
        assert await played(told) == []
        assert len(device.fetched) == 1


async def test_a_cast_device_that_cannot_show_it_says_so_at_once(home: Home, tmp_path: Path) -> None:
    async with receiver(tmp_path) as device:
        device.refuses = True
        shown = await display(
            home, "picture_cast", address="127.0.0.1", port=device.port, width=320, height=180
        )
        with pytest.raises(NotShown, match="The hall can't show that picture"):
            await shown.present(await fitted(shown))


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # in Apprise
async def test_the_newest_picture_goes_to_a_phone(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    async with web() as there:
        there.answers["/notes"] = body(b"{}")
        monkeypatch.setenv("ASSISTANT_APPRISE_URLS", f"json://127.0.0.1:{there.port}/notes")
        await home.add("notifications")
        assert (await home.brain.calls("send_picture")).text == "There is no picture yet."
        sun = await home.pictures.painted("a sun")
        assert (await home.brain.calls("send_picture")).text == "The picture is sent."
        sent = json.loads(there.asked[0].partition("\r\n\r\n")[2])
    assert sent["message"] == "a sun"
    file = await home.pictures.studio.store.data(sun)
    assert base64.b64decode(sent["attachments"][0]["base64"]) == file


async def test_an_authors_driver_that_fails_is_told_and_hurts_nobody(home: Home, tmp_path: Path) -> None:
    (tmp_path / "toaster.py").write_text(OWN)
    home.folders = [tmp_path]
    shown = await display(home, "toaster")
    with pytest.raises(NotShown, match="The hall does not work"):
        await shown.present(await fitted(shown))
