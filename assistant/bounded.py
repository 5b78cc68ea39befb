"""Somebody else's code at load time, in a thread of its own: one that never ends stops nobody."""

from __future__ import annotations

import ctypes
import logging
import sys
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from assistant.errors import PluginError

log = logging.getLogger(__name__)

T = TypeVar("T")

LOAD_SECONDS = 10.0
"""Time for an import or a constructor; heavy libraries on a small machine take seconds."""


def bounded(work: Callable[[], T], what: str) -> T:
    """What ``work`` returns or raises; it gets LOAD_SECONDS and is then given up for good.

    Raises:
        PluginError: it took longer, with the line where it is.
    """
    attempt = _Attempt(work)
    thread = threading.Thread(target=attempt.run, name=f"plugin: {what}", daemon=True)
    thread.start()
    thread.join(LOAD_SECONDS)
    if thread.is_alive() and not attempt.ended.is_set():
        at = _where(thread)
        _end(thread)
        raise PluginError(f"{at}: {what} took more than {LOAD_SECONDS:g} s; it is left out")
    return attempt.result()


class _Attempt(Generic[T]):
    """One piece of work and how it ended; whoever has given up does not look here any more."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._value: list[T] = []
        self._error: BaseException | None = None
        self.ended = threading.Event()

    def run(self) -> None:
        """Do the work."""
        try:
            self._value.append(self._work())
        except BaseException as error:  # noqa: BLE001 - it is raised again where somebody waits
            self._error = error
        self.ended.set()

    def result(self) -> T:
        """What it returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._value[0]


def _where(thread: threading.Thread) -> str:
    """``file:line`` of the innermost frame that is no part of Python's import machinery."""
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None and frame.f_code.co_filename.startswith("<frozen"):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else "plugin"


def _end(thread: threading.Thread) -> None:
    """Ask a thread to end: an endless loop would eat half of the processor for ever.

    This is safe here and nowhere else: the thread runs nothing but the author's code, whatever it was
    doing is thrown away, and a thread that waits in C code (sleep) hears it when that returns.
    """
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit)
    )
