"""Somebody else's code that does too much of a thing: its messages, log lines and tasks are counted."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

Theirs = Callable[[str], str]
"""Module → whose it is, "" when it is ours."""
Told = Callable[[str, str], None]
"""Whose, and what they did, as the end of a sentence."""

LINES, LINES_A_SECOND = 30, 1.0
MOST_TASKS = 200
"""One that has so many at a time makes them faster than they end."""

log = logging.getLogger(__name__)


class Bucket:
    """So many at once, and so many a second."""

    def __init__(self, most: float, a_second: float) -> None:
        self._most, self._a_second = most, a_second
        self._left, self._at = most, 0.0

    @property
    def low(self) -> bool:
        """Whether more were taken lately than is usual."""
        return self._left < 0.9 * self._most

    def take(self, now: float) -> bool:
        """Whether there is one left; it is gone then."""
        self._left = min(self._most, self._left + (now - self._at) * self._a_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class LogGuard(logging.Filter):
    """Leaves out the lines of whoever writes too many."""

    def __init__(self, theirs: Theirs, told: Told) -> None:
        super().__init__()
        self._theirs, self._told = theirs, told
        self._buckets: dict[str, Bucket] = {}
        self._flooding: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        whose = self._theirs(record.name)
        if not whose:
            return True
        bucket = self._buckets.setdefault(whose, Bucket(LINES, LINES_A_SECOND))
        if bucket.take(time.monotonic()):
            self._flooding.discard(whose)
            return True
        if whose not in self._flooding:
            self._flooding.add(whose)
            self._told(whose, f"writes more than {LINES} lines at once into the log; the rest is left out")
        return False


class TaskGuard:
    """Knows which tasks somebody else's code has made, at whatever depth; ends too many."""

    def __init__(self, theirs: Theirs, told: Told) -> None:
        self._theirs, self._told = theirs, told
        self._tasks: dict[str, WeakSet[asyncio.Task[Any]]] = {}

    def made(
        self, loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, Any], **how: Any
    ) -> asyncio.Task[Any]:
        """The event loop's task factory."""
        task = asyncio.Task(coroutine, loop=loop, **how)
        if whose := self._maker():
            self._count(whose, task, loop)
        return task

    def end(self, whose: str) -> None:
        """Cancel every task of theirs that still runs."""
        for task in list(self._tasks.pop(whose, ())):
            task.cancel()

    def end_all(self) -> None:
        """Nobody's task outlives the house."""
        for whose in list(self._tasks):
            self.end(whose)

    def _maker(self) -> str:
        frame = sys._getframe(2)
        while frame is not None:
            if whose := self._theirs(str(frame.f_globals.get("__name__"))):
                return whose
            frame = frame.f_back  # type: ignore[assignment]
        return ""

    def _count(self, whose: str, task: asyncio.Task[Any], loop: asyncio.AbstractEventLoop) -> None:
        tasks = self._tasks.setdefault(whose, WeakSet())
        tasks.add(task)
        if len(tasks) > MOST_TASKS and sum(not each.done() for each in tasks) > MOST_TASKS:
            loop.call_soon(self.end, whose)
            self._told(whose, f"has started more than {MOST_TASKS} tasks that do not end; they were ended")


@contextmanager
def counted(theirs: Theirs, told: Told) -> Iterator[TaskGuard]:
    """Watch over log lines and tasks while the block lasts."""
    loop = asyncio.get_running_loop()
    lines, tasks = LogGuard(theirs, told), TaskGuard(theirs, told)
    handlers = list(logging.getLogger().handlers)
    before = loop.get_task_factory()
    loop.set_task_factory(tasks.made)  # type: ignore[arg-type]
    for handler in handlers:
        handler.addFilter(lines)
    try:
        yield tasks
    finally:
        tasks.end_all()
        loop.set_task_factory(before)
        for handler in handlers:
            handler.removeFilter(lines)
