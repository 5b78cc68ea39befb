"""What all the generic MQTT devices share: where reports come from and where commands go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.api import Device, Topic


class MqttDevice(Device):
    """A device that reports on ``topic`` and obeys on ``command_topic`` (default ``<topic>/set``)."""

    topic: Topic
    command_topic: Topic = ""

    async def command(self, payload: str | Mapping[str, Any]) -> None:
        """Send a command: a mapping goes as JSON."""
        await self.publish(self.command_topic or f"{self.topic}/set", payload)


def switched(value: object) -> bool | None:
    """``ON`` and its relatives as a bool; None when the device does not know (Zigbee2MQTT sends null)."""
    words = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}
    if value is None:
        return None
    if str(value).lower() not in words:
        raise ValueError(f"{str(value)[:40]!r} is neither on nor off")
    return words[str(value).lower()]
