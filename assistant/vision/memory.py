"""What the cameras saw, a line each: questions about the day are answered without a new clip."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from assistant.database import Database
from assistant.errors import VisionError
from assistant.wallclock import WallClock

log = logging.getLogger(__name__)

MOST = 5000
MANNERS = "pragma journal_mode = wal; pragma secure_delete = on;"
TABLES = """
create table if not exists seen (
    at real, camera text, text text, importance integer, things text, facts text
);
create index if not exists seen_at on seen (at);
"""

T = TypeVar("T")


def words_of(text: str) -> frozenset[str]:
    """Words of a table."""
    return frozenset(text.split())


LITTLE = words_of(
    """
    a an the did do does was were is are has have had any anybody anyone somebody someone there at in on to
    of my our today yesterday what when who which since come came arrive arrived happen happened leave left
    go went this morning afternoon evening tonight noon last week by just here it be been see seen me tell
    about and or changed outside cameras camera notice noticed i we you miss missed anything something
    while out away gone back night last rang ring doorbell delivered door with yet oclock am pm ago hour hours
    minute minutes between before after around until till half quarter past one two three four five six seven
    eight nine ten eleven twelve where how you your us
    """
)
KINDS = {
    "parcel": words_of("package packages parcel parcels delivery deliveries box boxes"),
    "person": words_of(
        "person persons people man men woman women visitor visitors postman child children kids"
    ),
    "car": words_of("car cars truck trucks van vans vehicle vehicles"),
    "cat": words_of("cat cats"),
    "dog": words_of("dog dogs"),
}
SAME = {word: kind for kind, words in KINDS.items() for word in words}
CALLED = words_of("postman postwoman mailman courier child children kids man men woman women")
"""Who is called so in what was seen is meant, and else anybody."""
WORD = re.compile(r"[^\W\d_]+")
ANYBODY = frozenset({"anybody", "anyone", "somebody", "someone", "who"})


@dataclass(frozen=True)
class Seen:
    """One thing that happened, ``at`` seconds since 1970."""

    at: float
    camera: str
    text: str
    importance: int = 1
    things: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


class Memory:
    """A small SQLite file; made when something is first remembered."""

    def __init__(self, path: Path, clock: WallClock, days: int) -> None:
        self._base = Database(path, MANNERS, TABLES, log.warning)
        self._clock, self._days = clock, days

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Work in one transaction.

        Raises:
            VisionError: the file cannot be used.
        """
        try:
            return self._base.do(work)
        except (sqlite3.Error, OSError) as error:
            log.warning("%s: %s", self._base.path, error)
            raise VisionError("What the cameras saw cannot be read or written.") from error

    @property
    def _nothing(self) -> bool:
        """Whether nothing has been remembered ever: no file is begun for a question."""
        return not self._base.path.exists()

    def note(self, seen: Seen) -> None:
        """Remember; what is older than ``remember_days`` goes."""
        row = (
            seen.at,
            seen.camera,
            seen.text,
            seen.importance,
            json.dumps(seen.things),
            json.dumps(seen.facts),
        )

        def note(base: sqlite3.Connection) -> None:
            base.execute("insert into seen values (?, ?, ?, ?, ?, ?)", row)
            self._without_old(base)
            base.execute("delete from seen where rowid <= (select max(rowid) from seen) - ?", (MOST,))

        self._do(note)

    def forget(self, since: float, *, dry: bool = False) -> int:
        """Forget what was seen since then (seconds since 1970); how much that is."""

        def forget(base: sqlite3.Connection) -> int:
            (count,) = base.execute("select count(*) from seen where at >= ?", (since,)).fetchone()
            if not dry:
                base.execute("delete from seen where at >= ?", (since,))
            return int(count)

        return 0 if self._nothing else self._do(forget)

    def tidy(self) -> None:
        """Forget what is older than ``remember_days``."""
        if not self._nothing:
            self._do(self._without_old)

    def _without_old(self, base: sqlite3.Connection) -> None:
        base.execute("delete from seen where at < ?", (self._clock.read() - self._days * 86_400,))

    def since(self, begin: float, end: float = float("inf"), camera: str = "") -> list[Seen]:
        """What was seen in a span, the oldest first."""
        if self._nothing:
            return []
        sql = """select at, camera, text, importance, things, facts from seen where at between ? and ?
            and (? = '' or camera = ?) order by at"""
        rows = self._do(lambda base: base.execute(sql, (begin, end, camera, camera)).fetchall())
        return [seen for row in rows if (seen := _seen(row)) is not None]


def _seen(row: sqlite3.Row) -> Seen | None:
    """One line; None when a part of it was torn."""
    try:
        things, facts = tuple(json.loads(row[4])), dict(json.loads(row[5]))
        return Seen(float(row[0]), str(row[1]), str(row[2]), int(row[3]), things, facts)
    except (ValueError, TypeError):
        return None


def fitting(question: str, seen: list[Seen]) -> list[Seen]:
    """Those that a question is about, by its words; all when it asks for nothing in particular."""
    asked = WORD.findall(question.casefold())
    cameras = {word for one in seen for word in one.camera.casefold().split()}
    called = CALLED & set(asked)
    if called and (exactly := [one for one in seen if called & set(WORD.findall(one.text.casefold()))]):
        return exactly
    wanted = {SAME.get(word, word) for word in asked if word not in LITTLE} - cameras
    if ANYBODY & set(asked) and not wanted:
        wanted = {"person"}
    if not wanted:
        return seen
    return [one for one in seen if wanted & _words(one)]


def named_things(question: str) -> bool:
    """Whether a question is about something in particular."""
    asked = WORD.findall(question.casefold())
    return any(word not in LITTLE for word in asked) or bool(ANYBODY & set(asked))


def _words(one: Seen) -> set[str]:
    words = WORD.findall(" ".join((one.text, *one.things)).casefold())
    return {SAME.get(word, word) for word in words}
