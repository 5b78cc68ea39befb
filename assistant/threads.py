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


def prepare(loop: asyncio.AbstractEventLoop) -> None:
    """Start now all threads that ``asyncio.to_thread`` will ever use in this loop.

    A thread that is started while memory is short may die before it says that it lives; whoever started it
    then waits for ever (CPython's ``Thread.start``), and with it the whole house.
    """
    workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="asyncio")
    met = threading.Barrier(WORKERS)
    for _ in range(WORKERS):  # each has to wait for the others, so none does two of these
        workers.submit(met.wait, START_SECONDS)
    loop.set_default_executor(workers)
    if sys.version_info < (3, 12) and hasattr(os, "pidfd_open"):  # later ones do so by themselves
        watcher = asyncio.PidfdChildWatcher()  # the usual one starts a thread for each child
        watcher.attach_loop(loop)
        asyncio.set_child_watcher(watcher)
