"""A machine that gives no more files or threads for a while: what could not begin begins later."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from assistant.audio.proof import SAMPLES
from assistant.config import BrainConfig
from assistant.errors import BrainError
from assistant.household.vigil import MUTED
from assistant.live.embedded import EmbeddedBrain
from assistant.threads import WORKERS, StartedThreads, watch_children
from assistant.vision.eyes import Eyes
from tests.household.test_vigil import watched
from tests.parts.home import until

SHORTAGE = "Too many open files"


@contextmanager
def no_files() -> Iterator[Callable[[], None]]:
    """Nothing more can be opened in this process; until what this gives is called."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(each.name) for each in Path("/proc/self/fd").iterdir())
    holes = [os.open("/dev/null", os.O_RDONLY)]
    while holes[-1] < highest:
        holes.append(os.open("/dev/null", os.O_RDONLY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (holes[-1] + 1, before[1]))

    def over() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

    try:
        yield over
    finally:
        over()
        for hole in holes:
            os.close(hole)


@asynccontextmanager
async def going(part: EmbeddedBrain | Eyes) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.get_running_loop().create_task(part.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_ears_that_cannot_open_say_so_and_open_later(tmp_path: Path) -> None:
    with no_files() as more:
        async with watched(tmp_path, SAMPLES / "hey_jarvis.wav") as here:
            await here.until(lambda: bool(here.told))
            assert here.told == [f"The audio process cannot be started: {SHORTAGE}. Typed sentences work."]
            more()
            await here.until(lambda: len(here.told) > 1)
            assert here.told[1] == MUTED, "nobody can know that it was not"


async def test_the_camera_process_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    eyes = Eyes([])
    with no_files() as more:
        async with going(eyes):
            await until(lambda: eyes.restarts > 0, 10)
            assert f"the camera process cannot be started: {SHORTAGE}" in caplog.text
            more()
            await until(lambda: bool(eyes.pid), 20)


async def test_a_brain_that_never_came_up_says_why(tmp_path: Path) -> None:
    brain = EmbeddedBrain(BrainConfig(), tmp_path)
    with no_files(), pytest.raises(BrainError, match=SHORTAGE):
        await brain.run()


async def test_a_brain_that_has_died_is_tried_again(tmp_path: Path) -> None:
    brain = EmbeddedBrain(BrainConfig(), tmp_path)
    async with going(brain) as task:
        await brain.endpoint()
        first = brain.pid
        with no_files():
            os.kill(first, 9)
            await asyncio.sleep(1.0)  # the first attempt comes after half a second
            assert not task.done()
        await brain.endpoint()
        assert brain.pid != first


async def test_no_thread_is_started_later() -> None:
    loop = asyncio.get_running_loop()
    watch_children(loop)
    loop.set_default_executor(StartedThreads())
    await asyncio.to_thread(int)  # comes after all of them have met
    before = threading.enumerate()
    busy = [asyncio.to_thread(threading.Event().wait, 0.05) for _ in range(2 * WORKERS)]
    child = await asyncio.create_subprocess_exec("true")
    await asyncio.gather(*busy, child.wait())
    assert threading.enumerate() == before
    if sys.version_info < (3, 12):
        asyncio.set_child_watcher(asyncio.ThreadedChildWatcher())
