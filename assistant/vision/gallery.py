"""The gallery: every picture with how it came about and where it was shown; files below a size and an age."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from assistant import store
from assistant.plain import words as words_of
from assistant.vision.catalogue import PICTURE_BYTES, GalleryError
from assistant.vision.hangings import Hangings

ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}
MOST_CHANGES = 1000
DAY_SECONDS = 86_400.0
MEGABYTE = 2**20
PASSED = """delete from shown where picture = '' and at < ?
    and rowid < (select max(rowid) from shown as later where later.screen = shown.screen)"""
COLUMNS = (
    *("id", "at", "prompt", "alt", "parent", "model", "usd", "kind"),
    *("mime", "width", "height", "bytes", "sha", "turn", "kept"),
)


@dataclass(frozen=True)
class Entry:
    """One picture. ``kind`` is ``made``, ``edited``, ``card`` or ``taken``; ``parent`` what it was made of;
    ``turn`` the model's answer without its pixels, to be sent back when it is edited; ``at`` is ISO 8601."""

    id: str
    at: str
    prompt: str
    alt: str
    mime: str
    width: int
    height: int
    bytes: int
    sha: str
    parent: str = ""
    model: str = ""
    usd: float = 0.0
    kind: str = "made"
    turn: Sequence[Mapping[str, Any]] = ()
    kept: bool = False
    shown: tuple[str, ...] = field(default=(), compare=False)


class Gallery(Hangings):
    """Pictures in a folder. Files beyond ``most_mb`` or older than ``most_days`` go, the oldest first;
    those that are kept stay."""

    def __init__(
        self,
        folder: Path,
        *,
        most_mb: int = 500,
        most_days: int = 90,
        now: Callable[[], datetime] = datetime.now,
        picture_bytes: int = PICTURE_BYTES,
    ) -> None:
        super().__init__(folder, now, picture_bytes=picture_bytes)
        self._most_bytes, self._most_seconds = most_mb * MEGABYTE, most_days * DAY_SECONDS

    async def add(self, data: bytes, **told: Any) -> Entry:
        """Keep a picture's file, and what is told about it: the fields of an Entry, of texts their words.

        Raises:
            GalleryError: the disk refuses.
        """
        said = {name: words_of(told[name]) for name in ("prompt", "alt")}
        entry = Entry(
            id=f"{self.now():%Y%m%d}-{secrets.token_hex(3)}",
            at=self.now().isoformat(timespec="seconds"),
            bytes=len(data),
            sha=hashlib.sha256(data).hexdigest(),
            **{**told, **said},
        )
        await self._run(lambda base: self._put(base, entry, data))
        return entry

    async def entries(self, most: int = 50, words: str = "", kind: str = "") -> list[Entry]:
        """The newest, or those of a kind, or whose prompts have all these words; the newest first."""
        wanted = [f"%{word}%" for word in words.lower().split()]
        where = " and ".join(["lower(prompt || ' ' || alt) like ?"] * len(wanted)) or "1"
        of = "(? = '' or kind = ?)"
        sql = f"select * from pictures where {where} and {of} order by at desc, number desc limit ?"
        values = (*wanted, kind, kind, most)
        return await self._read(
            lambda base: [_entry(base, row) for row in base.execute(sql, values).fetchall()]
        )

    async def entry(self, ident: str) -> Entry:
        """One of them.

        Raises:
            GalleryError: there is no such picture.
        """
        found = await self._read(
            lambda base: [_entry(base, row) for row in base.execute(
                "select * from pictures where id = ?", (ident,)
            )]
        )  # fmt: skip
        if not found:
            raise GalleryError("That picture is not in the gallery.")
        return found[0]

    async def data(self, entry: Entry) -> bytes:
        """A picture's file, as it was made.

        Raises:
            GalleryError: it is gone, or no longer what it was.
        """
        try:
            data = await asyncio.to_thread(self.path(entry).read_bytes)
        except OSError as error:
            raise GalleryError("That picture's file is gone.") from error
        if hashlib.sha256(data).hexdigest() != entry.sha:
            raise GalleryError("That picture's file is damaged.")
        return data

    def path(self, entry: Entry) -> Path:
        """Where a picture's file is."""
        return self._folder / f"{entry.id}{ENDINGS.get(entry.mime, '.bin')}"

    async def keep(self, ident: str, *, kept: bool = True) -> None:
        """Never throw this one away, or do so again."""
        await self._run(lambda base: base.execute("update pictures set kept = ? where id = ?", (kept, ident)))

    async def remove(self, ident: str) -> None:
        """Forget a picture and its file."""
        entry = await self.entry(ident)
        await self._run(lambda base: self._drop(base, entry))

    async def before(self, screen: str, steps: int = 1) -> list[Entry]:
        """What a screen showed before, at most so many, the nearest first: what its picture was made of, else
        the one made before it; of a screen that shows nothing, first what it showed last."""
        seen = await self.history(screen)
        if not (last := next((ident for ident in seen if ident), "")):
            return []
        entry = await self.entry(last)
        found = [] if seen[0] else [entry]
        while len(found) < steps and (earlier := await self._earlier(entry, screen)):
            entry = earlier
            found.append(entry)
        return found

    async def ancestors(self, entry: Entry) -> list[Entry]:
        """What a picture was made of, the first one first, as far as the gallery has it."""
        found: list[Entry] = []
        while entry.parent and len(found) < MOST_CHANGES:
            try:
                entry = await self.entry(entry.parent)
            except GalleryError:
                break
            found.insert(0, entry)
        return found

    async def _earlier(self, now: Entry, screen: str) -> Entry | None:
        sql = """select id from pictures where id = ? or (id in (select picture from shown where screen = ?)
            and number < (select number from pictures where id = ?))
            order by id = ? desc, number desc limit 1"""
        values = (now.parent, screen, now.id, now.parent)
        found = await self._read(lambda base: base.execute(sql, values).fetchone())
        return await self.entry(found[0]) if found else None

    async def tidy(self) -> int:
        """Throw away what is too old or too much; how many went."""
        return await self._run(self._tidied)

    async def forget(self, since: datetime, *, dry: bool = False) -> int:
        """Forget the pictures made since then, those that are kept, too; how many they are."""

        def gone(base: sqlite3.Connection) -> int:
            sql = "select * from pictures where at >= ?"
            rows = base.execute(sql, (since.isoformat(timespec="seconds"),)).fetchall()
            for row in () if dry else rows:
                self._drop(base, _entry(base, row))
            if not dry:
                base.execute("delete from posters where at >= ?", (since.isoformat(timespec="seconds"),))
            return len(rows)

        return await self._run(gone)

    def _put(self, base: sqlite3.Connection, entry: Entry, data: bytes) -> None:
        store.write_atomically(self.path(entry), data)
        told = {**asdict(entry), "turn": json.dumps(list(entry.turn)), "kept": int(entry.kept)}
        marks = ", ".join("?" * len(COLUMNS))
        base.execute(
            f"insert into pictures ({', '.join(COLUMNS)}) values ({marks})",
            tuple(told[name] for name in COLUMNS),
        )
        self._tidied(base)

    def _tidied(self, base: sqlite3.Connection) -> int:
        now, total, gone = self.now(), 0, 0
        for row in base.execute("select * from pictures order by at desc, number desc").fetchall():
            entry = _entry(base, row)
            age = (now - datetime.fromisoformat(entry.at)).total_seconds()
            total += entry.bytes
            newest = total == entry.bytes
            if not entry.kept and not newest and (total > self._most_bytes or age > self._most_seconds):
                self._drop(base, entry)
                total -= entry.bytes
                gone += 1
        oldest = (now - timedelta(seconds=self._most_seconds)).isoformat(timespec="seconds")
        base.execute("delete from posters where at < ?", (oldest,))
        base.execute(PASSED, (oldest,))
        return gone

    def _drop(self, base: sqlite3.Connection, entry: Entry) -> None:
        self.path(entry).unlink(missing_ok=True)
        base.execute("delete from pictures where id = ?", (entry.id,))
        base.execute("delete from shown where picture = ?", (entry.id,))


def _entry(base: sqlite3.Connection, row: sqlite3.Row) -> Entry:
    shown = base.execute("select distinct screen from shown where picture = ?", (row["id"],)).fetchall()
    told = {name: row[name] for name in COLUMNS}
    told |= {"turn": tuple(json.loads(row["turn"])), "kept": bool(row["kept"])}
    return Entry(**told, shown=tuple(one[0] for one in shown))
