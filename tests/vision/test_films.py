"""Films of every kind, and those that are made to hurt: what comes out of the darkroom, and that the rings outlive it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from assistant.errors import VisionError
from assistant.vision.eyes import _born
from assistant.vision.pipe import received, send
from assistant.vision.rings.cutting import copied
from assistant.vision.rings.darkroom import done
from assistant.vision.rings.decoding import Beat
from assistant.vision.rings.preparing import picture, pictures, prepared
from assistant.vision.rings.ring import MICRO, Packet, Ring, last_group
from assistant.vision.rings.templates import Templates, wanted
from assistant.vision.rings.wishes import Wish
from assistant.vision.rings.worker import _negative
from tests.parts.cameras import cut, decoded, told, until, watching
from tests.vision.test_fitting import bomb

KINDS = {
    "holiday.wmv": "wmv2",
    "holiday.flv": "flv",
    "holiday.3gp": "mpeg4",
    "holiday.mpg": "mpeg1video",
    "holiday.mpeg": "mpeg2video",
    "holiday.avi": "msmpeg4",
}


def _scene(encoder: Any, first: int, last: int, size: tuple[int, int]) -> Iterator[Any]:
    """A red box that enters at the 50th picture of a grey yard, 25 a second, encoded."""
    for number in range(first, last):
        picture = np.full((size[1], size[0], 3), 100, np.uint8)
        if number >= 50:
            picture[size[1] // 3 : size[1] // 3 * 2, : size[0] // 3] = (220, 30, 30)
        frame = av.VideoFrame.from_ndarray(picture, "rgb24")
        frame.pts, frame.time_base = number, Fraction(1, 25)
        yield from encoder.encode(frame)
    yield from encoder.encode(None)


def drawn(path: Path, codec: str, gop: int = 12) -> Path:
    """Four seconds in the container of the name."""
    with av.open(str(path), "w") as film:
        stream: Any = film.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 352, 288, "yuv420p", gop
        for packet in _scene(stream, 0, 100, (352, 288)):
            film.mux(packet)
    return path


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_film_becomes_h264_that_tells_the_same(name: str, tmp_path: Path) -> None:
    made = prepared(str(drawn(tmp_path / name, KINDS[name])), Wish(fps=5.0))
    film = decoded(made.data)
    assert (film.video, film.size, film.first_is_key) == ("h264", (352, 288), True)
    assert 18 <= len(film.times) <= 22
    assert film.red[0] == pytest.approx(2.0, abs=0.35)
    assert made.seconds == pytest.approx(4.0, abs=0.4)
    assert made.movement[0]["begin_s"] == pytest.approx(2.0, abs=0.35)


def test_only_what_is_wanted_is_decoded_and_the_rate_is_kept() -> None:
    keys = [0.0, 2.0, 4.0, 6.0]
    beat, found = Beat(0.6, 7.4, 1.0), []
    for key in keys:
        found += beat.chosen([key + number / 10 for number in range(20)], key + 2.0)
    assert found[0] == 0.6
    assert found[1:] == pytest.approx([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]), "in step with the key pictures"
    assert beat.over is True


def ringed(film: Path) -> Ring:
    """A ring as if a camera had sent the film."""
    ring, first = Ring(60.0, 2**26), []
    with av.open(str(film)) as container:
        streams = wanted(container)
        for packet in container.demux(streams):
            if packet.size:
                first.append(packet)
            if len(first) == 2:
                ring.begin(Templates(container, first))
            for each in first if len(first) == 2 else [packet] if len(first) > 2 and packet.size else []:
                assert each.pts is not None
                at = float(each.pts * each.time_base)
                kept = Packet(bytes(each), round(at * MICRO), round(at * MICRO), each.is_keyframe, False)
                ring.add(kept, at)
    return ring


def changing(path: Path) -> Path:
    """A camera whose resolution is changed in the middle of its stream."""
    with av.open(str(path), "w", format="mpegts") as film:
        stream: Any = film.add_stream("libx264", rate=25)
        stream.options = {"tune": "zerolatency", "bf": "0"}
        stream.width, stream.height, stream.pix_fmt = 352, 288, "yuv420p"
        for packet in _scene(stream, 0, 40, (352, 288)):
            film.mux(packet)
        other: Any = av.CodecContext.create("libx264", "w")
        other.width, other.height, other.pix_fmt = 640, 360, "yuv420p"
        other.time_base, other.options = Fraction(1, 25), {"tune": "zerolatency", "bf": "0"}
        for packet in _scene(other, 40, 100, (640, 360)):
            packet.stream = stream
            film.mux(packet)
    return path


def test_a_resolution_that_changes_in_the_middle_is_borne(tmp_path: Path) -> None:
    cut = ringed(changing(tmp_path / "changing.ts")).cut(0.0, 10.0)
    assert cut is not None
    job, films = _negative(cut, cut.at, 10.0, Wish(fps=5.0, copy_bytes=0))
    made, data = done(job, films)
    film = decoded(data)
    assert film.red[0] == pytest.approx(2.0, abs=0.35), made
    assert film.size == (352, 288)


def test_a_group_of_ten_seconds_is_cut_exactly_and_its_last_picture_found(tmp_path: Path) -> None:
    cut = ringed(drawn(tmp_path / "long.mp4", "libx264", gop=250)).cut(2.4, 3.6)
    assert cut is not None
    job, films = _negative(cut, cut.at + 2.4, cut.at + 3.6, Wish(fps=5.0, copy_bytes=0))
    made, data = done(job, films)
    assert made["begin_s"] == pytest.approx(2.4, abs=0.1)
    assert made["seconds"] == pytest.approx(1.2, abs=0.3)
    assert decoded(data).red[0] == 0.0
    _, jpeg = done({"do": "picture", "pixels": 320}, copied(last_group(cut), container="mov"))
    assert jpeg[:2] == b"\xff\xd8"


async def test_a_clip_that_is_kept_has_the_sound_that_no_mp4_carries(footage: Callable[[str], Path]) -> None:
    async with watching([told("door", f"file:{footage('alaw.mov')}")]) as eyes:
        await until(eyes, "door", "live")
        await asyncio.sleep(2.5)
        now = time.monotonic()
        head = {"do": "cut", "camera": "door", "begin": now - 6, "end": now, "raw": True}
        _, data = await eyes.ask(head, seconds=20)
    film = decoded(data)
    assert (film.video, film.sound) == ("h264", "aac")
    assert film.tones[0] == pytest.approx(1.0, abs=0.15), "with a tone at every second of its pictures"


async def test_a_ring_process_ends_with_its_daemon_whatever_it_waits_for(
    footage: Callable[[str], Path],
) -> None:
    process, ours, tray = await _born()
    with tray:
        reader, writer = await asyncio.open_connection(sock=ours)
        send(writer, {"do": "cameras", "cameras": [told("door", f"file:{footage('door.mp4')}")], "id": 0})
        async for head, _ in received(reader, tray=tray):
            if head.get("id") == 0:
                break
        now = time.monotonic()
        send(writer, {"do": "cut", "camera": "door", "begin": now, "end": now + 50, "id": 1})
        await asyncio.sleep(0.2)
        writer.transport.abort()
        async with asyncio.timeout(15):
            assert await process.wait() == 0


HOSTILE = {
    "playlist.m3u8": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    "concat.mp4": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "playlist.avi": b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\nconcat:/etc/hosts|/etc/passwd\n",
    "session.sdp": b"v=0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    "empty.mp4": b"",
    "nonsense.mp4": os.urandom(5000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_film_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(HOSTILE[name])
    with pytest.raises(VisionError, match="cannot be read|is an empty file"):
        prepared(str(path), Wish())
    with pytest.raises(VisionError, match="cannot be read|is an empty file"):
        pictures(str(path), most=4, pixels=320)


def test_a_bomb_of_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb(12_000, 8_000))
    with pytest.raises(VisionError, match="too large: 12000 by 8000"):
        prepared(str(path), Wish())
    with pytest.raises(VisionError, match="too large"):
        picture(str(path))
    with pytest.raises(VisionError, match="too large"):
        pictures(str(path), most=1, pixels=320)


LETS_GO = """
import io, sys, av
from assistant.vision.rings.decoding import quiet
quiet()
film = bytearray(open(sys.argv[1], "rb").read())
for at in range(4000, film.find(b"moov") - 8, 150):
    film[at] ^= 0x55
for enough in range(8, 48):
    with av.open(io.BytesIO(bytes(film))) as container:
        video = container.streams.video[0]
        video.thread_type = "AUTO"
        for number, packet in enumerate(container.demux(video)):
            try:
                packet.decode()
            except av.error.InvalidDataError:
                pass
            if number == enough - 5:
                container.seek(0)
            if number > enough:
                break
"""


def test_letting_go_of_a_broken_film_does_not_wait_for_ever(footage: Callable[[str], Path]) -> None:
    command = [sys.executable, "-c", LETS_GO, str(footage("hevc.mp4"))]
    subprocess.run(command, check=True, timeout=40)


async def test_a_decoder_that_crashes_costs_one_answer_and_no_ring(footage: Callable[[str], Path]) -> None:
    async with watching([told("door", f"file:{footage('door.mp4')}")]) as eyes:
        await until(eyes, "door", "live")
        await asyncio.sleep(1)
        await cut(eyes, "door", 2)
        ring = eyes.pid
        (darkroom,) = _children(ring)
        os.kill(darkroom, signal.SIGSTOP)
        asked = asyncio.get_running_loop().create_task(cut(eyes, "door", 2))
        await asyncio.sleep(0.3)
        os.kill(darkroom, signal.SIGSEGV)
        os.kill(darkroom, signal.SIGCONT)
        with pytest.raises(VisionError, match="could not be made"):
            await asked
        _, data = await cut(eyes, "door", 2)
        assert decoded(data).video == "h264"
        assert (eyes.pid, eyes.restarts) == (ring, 0)
        (successor,) = _children(ring)
    async with asyncio.timeout(5):
        for _ in range(100):
            if not Path(f"/proc/{successor}").exists():
                break
            await asyncio.sleep(0.05)
    assert not Path(f"/proc/{successor}").exists(), "it goes with the ring process"


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]
