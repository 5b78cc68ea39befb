"""One SQLite file, opened for a piece of work at a time; one that cannot be read is set aside, and told."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from assistant import store
from assistant.aside import set_aside

log = logging.getLogger(__name__)

BUSY_SECONDS = 5.0

Shape = dict[str, list[str]]
"""Tables and their columns."""

T = TypeVar("T")


class Database:
    """A file with the tables that a script makes.

    ``manners`` are pragmas of every connection. ``told`` hears one sentence when the file had to be set
    aside: it was broken, empty, another program's, a newer version's, a folder, or locked to us.
    """

    def __init__(self, path: Path, manners: str, tables: str, told: Callable[[str], None]) -> None:
        self.path = path
        self._manners, self._tables, self._told = manners, tables, told
        self._looked = False

    def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Work in one transaction.

        Raises:
            sqlite3.OperationalError: the disk is full or refuses, or somebody holds the file, which is good.
            OSError: its folder cannot be made or read.
        """
        try:
            with self._opened() as base:
                return work(base)
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:
                raise  # the disk's refusal, or what was asked for: the file itself is good
            self._set_aside(error)
        with self._opened() as base:
            return work(base)

    def look(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Work that changes nothing, also where the disk takes nothing more; as ``do`` else.

        SQLite writes even to read (its log, who is there); where it cannot, the file is taken as it is.
        """
        try:
            if self.path.exists():  # to look begins none
                return self.do(work)
        except (sqlite3.OperationalError, OSError) as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                raise
            log.warning("%s can only be looked at: %s", self.path, error)
        with closing(self._as_it_is()) as base:
            base.row_factory = sqlite3.Row
            return work(base)

    def _as_it_is(self) -> sqlite3.Connection:
        if self.path.exists() and self.path.stat().st_size:
            return sqlite3.connect(f"{self.path.absolute().as_uri()}?immutable=1", uri=True)
        base = sqlite3.connect(":memory:")
        base.executescript(self._tables)
        return base

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """A connection for one piece of work: nothing of it is left over when the house goes down."""
        if not self._looked:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if trouble := self._trouble():
                self._set_aside(trouble)
        if not self.path.exists():
            self._begin()
        self._looked = True
        with self._connected(self.path) as base, base:
            yield base

    @contextmanager
    def _connected(self, path: Path) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as base:
            base.row_factory = sqlite3.Row
            base.executescript(f"{self._manners} {self._tables}")
            yield base

    def _begin(self) -> None:
        """Make the file whole before it has its name: an empty one is always what a power cut has left."""
        draft = self.path.with_name(f".{self.path.name}")
        draft.unlink(missing_ok=True)
        try:
            with self._connected(draft):
                pass
            draft.chmod(0o600)
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
        store.settle(self.path.parent)

    def _trouble(self) -> str:
        """Why the file cannot be ours; "" when it can, or there is none. Better now than in the night."""
        if not self.path.exists():
            return ""
        try:
            with self.path.open("rb") as file:
                if not file.read(1):
                    return "nothing is in it"
            with closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS)) as base:
                (verdict,) = base.execute("pragma quick_check(1)").fetchone()
                if verdict != "ok":
                    return str(verdict)[:200]
                found = _shape(base)
        except (IsADirectoryError, PermissionError) as error:
            return str(error.strerror)
        with closing(sqlite3.connect(":memory:")) as ours:
            ours.executescript(self._tables)
            fits = all(found.get(table, columns) == columns for table, columns in _shape(ours).items())
        return "" if fits else "it is another program's, or a newer version's"

    def _set_aside(self, why: object) -> None:
        self._looked = False
        self._told(set_aside(self.path, why))


def _shape(base: sqlite3.Connection) -> Shape:
    tables = [row[0] for row in base.execute("select name from sqlite_master where type = 'table'")]
    return {table: [row[1] for row in base.execute(f'pragma table_info("{table}")')] for table in tables}
