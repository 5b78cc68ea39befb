"""Notices cheaply what has changed around the ears: wake word models in their folder, sound devices."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

LOOK_SECONDS = 0.5
ENDINGS = (".json", ".tflite")
KERNEL_DEVICES = Path("/dev/snd")
SERVERS = ("pulse/native", "pipewire-0")
"""Sockets of sound servers, in the folder that a session has for them."""

Content = frozenset[tuple[str, int, int]]


class Change:
    """``seen`` when something is other than at first, and stays so: a file may still be copied."""

    def __init__(self, look: Callable[[], Content], clock: Callable[[], float] | None = None) -> None:
        self._look = look
        self._clock = clock or asyncio.get_running_loop().time
        self._first = self._last = look()
        self._due = self._clock() + LOOK_SECONDS
        self._seen = False

    def seen(self) -> bool:
        """Whether it has changed; looks twice a second, and must see the same twice."""
        if self._clock() < self._due:
            return self._seen
        self._due = self._clock() + LOOK_SECONDS
        before, self._last = self._last, self._look()
        self._seen = before == self._last != self._first
        return self._seen


def models(folder: Path) -> Content:
    """The wake word models in a folder; none when there is no folder."""
    try:
        return _states(path for path in folder.iterdir() if path.suffix in ENDINGS)
    except OSError:
        return frozenset()


def devices() -> Content:
    """Sound cards and sound servers; what a server adds by itself (Bluetooth) is not seen here."""
    session = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    try:
        cards = list(KERNEL_DEVICES.iterdir())
    except OSError:
        cards = []
    return _states([*cards, *(session / name for name in SERVERS)])


def _states(paths: Iterable[Path]) -> Content:
    found = set()
    for path in paths:
        with suppress(OSError):  # it has gone meanwhile
            state = path.stat()
            found.add((path.name, state.st_mtime_ns if path.is_file() else state.st_ino, state.st_size))
    return frozenset(found)
