"""A pretend home on real MQTT topics, for the first minute with the assistant and for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from assistant.home.address import Address
from assistant.home.pretend.actor import Actor, Trouble
from assistant.home.pretend.devices import DEVICES, PretendDevice

__all__ = ["DEVICES", "Actor", "PretendDevice", "PretendHome", "Trouble"]


class PretendHome:
    """Every device of a table, each an MQTT client of its own."""

    def __init__(
        self, where: Address | str, devices: Iterable[PretendDevice] = DEVICES, *, speed: float = 1.0
    ) -> None:
        self.actors = {device.name: Actor(device, where, speed=speed) for device in devices}

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]

    async def ready(self, timeout: float = 5.0) -> None:
        """Wait until every device has said what state it is in; LinkError when the broker is not there."""
        for actor in self.actors.values():
            await actor.ready(timeout)

    async def run(self) -> None:
        """Be a home until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for name, actor in self.actors.items():
                tasks.create_task(actor.run(), name=f"pretend {name}")
