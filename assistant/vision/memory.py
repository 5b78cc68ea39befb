"""What the cameras saw, a line each: questions about the day are answered without a new clip."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import VisionError
from assistant.keeping import BROKEN
from assistant.wallclock import WallClock

log = logging.getLogger(__name__)

MOST = 5000
COLUMNS = ("at", "camera", "text", "importance", "things", "facts")


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
    minute minutes noon
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
        self._path, self._clock, self._days = path, clock, days
        self._looked = False

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The file, with its table.

        Raises:
            VisionError: it cannot be used.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._look_once()
            with sqlite3.connect(self._path, timeout=5) as db:
                db.execute("PRAGMA journal_mode=WAL")
                db.execute("PRAGMA secure_delete=ON")
                db.execute(
                    "CREATE TABLE IF NOT EXISTS seen (at REAL, camera TEXT, text TEXT, importance INTEGER, "
                    "things TEXT, facts TEXT)"
                )
                db.execute("CREATE INDEX IF NOT EXISTS seen_at ON seen (at)")
                yield db
        except sqlite3.Error as error:
            raise VisionError("What the cameras saw cannot be read or written.") from error
        finally:
            if "db" in locals():
                db.close()

    def _look_once(self) -> None:
        """Set a file aside that cannot be read, or is another program's, and begin a new one."""
        if self._looked or not self._path.exists():
            return
        self._looked = True
        try:
            with closing(sqlite3.connect(self._path, timeout=5)) as db:
                (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
                known = [row[1] for row in db.execute("PRAGMA table_info(seen)")]
                if verdict == "ok" and known in ([], list(COLUMNS)):
                    return
        except sqlite3.OperationalError:
            return  # locked, or the disk refuses: the file itself may be good
        except sqlite3.DatabaseError as error:
            verdict = str(error)
        aside = self._path.with_name(self._path.name + BROKEN)
        log.warning("%s could not be read (%s) and was set aside as %s", self._path, verdict, aside.name)
        for ending in ("-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        self._path.replace(aside)

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
        with self._open() as db:
            db.execute("INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?)", row)
            self._without_old(db)
            db.execute("DELETE FROM seen WHERE rowid <= (SELECT MAX(rowid) FROM seen) - ?", (MOST,))
        self._path.chmod(0o600)

    def forget(self, since: float, *, dry: bool = False) -> int:
        """Forget what was seen since then (seconds since 1970); how much that is."""
        if not self._path.exists():
            return 0
        with self._open() as db:
            (count,) = db.execute("SELECT COUNT(*) FROM seen WHERE at >= ?", (since,)).fetchone()
            if not dry:
                db.execute("DELETE FROM seen WHERE at >= ?", (since,))
        return int(count)

    def tidy(self) -> None:
        """Forget what is older than ``remember_days``."""
        if self._path.exists():
            with self._open() as db:
                self._without_old(db)

    def _without_old(self, db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM seen WHERE at < ?", (self._clock.read() - self._days * 86_400,))

    def since(self, begin: float, end: float = float("inf"), camera: str = "") -> list[Seen]:
        """What was seen in a span, the oldest first."""
        if not self._path.exists():
            return []
        with self._open() as db:
            rows = db.execute(
                "SELECT at, camera, text, importance, things, facts FROM seen WHERE at BETWEEN ? AND ? "
                "AND (? = '' OR camera = ?) ORDER BY at",
                (begin, end, camera, camera),
            ).fetchall()
        return [seen for row in rows if (seen := _seen(row)) is not None]


def _seen(row: tuple[Any, ...]) -> Seen | None:
    """One line; None when a part of it was torn."""
    try:
        things, facts = tuple(json.loads(row[4])), dict(json.loads(row[5]))
        return Seen(float(row[0]), str(row[1]), str(row[2]), int(row[3]), things, facts)
    except (ValueError, TypeError):
        return None


def fitting(question: str, seen: list[Seen]) -> list[Seen]:
    """Those that a question is about, by its words; all when it asks for nothing in particular."""
    asked = re.findall(r"[a-z]+", question.casefold())
    cameras = {word for one in seen for word in one.camera.casefold().split()}
    wanted = {SAME.get(word, word) for word in asked if word not in LITTLE} - cameras
    if ANYBODY & set(asked) and not wanted:
        wanted = {"person"}
    if not wanted:
        return seen
    return [one for one in seen if wanted & _words(one)]


def named_things(question: str) -> bool:
    """Whether a question is about something in particular."""
    asked = re.findall(r"[a-z]+", question.casefold())
    return any(word not in LITTLE for word in asked) or bool(ANYBODY & set(asked))


def _words(one: Seen) -> set[str]:
    words = re.findall(r"[a-z]+", " ".join((one.text, *one.things)).casefold())
    return {SAME.get(word, word) for word in words}
