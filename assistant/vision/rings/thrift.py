"""Memory that is not needed any more goes back to the machine."""

from __future__ import annotations

import ctypes
import gc
import mmap
import re
from contextlib import suppress
from pathlib import Path

MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+\s*(\S*)")
MAPPED = Path("/proc/self/smaps")


def give_back() -> None:
    """What films and the beginning took: a film's container and streams hold each other, the C library keeps
    what is given back to it, and of FFmpeg's libraries few pages are read again once they are loaded."""
    gc.collect()
    machine = ctypes.CDLL(None)
    trim = getattr(machine, "malloc_trim", None)
    if trim is not None:
        trim(0)
    with suppress(OSError):
        for begin, end in untouched(MAPPED.read_text()):
            machine.madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), mmap.MADV_DONTNEED)


def untouched(told: str) -> list[tuple[int, int]]:
    """Where pages of files lie that are as they are in the file, of which the machine can get them again:
    nobody can write there, and nobody has before it was closed."""
    found: list[tuple[int, int]] = []
    for line in told.splitlines():
        if mapping := MAPPING.match(line):
            begin, end, rights, name = mapping.groups()
            if name.startswith("/") and "w" not in rights:
                found.append((int(begin, 16), int(end, 16)))
                mine = True
            else:
                mine = False
        elif line.startswith("Anonymous:") and mine and line.split()[1] != "0":
            found.pop()
    return found
