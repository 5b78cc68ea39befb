"""What processes need, as Linux tells it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def children(pid: int) -> Iterator[tuple[int, str]]:
    """Processes right below one, with their command lines."""
    for entry in Path("/proc").iterdir():
        with suppress(OSError, IndexError):
            if entry.name.isdigit() and _stat(int(entry.name))[1] == str(pid):
                yield int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on (the name before may hold anything)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def resident(pid: int) -> float:
    """Resident memory in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def seconds_of(pid: int) -> float:
    """Processor time so far."""
    return sum(map(int, _stat(pid)[11:13])) / os.sysconf("SC_CLK_TCK")
