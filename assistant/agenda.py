"""What falls due: kept on disk before anybody is told that it is, and called when its time has come (P4)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from assistant import revoking
from assistant.errors import ToolError
from assistant.speaking import room_named
from assistant.storage import Storage, StorageError
from assistant.wallclock import BACK_SECONDS, LOOK_SECONDS, WallClock, clock_time

log = logging.getLogger(__name__)

JUMP_SECONDS = 2.0
MOST = 100
"""Entries in all; whoever sets more has made a mistake."""


@dataclass
class Entry:
    """Something that falls due. ``due`` is in seconds since 1970, None while it is paused.

    ``what`` is the plugin's own, as JSON; ``days`` (0 is Monday) with ``at`` make it come again.
    """

    id: str
    due: float | None
    what: dict[str, Any] = field(default_factory=dict)
    at: time | None = None
    days: frozenset[int] = frozenset()
    room: str = ""
    """Where it is to be heard; "" is everywhere, as it was for all before there were rooms."""

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        at = f"{self.at:%H:%M}" if self.at else None
        return {"due": self.due, "what": self.what, "at": at, "days": sorted(self.days), "room": self.room}

    @classmethod
    def read(cls, ident: str, kept: Any) -> Entry:
        """What ``kept`` made.

        Raises:
            ValueError, KeyError, TypeError: somebody else wrote it.
        """
        due = None if kept["due"] is None else float(kept["due"])
        at = clock_time(kept["at"]) if kept["at"] else None
        days = frozenset(int(day) for day in kept["days"])
        return cls(ident, due, dict(kept["what"]), at, days, str(kept.get("room", "")))

    def where(self) -> str:
        """The room, as ``ring`` and ``say`` take it: everywhere when there is no such room any more."""
        try:
            return room_named(self.room)
        except ToolError:
            log.info("there is no room %r any more", self.room)
            return ""


Due = Callable[[Entry, float], Awaitable[None]]
"""Called with the entry and by how many seconds it is late; it stays on disk until this returns."""
Steady = bool | Callable[[Entry], bool]
"""Whether all entries count seconds that pass, or which of them."""


class Agenda:
    """Entries by id, in the plugin's storage.

    ``steady`` ones count seconds that pass (timers): when the clock on the wall is set anew, they move with
    it. The others keep to the wall (alarms). ``called`` is what people call an entry ("the tea timer"): with
    it, "cancel that" removes the one that was added last.
    """

    def __init__(
        self,
        storage: Storage,
        clock: WallClock,
        due: Due,
        *,
        steady: Steady = False,
        called: Callable[[Entry], str] | None = None,
    ) -> None:
        self._storage, self._clock, self._due = storage, clock, due
        self._steady, self._called = steady, called
        self._entries: dict[str, Entry] = {}
        self._running: dict[str, Entry] = {}
        self._news = asyncio.Event()
        self._loaded = False
        self._loading = asyncio.Lock()
        self._number = 0
        self._skew: float | None = None
        """By how much the wall and the loop's clock part, as far as noticed; None while nobody looks."""

    async def entries(self) -> list[Entry]:
        """All that is due some time, the next one first, those that are paused last."""
        await self._load()
        return sorted(self._entries.values(), key=lambda entry: (entry.due is None, entry.due or 0.0))

    @property
    def ringing(self) -> list[Entry]:
        """What is due at this moment and has not been dealt with."""
        return list(self._running.values())

    async def add(self, entry: Entry) -> None:
        """Keep a new entry; its id is made here.

        Raises:
            StorageError: it cannot be kept, so it will not be due.
        """
        await self._load()
        await self._clock_set()  # what is due by the new clock must not be moved with the old
        self._number = max(self._number + 1, round(self._clock.read() * 1000))
        entry.id = str(self._number)
        await self.change(entry)
        if self._called is not None:
            called = self._called(entry)
            revoking.made(revoking.Revocable(called, lambda: self._revoke(entry, called)))

    async def _revoke(self, entry: Entry, called: str) -> str:
        if self._entries.get(entry.id) is not entry or entry.id in self._running:
            return ""
        await self.remove(entry)
        return f"{called} is cancelled"

    async def change(self, entry: Entry) -> None:
        """Keep what was changed in an entry."""
        await self._storage.set(entry.id, entry.kept())
        self._entries[entry.id] = entry
        self._news.set()

    async def remove(self, entry: Entry) -> None:
        """Forget an entry."""
        await self._storage.delete(entry.id)
        self._entries.pop(entry.id, None)
        self._news.set()

    async def run(self) -> None:
        """Call what is due, for ever; one that takes its time holds up no other."""
        await self._load()
        async with asyncio.TaskGroup() as tasks:
            self._skew = self._parting()
            while True:
                self._news.clear()
                await self._clock_set()
                now = self._clock.read()
                for entry in list(self._entries.values()):
                    if entry.due is not None and entry.due <= now and entry.id not in self._running:
                        self._running[entry.id] = entry
                        tasks.create_task(self._fall_due(entry, now - entry.due), name=f"due {entry.id}")
                await self._wait()

    async def _wait(self) -> None:
        waiting = [e.due for e in self._entries.values() if e.due is not None and e.id not in self._running]
        left = min([LOOK_SECONDS, *(due - self._clock.read() for due in waiting)])
        try:
            async with asyncio.timeout(max(left, 0.0)):
                await self._news.wait()
        except TimeoutError:
            pass

    async def _fall_due(self, entry: Entry, late: float) -> None:
        due = entry.due
        try:
            await self._due(entry, late)
            if entry.id not in self._entries or entry.due != due:
                return  # it was forgotten, or put off, meanwhile
            if entry.days and entry.at:
                entry.due = self._clock.next(entry.at, entry.days, after=max(due or 0.0, self._clock.read()))
                await self._storage.set(entry.id, entry.kept())
            else:
                del self._entries[entry.id]
                await self._storage.delete(entry.id)
        except StorageError as error:  # it has rung: better once more after a restart than for ever now
            log.warning("what was due is over, but the disk does not know: %s", error)
        finally:
            self._running.pop(entry.id, None)
            self._news.set()

    def _parting(self) -> float:
        return self._clock.read() - asyncio.get_running_loop().time()

    async def _clock_set(self) -> None:
        """The clock was set: what counts seconds moves with it. What comes again does not ring twice because
        the clock was put back a little, but after a clock that had been all wrong."""
        skew, before = self._parting(), self._skew
        if before is None or abs(skew - before) < JUMP_SECONDS:
            return
        self._skew = skew
        log.info("the clock was set by %+.0f s", skew - before)
        for entry in self._entries.values():
            if entry.due is None or entry.id in self._running:
                continue
            if self._steady(entry) if callable(self._steady) else self._steady:
                entry.due += skew - before
            elif entry.days and entry.at and skew < before - BACK_SECONDS:
                entry.due = self._clock.next(entry.at, entry.days, after=self._clock.read())
            else:
                continue
            await self._storage.set(entry.id, entry.kept())

    async def _load(self) -> None:
        async with self._loading:
            if self._loaded:
                return
            for ident, kept in (await self._storage.all()).items():
                try:
                    self._entries[ident] = Entry.read(ident, kept)
                except (ValueError, KeyError, TypeError) as error:
                    log.warning("what is kept as %s cannot be read: %r", ident, error)
            self._loaded = True
