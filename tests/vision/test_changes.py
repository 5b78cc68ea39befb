"""What changes while a camera is watched: its connection, its size; and key pictures that are ten seconds apart."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from pathlib import Path

from assistant.cli.bench.rtsp import Server
from assistant.vision.eyes import Eyes
from tests.parts.cameras import cut, decoded, told, until, watching, well_formed


async def seen(eyes: Eyes, name: str, key: str, value: object, seconds: float = 20.0) -> None:
    """Wait until a camera is told of so."""
    for _ in range(round(seconds * 20)):
        if eyes.states.get(name, {}).get(key) == value:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{name}: {key} is not {value!r}: {eyes.states.get(name)}")


async def test_a_camera_that_breaks_off_and_comes_back_is_one_film(footage: Callable[[str], Path]) -> None:
    async with (
        Server({"door": footage("door.mp4")}).open() as server,
        watching([told("door", server.url("door"))]) as eyes,
    ):
        await until(eyes, "door", "live")
        await asyncio.sleep(5)
        broke = time.monotonic()
        server.drop()
        await until(eyes, "door", "away")
        await until(eyes, "door", "live")
        await asyncio.sleep(3)
        now = time.monotonic()
        head, film = await cut(eyes, "door", now - broke + 3)
        begin = float(head["at"]) + float(head["begin_s"])
        times = decoded(film).times
        assert begin + times[0] < broke, "what was before"
        assert begin + times[-1] > now - 2, "and what is now"
        assert all(later > earlier for earlier, later in itertools.pairwise(times))


async def test_another_size_in_the_middle_of_a_stream(footage: Callable[[str], Path]) -> None:
    """Of cameras that send parameter sets with each key picture, and of one that does so with a change only."""
    other, names = footage("other.mp4"), ("door", "garage")
    server = Server(dict.fromkeys(names, footage("door.mp4")))
    seldom = server.films["garage"].tracks[0]
    seldom.payloads = [one for one in seldom.payloads if one[1] not in seldom.parameters]
    async with server.open(), watching([told(name, server.url(name)) for name in names]) as eyes:
        for name in names:
            await seen(eyes, name, "size", "320x180")
        await asyncio.sleep(3)
        for name in names:
            server.change(name, other)
        for name in names:
            await seen(eyes, name, "size", "480x270")
        await asyncio.sleep(4)
        for name in names:
            _, film = await cut(eyes, name, 2)
            assert decoded(film).size == (480, 270)
            assert well_formed(film)
        head, film = await cut(eyes, "door", 20)
        assert decoded(film).size in ((480, 270), (320, 180)), "one of both, and not mixed"
        assert head["frames"]


async def test_key_pictures_ten_seconds_apart(footage: Callable[[str], Path]) -> None:
    async with (
        Server({"rare": footage("rare.mp4")}).open() as server,
        watching([told("rare", server.url("rare"))]) as eyes,
    ):
        server.rewind("rare", 9.5)
        await until(eyes, "rare", "live", seconds=40)
        film = server.films["rare"]
        at = (time.monotonic() - film.begun) % film.seconds
        begun = time.monotonic() - at
        await asyncio.sleep(max(0.0, 8 - at))
        head, clip = await cut(eyes, "rare", 6, copy_bytes=0)
        shown = decoded(clip)
        begin = float(head["at"]) + float(head["begin_s"])
        assert shown.first_is_key
        assert abs(begin + shown.red[0] - begun - 4) < 1.5, "the box has come in when it did"
        assert begin + shown.times[-1] > begun + 6, "and the end is not missing"
        _, small = await cut(eyes, "rare", 6)
        assert decoded(small).red
