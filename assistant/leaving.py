"""Going, whoever stays: a thread that a plugin has left behind would keep the process for ever."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from types import CoroutineType
from typing import Any

PATIENCE_SECONDS = 3.0
"""From when the house is closed: nothing of ours takes so long."""
POOL = "asyncio_"
"""So the names of threads begin that belong to the event loop."""
STOP_SECONDS = 8.0
"""From when it shall end: systemd is told to wait for ten."""


def soon(code: int, seconds: float = PATIENCE_SECONDS, besides: Callable[[], list[str]] = list) -> None:
    """End the process with this exit code if it has not ended by itself in time.

    Who kept it is named: threads, and what ``besides`` knows of.
    """
    threading.Thread(target=_end, args=(code, seconds, besides), name="leaving", daemon=True).start()


def _end(code: int, seconds: float, besides: Callable[[], list[str]]) -> None:
    time.sleep(seconds)  # when the process ends meanwhile, this thread ends with it
    for line in [*left_behind(), *besides()]:
        sys.stderr.write(f"assistant: {line}\n")
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # whoever read it has gone
            continue
    os._exit(code)


def left_behind() -> list[str]:
    """A sentence for each thread that keeps the process: where it is, and what its author should write."""
    frames = sys._current_frames()
    found = []
    for thread in threading.enumerate():
        frame = frames.get(thread.ident or 0)
        if thread.daemon or thread is threading.main_thread() or frame is None:
            continue
        if frame.f_code.co_name == "_worker":  # of a pool, with nothing to do: it ends by itself
            continue
        if thread.name.startswith(POOL):
            pool = thread.name.rpartition("_")[0]
            found.append(
                f"{pool}: a call in a thread (asyncio.to_thread) has not returned and is ended with the "
                "process; give it a limit, such as timeout=10"
            )
            continue
        while frame.f_back is not None and _of_python(frame.f_code.co_filename):
            frame = frame.f_back
        found.append(
            f"{frame.f_code.co_filename}:{frame.f_lineno}: the thread {thread.name} was left behind and is "
            "ended with the process; end it in run() (try ... finally), or make it with daemon=True"
        )
    return list(dict.fromkeys(found))


def threads_of(theirs: Callable[[str], bool]) -> dict[threading.Thread, str]:
    """Threads in code that is ``theirs``, each with its place; without those of the event loop."""
    frames = sys._current_frames()
    found = {}
    for thread in threading.enumerate():
        frame = frames.get(thread.ident or 0)
        while frame is not None and not theirs(str(frame.f_globals.get("__name__"))):
            frame = frame.f_back
        if frame is not None and thread is not threading.main_thread() and not thread.name.startswith(POOL):
            found[thread] = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    return found


def unending(tasks: Iterable[asyncio.Task[Any]], theirs: Callable[[str], str]) -> list[str]:
    """A sentence for each task that is in code that is ``theirs``: it was told to end and goes on."""
    found = []
    for task in tasks:
        places: list[str] = []
        waiting: object = task.get_coro()
        while isinstance(waiting, CoroutineType) and (frame := waiting.cr_frame) is not None:
            if theirs(str(frame.f_globals.get("__name__"))):
                places.append(f"{frame.f_code.co_filename}:{frame.f_lineno}")
            waiting = waiting.cr_await
        if places:
            found.append(f"{places[-1]}: it goes on although it was cancelled; never catch BaseException")
    return found


def _of_python(file: str) -> bool:
    return file.startswith("<") or file in (threading.__file__,) or "concurrent/futures" in file
