"""The gallery's catalogue on the disk: its tables, opened for one piece of work at a time."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from assistant.database import Database
from assistant.errors import ToolError

log = logging.getLogger(__name__)

T = TypeVar("T")

PICTURE_BYTES = 32 * 2**20
"""The largest that is made, and what the catalogue needs to note it."""
FULL = "The gallery has no room: the disk is full."
REFUSES = "The gallery cannot be used: the disk refuses."
FILE = "gallery.sqlite"
MANNERS = "pragma journal_mode = wal; pragma synchronous = normal; pragma secure_delete = on;"
TABLES = """
create table if not exists pictures (
    number integer primary key, id text unique, at text, prompt text, alt text, parent text, model text,
    usd real, kind text, mime text, width integer, height integer, bytes integer,
    sha text, turn text, kept integer
);
create table if not exists shown (screen text, picture text, at text);
create table if not exists sheets (screen text primary key, pictures text);
create table if not exists posters (screen text primary key, at text, recipe text);
create index if not exists shown_on on shown (screen);
"""


class GalleryError(ToolError):
    """The gallery cannot be read or written; the text may be spoken."""


class Catalogue:
    """One SQLite file in the gallery's folder; when it is begun anew, the pictures' files stay."""

    def __init__(self, folder: Path, *, picture_bytes: int = PICTURE_BYTES) -> None:
        self._folder, self._picture_bytes = folder, picture_bytes
        self._base = Database(folder / FILE, MANNERS, TABLES, log.warning)
        self._one_at_a_time = asyncio.Lock()

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Work in a thread, in one transaction."""
        return await self._in_turn(self._base.do, work)

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Work that changes nothing; a disk that takes nothing more can be looked at all the same."""
        return await self._in_turn(self._base.look, work)

    async def _in_turn(
        self, way: Callable[[Callable[[sqlite3.Connection], T]], T], work: Callable[[sqlite3.Connection], T]
    ) -> T:
        async with self._one_at_a_time:
            try:
                return await asyncio.to_thread(way, work)
            except (sqlite3.Error, OSError) as error:
                log.warning("the gallery %s: %s", self._folder, error)
                raise GalleryError(FULL if self._full(1) else REFUSES) from error

    async def room(self) -> None:
        """See that there is room for a picture, before somebody pays for it.

        Raises:
            GalleryError: there is none.
        """
        if await asyncio.to_thread(self._full, self._picture_bytes):
            raise GalleryError(FULL)

    def _full(self, wanted: int) -> bool:
        """Whether the disk has fewer bytes than that left."""
        there = self._folder if self._folder.exists() else self._folder.parent
        try:
            return shutil.disk_usage(there).free < wanted
        except OSError:
            return False  # what is wrong there is told by who writes
