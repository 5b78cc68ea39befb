"""Recordings of every common kind are heard; the rest is refused with one sentence."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.audio.recording import FRAME_BYTES, checked, frames
from assistant.errors import BadRecording

ENCODINGS: dict[tuple[int, int], Callable[[npt.NDArray[np.float64]], bytes]] = {
    (1, 8): lambda x: (x * 127 + 128).astype("u1").tobytes(),
    (1, 16): lambda x: (x * 32767).astype("<i2").tobytes(),
    (1, 24): lambda x: b"".join(int(v * (2**23 - 1)).to_bytes(3, "little", signed=True) for v in x),
    (1, 32): lambda x: (x * (2**31 - 1)).astype("<i4").tobytes(),
    (3, 32): lambda x: x.astype("<f4").tobytes(),
    (3, 64): lambda x: x.astype("<f8").tobytes(),
}


def wav(code: int, channels: int, rate: int, bits: int, body: bytes, **rare: int) -> bytes:
    """``rare``: bits ``said`` that are fewer than a sample takes up, a format of ``odd`` length."""
    said, odd = rare.get("said", bits), rare.get("odd", 0)
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", code, channels, rate, rate * block, block, said) + b"\0" * odd
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"\0" * odd + b"LIST\x03\0\0\0abc\0"
    chunks += b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


def tone(rate: int, seconds: float = 0.5) -> npt.NDArray[np.float64]:
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(int(rate * seconds)) / rate)


@pytest.mark.parametrize(("code", "bits"), list(ENCODINGS))
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
def test_a_tone_is_the_same_tone(tmp_path: Path, code: int, bits: int, channels: int, rate: int) -> None:
    file = tmp_path / "tone.wav"
    samples = np.repeat(tone(rate), channels)
    file.write_bytes(wav(code, channels, rate, bits, ENCODINGS[code, bits](samples)))
    heard = list(frames(file))
    assert {len(frame) for frame in heard} == {FRAME_BYTES}
    assert 24 <= len(heard) <= 26
    pcm = np.frombuffer(b"".join(heard), "<i2").astype(float)[1600:6400]
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm))))
    assert abs(np.argmax(spectrum) * 16_000 / len(pcm) - 440) < 5
    assert np.sqrt(np.mean(pcm**2)) == pytest.approx(0.5 * 32767 / 2**0.5, rel=0.05)


@pytest.mark.parametrize("data", [{"said": 24}, {"odd": True}], ids=["24 bits in 32", "odd format"])
def test_a_header_that_few_programs_write_is_understood(tmp_path: Path, data: dict[str, int]) -> None:
    samples = tone(16_000)
    (tmp_path / "usual.wav").write_bytes(wav(1, 1, 16_000, 32, ENCODINGS[1, 32](samples)))
    (tmp_path / "rare.wav").write_bytes(wav(1, 1, 16_000, 32, ENCODINGS[1, 32](samples), **data))
    assert list(frames(tmp_path / "rare.wav")) == list(frames(tmp_path / "usual.wav"))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"hello there, this is text", "is not a WAV file; convert it with `ffmpeg"),
        (wav(1, 1, 0, 16, b"\0\0"), "says 0 samples a second"),
        (wav(1, 0, 16_000, 16, b"\0\0"), "says 0 channels"),
        (wav(1, 1, 16_000, 16, b""), "holds no samples"),
        (wav(1, 1, 16_000, 12, b"\0\0"), "its encoding (format 1, 12 bits) is not known"),
        (wav(85, 1, 16_000, 0, b"\0\0"), "its encoding (format 85, 0 bits) is not known"),
        (wav(1, 1, 16_000, 16, b"\0\0")[:30], "is damaged"),
        (wav(1, 1, 16_000, 16, b"\0\0")[:44], "holds no samples"),
    ],
)
def test_what_cannot_be_heard_is_refused_in_one_sentence(tmp_path: Path, data: bytes, words: str) -> None:
    file = tmp_path / "bad.wav"
    file.write_bytes(data)
    with pytest.raises(BadRecording) as caught:
        list(frames(file))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_hours_are_refused_before_they_are_read(tmp_path: Path) -> None:
    file = tmp_path / "long.wav"
    head = wav(1, 1, 16_000, 16, b"")
    with file.open("wb") as out:
        out.write(head[:-4] + struct.pack("<I", 32_000 * 7200))
        out.truncate(len(head) + 32_000 * 7200)
    with pytest.raises(BadRecording, match="is 120 minutes long; at most 10 can be heard"):
        checked(file)


def test_missing_and_folders(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match="is a folder"):
        checked(tmp_path)
    with pytest.raises(BadRecording, match="No such file"):
        checked(tmp_path / "none.wav")


def test_a_file_that_breaks_off_under_the_reader_is_told() -> None:
    with pytest.raises(BadRecording, match="cannot be read: Input/output error"):
        checked(Path("/proc/self/mem"))


@pytest.mark.parametrize("value", [np.inf, 1e300, np.nan])
def test_impossible_loudness_is_loud_and_no_warning(tmp_path: Path, value: float) -> None:
    (tmp_path / "x.wav").write_bytes(wav(3, 2, 16_000, 64, np.full(640, value).tobytes()))
    (heard,) = set(frames(tmp_path / "x.wav"))
    assert np.frombuffer(heard, "<i2").max() == (0 if np.isnan(value) else 32767)


def test_a_recorder_that_was_cut_off_wrote_no_length(tmp_path: Path) -> None:
    file = tmp_path / "cut.wav"
    head = wav(1, 1, 16_000, 16, b"")
    file.write_bytes(head[:-4] + b"\xff\xff\xff\xff" + bytes(6400))
    assert len(list(frames(file))) == 10


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_no_bytes_whatever_make_a_traceback(tmp_path_factory: pytest.TempPathFactory, tail: bytes) -> None:
    file = tmp_path_factory.mktemp("w") / "x.wav"
    file.write_bytes(b"RIFF\0\0\0\0WAVEfmt " + tail)
    try:
        list(frames(file))
    except BadRecording as error:
        assert "\n" not in str(error)


def test_a_room_may_be_longer_than_a_sentence(tmp_path: Path) -> None:
    long = tmp_path / "long.wav"
    long.write_bytes(wav(1, 1, 8000, 8, bytes(8000 * 601)))
    with pytest.raises(BadRecording, match="10 minutes long; at most 10"):
        next(frames(long))
    assert len(next(frames(long, longest=3600))) == FRAME_BYTES
