"""Whatever a camera sends comes out of its ring: old kinds and new ones, and pictures out of order."""

from __future__ import annotations

import itertools
import threading
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from assistant.vision.rings.camera import Camera
from assistant.vision.rings.darkroom import done
from assistant.vision.rings.sources import Source, Unfit, in_words
from assistant.vision.rings.wishes import Wish
from assistant.vision.rings.worker import _negative
from tests.parts.cameras import decoded
from tests.vision.test_films import drawn, ringed

SENT = {"a.webm": "libvpx-vp9", "a.avi": "msmpeg4", "a.flv": "flv", "a.3gp": "h263", "a.mkv": "ffv1"}


@pytest.mark.parametrize("name", SENT)
def test_pictures_that_no_mp4_carries_are_seen(name: str, tmp_path: Path) -> None:
    cut = ringed(drawn(tmp_path / name, SENT[name])).cut(0.0, 10.0)
    assert cut is not None
    job, films = _negative(cut, cut.at, 10.0, Wish(fps=2.0))
    made, data = done(job, films)
    assert (made["copied"], made["seconds"]) == (False, pytest.approx(4.0, abs=0.5))
    assert decoded(data).red[0] == pytest.approx(2.0, abs=0.5)


def test_pictures_that_cannot_be_kept_are_called_by_their_name(tmp_path: Path) -> None:
    with pytest.raises(Unfit) as refused:
        ringed(drawn(tmp_path / "a.mkv", "libsvtav1"))
    assert in_words(refused.value).startswith("its pictures are av1, which I cannot keep")


def sparse(path: Path) -> Path:
    """Three pictures a second, for two seconds, most of which hang on later ones."""
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=3)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.options = {"bf": "4", "b-pyramid": "normal", "b-adapt": "0"}
        for number in range(6):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 40 * number, np.uint8), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 3)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return path


def test_a_slow_camera_whose_pictures_come_out_of_order_loses_none(tmp_path: Path) -> None:
    """Matroska does not tell either when the first ones are to be decoded."""
    cameras = [
        Camera(Source(name, f"file:{sparse(tmp_path / name)}", seconds=30.0)) for name in ("a.mp4", "a.mkv")
    ]
    for camera in cameras:
        threading.Thread(target=camera.run, daemon=True).start()
    until = time.monotonic() + 20
    while any((camera.shown()["last_frame_s"] is None or camera._pictures < 10) for camera in cameras):
        assert time.monotonic() < until
        time.sleep(0.05)
    now = time.monotonic()
    for camera in cameras:
        camera.leave()
        cut = camera.cut(0.0, now + 10)
        assert cut is not None
        assert len(cut.packets) >= 10
        for copied in (True, False):
            job, films = _negative(cut, cut.at, now, Wish(fps=24.0, copy_bytes=10**6 if copied else 0))
            made, data = done(job, films)
            times = decoded(data).times
            assert made["copied"] == copied
            assert len(times) >= 9
            assert max(later - at for at, later in itertools.pairwise(times)) < 0.6
