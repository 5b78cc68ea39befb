"""One row for each turn, appended to a file for each month; totals are kept in memory."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from assistant.errors import AssistantError
from assistant.money.prices import Tokens

log = logging.getLogger(__name__)

LONGEST_ROW = 2000


class LedgerError(AssistantError):
    """The ledger cannot be read or written; nobody knows what has been spent."""


@dataclass(frozen=True)
class Row:
    """One turn at local time (ISO 8601); ``kind`` is what was bought, ``usd`` what it cost in dollars."""

    at: str
    brain: str
    model: str
    kind: str
    usd: float
    tokens: Tokens = field(default_factory=Tokens)

    @property
    def day(self) -> str:
        """``2026-11-24``."""
        return self.at[:10]


@dataclass
class Totals:
    """Of a day or a month."""

    turns: int = 0
    usd: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0

    def add(self, row: Row) -> None:
        """Count a turn."""
        own = row.tokens
        self.turns += 1
        self.usd += row.usd
        self.tokens_in += own.text_in + own.audio_in + own.picture_in + own.unknown_in
        self.tokens_out += own.text_out + own.audio_out + own.unknown_out


class Ledger:
    """The rows of a folder; ``ledger-2026-11.jsonl`` has those of one month."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = datetime.now) -> None:
        self._folder, self._now = folder, now
        self._month: Totals | None = None
        self._today = Totals()
        self._counted = ("", "")
        self._problem = ""

    def note(self, row: Row) -> None:
        """Write a turn down; that it cannot be written is remembered (``spent`` raises), not raised here."""
        self._totals()
        try:
            with self._path(row.at[:7]).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(row)) + "\n")
        except OSError as error:
            self._problem = f"the ledger {self._path(row.at[:7])} cannot be written: {error.strerror}"
            log.error("%s", self._problem)
        if self._month is not None:
            self._month.add(row)
        self._today.add(row)

    def spent(self) -> tuple[float, float]:
        """Dollars of today and of this month.

        Raises:
            LedgerError: nobody knows.
        """
        today, month = self._totals()
        if self._problem:
            raise LedgerError(self._problem)
        return today.usd, month.usd

    def _totals(self) -> tuple[Totals, Totals]:
        """Of today and this month, counted from the file once a day."""
        now = self._now()
        wanted = now.date().isoformat(), now.strftime("%Y-%m")
        if self._counted != wanted or self._month is None:
            self._today, self._month, self._problem = Totals(), Totals(), ""
            self._counted = wanted
            try:
                for row in self.rows(wanted[1]):
                    self._month.add(row)
                    if row.day == wanted[0]:
                        self._today.add(row)
            except LedgerError as error:
                self._problem = str(error)
                log.error("%s", error)
        return self._today, self._month

    def rows(self, month: str) -> Iterator[Row]:
        """All turns of a month (``2026-11``).

        Raises:
            LedgerError: the file cannot be read; a torn last row, left by a power cut, is passed over.
        """
        path = self._path(month)
        try:
            lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        except (OSError, UnicodeDecodeError) as error:
            raise LedgerError(f"the ledger {path} cannot be read: {error}") from error
        for number, line in enumerate(lines, 1):
            try:
                yield _row(line)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                if number == len(lines):
                    return
                raise LedgerError(
                    f"the ledger {path} is broken at line {number}; mend it, or move it away to begin anew"
                ) from error

    def _path(self, month: str) -> Path:
        return self._folder / f"ledger-{month}.jsonl"


def _row(line: str) -> Row:
    told = json.loads(line[:LONGEST_ROW])
    usd = float(told["usd"])
    if not 0 <= usd < float("inf"):
        raise ValueError("no price")
    tokens = Tokens(**{name: int(count) for name, count in told["tokens"].items()})
    return Row(str(told["at"]), str(told["brain"]), str(told["model"]), str(told["kind"]), usd, tokens)
