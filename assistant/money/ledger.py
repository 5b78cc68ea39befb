"""One row for each turn, appended to a file for each month; totals are kept in memory."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

from assistant import store
from assistant.aside import NONSENSE
from assistant.errors import AssistantError
from assistant.money.prices import Tokens

log = logging.getLogger(__name__)

LONGEST_ROW = 2000
NO_TIME = "T--"
"""In place of the time of a day whose turns were summed up."""
LONGEST_TAIL = 65_536
"""A file system may leave pages of zeros where the last row was to be."""


class LedgerError(AssistantError):
    """The ledger cannot be read or written; nobody knows what has been spent."""


@dataclass(frozen=True)
class Row:
    """One turn at local time (ISO 8601); ``kind`` is what was bought, ``usd`` what it cost in dollars.

    Of a day whose times were forgotten there is one row for all its ``turns``.
    """

    at: str
    brain: str
    model: str
    kind: str
    usd: float
    tokens: Tokens = field(default_factory=Tokens)
    turns: int = 1

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
        self.turns += row.turns
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
        self._owed: list[Row] = []
        """Turns that could not be written down yet."""
        self._refusal = ""
        """Why not."""

    def note(self, row: Row) -> None:
        """Write a turn down; that it cannot be written is remembered (``spent`` raises), not raised here."""
        self._totals()
        self._owed.append(row)
        self._write()
        if self._month is not None:
            self._month.add(row)
        self._today.add(row)

    def spent(self) -> tuple[float, float]:
        """Dollars of today and of this month.

        Raises:
            LedgerError: nobody knows.
        """
        today, month = self._totals()
        self._write()
        if problem := self._problem or self._refusal:
            raise LedgerError(problem)
        return today.usd, month.usd

    def _write(self) -> None:
        """Write down what is owed; a disk that was full is so only until somebody has made room."""
        if self._problem:
            self._owed = _sums(self._owed)  # nothing is added to what somebody may want to mend
            return
        try:
            while self._owed:
                row = self._owed[0]
                _append(self._path(row.at[:7]), json.dumps(asdict(row)).encode())
                del self._owed[0]
        except OSError as error:
            refusal = f"the ledger {self._path(row.at[:7])} cannot be written: {error.strerror}"
            if refusal != self._refusal:
                log.error("%s", refusal)
            self._refusal, self._owed = refusal, _sums(self._owed)
        else:
            self._refusal = ""

    def _totals(self) -> tuple[Totals, Totals]:
        """Of today and this month, counted from the file once a day; a broken one until it is mended."""
        now = self._now()
        wanted = now.date().isoformat(), now.strftime("%Y-%m")
        if self._counted != wanted or self._month is None or self._problem:
            self._today, self._month, self._counted = Totals(), Totals(), wanted
            told, self._problem = self._problem, ""
            try:
                for row in chain(self.rows(wanted[1]), self._owed):
                    self._month.add(row)
                    if row.day == wanted[0]:
                        self._today.add(row)
            except LedgerError as error:
                self._problem = str(error)
                if self._problem != told:
                    log.error("%s", error)
        return self._today, self._month

    def rows(self, month: str) -> Iterator[Row]:
        """All turns of a month (``2026-11``).

        Raises:
            LedgerError: the file cannot be read; a torn last row, left by a power cut, is passed over.
        """
        path = self._path(month)
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as error:
            raise LedgerError(f"the ledger {path} cannot be read: {error}") from error
        for number, line in enumerate(lines, 1):
            try:
                yield _row(line)
            except NONSENSE as error:
                if number == len(lines) > 1:
                    return
                raise LedgerError(
                    f"the ledger {path} is broken at line {number}; mend it, or move it away to begin anew"
                ) from error
        if not lines:
            raise LedgerError(f"the ledger {path} is empty, as after a power cut; move it away to begin anew")

    def forget(self, since: str = "", *, dry: bool = False) -> int:
        """Forget when the turns since a moment (ISO 8601; "": ever) were; how many they are.

        Those of earlier months go. Of this month's the sums of each day stay: the limits count them.

        Raises:
            LedgerError: a file cannot be read or written.
        """
        forgotten, this_month = 0, self._now().strftime("%Y-%m")
        for path in self._files():
            month = path.stem.removeprefix("ledger-")
            kept: list[Row] = []
            gone: list[Row] = []
            for row in self.rows(month):
                (gone if row.day + NO_TIME != row.at and row.at >= since else kept).append(row)
            forgotten += sum(row.turns for row in gone)
            if gone and not dry:
                self._rewrite(month, [*kept, *(_sums(gone) if month >= this_month else ())])
        return forgotten

    def tidy(self, days: int) -> None:
        """Remove the months of which every day is older than so many days."""
        oldest = (self._now() - timedelta(days=days)).strftime("%Y-%m")
        for path in self._files():
            if path.stem.removeprefix("ledger-") < oldest:
                path.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("ledger-????-??.jsonl"))

    def _rewrite(self, month: str, rows: Sequence[Row]) -> None:
        path = self._path(month)
        try:
            if rows:
                text = "".join(json.dumps(asdict(row)) + "\n" for row in sorted(rows, key=lambda row: row.at))
                store.write_atomically(path, text.encode())
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise LedgerError(f"the ledger {path} cannot be written: {error.strerror}") from error
        self._month = None

    def _path(self, month: str) -> Path:
        return self._folder / f"ledger-{month}.jsonl"


def _sums(rows: Sequence[Row]) -> list[Row]:
    """One row for each day, brain, model and kind."""
    sums: dict[tuple[str, str, str, str], Row] = {}
    for row in rows:
        key = (row.day, row.brain, row.model, row.kind)
        before = sums.get(key, Row(row.day + NO_TIME, *key[1:], 0.0, turns=0))
        counts = {name: count + asdict(row.tokens)[name] for name, count in asdict(before.tokens).items()}
        sums[key] = replace(
            before, usd=before.usd + row.usd, tokens=Tokens(**counts), turns=before.turns + row.turns
        )
    return list(sums.values())


def _append(path: Path, line: bytes) -> None:
    """One more line; a torn one that a power cut has left at the end would spoil it, and goes.

    The first is whole on the disk before the file has its name: one without a row has lost what was spent.
    """
    if not path.exists():
        store.write_atomically(path, line + b"\n")
        return
    with path.open("ab+") as file:
        end = file.tell()
        file.seek(max(end - LONGEST_TAIL, 0))
        last = file.read().rpartition(b"\n")[2]
        if last and _is_row(last):
            line = b"\n" + line
        elif last:
            file.truncate(end - len(last))
        file.write(line + b"\n")


def _is_row(line: bytes) -> bool:
    try:
        return bool(_row(line.decode()))
    except NONSENSE:
        return False


def _row(line: str) -> Row:
    told = json.loads(line[:LONGEST_ROW])
    usd = float(told["usd"])
    if not 0 <= usd < float("inf"):
        raise ValueError("no price")
    tokens = Tokens(**{name: int(count) for name, count in told["tokens"].items()})
    turns = int(told.get("turns", 1))
    return Row(str(told["at"]), str(told["brain"]), str(told["model"]), str(told["kind"]), usd, tokens, turns)
