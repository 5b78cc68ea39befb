"""Reads WAV files of any common kind as 16 kHz mono frames; refuses the rest with one sentence."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import soxr

from assistant.errors import BadRecording

RATE = 16_000
FRAME_SAMPLES = 320
FRAME_BYTES = FRAME_SAMPLES * 2
MAX_SECONDS = 600.0
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
BLOCK_FRAMES = 16_384
LOUDEST = 1000.0
"""Of float samples, whose full scale is 1; some files hold infinity."""

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Format:
    """What a WAV's ``fmt`` chunk says."""

    code: int
    channels: int
    rate: int
    bits: int

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return self.channels * self.bits // 8


def frames(path: Path, longest: float = MAX_SECONDS) -> Iterator[bytes]:
    """The recording as 20 ms frames of 16 kHz mono s16le; the last is padded with silence.

    One of more than ``longest`` seconds is refused.

    Raises:
        BadRecording: it cannot be heard; one sentence says why and what would do.
    """
    rest = b""
    for block in _resampled(path, longest):
        rest += block
        whole = len(rest) - len(rest) % FRAME_BYTES
        for start in range(0, whole, FRAME_BYTES):
            yield rest[start : start + FRAME_BYTES]
        rest = rest[whole:]
    if rest:
        yield rest.ljust(FRAME_BYTES, b"\0")


def checked(path: Path) -> Format:
    """The format of a recording that can be heard.

    Raises:
        BadRecording: as ``frames``.
    """
    with _reading(path) as file:
        return _header(file, path)[0]


def _resampled(path: Path, longest: float) -> Iterator[bytes]:
    with _reading(path) as file:
        form, length = _header(file, path, longest)
        stream = soxr.ResampleStream(form.rate, RATE, 1, dtype="float32") if form.rate != RATE else None
        left = length
        while left > 0:
            data = file.read(min(left, BLOCK_FRAMES * form.frame_bytes))
            if not data:
                break
            left -= len(data)
            samples = _mono(data, form)
            yield _s16(samples if stream is None else stream.resample_chunk(samples))
        if stream is not None:
            yield _s16(stream.resample_chunk(np.zeros(0, np.float32), last=True))


@contextmanager
def _reading(path: Path) -> Iterator[BinaryIO]:
    with _opened(path) as file:
        try:
            yield file
        except OSError as error:  # a disk or a network that gives up in the middle
            raise BadRecording(f"{path}: cannot be read: {error.strerror}") from error


def _opened(path: Path) -> BinaryIO:
    try:
        if not path.is_file() and path.exists():
            raise BadRecording(
                f"{path}: is a {'folder' if path.is_dir() else 'device or pipe'}, not a WAV file"
            )
        return path.open("rb")
    except OSError as error:
        raise BadRecording(f"{path}: cannot be read: {error.strerror}") from error


def _header(file: BinaryIO, path: Path, longest: float = MAX_SECONDS) -> tuple[Format, int]:
    """Format and length in bytes of the samples; leaves the file at the first sample."""
    riff = file.read(12)
    if not riff:
        raise BadRecording(f"{path}: is empty")
    if riff[:4] != b"RIFF" or riff[8:12] != b"WAVE":
        raise BadRecording(f"{path}: is not a WAV file; convert it with `ffmpeg -i {path.name} speech.wav`")
    form: Format | None = None
    while len(chunk := file.read(8)) == 8:
        name, size, start = chunk[:4], struct.unpack("<I", chunk[4:])[0], file.tell()
        if name == b"data":
            if form is None:
                raise BadRecording(f"{path}: is damaged: the samples come before their format")
            length = _length(file, size, form, path)
            _check_length(path, length / form.frame_bytes / form.rate, longest)
            return form, length
        if name == b"fmt ":
            form = _format(file.read(min(size, 64)), path)
        file.seek(start + size + (size & 1))
    raise BadRecording(f"{path}: holds no samples")


def _format(body: bytes, path: Path) -> Format:
    if len(body) < 16:
        raise BadRecording(f"{path}: is damaged: its format is cut off")
    code, channels, rate, _, block, bits = struct.unpack("<HHIIHH", body[:16])
    if code == EXTENSIBLE and len(body) >= 26:
        code = struct.unpack("<H", body[24:26])[0]
    if not 1000 <= rate <= 384_000:
        raise BadRecording(f"{path}: says {rate} samples a second; 1000 to 384000 can be heard")
    if not 1 <= channels <= 32:
        raise BadRecording(f"{path}: says {channels} channels; 1 to 32 can be heard")
    if (code, bits, block) == (PCM, 24, 4 * channels):
        bits = 32  # of which the lower eight are nothing
    if (code, bits) not in {(PCM, 8), (PCM, 16), (PCM, 24), (PCM, 32), (FLOAT, 32), (FLOAT, 64)}:
        raise BadRecording(
            f"{path}: its encoding (format {code}, {bits} bits) is not known; use PCM or float samples"
        )
    return Format(code, channels, rate, bits)


def _length(file: BinaryIO, size: int, form: Format, path: Path) -> int:
    """Bytes of samples really there: recorders that were cut off write 0 or a huge number."""
    here = file.tell()
    there = file.seek(0, 2) - here
    file.seek(here)
    length = there if size in (0, 0xFFFFFFFF) else min(size, there)
    if length < form.frame_bytes:
        raise BadRecording(f"{path}: holds no samples")
    return length


def _check_length(path: Path, seconds: float, longest: float) -> None:
    if seconds > longest:
        raise BadRecording(
            f"{path}: is {seconds / 60:.0f} minutes long; at most {longest / 60:.0f} can be heard"
        )


def _mono(data: bytes, form: Format) -> Samples:
    data = data[: len(data) - len(data) % form.frame_bytes]
    match form.code, form.bits:
        case (1, 8):
            samples = (np.frombuffer(data, np.uint8).astype(np.float32) - 128) / 128
        case (1, 16):
            samples = np.frombuffer(data, "<i2").astype(np.float32) / 2**15
        case (1, 24):
            wide = np.zeros((len(data) // 3, 4), np.uint8)
            wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
            samples = wide.view("<i4").reshape(-1).astype(np.float32) / 2**31
        case (1, 32):
            samples = np.frombuffer(data, "<i4").astype(np.float32) / 2**31
        case (3, 32):
            samples = np.frombuffer(data, "<f4").clip(-LOUDEST, LOUDEST)
        case _:
            samples = np.frombuffer(data, "<f8").clip(-LOUDEST, LOUDEST).astype(np.float32)
    mixed = np.nan_to_num(samples.reshape(-1, form.channels)).mean(axis=1, dtype=np.float32)
    return np.asarray(mixed, np.float32)


def _s16(samples: Samples) -> bytes:
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
