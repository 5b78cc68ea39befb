"""Somebody else's code that does too much of a thing: its log lines, tasks and threads are counted."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from types import CoroutineType
from typing import Any
from weakref import WeakSet

from assistant.threads import StartedThreads

Theirs = Callable[[str], str]
"""Module → whose it is, "" when it is ours."""
Told = Callable[[str, str], None]
"""Whose, and what they did, as the end of a sentence."""

LINES, LINES_A_SECOND = 30, 1.0
MOST_TASKS = 200
"""One that has so many at a time makes them faster than they end."""
THREADS, MOST_CALLS = 8, 100
"""So many of one's calls run in threads at a time; whoever has so many makes them faster than they return."""

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


class GuardedTask(asyncio.Task[Any]):
    """A task that somebody else's code can only cancel when it is their own."""

    may_cancel: Callable[[GuardedTask, str], bool]

    def cancel(self, msg: Any | None = None) -> bool:
        """Ask it to end; whether it will."""
        caller = str(sys._getframe(1).f_globals.get("__name__"))
        return self.may_cancel(self, caller) and super().cancel(msg)


class TaskGuard:
    """Knows which tasks somebody else's code has made, at whatever depth; ends too many."""

    def __init__(self, theirs: Theirs, told: Told) -> None:
        self._theirs, self._told = theirs, told
        self._tasks: dict[str, WeakSet[asyncio.Task[Any]]] = {}
        self._reproaches: dict[str, Bucket] = {}

    def made(
        self, loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, Any], **how: Any
    ) -> asyncio.Task[Any]:
        """The event loop's task factory."""
        task = GuardedTask(coroutine, loop=loop, **how)
        task.may_cancel = self._may_cancel
        if whose := _maker(self._theirs):
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

    def _may_cancel(self, task: GuardedTask, caller: str) -> bool:
        whose = self._theirs(caller)
        if not whose or task in self._tasks.get(whose, ()) or whose in map(self._theirs, _modules_in(task)):
            return True
        if self._reproaches.setdefault(whose, Bucket(1, 1)).take(time.monotonic()):  # it goes through all
            self._told(whose, f"cancels a task that is not its own ({task.get_name()}); it goes on")
        return False

    def _count(self, whose: str, task: asyncio.Task[Any], loop: asyncio.AbstractEventLoop) -> None:
        tasks = self._tasks.setdefault(whose, WeakSet())
        tasks.add(task)
        if len(tasks) > MOST_TASKS and sum(not each.done() for each in tasks) > MOST_TASKS:
            loop.call_soon(self.end, whose)
            self._told(whose, f"has started more than {MOST_TASKS} tasks that do not end; they were ended")


class ThreadGuard(StartedThreads):
    """The event loop's threads. Somebody else's code has some of its own, and waits for nobody but itself."""

    def __init__(self, theirs: Theirs, told: Told) -> None:
        super().__init__()
        self._theirs, self._told = theirs, told
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._calls: dict[str, WeakSet[Future[Any]]] = {}

    def submit(self, work: Callable[..., Any], /, *args: Any, **how: Any) -> Future[Any]:
        """Call ``work`` in a thread."""
        if not (whose := _maker(self._theirs)):
            return super().submit(work, *args, **how)
        if whose not in self._pools:
            self._pools[whose] = ThreadPoolExecutor(THREADS, thread_name_prefix=f"asyncio_{whose}")
        call = self._pools[whose].submit(work, *args, **how)
        calls = self._calls.setdefault(whose, WeakSet())
        calls.add(call)
        if len(calls) > MOST_CALLS and sum(not each.done() for each in calls) > MOST_CALLS:
            self.end(whose)
            self._told(
                whose,
                f"has made more than {MOST_CALLS} calls in threads that do not return; those were given up",
            )
        return call

    def end(self, whose: str) -> None:
        """Give up their calls; one that runs goes on, for no thread can be ended from outside."""
        self._calls.pop(whose, None)
        if (pool := self._pools.pop(whose, None)) is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """No more calls; the house's end waits for its own, and the process's, a little, for all others."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=cancel_futures)
        super().shutdown(wait, cancel_futures=cancel_futures)


def _modules_in(task: asyncio.Task[Any]) -> Iterator[str]:
    """The modules of the coroutines that a task is in, from the outermost on."""
    waiting: object = task.get_coro()
    while isinstance(waiting, CoroutineType) and (frame := waiting.cr_frame) is not None:
        yield str(frame.f_globals.get("__name__"))
        waiting = waiting.cr_await


class LoopStopped(RuntimeError):
    """Raised inside the code that wants to stop the event loop, which is the house's own."""


def _kept_turning(stop: Callable[[], None], theirs: Theirs) -> Callable[[], None]:
    """The loop's ``stop``, for nobody else's code."""

    def stopped() -> None:
        if theirs(str(sys._getframe(1).f_globals.get("__name__"))):
            raise LoopStopped("the event loop is the house's own; return from run() instead")
        stop()

    return stopped


def _maker(theirs: Theirs) -> str:
    """Whose code the caller's caller works for, at whatever depth; "" when that is ours alone."""
    frame = sys._getframe(2)
    while frame is not None:
        if whose := theirs(str(frame.f_globals.get("__name__"))):
            return whose
        frame = frame.f_back  # type: ignore[assignment]
    return ""


@dataclass(frozen=True)
class Guards:
    """What watches over somebody else's tasks and threads."""

    tasks: TaskGuard
    threads: ThreadGuard

    def end(self, whose: str) -> None:
        """All that they have begun."""
        self.tasks.end(whose)
        self.threads.end(whose)


@contextmanager
def counted(theirs: Theirs, told: Told) -> Iterator[Guards]:
    """Watch over log lines and tasks while the block lasts, and over threads as long as the loop does."""
    loop = asyncio.get_running_loop()
    lines, tasks, threads = LogGuard(theirs, told), TaskGuard(theirs, told), ThreadGuard(theirs, told)
    handlers = list(logging.getLogger().handlers)
    before = loop.get_task_factory()
    loop.set_task_factory(tasks.made)  # type: ignore[arg-type]
    loop.set_default_executor(threads)
    stop = loop.stop
    loop.stop = _kept_turning(stop, theirs)  # type: ignore[method-assign]
    for handler in handlers:
        handler.addFilter(lines)
    try:
        yield Guards(tasks, threads)
    finally:
        tasks.end_all()
        loop.set_task_factory(before)
        loop.stop = stop  # type: ignore[method-assign]
        for handler in handlers:
            handler.removeFilter(lines)
