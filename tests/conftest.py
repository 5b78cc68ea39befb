"""What every test gets: no task, thread, socket or warning may be left over."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import threading
from collections.abc import AsyncIterator, Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.limits import HANGS_SECONDS, LIMIT, PARTNER_SECONDS
from tests.system_parts import PROGRAMS, found

asyncio.set_event_loop(None)
"""Python 3.11 makes a loop when pytest-asyncio asks for the present one; nobody would close it."""

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
"""A busy machine makes no test fail."""


@pytest.fixture(autouse=True)
def nothing_left_over(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread behind, or a task when it has a loop; others need none made for them."""
    if inspect.iscoroutinefunction(getattr(request.node, "obj", None)):
        request.getfixturevalue("no_task_left_over")
    threads = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in threads and not t.name.startswith("asyncio_")]
    for thread in left:
        thread.join(1)
    assert not [t for t in left if t.is_alive()], f"threads left over: {left}"


@pytest.fixture
async def no_task_left_over() -> AsyncIterator[None]:
    """Fail a test that leaves a task behind; a warning (unclosed socket) is an error."""
    yield
    current = asyncio.current_task()
    tasks = [task for task in asyncio.all_tasks() if task is not current and not task.done()]
    gc.collect()
    assert not tasks, f"tasks left over: {tasks}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test that hangs fails, and says where."""
    partner = item.get_closest_marker("partner") is not None
    with LIMIT.of(item.nodeid, PARTNER_SECONDS if partner else HANGS_SECONDS):
        return (yield)


def pytest_collection_finish() -> None:
    """What the imports made will stay: the collection after each test need not look at it."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip by name what needs a missing system program; with CI=true that is a failure."""
    for mark in item.iter_markers("system"):
        for program in mark.args:
            if found(program) is None:
                reason = f"{program} is missing: apt install {PROGRAMS.get(program, program)}"
                if os.environ.get("CI") == "true":
                    pytest.fail(reason)
                pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def private_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes this user's own state, and none sees a real key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_STATE_DIR", str(tmp_path_factory.mktemp("state")))
        patch.delenv("GEMINI_API_KEY", raising=False)
        patch.delenv("GOOGLE_API_KEY", raising=False)
        yield
