"""A house for sources, without a broker: what they find, what their devices send, and reports to them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.bus import Bus
from assistant.config.home import DeviceWish
from assistant.devices.composed import FoundDevice
from assistant.devices.found import Floor, Found
from assistant.devices.source import Source
from assistant.home.finds import Finds
from assistant.home.pins import Pins
from assistant.home.registry import Registry
from assistant.testing.bare import BareHost
from assistant.tools.dispatch import Dispatcher, ToolCall, ToolResult
from assistant.tools.table import ToolTable


class SourceHouse(BareHost):
    """Finds, registry, table and dispatcher around one or more sources."""

    def __init__(self, *sources: Source, wishes: Sequence[DeviceWish] = (), pins: Path | None = None) -> None:
        super().__init__()
        self.registry = Registry()
        self.table = ToolTable()
        self.pins = Pins(pins)
        self.finds = Finds(self, self.registry, self.table, wishes=wishes, pins=self.pins)
        self.dispatcher = Dispatcher(self.table, self.registry, Bus())
        for source in sources:
            source.attach(self)

    def found(self, source: Source, found: Found) -> None:
        """A device has been found, or found anew."""
        self.finds.found(source, found)

    def lost(self, source: Source, found_id: str) -> None:
        """A device is gone."""
        self.finds.lost(source, found_id)

    def reported(self, source: Source, found_id: str, part_id: str, values: dict[str, object]) -> None:
        """A device says how it is."""
        self.finds.reported(source, found_id, part_id, values)

    def presence(self, source: Source, found_id: str, there: bool) -> None:
        """A device comes or goes."""
        self.finds.presence(source, found_id, there)

    def retold(self, source: Source, found_id: str, topic: str, payload: bytes) -> None:
        """A device has said something itself, elsewhere."""
        self.finds.retold(source, found_id, topic, payload)

    def floors(self, source: Source, floors: Sequence[Floor]) -> None:
        """A source knows floors."""
        self.finds.floors(source, floors)

    def areas(self, source: Source, names: Mapping[str, Sequence[str]]) -> None:
        """A source knows other names of areas."""
        self.finds.areas(source, names)

    def say(self, topic: str, payload: Any) -> None:
        """A report as JSON, or as it is when it is text."""
        self.report(topic, payload if isinstance(payload, str | bytes) else json.dumps(payload))

    def device(self, name: str) -> FoundDevice:
        """The device of this name."""
        device = next(d for d in self.registry.devices if d.name == name)
        assert isinstance(device, FoundDevice)
        return device

    @property
    def names(self) -> list[str]:
        """Of all devices, sorted."""
        return sorted(device.name for device in self.registry.devices)

    async def do(self, tool: str, device: str, **args: Any) -> ToolResult:
        """A brain's call."""
        self.dispatcher.new_utterance()
        return await self.dispatcher.call(ToolCall("", tool, {"device": device, **args}))
