"""A house with the source in it, and a broker that knows wildcards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.devices.composed import FoundDevice
from assistant.devices.found import Found
from assistant.testing.sources import SourceHouse
from plugins.home_assistant_discovery import HomeAssistantDiscovery

DATA = Path(__file__).parents[2] / "data/home_assistant_discovery"


def fixture(name: str) -> dict[str, Any]:
    """Discovery payloads by topic."""
    loaded: dict[str, Any] = json.loads((DATA / name).read_text())
    return loaded


class DiscoveryHouse(SourceHouse):
    """``announce`` delivers discovery messages and shows what they describe."""

    def __init__(self, messages: Mapping[str, Any] | None = None, **settings: Any) -> None:
        self.source = HomeAssistantDiscovery(**settings)
        super().__init__(self.source)
        if messages is not None:
            self.announce(messages)

    def announce(self, messages: Mapping[str, Any]) -> None:
        """Discovery messages, and the end of their burst."""
        for topic, payload in messages.items():
            self.say(topic, payload)
        self.source.settle()

    @property
    def founds(self) -> list[Found]:
        return [find.found for find in self.finds]

    @property
    def only(self) -> FoundDevice:
        """The one device there is."""
        (device,) = self.registry.devices
        assert isinstance(device, FoundDevice)
        return device

    @property
    def unsupported(self) -> dict[str, str]:
        return {id: reason for found in self.founds for id, reason in found.unsupported.items()}
