"""A described device that stands in the configuration: its settings are its description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.devices.composed import FoundDevice
from assistant.devices.found import Command, Found, Part
from assistant.errors import PluginError
from assistant.plugin import REQUIRED, Plugin


class Configured(FoundDevice):
    """Beside a kind, it gives a device of that kind: ``class Lamp(Configured, Light)`` with its settings as
    annotations and ``described`` as the way from settings to a part.
    """

    def __init__(self, **settings: Any) -> None:
        own = {**self.settings_declared, **settings}
        if missing := next((name for name, value in own.items() if value is REQUIRED), None):
            raise PluginError(f"{type(self).__name__} needs the setting {missing!r}")
        part = self.described(own)
        found = Found(id=f"mqtt {own['name']}", name=own["name"], parts=(part,))
        super().__init__(found, [part], _Owner(self), **settings)

    @classmethod
    def described(cls, own: Mapping[str, Any]) -> Part:
        """Its part, from its settings."""
        raise NotImplementedError


class _Owner:
    """Takes its commands to the broker."""

    title, way = "configuration", "the home's message broker"

    def __init__(self, device: Configured) -> None:
        self._device = device

    async def send(self, command: Command) -> None:
        """At QoS 1: the broker says whether it took it."""
        host = self._device.host
        await host.publish(command.topic, command.payload, qos=max(command.qos, 1), retain=command.retain)

    def complain(self, text: str, same: object = None) -> None:
        """Once, like every plugin."""
        Plugin.complain(self._device, text, same)
