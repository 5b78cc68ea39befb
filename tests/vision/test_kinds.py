"""Films of other people: turned, without times, cut in two, none at all whatever their name says."""

from __future__ import annotations

import asyncio
import io
import os
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from assistant.errors import VisionError
from assistant.vision.addresses import obstacle
from assistant.vision.rings.camera import Camera
from assistant.vision.rings.films import known
from assistant.vision.rings.preparing import picture, pictures, prepared
from assistant.vision.rings.sources import Source
from assistant.vision.rings.wishes import Wish
from tests.parts.cameras import decoded

TURNED = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
"""The matrix of a telephone that was held upright."""


def copied(film: Path, out: Path, form: str) -> Path:
    """The pictures of a film in another container."""
    source: Any
    with av.open(str(film)) as source, av.open(str(out), "w", format=form) as copy:
        stream = copy.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = stream
                copy.mux(packet)
    return out


def test_a_film_of_a_telephone_is_seen_upright(footage: Callable[[str], Path], tmp_path: Path) -> None:
    data = bytearray(footage("mute.mp4").read_bytes())
    at = data.find(b"tkhd") + 44
    data[at : at + 36] = TURNED
    path = tmp_path / "Haustür größer.mp4"
    path.write_bytes(data)
    assert known(str(path)) == {"mime": "video/mp4", "seconds": 12.0}
    made = prepared(str(path), Wish())
    assert (made.width, made.height) == (180, 320)
    assert decoded(made.data).size == (180, 320)
    shown = np.asarray(Image.open(io.BytesIO(picture(str(path)))))
    red = np.argwhere((shown[:, :, 0] > 150) & (shown[:, :, 1] < 100))
    assert shown.shape == (320, 180, 3)
    assert red.mean(axis=0)[0] > 200, "what was at the right lies at the bottom now"


def test_a_film_without_times_is_read(footage: Callable[[str], Path], tmp_path: Path) -> None:
    path = copied(footage("mute.mp4"), tmp_path / "raw.h264", "h264")
    assert known(str(path))["mime"] == "", "the service knows no such film: it is made another one"
    made = prepared(str(path), Wish())
    times = decoded(made.data).times
    assert len(times) > 3
    assert decoded(made.data).red
    assert pictures(str(path), most=3, pixels=320)


def test_a_film_that_lost_its_times_is_read(footage: Callable[[str], Path], tmp_path: Path) -> None:
    """A recorder that began before its own zero: Matroska has no place for such times, nor an index of them."""
    path, how = tmp_path / "early.mkv", {"avoid_negative_ts": "disabled"}
    source: Any
    with av.open(str(footage("door.mp4"))) as source, av.open(str(path), "w", options=how) as early:
        streams = {s.index: early.add_stream_from_template(s) for s in source.streams}
        for packet in source.demux():
            if packet.size and packet.pts is not None and packet.dts is not None:
                back = round(5 / packet.time_base)
                packet.pts, packet.dts = packet.pts - back, packet.dts - back
                packet.stream = streams[packet.stream.index]
                early.mux(packet)
    for begin in (0.0, 6.0):
        film = decoded(prepared(str(path), Wish(begin=begin, fps=5.0)).data)
        assert film.times[-1] == pytest.approx(11.5 - begin, abs=1.1)
        assert film.sound_seconds == pytest.approx(12 - begin, abs=0.5), "it is heard, too"
        assert film.red[0] == pytest.approx(max(0.0, 4 - begin), abs=0.3)
        assert any(abs(at - film.red[0]) < 0.3 for at in film.tones) or begin, "and in step"


def test_a_part_of_a_film_that_tells_not_where_its_key_pictures_are(
    footage: Callable[[str], Path], tmp_path: Path
) -> None:
    path = copied(footage("rare.mp4"), tmp_path / "recorder.ts", "mpegts")
    made = prepared(str(path), Wish(begin=6.0, end=8.0, fps=2.0))
    assert (made.begin_s, made.seconds) == pytest.approx((6.0, 2.5), abs=0.6)
    assert decoded(made.data).red[0] == 0, "the box has been there for two seconds"


@pytest.mark.parametrize("offset", [0, 7000])
def test_recordings_that_were_joined_are_seen_and_heard_one_after_the_other(
    footage: Callable[[str], Path], tmp_path: Path, offset: int
) -> None:
    """People put MPEG one behind the other as it is: the clock is put back, or jumps, in the middle."""
    source: Any
    for name, begins in (("one.ts", 0), ("two.ts", offset)):
        options = {"output_ts_offset": str(begins)}
        with (
            av.open(str(footage("door.mp4"))) as source,
            av.open(str(tmp_path / name), "w", options=options) as copy,
        ):
            streams = {s.index: copy.add_stream_from_template(s) for s in source.streams}
            for packet in source.demux():
                if packet.size:
                    packet.stream = streams[packet.stream.index]
                    copy.mux(packet)
    path = tmp_path / "both.ts"
    path.write_bytes((tmp_path / "one.ts").read_bytes() + (tmp_path / "two.ts").read_bytes())
    assert known(str(path))["seconds"] == pytest.approx(24, abs=0.5)
    film = decoded(prepared(str(path), Wish(fps=2.0)).data)
    assert film.times[-1] == pytest.approx(23.5, abs=0.6)
    assert film.sound_seconds == pytest.approx(24, abs=0.6)
    both = [at for at in (4, 16) if any(abs(at - red) < 0.6 for red in film.red)]
    assert both == [4, 16]
    assert not [at for at in film.red if 12.6 < at < 15.4], "the second begins without the box"
    assert [tone for tone in film.tones if abs(tone - 16) < 0.7], "and in step"
    part = decoded(prepared(str(path), Wish(begin=14.0, fps=2.0)).data)
    assert part.red[0] == pytest.approx(2, abs=0.7)


def test_a_film_is_as_long_as_it_is_and_not_as_it_says(
    footage: Callable[[str], Path], tmp_path: Path
) -> None:
    """When it was filmed is reckoned back from when its file was written."""
    late, half, source = tmp_path / "late.mkv", tmp_path / "half.mkv", footage("mute.mp4")
    options = {"output_ts_offset": "95000"}
    film: Any
    with av.open(str(source)) as film, av.open(str(late), "w", options=options) as copy:
        stream = copy.add_stream_from_template(film.streams.video[0])
        for packet in film.demux(film.streams.video[0]):
            if packet.size:
                packet.stream = stream
                copy.mux(packet)
    assert known(str(late))["seconds"] == pytest.approx(12, abs=0.5)
    assert prepared(str(late), Wish()).duration == pytest.approx(12, abs=0.5)
    whole = copied(source, tmp_path / "whole.mkv", "matroska").read_bytes()
    half.write_bytes(whole[: len(whole) // 2])
    made = prepared(str(half), Wish())
    assert 2 < made.duration < 10
    assert made.duration == pytest.approx(made.seconds, abs=0.1)


async def test_a_film_whose_clock_begins_anywhere_plays_at_its_pace(
    footage: Callable[[str], Path], tmp_path: Path
) -> None:
    path, options = tmp_path / "broadcast.ts", {"output_ts_offset": "95000"}
    source: Any
    with av.open(str(footage("mute.mp4"))) as source, av.open(str(path), "w", options=options) as copy:
        stream = copy.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = stream
                copy.mux(packet)
    camera = Camera(Source("broadcast", f"file:{path}"))
    reading = threading.Thread(target=camera.run)
    reading.start()
    try:
        async with asyncio.timeout(20):
            while camera.shown()["ring_s"] <= 0.5:  # noqa: ASYNC110 - a thread tells no event
                await asyncio.sleep(0.05)
        assert camera.shown()["ring_s"] < 11, "not all at once"
    finally:
        camera.leave()
        reading.join(10)
    assert not reading.is_alive()


def test_sound_that_begins_in_the_middle_of_a_piece_costs_no_film(tmp_path: Path) -> None:
    """MPEG as it is on a DVD: what is read first after a jump is cut in two."""
    path, film, video, audio = tmp_path / "dvd.mpg", None, None, None
    film = av.open(str(path), "w", format="mpeg")
    video, audio = film.add_stream("mpeg2video", rate=25), film.add_stream("mp2", rate=44_100)
    video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
    with film:
        for number in range(100):
            shown = np.full((180, 320, 3), number, np.uint8)
            film.mux(video.encode(av.VideoFrame.from_ndarray(shown, "rgb24")))
            heard = av.AudioFrame.from_ndarray(np.full((1, 2 * 1764), number * 50, np.int16), "s16", "stereo")
            heard.sample_rate = 44_100
            film.mux(audio.encode(heard))
        film.mux(video.encode(None))
        film.mux(audio.encode(None))
    assert known(str(path))["mime"] == "video/mpeg"
    for begin in (0.0, 1.3, 2.1):
        assert prepared(str(path), Wish(begin=begin)).frames


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("doc.mp4", b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n", "is no video that I know"),
        ("zero.mp4", b"", "is an empty file"),
        ("list.mp4", b"#EXTM3U\n#EXTINF:5,\n/etc/hostname\n#EXT-X-ENDLIST\n", "is no video that I know"),
        ("noise.webm", bytes(range(256)) * 40, "is no video that I know"),
    ],
)
def test_what_is_no_film_is_told_before_it_is_sent(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(VisionError, match=why):
        known(str(path))


def test_what_no_film_can_be_read_from_says_what_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "file.mp4").touch()
    for name, why in (
        ("", "is a folder; give the film in it"),
        ("pipe.mp4", "is a pipe or a device; save the film in a file first"),
        ("none.mp4", "there is no such file"),
        ("file.mp4/none.mp4", "there is no such file"),
        ("a" * 300, "cannot be read: File name too long"),
        ("file.mp4", ""),
    ):
        assert obstacle(tmp_path / name) == why


def test_pictures_that_move_and_do_not(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (64, 64), (40 * number, 0, 0)) for number in range(5)]
    for name in ("moves.gif", "moves.webp"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], duration=200)
    frames[0].save(tmp_path / "still.webp")
    assert known(str(tmp_path / "moves.gif"))["mime"] == ""
    assert prepared(str(tmp_path / "still.webp"), Wish()).frames == 1
    moving = str(tmp_path / "moves.webp")
    if "webp_anim" in av.formats_available:  # PyAV 19 brings it
        assert (known(moving)["mime"], prepared(moving, Wish(fps=10)).still) == ("", False)
    else:
        with pytest.raises(VisionError, match="A WebP picture that moves cannot be read here"):
            known(moving)


def test_a_name_says_nothing(footage: Callable[[str], Path], tmp_path: Path) -> None:
    path = copied(footage("whole.mkv"), tmp_path / "a film.webm", "avi")
    assert known(str(path))["mime"] == "video/x-msvideo"
    path = copied(footage("mute.mp4"), tmp_path / "a film.mp4", "matroska")
    assert known(str(path))["mime"] == "", "Matroska with H.264 is not WebM"
