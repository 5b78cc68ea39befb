"""Threads and children of the daemon that need nothing from a machine that has nothing left to give."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

WORKERS = 8
"""Reading files, resolving names, checking a PIN: little of that goes on at once."""
START_SECONDS = 10.0


class StartedThreads(ThreadPoolExecutor):
    """All threads that it will ever use, started now.

    A thread that is started while memory is short may die before it says that it lives; whoever started it
    then waits for ever (CPython's ``Thread.start``), and with it the whole house.
    """

    def __init__(self) -> None:
        super().__init__(WORKERS, thread_name_prefix="asyncio")
        met = threading.Barrier(WORKERS)
        for _ in range(WORKERS):  # each has to wait for the others, so none does two of these
            super().submit(met.wait, START_SECONDS)


def watch_children(loop: asyncio.AbstractEventLoop) -> None:
    """Have the end of a child noticed without a thread for each, as later Pythons do by themselves."""
    if sys.version_info < (3, 12) and hasattr(os, "pidfd_open"):
        watcher = asyncio.PidfdChildWatcher()
        watcher.attach_loop(loop)
        asyncio.set_child_watcher(watcher)
