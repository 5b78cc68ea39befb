"""The kit's fixtures; pytest finds them by itself (entry point ``pytest11``)."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

FIXTURES = {"clock", "home", "brain", "actor", "story"}

if TYPE_CHECKING:
    from assistant.testing import Actor, Brain, Clock, Home
    from assistant.testing.actor import Rules


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(obj: object) -> None:
    """A test that awaits and uses one of these runs in an event loop, whatever pytest is told."""
    if inspect.iscoroutinefunction(obj) and FIXTURES & inspect.signature(obj).parameters.keys():
        pytest.mark.asyncio(obj)


@pytest_asyncio.fixture
async def clock() -> AsyncIterator[Clock]:
    """A clock that can be put forward: ``await clock.forward(600)``, ``clock.set("23:30")``."""
    from assistant.testing import Clock

    with Clock() as opened:
        yield opened


@pytest_asyncio.fixture
async def home(tmp_path: Path, clock: Clock) -> AsyncIterator[Home]:
    """A home with a real broker: ``await home.add("pump.py", name="pump")``, ``await home.publish(…)``."""
    from assistant.testing import Home

    async with Home.opened(tmp_path, clock) as opened:
        yield opened


@pytest.fixture
def brain(home: Home) -> Brain:
    """Whoever calls: ``await brain.calls("turn_on", device="pump")``, ``await brain.hears("turn on …")``."""
    return home.brain


@pytest.fixture
def actor(home: Home) -> Callable[[Rules], Awaitable[Actor]]:
    """Firmware: ``pump = await actor({"pump/set": lambda payload: {"pump/state": payload}})``."""
    return home.actor


@pytest.fixture
def story() -> Callable[[Path | str], Awaitable[None]]:
    """Play a file of stories: ``await story("pump.stories.yaml")``; what does not come true is an error."""

    async def play(file: Path | str) -> None:
        from assistant.testing import played

        mistakes = await played(Path(file))
        assert not mistakes, "\n".join(f"{mistake.story}: {mistake.problem}" for mistake in mistakes)

    return play
