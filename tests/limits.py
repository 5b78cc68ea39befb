"""No test holds up the suite for ever: it is interrupted where it stands, and its stacks are shown."""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

HANGS_SECONDS = 240.0
"""The longest test takes half a minute; ten at once on a busy machine, two."""

PARTNER_SECONDS = 1200.0
"""A foreign program is installed first, on a clean machine."""

AGAIN_SECONDS = 20.0
"""Who swallows the interruption, or hangs again in tearing down, gets another."""

SIGNAL = signal.SIGRTMIN + 5
"""One that no code of ours uses; SIGALRM is the daemon's own."""


class Limit:
    """A thread that watches the tests of this process."""

    def __init__(self) -> None:
        self._name = ""
        self._due = float("inf")
        self._main = threading.main_thread().ident
        # Pytest puts its own file in the place of the error output while a test runs.
        self._told = os.fdopen(os.dup(2), "w")
        signal.signal(SIGNAL, self._interrupt)
        threading.Thread(target=self._watch, name="limit of a test", daemon=True).start()

    @contextmanager
    def of(self, name: str, seconds: float) -> Iterator[None]:
        """Interrupt what runs inside when it takes longer."""
        outer = self._name, self._due
        self._name, self._due = name, time.monotonic() + seconds
        try:
            yield
        finally:
            self._name, self._due = outer

    def _watch(self) -> None:
        while True:
            time.sleep(1)
            if time.monotonic() > self._due and self._main is not None:
                self._due = time.monotonic() + AGAIN_SECONDS
                signal.pthread_kill(self._main, SIGNAL)

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        if self._due == float("inf") or sys.gettrace():
            return  # it has just ended, or somebody debugs it
        self._told.write(f"\n{self._name} hangs:\n")
        self._told.flush()
        faulthandler.dump_traceback(self._told)
        for task in awaiting():
            task.print_stack(file=self._told)
        self._told.flush()
        pytest.fail(f"{self._name} hung; where is on the error output")


def awaiting() -> set[asyncio.Task[object]]:
    """The tasks of the loop that runs, if one does: a thread's stack does not say what is awaited."""
    try:
        return asyncio.all_tasks(asyncio.get_running_loop())
    except RuntimeError:
        return set()


LIMIT = Limit()
"""The only one of a process."""
