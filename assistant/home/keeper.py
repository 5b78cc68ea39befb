"""Keeps the plugins running, shuts out the one that harms the house, and lets a better version in."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from assistant.devices.source import Source
from assistant.errors import GaveUp, UsageError
from assistant.faults import first
from assistant.floods import Guards, counted
from assistant.holdings import give_back, held, resident
from assistant.home.finds import Finds
from assistant.home.furniture import Furniture
from assistant.importing import modules_of, theirs
from assistant.leaving import threads_of
from assistant.loader import Loaded, LoadState
from assistant.plugin import Plugin, disown, own_fields
from assistant.watchdog import watched

log = logging.getLogger(__name__)

LARGE_BYTES, LOOK_SECONDS = 300 * 2**20, 5.0
"""From this size of the whole process on, who holds how much is looked at (the unit ends it at 600 MB)."""
SETTLE_SECONDS = 1.0
MOST_BYTES = 100 * 2**20
"""What one plugin may hold then."""
OFFENCES, OFFENCES_SECONDS = 3, 600.0
"""Whoever holds up or floods the house so often within that time is shut out."""


class Keeper:
    """Runs every plugin beside the others.

    ``changed`` is called when the home has other devices or tools than before.
    """

    def __init__(self, furniture: Furniture, finds: Finds | None = None) -> None:
        self.furniture, self._finds = furniture, finds
        self.changed: Callable[[], None] = lambda: None
        self._tasks: asyncio.TaskGroup | None = None
        self._running: dict[Plugin, asyncio.Task[None]] = {}
        self._offences: dict[str, deque[float]] = {}
        self._guard: Guards | None = None
        furniture.offended = lambda loaded, what: self._offended(loaded.modules, what)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch over what plugins do to the loop, the log and with tasks, while the block lasts."""

        def told(module: str, what: str) -> None:
            self._offended({module}, what)

        with watched(theirs, told), counted(theirs, told) as guard:
            self._guard = guard
            yield

    async def run(self) -> None:
        """Keep all plugins running, for ever."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            for loaded in self.furniture.loaded:
                self._start(loaded)
            await self._weigh()

    async def _weigh(self) -> None:
        """Shut out whoever holds too much memory, before the system ends the whole house for it."""
        looked_at = 0
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            size = resident()
            if size < max(LARGE_BYTES, looked_at):
                continue
            for loaded in list(self.furniture.loaded):
                holds = await asyncio.to_thread(held, self._belongings(loaded), _ours)
                if holds > MOST_BYTES and loaded in self.furniture.loaded:
                    self._shut_out(
                        loaded,
                        f"it holds {holds / 2**20:.0f} MB of memory, and no plugin may hold more than "
                        f"{MOST_BYTES // 2**20} MB; keep less, or on disk",
                    )
                    await asyncio.sleep(SETTLE_SECONDS)  # until its tasks have ended
                    for plugin in loaded.plugins:
                        disown(plugin)
                    give_back()
            looked_at = resident() + LARGE_BYTES // 10  # it is no small work: only when there is more again

    def _belongings(self, loaded: Loaded) -> list[object]:
        """What its author has made: fields, what its tasks have in hand, and the globals of its file."""
        running = [task for plugin in loaded.plugins if (task := self._running.get(plugin)) is not None]
        globals_ = [dict(vars(module)) for name in loaded.modules for module in modules_of(name).values()]
        return [*(own_fields(plugin) for plugin in loaded.plugins), *running, *globals_]

    def named(self, name: str) -> list[Loaded]:
        """What became of the entries of this name.

        Raises:
            UsageError: there is none.
        """
        found = [loaded for loaded in self.furniture.loaded if loaded.name == name]
        if not found:
            known = ", ".join(dict.fromkeys(loaded.name for loaded in self.furniture.loaded))
            raise UsageError(f"no entry under plugins is called {name[:60]!r}; there are {known}")
        return found

    def release(self, name: str) -> None:
        """Start a plugin again that was shut out.

        Raises:
            UsageError: there is none of this name, or it is not in quarantine.
        """
        shut_out = [each for each in self.named(name) if each.state is LoadState.QUARANTINED]
        if not shut_out:
            raise UsageError(f"the plugin {name!r} is not in quarantine: {self.named(name)[0].state.value}")
        for old in shut_out:
            assert old.entry is not None, "it was loaded from an entry"
            self.replace(old, self.furniture.add(self.furniture.loader, old.entry))

    def replace(self, old: Loaded, new: Loaded) -> Loaded:
        """Let another version live in the place of one that is out already; it has its tools and devices."""
        living = self.furniture.attached(new)
        at = self.furniture.loaded.index(old)
        self.furniture.loaded[at] = living
        self._offences.clear()
        self._start(living)
        self.changed()
        return living

    def take_out(self, loaded: Loaded, state: LoadState, reason: str) -> Loaded:
        """End a plugin: its tasks, its ears, its tools, its devices, and what it has found."""
        for plugin in loaded.plugins:
            if (task := self._running.pop(plugin, None)) is not None:
                task.cancel()
            if self._finds is not None and isinstance(plugin, Source):
                self._finds.forget(plugin)
        own = {module for module in loaded.modules if not self._shared(module, loaded)}
        for module in own:
            if self._guard is not None:
                self._guard.end(module)
        threads = threads_of(lambda module: module.partition(".")[0] in own)
        if threads and self._tasks is not None:
            self._tasks.create_task(_seen_off(loaded.name, threads), name=f"{loaded.name}: threads")
        out = self.furniture.withdrawn(loaded, state, reason)
        self.furniture.loaded[self.furniture.loaded.index(loaded)] = out
        self.changed()
        return out

    def _shared(self, module: str, loaded: Loaded) -> bool:
        return any(module in other.modules for other in self.furniture.loaded if other is not loaded)

    def _start(self, loaded: Loaded) -> None:
        if self._tasks is None:
            return
        for plugin in loaded.plugins:
            self._running[plugin] = self._tasks.create_task(self._kept(plugin), name=plugin.title)

    async def _kept(self, plugin: Plugin) -> None:
        try:
            await plugin.keep_alive()
        except* GaveUp as group:
            error = first(group)
            for loaded in [each for each in self.furniture.loaded if plugin in each.plugins]:
                self._shut_out(loaded, str(error))

    def _offended(self, modules: set[str], what: str) -> None:
        """Somebody's plugin did what the house cannot bear often; it may be in the middle of it."""
        guilty = [loaded for loaded in self.furniture.loaded if loaded.modules & modules]
        for loaded in guilty[:1]:
            log.error("plugin %s %s", loaded.name, what)
            clock = asyncio.get_running_loop().time()
            times = self._offences.setdefault("".join(sorted(modules)), deque(maxlen=OFFENCES))
            times.append(clock)
            if len(times) == OFFENCES and clock - times[0] < OFFENCES_SECONDS:
                times.clear()
                asyncio.get_running_loop().call_soon(self._all_out, modules, what)

    def _all_out(self, modules: set[str], what: str) -> None:
        for loaded in list(self.furniture.loaded):
            if loaded.modules & modules:
                self._shut_out(
                    loaded,
                    f"it {what.partition(';')[0]}, {OFFENCES} times in {OFFENCES_SECONDS / 60:g} minutes",
                )

    def _shut_out(self, loaded: Loaded, reason: str) -> None:
        self.take_out(loaded, LoadState.QUARANTINED, reason)
        log.error(
            "plugin %s: quarantined: %s; mend it, then: assistant plugins release %s",
            loaded.name, reason, loaded.name,
        )  # fmt: skip


async def _seen_off(name: str, threads: Mapping[threading.Thread, str]) -> None:
    """Name those that go on a while after their plugin was ended: nobody else can end them."""
    await asyncio.sleep(SETTLE_SECONDS)
    for thread, place in threads.items():
        if thread.is_alive():
            log.warning(
                "plugin %s: %s: the thread %s goes on, though the plugin has ended; write await "
                "asyncio.to_thread(…), or end it in run() (try … finally)",
                name, place, thread.name,
            )  # fmt: skip


def _ours(thing: object) -> bool:
    """What belongs to the house, whoever can reach it."""
    module = type(thing).__module__
    return module.partition(".")[0] == "assistant" or isinstance(thing, asyncio.AbstractEventLoop)
