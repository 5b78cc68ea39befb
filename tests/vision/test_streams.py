"""Real streams of every kind, through the real ring process: what is cut from them is a film that any model reads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.cli.bench.rtsp import Server
from tests.parts.cameras import cut, decoded, told, until, watching, well_formed

KINDS = ("door.mp4", "hevc.mp4", "alaw.mov", "mute.mp4", "long.mp4")
SOUNDS = {"door.mp4": "aac", "hevc.mp4": "aac", "alaw.mov": "aac", "mute.mp4": "", "long.mp4": ""}


@pytest.mark.speech
async def test_every_kind_of_stream_becomes_h264_that_tells_the_story(footage: Callable[[str], Path]) -> None:
    films = {name: footage(name) for name in KINDS}
    async with Server(films).open() as server:
        sources = [told(name, server.url(name)) for name in KINDS]
        sources.append(told("silenced", server.url("alaw.mov"), microphone=False))
        async with watching(sources) as eyes:
            for name in KINDS:
                await until(eyes, name, "live")
            for name in KINDS:
                server.rewind(name)
            entered = time.monotonic() + 4  # the box comes 4 s after the film has begun anew
            await asyncio.sleep(8)
            await _copied(eyes)
            ago = time.monotonic() - entered
            clips = await asyncio.gather(*(cut(eyes, name, 7, copy_bytes=0) for name in KINDS))
            for name, (about, data) in zip(KINDS, clips, strict=True):
                film = decoded(data)
                assert (film.video, film.sound) == ("h264", SOUNDS[name]), name
                assert film.first_is_key
                assert well_formed(data)
                assert about["source"] == ("hevc" if name == "hevc.mp4" else "h264")
                assert film.size == (320, 180)
                assert 6 <= about["seconds"] <= 7.6, (name, about)
                assert film.red, name
                assert about["seconds"] - film.red[0] == pytest.approx(ago, abs=1.1), (name, about)
                assert [span["sides"][0] for span in about["movement"]] == ["left"], name
                assert about["movement"][0]["begin_s"] == pytest.approx(film.red[0], abs=1.1)
                if film.sound:
                    assert film.sound_seconds == pytest.approx(about["seconds"], abs=0.8), name
            assert (
                eyes.states["long.mp4"]["warning"] == "" or "far apart" in eyes.states["long.mp4"]["warning"]
            )
            assert eyes.states["silenced"]["sound"] == ""


async def _copied(eyes: object) -> None:
    """A small H.264 clip goes as the camera made it, sound in step with the pictures."""
    from assistant.vision.eyes import Eyes

    assert isinstance(eyes, Eyes)
    about, data = await cut(eyes, "door.mp4", 6, copy_bytes=5_000_000)
    film = decoded(data)
    assert about["copied"]
    assert well_formed(data)
    assert len(film.times) > 50
    assert film.first_is_key
    assert film.sound == "aac"
    box, tone = film.red[0], [at for at in film.tones if abs(at - film.red[0]) < 0.7]
    assert tone, "a tone begins with every second of the story, so does the box"
    assert min(abs(at - box) for at in tone) < 0.25, (box, film.tones)
    about, data = await cut(eyes, "alaw.mov", 6, copy_bytes=5_000_000)
    film = decoded(data)
    assert about["copied"], "its pictures go as they are, its G.711 as AAC"
    assert well_formed(data)
    assert len(film.times) > 50
    assert film.sound == "aac"
    assert film.tones
    assert min(abs(at - film.red[0]) for at in film.tones) < 0.25, (film.red[0], film.tones)
