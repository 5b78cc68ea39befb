"""What the configured plugins bring into the home: devices, tools, and what became of each entry."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from assistant import faults
from assistant.config import Config, PluginEntry
from assistant.device import Device
from assistant.devices.found import Floor
from assistant.errors import ConfigError, PluginError, ToolError
from assistant.home.guard import GuardedHost
from assistant.home.registry import Registry, cleaned
from assistant.home.topics import problem_with_filter, problem_with_sending
from assistant.loader import Loaded, Loader, LoadState, now
from assistant.plugin import PLACEHOLDER, Host, Plugin, listeners
from assistant.tools.table import ThereTwice, ToolTable

log = logging.getLogger(__name__)

Undo = Callable[[], None]


@dataclass
class Furniture:
    """Loads entries one by one; a broken plugin is left out, a mistake in the configuration is raised.

    ``loaded`` has one item for each entry, in their order. ``offended`` hears which plugin does too much, and
    of what. ``rooms`` are those in which people are heard.
    """

    registry: Registry = field(default_factory=Registry)
    table: ToolTable = field(default_factory=ToolTable)
    loaded: list[Loaded] = field(default_factory=list)
    loader: Loader = field(default_factory=Loader)
    rooms: tuple[str, ...] = ()
    offended: Callable[[Loaded, str], None] = lambda _loaded, _what: None
    _host: Host | None = None
    _undo: dict[Plugin, list[Undo]] = field(default_factory=dict)

    def load(self, config: Config) -> None:
        """Load every configured plugin and source.

        Raises:
            ConfigError: an entry is wrong: file:line:column, key, what was expected.
        """
        self.loader = Loader(config.plugin_paths, config.plugin_allow)
        for advice in self.loader.advice():
            log.warning("%s.", advice)
        self.rooms = tuple(name for name in config.rooms if config.audio_in(name).has_microphone)
        self.registry.floors.wish(
            [
                Floor(
                    cleaned(name), tuple(map(cleaned, own.areas)), own.level, tuple(map(cleaned, own.aliases))
                )
                for name, own in config.home.floors.items()
            ]
        )
        areas = config.home.areas
        self.registry.areas.wish({cleaned(area): [*map(cleaned, own)] for area, own in areas.items()})
        configured = {entry.name for entry in config.plugins}
        sources = [PluginEntry(name=name) for name in config.home.sources if name not in configured]
        for entry in [*config.plugins, *sources]:
            self.loaded.append(_told(self.add(self.loader, entry)))

    def add(self, loader: Loader, entry: PluginEntry) -> Loaded:
        """Load one plugin and give its devices and tools a place.

        Raises:
            ConfigError: the entry is wrong.
        """
        return self.place(loader.load(entry), entry)

    def place(self, loaded: Loaded, entry: PluginEntry) -> Loaded:
        """Give the devices and tools of a plugin a place, all or none.

        Raises:
            ConfigError: its settings do not fit the home, or it is there already.
        """
        try:
            for plugin in loaded.plugins:
                _check_topics(plugin, entry)
            self.table.add_all(loaded.tools)
        except ThereTwice as error:
            raise entry.mistake(str(error)) from error
        except PluginError as error:
            return _without(loaded, LoadState.BROKEN, str(error))
        try:
            for plugin in loaded.plugins:
                if isinstance(plugin, Device):
                    self._register(plugin, entry)
        except ConfigError:
            self.table.remove_all(loaded.tools)
            raise
        return loaded

    def attach(self, host: Host) -> None:
        """Let the plugins hear the home; one that cannot is taken out again."""
        self._host = host
        self.loaded = [self.attached(each) for each in self.loaded]

    def attached(self, loaded: Loaded) -> Loaded:
        """Let one plugin hear the home; one that cannot is taken out again."""
        assert self._host is not None, "attach() comes first"
        for plugin in loaded.plugins:
            guarded = GuardedHost(self._host, partial(self._overdone, loaded))
            undo = self._undo[plugin] = [guarded.withdraw]
            try:
                undo.append(plugin.attach(guarded))
            except PluginError as error:
                reason = str(error)
            except Exception as error:  # noqa: BLE001 - P3: an author may have his own attach()
                reason = faults.in_one_line(error, type(plugin).__module__)
            else:
                continue
            return _told(self.withdrawn(loaded, LoadState.BROKEN, reason))
        return loaded

    def withdrawn(self, loaded: Loaded, state: LoadState, reason: str) -> Loaded:
        """Take a plugin out: it hears nothing, has no tools and no devices any more."""
        for plugin in loaded.plugins:
            for undo in reversed(self._undo.pop(plugin, [])):
                undo()
        self.table.remove_all(loaded.tools)
        for plugin in loaded.plugins:
            if isinstance(plugin, Device):
                self.registry.remove(plugin)
        return _without(loaded, state, reason)

    def _overdone(self, loaded: Loaded, what: str) -> None:
        self.offended(loaded, what)

    def _register(self, device: Device, entry: PluginEntry) -> None:
        try:
            self.registry.add(device)
        except ToolError as error:
            raise entry.mistake(str(error).rstrip("."), "name") from error

    @property
    def plugins(self) -> list[Plugin]:
        """All that were loaded."""
        return [plugin for loaded in self.loaded for plugin in loaded.plugins]


def _without(loaded: Loaded, state: LoadState, reason: str) -> Loaded:
    return replace(loaded, state=state, reason=reason, plugins=(), tools=(), since=now())


def _told(loaded: Loaded) -> Loaded:
    if loaded.state in (LoadState.BROKEN, LoadState.NOT_CONFIGURED):
        log.error("plugin %s: %s: %s", loaded.name, loaded.state.value, loaded.reason)
    return loaded


def _check_topics(plugin: Plugin, entry: PluginEntry) -> None:
    for setting in plugin.topics_published():
        value = getattr(plugin, setting)
        problem = problem_with_sending(str(value))
        if problem and value != plugin.settings_declared[setting]:
            raise entry.mistake(f"expected a topic to publish on, found {value!r}, which {problem}", setting)
    for template, place in listeners(plugin).items():
        try:
            topic = plugin.fill(template)
        except PluginError as error:
            raise PluginError(f"{place}: {error}") from error
        if (problem := problem_with_filter(topic)) is None:
            continue
        for setting in PLACEHOLDER.findall(template):
            raise entry.mistake(f"expected a topic to hear, found {topic!r}, which {problem}", setting)
        raise PluginError(f"{place}: {plugin.title} cannot hear {topic!r}: it {problem}")
