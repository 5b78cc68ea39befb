"""Notices that wake word models have been dropped into their folder, or taken out, meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

LOOK_SECONDS = 0.5
ENDINGS = (".json", ".tflite")

Content = frozenset[tuple[str, int, int]]


class WakeFolder:
    """``changed`` from what was there at first; a file that is still being copied is waited for."""

    def __init__(self, folder: Path, clock: Callable[[], float] | None = None) -> None:
        self._folder = folder
        self._clock = clock or asyncio.get_running_loop().time
        self._first = self._last = self._content()
        self._due = self._clock() + LOOK_SECONDS
        self._changed = False

    def changed(self) -> bool:
        """Whether it holds other models than at first; looks twice a second, and must see the same twice."""
        if self._clock() < self._due:
            return self._changed
        self._due = self._clock() + LOOK_SECONDS
        before, self._last = self._last, self._content()
        self._changed = before == self._last != self._first
        return self._changed

    def _content(self) -> Content:
        try:
            files = [path for path in self._folder.iterdir() if path.suffix in ENDINGS]
            states = [(path.name, path.stat()) for path in files]
        except OSError:
            return frozenset()
        return frozenset((name, state.st_mtime_ns, state.st_size) for name, state in states)
