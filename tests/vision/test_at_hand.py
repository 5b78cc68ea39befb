"""Cameras of this machine: what they lack is a sentence; and the program of a Raspberry Pi's camera, which tells no
times."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from assistant.vision.rings.sources import Source, Unfit, in_words, opened
from tests.parts.cameras import cut, decoded, told, until, watching

PROGRAM = """#!{python}
import sys, time
film = open({film!r}, "rb").read()
size = len(film) // 240
while True:
    for at in range(0, len(film), size):
        sys.stdout.buffer.write(film[at : at + size])
        sys.stdout.buffer.flush()
        time.sleep(0.05)
"""
SILENT = "#!/bin/sh\nexit 255\n"


def raw(film: Path, out: Path) -> None:
    """The pictures of a film as the program of a Raspberry Pi writes them: nothing but H.264."""
    source: Any
    with av.open(str(film)) as source, av.open(str(out), "w", format="h264") as copy:
        stream = copy.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = stream
                copy.mux(packet)


def program(folder: Path, text: str) -> None:
    folder.mkdir()
    path = folder / "rpicam-vid"
    path.write_text(text)
    path.chmod(0o755)


async def test_a_raspberry_pis_camera_is_kept_although_it_tells_no_times(
    footage: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw(footage("mute.mp4"), tmp_path / "film.h264")
    program(tmp_path / "bin", PROGRAM.format(python=sys.executable, film=str(tmp_path / "film.h264")))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    async with watching([told("pi", "rpicam:")]) as eyes:
        state = await until(eyes, "pi", "live", seconds=30)
        assert state["size"] == "320x180"
        await asyncio.sleep(5)
        head, film = await cut(eyes, "pi", 4)
        times = decoded(film).times
        assert 2 < times[-1] < 7, (times, head)
        assert decoded(film).first_is_key


def test_what_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for url, why in (
        ("v4l2:/dev/video99", "there is no /dev/video99: is the camera plugged in?"),
        ("v4l2:/dev/null", "/dev/null is no camera, or another program uses it"),
        ("rpicam:", "there is no program rpicam-vid here"),
    ):
        with pytest.raises(Unfit) as caught:
            opened(Source("x", url))
        assert why in in_words(caught.value)
    program(tmp_path / "bin", SILENT)
    with pytest.raises(Unfit, match="rpicam-vid shows no picture: see what rpicam-vid --list-cameras says"):
        opened(Source("x", "rpicam:"))
