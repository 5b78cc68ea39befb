"""Furnishing the house: plugins loaded, their devices and tools settled, and their door to the house."""

from __future__ import annotations

import logging
from collections.abc import Callable

from assistant.bus import Bus
from assistant.config import Config
from assistant.config.model import PluginEntry
from assistant.device import Device
from assistant.devices.found import Found
from assistant.devices.source import Source
from assistant.errors import LinkError, PluginError, ToolError
from assistant.events import Event
from assistant.home.finds import Finds
from assistant.home.link import Link
from assistant.home.pins import Pins
from assistant.home.registry import Registry
from assistant.loader import Loaded, Loader, LoadState
from assistant.plugin import Plugin
from assistant.tools.table import ToolTable

log = logging.getLogger(__name__)


class PluginHost:
    """The house as plugins see it; what sources find goes to ``finds``."""

    def __init__(self, link: Link, bus: Bus) -> None:
        self._link = link
        self._bus = bus
        self.finds: Finds | None = None

    async def publish(self, topic: str, payload: str | bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Send to the broker."""
        await self._link.publish(topic, payload, qos=qos, retain=retain)

    def subscribe(self, topic: str, heard: Callable[[str, bytes], None]) -> Callable[[], None]:
        """Hear a topic; a topic that cannot be one is the plugin's mistake."""
        try:
            return self._link.subscribe(topic, heard)
        except LinkError as error:
            raise PluginError(str(error)) from error

    def tell(self, event: Event) -> None:
        """Put a fact on the bus."""
        self._bus.publish(event)

    def found(self, source: Source, found: Found) -> None:
        """A source shows a device."""
        self._sought.found(source, found)

    def lost(self, source: Source, found_id: str) -> None:
        """A source takes a device back."""
        self._sought.lost(source, found_id)

    def reported(self, source: Source, found_id: str, part_id: str, values: dict[str, object]) -> None:
        """A report that came without a topic."""
        self._sought.reported(source, found_id, part_id, values)

    def presence(self, source: Source, found_id: str, there: bool) -> None:
        """A device came or went."""
        self._sought.presence(source, found_id, there)

    @property
    def _sought(self) -> Finds:
        assert self.finds is not None, "furniture gives the host its finds"
        return self.finds


class Furniture:
    """What the plugins brought: devices, tools, and what became of each entry.

    ``changed`` is called whenever a device came or went after loading.
    """

    def __init__(self, config: Config, link: Link, bus: Bus, *, pins: Pins | None = None) -> None:
        self._config = config
        self.registry = Registry()
        self.table = ToolTable()
        self.loaded: list[Loaded] = []
        self.changed: Callable[[], None] = lambda: None
        self._host = PluginHost(link, bus)
        self.pins = pins or Pins()
        self.finds = Finds(self._host, self.registry, self.table, wishes=config.home.devices, pins=self.pins)
        self.finds.changed = lambda: self.changed()
        self._host.finds = self.finds

    def load(self) -> None:
        """Load every configured plugin and source; one that fails is reported and left out."""
        loader = Loader(self._config.plugin_paths)
        configured = {entry.name for entry in self._config.plugins}
        sources = [PluginEntry(name=name) for name in self._config.home.sources if name not in configured]
        for entry in [*self._config.plugins, *sources]:
            loaded = loader.load(entry.name, entry.settings)
            try:
                for plugin in loaded.plugins:
                    self._settle(plugin)
            except (PluginError, ToolError) as error:
                loaded = Loaded(entry.name, LoadState.BROKEN, str(error))
            if loaded.state is not LoadState.ENABLED:
                log.warning("plugin %s: %s: %s", entry.name, loaded.state.value, loaded.reason)
            self.loaded.append(loaded)

    def _settle(self, plugin: Plugin) -> None:
        if isinstance(plugin, Device):
            self.registry.add(plugin)
        for tool in plugin.tools():
            self.table.add(tool)
        plugin.attach(self._host)

    @property
    def plugins(self) -> list[Plugin]:
        """All that were loaded."""
        return [plugin for loaded in self.loaded for plugin in loaded.plugins]
