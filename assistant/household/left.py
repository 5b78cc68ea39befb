"""How much of the microphone has left the audio process, and why: the proof of what was not sent."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from assistant import store
from assistant.aside import restored

log = logging.getLogger(__name__)

FRAME_SECONDS = 0.02
DAYS = 31

Days = dict[str, dict[str, int]]


class Left:
    """Frames of 20 ms by day and by what had opened the gate; kept for some days in one small file."""

    def __init__(self, path: Path, *, days: int = DAYS, today: Callable[[], date] = date.today) -> None:
        self._path, self._today, self._most = path, today, timedelta(days=days)
        self._days: Days = restored(path, _days, {})

    def note(self, by: str, frames: int) -> None:
        """So many frames have left because of a wake word, a push, a follow-up …"""
        if not frames:
            return
        day = self._days.setdefault(self._today().isoformat(), {})
        day[by] = day.get(by, 0) + frames
        self._without_old()
        self._save()

    def forget(self, since: date = date.min, *, dry: bool = False) -> int:
        """Forget the days since then; how many there were."""
        gone = [day for day in self._days if day >= since.isoformat()]
        if gone and not dry:
            for day in gone:
                del self._days[day]
            self._save()
        return len(gone)

    def tidy(self) -> None:
        """Forget the days that are too old."""
        if self._without_old():
            self._save()

    def _without_old(self) -> bool:
        oldest = (self._today() - self._most).isoformat()
        old = [day for day in self._days if day <= oldest]
        for day in old:
            del self._days[day]
        return bool(old)

    def _save(self) -> None:
        try:
            store.write_atomically(self._path, json.dumps(self._days).encode())
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error.strerror)

    def today(self) -> dict[str, float]:
        """Seconds of today, by reason."""
        day = self._days.get(self._today().isoformat(), {})
        return {by: round(frames * FRAME_SECONDS, 2) for by, frames in day.items()}


def _days(told: Any) -> Days:
    return {str(day): {str(by): int(count) for by, count in kinds.items()} for day, kinds in told.items()}
