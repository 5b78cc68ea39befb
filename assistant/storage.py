"""A small memory for each plugin: keys and JSON values in SQLite, there after a kill -9 or a power cut."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from assistant.errors import ToolError

log = logging.getLogger(__name__)

LARGEST_VALUE = 64 * 1024
LONGEST_KEY = 200
LARGEST_FILE = 4 * 2**20
PAGE = 4096
BUSY_SECONDS = 5.0
BROKEN = ".broken"

T = TypeVar("T")


class StorageError(ToolError):
    """What was to be kept cannot be; the text may be spoken."""


class Storage:
    """Values by key, of one plugin. What has been set is on disk when ``set`` returns.

    Values are what JSON has; one is at most 64 kB, all together 4 MB. ``told`` hears one sentence when the
    file was unreadable and had to be set aside.
    """

    def __init__(self, path: Path, told: Callable[[str], None]) -> None:
        self._path = path
        self._told = told
        self._one_at_a_time = asyncio.Lock()
        self._looked = False

    async def get(self, key: str, default: Any = None) -> Any:
        """The value of a key; ``default`` when there is none."""
        rows = await self._run("select value from kept where key = ?", (key,))
        return json.loads(rows[0][0]) if rows else default

    async def set(self, key: str, value: Any) -> None:
        """Keep a value; None is a value, too.

        Raises:
            StorageError: it is too large, the plugin's memory is full, or the disk refuses.
            TypeError: it is nothing that JSON has.
        """
        text = json.dumps(value, ensure_ascii=True)
        if len(key) > LONGEST_KEY or len(text) > LARGEST_VALUE:
            raise StorageError(f"That is too much to remember: at most {LARGEST_VALUE // 1024} kB at once.")
        await self._run("insert or replace into kept values (?, ?)", (key, text))

    async def delete(self, key: str) -> None:
        """Forget a key; one that is not there is no error."""
        await self._run("delete from kept where key = ?", (key,))

    async def all(self) -> dict[str, Any]:
        """Everything that is kept, by key in alphabetical order."""
        rows = await self._run("select key, value from kept order by key", ())
        return {key: json.loads(value) for key, value in rows}

    async def _run(self, sql: str, values: tuple[str, ...]) -> list[Any]:
        """One statement and its own transaction, in a thread: a slow card must not hold the house."""
        async with self._one_at_a_time:
            try:
                return await asyncio.to_thread(
                    self._careful, lambda base: base.execute(sql, values).fetchall()
                )
            except sqlite3.OperationalError as error:
                log.warning("%s: %s", self._path, error)
                raise StorageError(_why(error)) from error

    def _careful(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            with self._opened() as base:
                return work(base)
        except sqlite3.OperationalError:
            raise  # full, locked or not writable: the file itself is good
        except sqlite3.DatabaseError as error:
            self._set_aside(error)
        with self._opened() as base:
            return work(base)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """A connection for one statement: nothing of it is left over when the house goes down."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)) as base:
            base.execute(f"pragma max_page_count = {LARGEST_FILE // PAGE}")
            base.execute("pragma journal_mode = wal")
            base.execute("pragma synchronous = full")
            if not self._looked:
                _examine(base)
                base.execute(
                    "create table if not exists kept (key text primary key, value text) without rowid"
                )
                self._looked = True
            yield base

    def _set_aside(self, error: sqlite3.DatabaseError) -> None:
        aside = self._path.with_name(self._path.name + BROKEN)
        self._looked = False
        for ending in ("-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        self._path.replace(aside)
        self._told(f"{self._path} could not be read ({error}) and was set aside as {aside.name}.")


def _examine(base: sqlite3.Connection) -> None:
    """Look once through the file, which is small: better now than in the middle of the night."""
    (verdict,) = base.execute("pragma quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(str(verdict)[:200])
    columns = [row[1] for row in base.execute("pragma table_info(kept)")]
    if columns not in ([], ["key", "value"]):
        raise sqlite3.DatabaseError("it is another program's")


def _why(error: sqlite3.OperationalError) -> str:
    if "full" in str(error):
        return "I can't remember more: the memory for that is full."
    return "I can't remember that: the disk refuses to keep it."
