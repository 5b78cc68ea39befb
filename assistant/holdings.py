"""How much memory the objects of one plugin hold; looked at only when the whole process has become large."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import FunctionType, ModuleType

MOST_OBJECTS = 200_000
MANY, SAMPLE = 2000, 1000
"""Of what has more parts, so many are weighed and stand for the others."""


def resident() -> int:
    """Bytes of this process in memory; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def give_back() -> None:
    """Let the system have what is free now; the C library would keep it for later."""
    gc.collect()
    with suppress(OSError, AttributeError):  # not everybody's C library can
        ctypes.CDLL(None).malloc_trim(0)


def held(roots: Iterable[object], foreign: Callable[[object], bool]) -> int:
    """Bytes of what can be reached from the roots, estimated; what is ``foreign`` is not theirs."""
    bytes_held, seen = 0.0, set[int]()
    waiting: list[tuple[object, float]] = [(root, 1.0) for root in roots]
    while waiting and len(seen) < MOST_OBJECTS:
        each, weight = waiting.pop()
        if id(each) in seen or isinstance(each, ModuleType | type) or foreign(each):
            continue
        seen.add(id(each))
        bytes_held += weight * sys.getsizeof(each, 0)
        parts = _parts(each)
        step = len(parts) // SAMPLE if len(parts) > MANY else 1
        waiting += [(part, weight * step) for part in parts[::step]]
    return round(bytes_held)


def _parts(each: object) -> list[object]:
    if isinstance(each, asyncio.Task):
        return [each.get_coro()]  # what it knows besides is the event loop, and all the house with it
    if isinstance(each, FunctionType):
        return list(each.__closure__ or ())
    return gc.get_referents(each)
