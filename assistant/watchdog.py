"""Somebody else's code that holds the event loop is thrown out: voice and link wait for it."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
PATIENCE_SECONDS = 3.0
"""A camera's picture may take a plugin a second to look at on a small machine; a person waits no longer."""

OURS = __name__.partition(".")[0]


class HeldTheLoop(Exception):
    """Raised inside the code that holds the loop; what is awaited or run in a thread holds nothing."""


def nobody(_module: str, _what: str) -> None:
    """Is told of nothing."""


@contextmanager
def watched(theirs: Callable[[str], str], told: Callable[[str, str], None] = nobody) -> Iterator[None]:
    """Watch the running loop: modules that are ``theirs`` are interrupted, others only told.

    ``theirs`` says whose a module is, "" when it is ours; ``told`` hears who was interrupted, and for what.
    Works in the main thread alone, where signals arrive; elsewhere nothing is watched.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    watch = _Watch(theirs, told, asyncio.get_running_loop())
    before = signal.signal(signal.SIGALRM, watch.interrupt)
    watch.beat()
    watch.thread.start()
    try:
        yield
    finally:
        watch.end()
        signal.signal(signal.SIGALRM, before)


class _Watch:
    """A thread that looks whether the loop still turns."""

    def __init__(
        self,
        theirs: Callable[[str], str],
        told: Callable[[str, str], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._whose, self._tell = theirs, told
        self._loop = loop
        self._main = threading.get_ident()
        self._turned_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._ended = threading.Event()
        self._told = False
        self.thread = threading.Thread(target=self._look, name="watchdog", daemon=True)

    def beat(self) -> None:
        """The loop turns."""
        self._turned_at = time.monotonic()
        self._told = False
        self._timer = self._loop.call_later(LOOK_SECONDS, self.beat)

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        if self._timer is not None:
            self._timer.cancel()
        self.thread.join()

    def _look(self) -> None:
        looked_at = time.monotonic()
        while not self._ended.wait(LOOK_SECONDS):
            now = time.monotonic()
            # A machine that slept, or had no time for us either, accuses nobody.
            starved = now - looked_at > 2 * LOOK_SECONDS
            looked_at = now
            if not starved and now - self._turned_at > PATIENCE_SECONDS + LOOK_SECONDS:
                self._stuck(sys._current_frames().get(self._main))

    def _stuck(self, frame: FrameType | None) -> None:
        if self._theirs(frame) is not None:
            signal.pthread_kill(self._main, signal.SIGALRM)
        elif not self._told and frame is not None:
            self._told = True
            log.warning("The house has stood still for %g s at %s.", PATIENCE_SECONDS, _places(frame))

    def interrupt(self, _signal: int, frame: FrameType | None) -> None:
        """In the main thread: whoever was accused may just have ended."""
        theirs = self._theirs(frame)
        held = time.monotonic() - self._turned_at
        if theirs is not None and held > PATIENCE_SECONDS:
            whose = self._whose(str(theirs.f_globals.get("__name__")))
            where = _place(theirs)
            # From a signal handler only this way: the loop may be in the middle of its own work.
            self._loop.call_soon_threadsafe(self._tell, whose, f"held up the whole house at {where}")
            raise HeldTheLoop(f"it held up the whole house for {held:.0f} s; await, or use asyncio.to_thread")

    def _theirs(self, frame: FrameType | None) -> FrameType | None:
        while frame is not None:
            if self._whose(str(frame.f_globals.get("__name__"))):
                return frame
            frame = frame.f_back
        return None


def _places(frame: FrameType) -> str:
    """Where it stands, and who of us went there."""
    place, caller = _place(frame), frame.f_back
    while caller is not None and not str(caller.f_globals.get("__name__")).startswith(OURS):
        caller = caller.f_back
    return place if caller is None else f"{place}, called at {_place(caller)}"


def _place(frame: FrameType) -> str:
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
