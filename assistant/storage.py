"""A small memory for each plugin: keys and JSON values in SQLite, there after a kill -9 or a power cut."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant import given
from assistant.database import Database
from assistant.errors import ToolError

log = logging.getLogger(__name__)

LARGEST_VALUE = 64 * 1024
LONGEST_KEY = 200
LARGEST_FILE = 4 * 2**20
PAGE = 4096
MANNERS = (
    f"pragma max_page_count = {LARGEST_FILE // PAGE}; pragma journal_mode = wal; pragma synchronous = full;"
)
TABLES = "create table if not exists kept (key text primary key, value text) without rowid;"


class StorageError(ToolError):
    """What was to be kept cannot be; the text may be spoken."""


class Storage:
    """Values by key, of one plugin. What has been set is on disk when ``set`` returns.

    Values are what JSON has; one is at most 64 kB, all together 4 MB. ``told`` hears one sentence when the
    file was unreadable and had to be set aside.
    """

    def __init__(self, path: Path, told: Callable[[str], None]) -> None:
        self._base = Database(path, MANNERS, TABLES, told)
        self._one_at_a_time = asyncio.Lock()

    async def get(self, key: str, default: Any = None) -> Any:
        """The value of a key; ``default`` when there is none."""
        _check(key)
        rows = await self._run("select value from kept where key = ?", (key,))
        return json.loads(rows[0][0]) if rows else default

    async def set(self, key: str, value: Any) -> None:
        """Keep a value; None is a value, too.

        Raises:
            StorageError: it is too large, the plugin's memory is full, or the disk refuses.
            TypeError: it is nothing that JSON has, or the key is no text of at most 200 characters.
        """
        _check(key)
        text = json.dumps(value, ensure_ascii=True)
        if len(text) > LARGEST_VALUE:
            raise StorageError(f"That is too much to remember: at most {LARGEST_VALUE // 1024} kB at once.")
        await self._run("insert or replace into kept values (?, ?)", (key, text))

    async def delete(self, key: str) -> None:
        """Forget a key; one that is not there is no error."""
        _check(key)
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
                    self._base.do, lambda base: base.execute(sql, values).fetchall()
                )
            except (sqlite3.OperationalError, OSError) as error:
                log.warning("%s: %s", self._base.path, error)
                raise StorageError(_why(error)) from error


def _check(key: object) -> None:
    if len(given.text(key, "a key of the storage", 'storage.set("last", …), or str(…)')) > LONGEST_KEY:
        raise TypeError(
            f"a key of the storage has at most {LONGEST_KEY} characters; put the rest into the value"
        )


def _why(error: Exception) -> str:
    if "full" in str(error):
        return "I can't remember more: the memory for that is full."
    return "I can't remember that: the disk refuses to keep it."
