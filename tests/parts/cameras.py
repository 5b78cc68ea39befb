"""Cameras in a test: the real ring process on real streams, and films decoded to see what they are."""

from __future__ import annotations

import asyncio
import io
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import av
import numpy as np

from assistant.vision.eyes import Eyes
from assistant.vision.pipe import Item


def told(name: str, url: str, **more: Any) -> Item:
    """A camera as the ring process is told of it."""
    return {"name": name, "url": url, "seconds": 20.0, "max_bytes": 8_000_000, **more}


@asynccontextmanager
async def watching(sources: Sequence[Item]) -> AsyncIterator[Eyes]:
    """A ring process with these cameras."""
    eyes = Eyes(sources)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(eyes.run())
        try:
            yield eyes
        finally:
            running.cancel()


async def until(eyes: Eyes, name: str, state: str, seconds: float = 15.0) -> Item:
    """Wait until a camera is in a state; that state."""
    for _ in range(round(seconds * 20)):
        if eyes.states.get(name, {}).get("state") == state:
            return eyes.states[name]
        await asyncio.sleep(0.05)
    raise AssertionError(f"{name} is not {state} after {seconds} s: {eyes.states.get(name)}")


async def cut(eyes: Eyes, name: str, seconds: float, **wish: Any) -> tuple[Item, bytes]:
    """The last seconds of a camera."""
    now = time.monotonic()
    wanted = {"fps": 2.0, "pixels": 768, **wish}
    head = {"do": "cut", "camera": name, "begin": now - seconds, "end": now, "wish": wanted}
    return await eyes.ask(head, seconds=20)


@dataclass
class Decoded:
    """What is in a film: codecs, length, and in which of its pictures the red box is (seconds)."""

    video: str
    sound: str
    size: tuple[int, int]
    times: list[float]
    red: list[float]
    first_is_key: bool
    sound_seconds: float
    tones: list[float]
    """When a tone begins."""


def decoded(film: bytes) -> Decoded:
    """Decode all of it; raises what PyAV raises for anything broken."""
    container: Any
    with av.open(io.BytesIO(film)) as container:
        video = container.streams.video[0]
        sound = next(iter(container.streams.audio), None)
        times, red, keys = [], [], []
        for frame in container.decode(video):
            at = float(frame.pts * frame.time_base)
            times.append(at)
            keys.append(frame.key_frame)
            picture = frame.to_ndarray(format="rgb24").astype(np.int16)
            box = (picture[:, :, 0] > 150) & (picture[:, :, 1] < 100)
            if box.mean() > 0.01:
                red.append(at)
        tones, length = _tones(film) if sound is not None else ([], 0.0)
        return Decoded(
            video.codec_context.name,
            sound.codec_context.name if sound else "",
            (video.codec_context.width, video.codec_context.height),
            times,
            red,
            bool(keys and keys[0]),
            length,
            tones,
        )


def well_formed(film: bytes) -> bool:
    """Whether H.264 in an MP4 is as the standard wants it: units with their lengths before them, no start codes."""
    container: Any
    with av.open(io.BytesIO(film)) as container:
        video = container.streams.video[0]
        if (video.codec_context.extradata or b"")[:1] != b"\x01":
            return False
        return all(_lengths_add_up(bytes(packet)) for packet in container.demux(video) if packet.size)


def _lengths_add_up(data: bytes) -> bool:
    at = 0
    while at < len(data):
        at += 4 + int.from_bytes(data[at : at + 4], "big")
    return at == len(data)


def _tones(film: bytes) -> tuple[list[float], float]:
    loud: list[tuple[float, bool]] = []
    container: Any
    with av.open(io.BytesIO(film)) as container:
        for frame in container.decode(audio=0):
            samples = frame.to_ndarray().astype(np.float64)
            level = float(np.abs(samples).mean()) * (
                1 if samples.dtype.kind != "f" or samples.max() > 2 else 32768
            )
            loud.append((float(frame.pts * frame.time_base), level > 500))
    begins = [at for (_, before), (at, now) in itertools.pairwise(loud) if now and not before]
    return begins, loud[-1][0] if loud else 0.0
