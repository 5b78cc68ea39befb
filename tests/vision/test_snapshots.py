"""Cameras that have no stream, only a picture for whoever asks: they are rings like all others."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import re
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import quote

import av.error
import pytest
from PIL import Image

from assistant.vision.rings.camera import Camera
from assistant.vision.rings.cutting import copied
from assistant.vision.rings.preparing import prepared
from assistant.vision.rings.ring import Cut
from assistant.vision.rings.sources import Source, in_words, opened
from assistant.vision.rings.wishes import Wish
from tests.parts.cameras import decoded
from tests.vision.test_others import HEAD, served

PASSWORD = "s@fe 1"
REFUSED = (
    b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: %b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)
DIGEST = b'Digest realm="cam", nonce="6f1c", qop="auth", algorithm=MD5'


def scene(number: int) -> bytes:
    """A picture in which something is elsewhere each time."""
    image, memory = Image.new("RGB", (320, 180), (60, 90, 60)), io.BytesIO()
    image.paste((220, 20, 20), (20 + 60 * (number % 4), 60, 60 + 60 * (number % 4), 120))
    image.save(memory, "JPEG", quality=90)
    return memory.getvalue()


def _hash(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()


def let_in(request: str) -> bool:
    """Whether the request bears the right answer to the camera's question (RFC 7616), or Basic."""
    if f"Basic {base64.b64encode(f'viewer:{PASSWORD}'.encode()).decode()}" in request:
        return True
    told = dict(re.findall(r'(\w+)="?([^",\r]+)"?', request.partition("Digest ")[2]))
    if "response" not in told:
        return False
    who, what = _hash("viewer", "cam", PASSWORD), _hash("GET", request.split(" ")[1])
    return bool(told["response"] == _hash(who, told["nonce"], told["nc"], told["cnonce"], told["qop"], what))


async def test_pictures_that_are_asked_for_are_a_ring() -> None:
    """With a login by Digest at the usual address of one maker, and by Basic at the ``.jpg`` of another; a
    picture in between is none."""
    given: Counter[str] = Counter()

    async def answer(request: str, _writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        path = request.split(" ")[1]
        if not let_in(request):
            yield REFUSED % (DIGEST if path == "/picture" else b'Basic realm="cam"')
            return
        given[path] += 1
        data = b"<html>busy</html>" if given[path] == 2 else scene(given[path])
        yield HEAD % b"image/jpeg" + b"Content-Length: %d\r\n\r\n" % len(data) + data

    async with served(answer) as port, AsyncExitStack() as both:
        rings = [
            await both.enter_async_context(kept(f"http://viewer:{quote(PASSWORD)}@127.0.0.1:{port}{path}"))
            for path in ("/picture", "/snapshot.jpg")
        ]
        for ring in rings:
            seen = await asyncio.to_thread(pictures, ring, 2)
            assert {(packet.key, packet.audio) for packet in seen.packets} == {(True, False)}
            film = decoded(prepared(copied(seen, container="mov"), Wish(fps=2.0)).data)
            assert (film.video, film.size) == ("h264", (320, 180))
            shown = ring.shown()
            assert (shown["codec"], shown["size"], shown["warning"]) == ("mjpeg", "320x180", "")
            ring.private(True)
            assert ring.shown()["state"] == "private"
            assert ring.cut(0.0, time.monotonic()) is None
            ring.leave()


@asynccontextmanager
async def kept(url: str) -> AsyncIterator[Camera]:
    """A camera that is read while the block lasts."""
    ring = Camera(Source("door", url))
    reading = threading.Thread(target=ring.run)
    reading.start()
    try:
        yield ring
    finally:
        ring.leave()
        await asyncio.to_thread(reading.join, 10)
        assert not reading.is_alive()


def pictures(ring: Camera, count: int) -> Cut:
    """All that it has, once there are so many."""
    seen = None
    for _ in range(400):
        seen = ring.cut(0.0, time.monotonic())
        if seen is not None and len(seen.packets) >= count:
            return seen
        time.sleep(0.05)
    raise AssertionError((ring.shown(), seen))


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (
            HEAD % b"text/html" + b"Content-Length: 21\r\n\r\n<html>log in</html>  ",
            "what it sends is no video",
        ),
        (HEAD % b"image/jpeg" + b"Content-Length: 0\r\n\r\n", "what it sends is no video"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "no such stream"),
        (REFUSED % b'Basic realm="cam"', "refuses the user name or the password"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n", "sends us to"),
        (HEAD % b"image/jpeg" + b"\r\n" + b"\xff\xd8\xff" + bytes(17 << 20), "no video that I can read"),
    ],
)
async def test_what_is_no_picture_is_a_sentence(reply: bytes, why: str) -> None:
    async def answer(_request: str, _writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        yield reply

    async with served(answer) as port:
        url = f"http://127.0.0.1:{port}/snapshot.jpg"
        with pytest.raises((av.error.FFmpegError, OSError, ValueError)) as caught:
            await asyncio.to_thread(_first, url)
    assert why in in_words(caught.value)


def _first(url: str) -> None:
    found = opened(Source("door", url))
    try:
        next(found.container.demux())
    finally:
        found.close()
