"""A photo of somebody's, sent from the page: whole, turned, stripped, used; and everything that only looks like one."""

from __future__ import annotations

import asyncio
import http.client
import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from assistant.app import House
from assistant.config import PluginEntry
from assistant.desk import Desk
from assistant.errand import TOLD
from assistant.errands import Errands
from assistant.web.guard import LARGEST_PHOTO, Guard
from assistant.web.pages import Pages
from assistant.web.server import served
from tests.brain.stand_ins import brain
from tests.parts.browser import Page, browser
from tests.parts.homes import lived_in, shipped, told
from tests.vision.parts import painter
from tests.vision.test_fitting import picture

pytestmark = [pytest.mark.system("chromium"), pytest.mark.speech]

SCRIPT = """
- {on: picture, match: "painting [gemini-nano-banana-2.1 9:16 1K turns=1 pictures=1 signed=0]", do: [draw: {ground: "#604020"}]}
"""
TURNED_LEFT = 6
"""EXIF: it has to be turned clockwise to be upright."""


def photo() -> bytes:
    """As a telephone makes it: lying, with a place in its EXIF."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = TURNED_LEFT, "a maker"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return picture((4000, 2250), "JPEG", exif=exif)


def bomb() -> bytes:
    """A PNG of a few bytes that claims 900 million pixels."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100_000)), (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


async def sent(port: int, data: bytes, kind: str = "image/jpeg", **headers: str) -> tuple[int, str]:
    def send() -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=40)
        connection.request("POST", "/photo", data, {"content-type": kind, **headers})
        reply = connection.getresponse()
        told = reply.status, reply.read().decode()
        connection.close()
        return told

    return await asyncio.to_thread(send)


async def test_a_photo_is_sent_and_made_a_painting(tmp_path: Path) -> None:
    file = tmp_path / "IMG_0001.jpg"
    file.write_bytes(photo())
    frame = PluginEntry(name="picture_file", settings={"name": "frame", "file": str(tmp_path / "frame.jpg")})
    config = shipped(tmp_path / "state")
    config = config.model_copy(update={"plugins": [*config.plugins, frame]})
    async with brain(tmp_path / "cloud", script=SCRIPT) as cloud:

        async def use(house: House, errands: Errands) -> None:
            house.studio.painter = painter(cloud, house.studio.store, house.purse)
            said = await told(errands, {"do": "say", "text": "use the photo I sent"})
            assert "Nobody has sent a photo yet" in str(said)
            app = Pages(Desk(house, errands), TOLD).app()
            async with served(Guard(app, names=(), token=""), "127.0.0.1", 0) as port, browser() as page:
                await _chooses(page, port, file)
                await page.until("document.querySelector('#said .assistant')")
                assert "make my photo a painting" in await page.value(
                    "document.querySelector('#said .assistant').textContent"
                )
                assert page.complaints == []
                await _harmful(port)
            (kept,) = await house.studio.store.entries()
            whole = Image.open(io.BytesIO(await house.studio.store.data(kept)))
            assert (kept.kind, whole.size) == ("taken", (1728, 3072))
            assert not whole.getexif()
            assert b"a maker" not in await house.studio.store.data(kept)

            ok, items = await told(errands, {"do": "say", "text": "make my photo a painting"})
            assert ok, items
            newest, _ = await house.studio.store.entries()
            assert (newest.parent, newest.kind) == (kept.id, "edited")
            assert "The changed photo is on the frame screen." in str(items)

        await lived_in(config, use)


async def _chooses(page: Page, port: int, file: Path) -> None:
    """As somebody does with a mouse."""
    await page.open(f"http://127.0.0.1:{port}/")
    root = (await page.do("DOM.getDocument"))["root"]["nodeId"]
    node = (await page.do("DOM.querySelector", nodeId=root, selector="#photo"))["nodeId"]
    await page.do("DOM.setFileInputFiles", nodeId=node, files=[str(file)])
    await page.value("document.getElementById('send').requestSubmit()")


async def _harmful(port: int) -> None:
    """One sentence each, and nothing is kept."""
    for data, kind, status, problem in (
        (b"", "image/jpeg", 400, "The picture is empty"),
        (b"<svg onload=alert(1)>", "image/svg+xml", 400, "no picture that I can read"),
        (b"MZ\x90\0 a program", "image/png", 400, "no picture that I can read"),
        (bomb(), "image/png", 400, "claims 30000 by 30000 pixels"),
        (photo()[:5000], "image/jpeg", 400, "The picture is broken"),
        (b"\x89PNG\r\n\x1a\n", "image/png", 400, "no picture that I can read"),
        (photo(), "text/plain", 415, "Send a picture"),
        (photo(), "multipart/form-data; boundary=x", 415, "Send a picture"),
        (photo(), "application/x-www-form-urlencoded", 415, "Send a picture"),
    ):
        answer = await sent(port, data, kind)
        assert (answer[0], problem in answer[1]) == (status, True), answer
    assert (await sent(port, photo(), origin="http://evil.example"))[0] == 403
    assert (await sent(port, photo(), **{"sec-fetch-site": "cross-site"}))[0] == 403
    assert (await sent(port, b"x", **{"content-length": str(LARGEST_PHOTO + 1)}))[0] == 413
