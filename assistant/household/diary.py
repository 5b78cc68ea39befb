"""What was said and answered, written down; only for those who want that, and only for some days."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from assistant.bus import Bus
from assistant.events import Heard, Spoke
from assistant.store import write_atomically

FOLDER = "transcripts"

log = logging.getLogger(__name__)


class Diary:
    """A file for each day, one JSON object per line: ``at`` (local time, ISO 8601), ``who``, ``text``.

    Nothing is written when it is kept for 0 ``days``.
    """

    def __init__(self, state: Path, days: int, now: Callable[[], datetime] = datetime.now) -> None:
        self._folder, self._days, self._now = state / FOLDER, days, now
        self._problem = ""

    async def run(self, bus: Bus) -> None:
        """Write down what is said, for ever."""
        with bus.subscribed(Heard, Spoke) as news:
            while self._days:
                event = await news.get()
                if isinstance(event, Heard | Spoke):
                    self.note("user" if isinstance(event, Heard) else "assistant", event.text)

    def note(self, who: str, text: str) -> None:
        """Write one thing down; a disk that refuses is told once, and the house goes on."""
        at = self._now()
        line = json.dumps({"at": at.isoformat(timespec="seconds"), "who": who, "text": text})
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._path(at.date()), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            if self._problem != str(error):
                log.warning("%s cannot be written: %s", self._folder, error.strerror)
            self._problem = str(error)

    def forget(self, since: datetime, *, dry: bool = False) -> int:
        """Remove what was said since then; how many lines that is."""
        forgotten, first = 0, since.isoformat(timespec="seconds")
        for path in self._files():
            if path.stem < first[:10]:
                continue
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            kept = [line for line in lines if (at := _at(line)) and at < first]
            forgotten += len(lines) - len(kept)
            if kept and not dry:
                write_atomically(path, "".join(f"{line}\n" for line in kept).encode())
            elif not dry:
                path.unlink(missing_ok=True)
        return forgotten

    def tidy(self) -> None:
        """Remove the days that are too old: all of them when nothing is to be written down."""
        oldest = (self._now().date() - timedelta(days=self._days)).isoformat()
        for path in self._files():
            if path.stem <= oldest or not self._days:
                path.unlink(missing_ok=True)

    def _path(self, day: date) -> Path:
        return self._folder / f"{day.isoformat()}.jsonl"

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("????-??-??.jsonl"))


def _at(line: str) -> str:
    """When it was said; "" when the line was torn by a power cut."""
    try:
        return str(json.loads(line)["at"])
    except (ValueError, TypeError, KeyError):
        return ""
