"""Cameras: what four rings of 1080p cost, how fast a clip is cut and ready, and what it costs to ask about
it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from assistant import config as configuration
from assistant.cli.bench.figures import Figures
from assistant.cli.bench.footage import Story
from assistant.money import Price, Tokens, price_of
from assistant.vision import models
from assistant.vision.eyes import Eyes
from assistant.vision.rings.darkrooms import IDLE_SECONDS

CAMERAS = 4
RING_SECONDS = 60.0
SECONDS_A_ROUND = 3.0
"""``--rounds 200`` are ten minutes."""
FILM = Story(seconds=20, enters=8, width=1920, height=1080, fps=15, gop=30, bits=2_500_000)
CLIP_SECONDS = 10.0
STILL_TOKENS = 1120
PROMPT, ANSWER = 900, 150
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


async def cameras(config: configuration.Config, figures: Figures, rounds: int) -> None:
    """Draw a film, put it on the air, keep it four times, and cut."""
    with tempfile.TemporaryDirectory(prefix="assistant-bench-film-") as folder:
        film = Path(folder) / "film.mp4"
        figures.output.note("drawing a film of 1080p ...")
        drawing = await asyncio.create_subprocess_exec(sys.executable, *FILM.arguments(film))
        if await drawing.wait():
            figures.output.note("the film could not be drawn: is PyAV installed?")
            return
        async with _on_the_air(film) as port:
            urls = [f"rtsp://127.0.0.1:{port}/{number}" for number in range(CAMERAS)]
            await _rings(urls, figures, rounds)
            await _programs(urls, figures, rounds)
    _prices([Price(**price.model_dump()) for price in config.money.prices], figures)


@asynccontextmanager
async def _on_the_air(film: Path) -> AsyncIterator[int]:
    """A server in a process of its own, so that its work is not counted; its port."""
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "assistant.cli.bench.rtsp", *(f"{number}={film}" for number in range(CAMERAS))),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        yield int(await server.stdout.readline())
    finally:
        server.stdin.close()
        with suppress(ProcessLookupError):
            server.kill()
        await server.wait()


async def _rings(urls: list[str], figures: Figures, rounds: int) -> None:
    sources = [
        {"name": str(number), "url": url, "seconds": RING_SECONDS, "max_bytes": 64 * 2**20}
        for number, url in enumerate(urls)
    ]
    eyes = Eyes(sources)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(eyes.run())
        await asyncio.sleep(5)
        seconds = max(CLIP_SECONDS, rounds * SECONDS_A_ROUND)
        begun, used = time.monotonic(), _used(eyes.pid)
        figures.output.note(f"{CAMERAS} rings for {seconds:g} s ...")
        await asyncio.sleep(seconds)
        figures.add(
            "4 rings of 1080p: processor", 100 * (_used(eyes.pid) - used) / (time.monotonic() - begun)
        )
        figures.add("4 rings of 1080p: memory", _memory(eyes.pid))
        figures.add("… of which films", _films(eyes))
        figures.add("… without the share of others in its libraries", _share(eyes.pid))
        for number in range(rounds):
            await _clip(eyes, str(number % CAMERAS), figures)
        figures.add("… and with the process that made the clips", _with_children(eyes.pid))
        await asyncio.sleep(IDLE_SECONDS + 1)  # it is let go then, and its memory with it
        figures.add("… and memory after the clips", _with_children(eyes.pid))
        running.cancel()
    figures.tell("4 rings of 1080p: processor", "%", 3)
    figures.tell("4 rings of 1080p: memory", "MB", 130)
    figures.tell("… of which films", "MB", 80)
    figures.tell("… without the share of others in its libraries", "MB", 130)
    figures.tell("… and with the process that made the clips", "MB", 250)
    figures.tell("… and memory after the clips", "MB", 130)
    figures.tell("10 s cut, as the camera encoded it", "ms", 10)
    figures.tell("10 s cut and ready to send (768 points)", "ms", 500)
    figures.tell("… and its size", "kB", 600)


async def _clip(eyes: Eyes, camera: str, figures: Figures) -> None:
    """One cut both ways; at the door of the ring process, with the way there and back."""
    now = time.monotonic()
    head = {"do": "cut", "camera": camera, "begin": now - CLIP_SECONDS, "end": now}
    await eyes.ask({**head, "raw": True})
    cut = time.monotonic()
    figures.add("10 s cut, as the camera encoded it", 1000 * (cut - now))
    _, data = await eyes.ask({**head, "wish": {"fps": 1.0, "pixels": 768}})
    figures.add("10 s cut and ready to send (768 points)", 1000 * (time.monotonic() - cut))
    figures.add("… and its size", len(data) / 1000)


async def _programs(urls: list[str], figures: Figures, rounds: int) -> None:
    """The same with one ffmpeg program for each camera, where there is one."""
    if (program := shutil.which("ffmpeg")) is None:
        figures.output.note("no ffmpeg program here to compare with")
        return
    with tempfile.TemporaryDirectory(prefix="assistant-bench-ffmpeg-", dir="/dev/shm") as folder:
        wanted = ["-c", "copy", "-f", "segment", "-segment_time", "2", "-segment_wrap", "34"]
        running = [
            await asyncio.create_subprocess_exec(
                *(
                    program,
                    "-v",
                    "quiet",
                    "-rtsp_transport",
                    "tcp",
                    "-i",
                    url,
                    *wanted,
                    f"{folder}/{n}-%d.mkv",
                ),
                stdin=asyncio.subprocess.DEVNULL,
            )
            for n, url in enumerate(urls)
        ]
        await asyncio.sleep(5)
        begun, used = time.monotonic(), sum(_used(one.pid) for one in running)
        await asyncio.sleep(max(CLIP_SECONDS, rounds * SECONDS_A_ROUND))
        spent = sum(_used(one.pid) for one in running) - used
        figures.add("beside it, 4 ffmpeg programs: processor", 100 * spent / (time.monotonic() - begun))
        figures.add("beside it, 4 ffmpeg programs: memory", sum(_memory(one.pid) for one in running))
        for one in running:
            one.kill()
            await one.wait()
    figures.tell("beside it, 4 ffmpeg programs: processor", "%", 3)
    figures.tell("beside it, 4 ffmpeg programs: memory", "MB", 130)


def _prices(prices: list[Price], figures: Figures) -> None:
    """What one question about ten seconds costs, reckoned from the tables: film against still pictures."""
    for model in ("gemini-3.8-flash", "gemini-3.5-flash-lite"):
        price, sight = price_of(model, prices), models.sight(model)
        sound = round(CLIP_SECONDS * models.SOUND_TOKENS)
        for what, tokens in (
            ("film", round(CLIP_SECONDS) * sight.frame_tokens + sound),
            ("10 stills", 10 * STILL_TOKENS),
        ):
            usd = price.of(Tokens(picture_in=tokens, text_in=PROMPT, text_out=ANSWER))
            figures.add(f"{model}, 10 s as {what}: tokens", tokens + PROMPT)
            figures.tell(f"{model}, 10 s as {what}: tokens", "", 2500)
            figures.add(f"{model}, 10 s as {what}: price", 100 * usd)
            figures.tell(f"{model}, 10 s as {what}: price", "cents", 0.5)


def _used(pid: int) -> float:
    """Seconds of the processor that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory(pid: int) -> float:
    """Resident megabytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1e6


def _films(eyes: Eyes) -> float:
    """Megabytes of encoded pictures and sound."""
    return sum(float(state["ring_mb"]) for state in eyes.states.values()) * 2**20 / 1e6


def _share(pid: int) -> float:
    """Megabytes that would be free without it: libraries that others use too are divided among them."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1]) * 1024 / 1e6


def _with_children(pid: int) -> float:
    """Resident megabytes of a process and of those that it has started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text().split()]
    return _memory(pid) + sum(_memory(child) for child in children)
