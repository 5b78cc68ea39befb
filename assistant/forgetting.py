"""Forgetting: what a house keeps about its people is removed, while nobody is there who could write it again.

It works on the files alone. A daemon that runs takes its house down, lets this do its work, and builds the
house anew: so what was only in memory is gone, too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from assistant.aside import BROKEN
from assistant.config import Config
from assistant.control import Handle, Tell
from assistant.errors import AssistantError, UsageError
from assistant.household.diary import Diary
from assistant.household.left import Left
from assistant.keeping import (
    BILLS,
    BROKEN_DAYS,
    BY_NAME_ONLY,
    DIARY,
    GALLERY,
    KINDS,
    LEFT,
    SEEN,
    TABLE,
    Kept,
)
from assistant.live.handles import Handles
from assistant.money import Ledger
from assistant.vision.gallery import Gallery
from assistant.vision.memory import Memory
from assistant.wallclock import WallClock

ALL, MEMORY = "all", "memory"
TIDY_SECONDS = 6 * 3600.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wish:
    """What is to be forgotten; ``since`` is local time, None: whenever it was."""

    kinds: tuple[str, ...]
    since: datetime | None = None

    def told(self) -> dict[str, Any]:
        """As a request to the daemon."""
        since = self.since.isoformat() if self.since else ""
        return {"do": "forget", "kinds": list(self.kinds), "since": since}


@dataclass(frozen=True)
class Forgotten:
    """One row of the table of what is kept: how many files or entries of it went, or would.

    Of what is only in memory 1 says that there was a house that had it.
    """

    kind: str
    what: str
    count: int
    unit: str
    problem: str = ""

    def item(self, *, dry: bool = False) -> dict[str, Any]:
        """As an event."""
        return {"event": "forgot", **asdict(self), "dry": dry}


def wished(words: Sequence[str], since: datetime | None = None) -> Wish:
    """The kinds of these words, each once; none of them, or ``all``, means all but what must be named.

    Raises:
        UsageError: a word is no kind, or it cannot be told when something of a kind was.
    """
    for word in words:
        if word not in (*KINDS, ALL):
            raise UsageError(f"nothing is kept under {word[:40]!r}; --what takes {', '.join(KINDS)} or all")
    named = set(words) - {ALL}
    if ALL in words or not words:
        named |= set(KINDS) - BY_NAME_ONLY
    if since is not None and named & BY_NAME_ONLY:
        raise UsageError("plugins do not say when they were told something: leave --since away, or memory")
    return Wish(tuple(kind for kind in KINDS if kind in named), since)


def requested(request: dict[str, Any]) -> Wish:
    """The wish in a request to the daemon.

    Raises:
        UsageError: there is none in it.
    """
    problem = UsageError(
        "the daemon was not told what to forget: kinds (a list of words) and since (ISO 8601 or empty)"
    )
    kinds, since = request.get("kinds"), request.get("since")
    if not kinds or not isinstance(kinds, list) or not isinstance(since, str):
        raise problem
    try:
        moment = datetime.fromisoformat(since) if since else None
    except ValueError:
        raise problem from None
    return wished([str(kind) for kind in kinds], moment)


class Forgetter:
    """Forgets in one state folder that nobody else uses; ``dry`` only looks.

    ``lived_in`` says that a house stood here until now: what it had in memory has gone with it, or would.
    """

    def __init__(self, config: Config, *, dry: bool = False, lived_in: bool = False) -> None:
        self._state, self._dry, self._lived_in = config.state_dir, dry, lived_in
        self._gallery = Gallery(
            self._state / "pictures", most_mb=config.pictures.keep_mb, most_days=config.pictures.keep_days
        )
        self._seen = Memory(self._state / "seen.sqlite", WallClock(), config.clips.remember_days)
        self._ledger, self._bills_days = Ledger(self._state), config.keep.bills_days
        days = config.keep.left_days
        self._left = [Left(path, days=days) for path in sorted(self._state.glob("left*.json"))]
        self._diary = Diary(self._state, config.keep.transcripts_days)

    def forget(self, wish: Wish) -> Iterator[Forgotten]:
        """Row by row of what is kept; one that cannot be forgotten says why, and the others are."""
        for row in TABLE:
            if row.kind not in wish.kinds:
                continue
            if not row.files:
                yield Forgotten(row.kind, row.what, int(self._lived_in), MEMORY)
                continue
            try:
                count, unit = self._row(row, wish.since)
                yield Forgotten(row.kind, row.what, count, unit)
            except (AssistantError, OSError) as error:
                yield Forgotten(row.kind, row.what, 0, "files", problem=str(error))

    def tidy(self) -> None:
        """Remove what is older than the configuration wants, whether or not anything new comes.

        Raises:
            AssistantError: a file cannot be read or written.
            OSError: likewise.
        """
        if (self._state / "pictures").is_dir():
            asyncio.run(self._gallery.tidy())
        self._seen.tidy()
        self._ledger.tidy(self._bills_days)
        for left in self._left:
            left.tidy()
        Handles(self._state / "conversations.json").tidy()
        self._diary.tidy()
        oldest = (datetime.now() - timedelta(days=BROKEN_DAYS)).timestamp()
        for row in TABLE:
            for path in row.there(self._state):
                if BROKEN in path.name and path.stat().st_mtime < oldest:
                    path.unlink(missing_ok=True)

    def _row(self, row: Kept, since: datetime | None) -> tuple[int, str]:
        """How much of a row went, and of what."""
        entries = self._entries(row, since)
        return entries if entries is not None else (self._files(row, since), "files")

    def _entries(self, row: Kept, since: datetime | None) -> tuple[int, str] | None:
        """Where single entries go; None where whole files do."""
        if row is BILLS:
            return self._ledger.forget(since.isoformat() if since else "", dry=self._dry), "turns"
        if since is None:
            return None
        parts: dict[Kept, Callable[[], tuple[int, str]]] = {
            SEEN: lambda: (self._seen.forget(since.timestamp(), dry=self._dry), "lines"),
            GALLERY: lambda: (self._pictures(since), "pictures"),
            LEFT: lambda: (sum(left.forget(since.date(), dry=self._dry) for left in self._left), "days"),
            DIARY: lambda: (self._diary.forget(since, dry=self._dry), "lines"),
        }
        return parts[row]() if row in parts else None

    def _pictures(self, since: datetime) -> int:
        if not (self._state / "pictures").is_dir():
            return 0
        return asyncio.run(self._gallery.forget(since, dry=self._dry))

    def _files(self, row: Kept, since: datetime | None) -> int:
        """Whole files; one in which no times stand goes when it was written since then."""
        oldest = since.timestamp() if since else 0.0
        there = [path for path in row.there(self._state) if path.lstat().st_mtime >= oldest]
        for path in () if self._dry else there:
            path.unlink(missing_ok=True)
        return len(there)


class Oblivion:
    """What a daemon was asked to forget; it does so between two houses."""

    def __init__(self) -> None:
        self._asked: list[tuple[Wish, asyncio.Future[list[Forgotten]]]] = []

    def before(self, handle: Handle, build_anew: Callable[[], None]) -> Handle:
        """Handle requests to forget by having the house built anew; the others as before."""

        async def handled(request: dict[str, Any], tell: Tell) -> bool:
            if request.get("do") != "forget":
                return await handle(request, tell)
            answer: asyncio.Future[list[Forgotten]] = asyncio.get_running_loop().create_future()
            self._asked.append((requested(request), answer))
            build_anew()
            forgotten = await answer
            for each in forgotten:
                tell(each.item())
            return not any(each.problem for each in forgotten)

        return handled

    async def fulfil(self, config: Config) -> None:
        """Forget it; no house stands now."""
        asked, self._asked = self._asked, []
        for wish, answer in asked:
            forgetter = Forgetter(config, lived_in=True)
            answer.set_result(await asyncio.to_thread(list, forgetter.forget(wish)))


async def tidied(config: Config) -> None:
    """Keep what is kept within its time, for ever; beside a house that lives there."""
    while True:
        try:
            await asyncio.to_thread(Forgetter(config).tidy)
        except (AssistantError, OSError) as error:
            log.warning("what is too old could not be removed: %s", error)
        await asyncio.sleep(TIDY_SECONDS)
