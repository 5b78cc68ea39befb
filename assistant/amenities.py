"""What the house gives every plugin: its voice, a memory, the web, the clock."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from assistant.events import Event, Problem
from assistant.fetching import Http
from assistant.plain import one_line
from assistant.speaking import Voice, room_text, spoken_text
from assistant.storage import Storage
from assistant.wallclock import WallClock

if TYPE_CHECKING:
    import asyncio

FOLDER = "plugins"
LONGEST_TOLD = 300


class House(Protocol):
    """The house as far as it is needed here."""

    @property
    def voice(self) -> Voice: ...
    @property
    def clock(self) -> WallClock: ...
    @property
    def folder(self) -> Path: ...
    def listen(self, *kinds: type[Event]) -> AbstractContextManager[asyncio.Queue[Event]]: ...
    def tell(self, event: Event) -> None: ...


class Amenities:
    """Base of Plugin; all of it needs the plugin to be attached: use it in run(), reactions and tools."""

    http_hosts: ClassVar[tuple[str, ...]] = ()
    """Hosts that ``http`` may speak to. An entry ``{setting}`` is what the owner has written there, a host or
    a URL; such a host may be in the house, the others must be in the wide world."""

    if TYPE_CHECKING:

        @property
        def title(self) -> str: ...
        @property
        def host(self) -> House: ...

        fill: Callable[[str], str]
        settings_declared: ClassVar[dict[str, Any]]

    async def say(self, text: str, *, room: str = "") -> bool:
        """Say something once nobody talks; returns at once. See the function ``say``."""
        words = spoken_text(text, "say")
        return self.host.voice.say(words, by=self.title, room=room_text(room), urgent=False)

    @cached_property
    def storage(self) -> Storage:
        """This plugin's own memory: it is still there after a restart, a kill -9 or a power cut."""
        path = self.host.folder / FOLDER / f"{_file_name(type(self).__module__, self.title)}.sqlite"
        return Storage(path, self._tell_problem)

    @cached_property
    def http(self) -> Http:
        """Requests to the hosts in ``http_hosts``: 10 s, 1 MB, three redirects."""
        public: list[str] = []
        trusted: list[str] = []
        hosts = self.http_hosts
        # ("{url}") without its comma is a string, which would be read letter by letter.
        for entry in (hosts,) if isinstance(hosts, str) else hosts:
            written = self.fill(entry)
            # What the author has proposed is not what the owner wrote.
            default = self.settings_declared.get(entry.strip("{}"))
            (trusted if written not in (entry, default) else public).append(_host(written))
        return Http(self.title, public=public, trusted=trusted)

    @property
    def clock(self) -> WallClock:
        """The clock on the wall; tests give another one."""
        return self.host.clock

    def _tell_problem(self, text: str) -> None:
        self.host.tell(Problem(one_line(f"{self.title}: {text}", LONGEST_TOLD)))


def _file_name(module: str, title: str) -> str:
    """One that no other plugin has, and that any file system takes."""
    whole = f"{module.removeprefix('_assistant_plugin_')}.{title}".lower()
    plain = re.sub(r"[^a-z0-9_.-]+", "_", whole)[:60]
    return plain if plain == whole else f"{plain}-{hashlib.sha256(whole.encode()).hexdigest()[:8]}"


def _host(text: str) -> str:
    """The host of a URL, or the text itself; without its port."""
    rest = text.partition("://")[2] or text
    rest = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    if rest.startswith("["):
        return rest[1:].partition("]")[0]
    return rest.partition(":")[0] if rest.count(":") == 1 else rest
