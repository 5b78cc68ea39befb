"""What hangs on which screen, since when, and what hung there before."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.vision.catalogue import Catalogue

BACKGROUND = " (background)"
"""Behind the name of a screen: what is there whenever nothing else is."""


class Hangings(Catalogue):
    """Notes in the catalogue where its pictures are shown; ``now`` is the wall clock."""

    def __init__(self, folder: Path, now: Callable[[], datetime], *, picture_bytes: int) -> None:
        super().__init__(folder, picture_bytes=picture_bytes)
        self.now = now

    async def note_shown(self, screen: str, ident: str, recipe: Mapping[str, Any] | None = None) -> None:
        """A screen shows this one now; "" is nothing, or what can be made anew by its ``recipe``."""
        at = self.now().isoformat(timespec="seconds")

        def note(base: sqlite3.Connection) -> None:
            base.execute("insert into shown values (?, ?, ?)", (screen, ident, at))
            base.execute("delete from posters where screen = ?", (screen,))
            if recipe:
                base.execute("insert into posters values (?, ?, ?)", (screen, at, json.dumps(dict(recipe))))

        await self._run(note)

    async def recipe(self, screen: str) -> dict[str, Any]:
        """How what a screen shows is made anew; {} when it is a picture of the gallery, or nothing."""
        sql = "select recipe from posters where screen = ?"
        found = await self._read(lambda base: base.execute(sql, (screen,)).fetchone())
        return dict(json.loads(found[0])) if found else {}

    async def on(self, screen: str) -> str:
        """Id of what a screen shows; "" when it shows nothing."""
        history = await self.history(screen, 1)
        return history[0] if history else ""

    async def changed_lately(self, screen: str, seconds: float) -> bool:
        """Whether a screen shows what was made of another picture, and has for at most so many seconds."""
        sql = """select shown.at from shown join pictures on id = picture where screen = ? and parent != ''
            and shown.rowid = (select max(rowid) from shown where screen = ?)"""
        found = await self._read(lambda base: base.execute(sql, (screen, screen)).fetchone())
        return bool(found) and (self.now() - datetime.fromisoformat(found[0])).total_seconds() <= seconds

    async def last_screen(self) -> str:
        """The screen on which something was shown last; "" when nothing ever was."""
        sql = "select screen from shown where screen not like ? order by rowid desc limit 1"
        found = await self._read(lambda base: base.execute(sql, (f"%{BACKGROUND}",)).fetchone())
        return str(found[0]) if found else ""

    async def last_hung(self) -> str:
        """When what is on a screen now was hung there, of several the last, ISO 8601; "" when nothing is."""
        sql = """select max(at) from shown where screen not like ?
            and rowid in (select max(rowid) from shown group by screen)
            and (picture != '' or screen in (select screen from posters))"""
        found = await self._read(lambda base: base.execute(sql, (f"%{BACKGROUND}",)).fetchone())
        return str(found[0] or "")

    async def note_sheet(self, screen: str, idents: Sequence[str]) -> None:
        """A screen ("": none) shows these together, in this order."""
        row = (screen, json.dumps(list(idents)))
        await self._run(lambda base: base.execute("replace into sheets values (?, ?)", row))

    async def sheet(self, screen: str) -> list[str]:
        """Ids of what a screen has shown together last; of a screen that has not, of the newest sheet."""
        sql = "select pictures from sheets order by screen = ? desc, rowid desc limit 1"
        found = await self._read(lambda base: base.execute(sql, (screen,)).fetchone())
        return [str(ident) for ident in json.loads(found[0])] if found else []

    async def history(self, screen: str, most: int = 20) -> list[str]:
        """Ids of what a screen has shown, the last first."""
        sql = "select picture from shown where screen = ? order by rowid desc limit ?"
        return await self._read(lambda base: [row[0] for row in base.execute(sql, (screen, most)).fetchall()])
