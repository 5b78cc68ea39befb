"""The pictures' figures: bytes of a model → painted by a real browser, fitting, and the memory of 4K."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from assistant import config as configuration
from assistant.brain.easel import Wanted, painted
from assistant.cli.bench.figures import Figures
from assistant.config import ScreenConfig
from assistant.showing import Panel, Picture
from assistant.vision.headers import header
from assistant.vision.workshop import Workshop
from assistant.web.screens import STATIC, Kiosk, Screens
from assistant.web.server import served

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
INKS = ("#191e21", "#f1f3ef", "#d5b600", "#b0312c", "#27467d", "#3f6b3a")
OPEN_SECONDS = 30.0
PAINTED = "model's bytes → painted in a browser, {size}"


async def pictures(_config: configuration.Config, figures: Figures, rounds: int) -> None:
    """The screen first, then the workshop."""
    await _painted(figures, rounds)
    await _fitted(figures, rounds)
    await _memory(figures)


async def _painted(figures: Figures, rounds: int) -> None:
    """Two pictures in turn, until the page says that each is on the glass."""
    screens = Screens([ScreenConfig(name="bench")], _nothing)
    (kiosk,) = screens.all()
    app = Starlette(routes=[*screens.routes(), Mount("/static", StaticFiles(directory=STATIC))])
    async with AsyncExitStack() as opened:
        port = await opened.enter_async_context(served(app, "127.0.0.1", 0))
        profile = opened.enter_context(TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True))
        process = await _browser(f"http://127.0.0.1:{port}/screen/bench", Path(profile))
        if process is None:
            figures.output.note("there is no Chromium here: what a browser paints is not measured")
            return
        try:
            await _opened(kiosk)
            for size, name in (("1K", "1376 × 776"), ("2K", "2752 × 1544")):
                files = [
                    painted(Wanted("16:9", size), {"ground": colour}) for colour in ("#204060", "#602040")
                ]
                for number in range(rounds + 1):
                    began = time.perf_counter()
                    await kiosk.present(_picture(files[number % 2], str(number)))
                    if number:  # the first warms the browser up
                        figures.add(PAINTED.format(size=name), 1000 * (time.perf_counter() - began))
                figures.tell(PAINTED.format(size=name), "ms", 80)
        finally:
            process.terminate()
            await process.wait()


async def _nothing(_kiosk: Kiosk) -> None:
    return None


def _picture(data: bytes, ident: str) -> Picture:
    head = header(data)
    return Picture(ident, data, head.mime, head.width, head.height, "")


async def _browser(url: str, profile: Path) -> asyncio.subprocess.Process | None:
    for name in BROWSERS:
        try:
            return await asyncio.create_subprocess_exec(
                *(name, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
                *("--window-size=1920,1080", f"--user-data-dir={profile}", url),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except FileNotFoundError:
            continue
    return None


async def _opened(kiosk: Kiosk) -> None:
    async with asyncio.timeout(OPEN_SECONDS):
        while kiosk.absence:  # noqa: ASYNC110 - a page that comes is no event of ours
            await asyncio.sleep(0.05)


async def _fitted(figures: Figures, rounds: int) -> None:
    """A child for each: what an e-paper panel or a broker waits for, and how the daemon fares meanwhile."""
    data, shop = painted(Wanted("16:9", "1K"), {}), Workshop()
    jobs = (
        ("fit to 1920 × 1080, JPEG, in the workshop", Panel(1920, 1080, form="jpeg"), 400),
        ("dither to 6 colours, 800 × 480, in the workshop", Panel(800, 480, INKS, form="png"), 400),
    )
    late = "daemon's loop late meanwhile"
    for name, panel, aim in jobs:
        for _ in range(rounds):
            began = time.perf_counter()
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(_lateness(figures, late))
                await shop.fitted(data, panel)
                watching.cancel()
            figures.add(name, 1000 * (time.perf_counter() - began))
        figures.tell(name, "ms", aim)
    figures.tell(late, "ms", 10)


async def _lateness(figures: Figures, name: str) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.01)
        figures.add(name, 1000 * (time.perf_counter() - began - 0.01))


async def _memory(figures: Figures) -> None:
    """The most that the workshop's child had in memory for one picture of 4K."""
    data = await asyncio.to_thread(painted, Wanted("16:9", "4K"), {})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CHILD), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate(data)
    name = "memory peak of the workshop, 5504 × 3096 → 3840 × 2160"
    if process.returncode == 0:
        figures.add(name, float(out))
    figures.tell(name, "MB", 250)


CHILD = """
import resource, sys
from assistant.vision import fitting
data = sys.stdin.buffer.read()
job = {"size": [3840, 2160], "rotate": 0, "colours": [], "form": "jpeg", "largest": 0}
fitting.fitted(fitting.opened(data), job)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
