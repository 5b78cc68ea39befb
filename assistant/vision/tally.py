"""How often was looked today, and since when cameras keep watch: both outlive the daemon, however it ends."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assistant.aside import restored
from assistant.store import write_atomically
from assistant.wallclock import WallClock

log = logging.getLogger(__name__)

CLIPS = "clips"
ALIVE_SECONDS = 600.0
"""So often it is written down that cameras still keep watch."""
GAP_SECONDS = 900.0
"""A watch that was interrupted for less is still the same."""


@dataclass
class _Kept:
    """What stands in the file: of a ``day`` the ``counts``, each with the moment of the last; of each camera
    since when it keeps watch and until when that is known. Moments are seconds since 1970."""

    day: str = ""
    counts: dict[str, tuple[int, float]] = field(default_factory=dict)
    watched: dict[str, tuple[float, float]] = field(default_factory=dict)


class Tally:
    """One small file, or with no ``path`` only memory; one that cannot be read is set aside."""

    def __init__(self, path: Path | None, clock: WallClock) -> None:
        self._path, self._clock = path, clock
        self._kept = restored(path, _kept, _Kept())
        self._turn = asyncio.Lock()

    def _today(self) -> dict[str, tuple[int, float]]:
        today = self._clock.now().date().isoformat()
        if self._kept.day != today:
            self._kept.day, self._kept.counts = today, {}
        return self._kept.counts

    def number(self, what: str) -> int:
        """How often that was counted today."""
        return self._today().get(what, (0, 0.0))[0]

    def last(self, what: str) -> float | None:
        """When it was counted last today."""
        counted = self._today().get(what)
        return counted[1] if counted else None

    def add(self, what: str) -> None:
        """Once more; it counts at once, but outlives the daemon only when it was ``written``."""
        self._today()[what] = self.number(what) + 1, self._clock.read()

    def since(self, camera: str) -> float | None:
        """Since when a camera keeps watch, with no more than short breaks; None: it does not."""
        known = self._kept.watched.get(camera)
        return known[0] if known else None

    async def watching(self, cameras: Iterable[str]) -> None:
        """These keep watch until cancelled."""
        names = list(cameras)
        while True:
            now, known = self._clock.read(), self._kept.watched
            self._kept.watched = {
                name: (begun if begun <= now <= until + GAP_SECONDS else now, now)
                for name in names
                for begun, until in (known.get(name, (now, now)),)
            }
            await self.written()
            await asyncio.sleep(ALIVE_SECONDS)

    async def written(self) -> None:
        """From here on it is known after a power cut, too; a disk that takes nothing is told in the log."""
        if self._path is None:
            return
        async with self._turn:
            told = json.dumps(asdict(self._kept)).encode()
            try:
                await asyncio.to_thread(write_atomically, self._path, told)
            except OSError as error:
                log.warning("%s cannot be written: %s", self._path, error.strerror)


def _kept(told: Any) -> _Kept:
    return _Kept(
        str(told["day"]),
        {str(what): (int(number), float(at)) for what, (number, at) in told["counts"].items()},
        {str(name): (float(begun), float(until)) for name, (begun, until) in told["watched"].items()},
    )
