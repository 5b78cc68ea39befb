"""What the configured plugins bring into the home: devices, tools, and what became of each entry."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from assistant import faults
from assistant.config import Config, PluginEntry
from assistant.device import Device
from assistant.errors import PluginError, ToolError
from assistant.home.registry import Registry
from assistant.home.topics import problem_with_filter, problem_with_topic
from assistant.loader import Loaded, Loader, LoadState
from assistant.plugin import PLACEHOLDER, Host, Plugin
from assistant.tools.table import ToolTable

log = logging.getLogger(__name__)


@dataclass
class Furniture:
    """Loads entries one by one; a broken plugin is left out, a mistake in the configuration is raised."""

    registry: Registry = field(default_factory=Registry)
    table: ToolTable = field(default_factory=ToolTable)
    loaded: list[Loaded] = field(default_factory=list)

    def load(self, config: Config) -> None:
        """Load every configured plugin and source.

        Raises:
            ConfigError: an entry is wrong: file:line:column, key, what was expected.
        """
        loader = Loader(config.plugin_paths)
        configured = {entry.name for entry in config.plugins}
        sources = [PluginEntry(name=name) for name in config.home.sources if name not in configured]
        for entry in [*config.plugins, *sources]:
            self.loaded.append(_told(self.add(loader, entry)))

    def add(self, loader: Loader, entry: PluginEntry) -> Loaded:
        """Load one plugin and give its devices and tools a place.

        Raises:
            ConfigError: the entry is wrong.
        """
        loaded = loader.load(entry)
        try:
            for plugin in loaded.plugins:
                _check_topics(plugin, entry)
            self.table.add_all(loaded.tools)
        except PluginError as error:
            return Loaded(entry.name, LoadState.BROKEN, str(error))
        for plugin in loaded.plugins:
            if isinstance(plugin, Device):
                self._register(plugin, entry)
        return loaded

    def attach(self, host: Host) -> None:
        """Let the plugins hear the home; one that cannot is taken out again."""
        self.loaded = [self._attached(each, host) for each in self.loaded]

    def _attached(self, loaded: Loaded, host: Host) -> Loaded:
        undo: list[Callable[[], None]] = []
        for plugin in loaded.plugins:
            try:
                undo.append(plugin.attach(host))
            except PluginError as error:
                reason = str(error)
            except Exception as error:  # noqa: BLE001 - P3: an author may have his own attach()
                reason = faults.in_one_line(error, type(plugin).__module__)
            else:
                continue
            for undone in undo:
                undone()
            self._remove(loaded)
            return _told(Loaded(loaded.name, LoadState.BROKEN, reason))
        return loaded

    def _remove(self, loaded: Loaded) -> None:
        self.table.remove_all(loaded.tools)
        for plugin in loaded.plugins:
            if isinstance(plugin, Device):
                self.registry.remove(plugin)

    def _register(self, device: Device, entry: PluginEntry) -> None:
        try:
            self.registry.add(device)
        except ToolError as error:
            raise entry.mistake(str(error).rstrip("."), "name") from error

    @property
    def plugins(self) -> list[Plugin]:
        """All that were loaded."""
        return [plugin for loaded in self.loaded for plugin in loaded.plugins]


def _told(loaded: Loaded) -> Loaded:
    if loaded.state is LoadState.BROKEN:
        log.error("plugin %s: %s: %s", loaded.name, loaded.state.value, loaded.reason)
    return loaded


def _check_topics(plugin: Plugin, entry: PluginEntry) -> None:
    for setting in plugin.topics_published():
        value = getattr(plugin, setting)
        problem = problem_with_topic(str(value))
        if problem and value != plugin.settings_declared[setting]:
            raise entry.mistake(f"expected a topic to publish on, found {value!r}, which {problem}", setting)
    for template in plugin.topics_heard():
        topic = plugin.fill(template)
        if (problem := problem_with_filter(topic)) is None:
            continue
        for setting in PLACEHOLDER.findall(template):
            raise entry.mistake(f"expected a topic to hear, found {topic!r}, which {problem}", setting)
        raise PluginError(f"{plugin.title} cannot hear {topic!r}: it {problem}")
