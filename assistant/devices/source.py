"""Source: a plugin that finds devices by itself and speaks their protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol, cast

from assistant.devices.found import Command, Floor, Found
from assistant.errors import PluginError
from assistant.plugin import Plugin


class FindsHost(Protocol):
    """The house as a source sees it."""

    def found(self, source: Source, found: Found) -> None: ...
    def lost(self, source: Source, found_id: str) -> None: ...
    def reported(self, source: Source, found_id: str, part_id: str, values: dict[str, object]) -> None: ...
    def presence(self, source: Source, found_id: str, there: bool) -> None: ...
    def retold(self, source: Source, found_id: str, topic: str, payload: bytes) -> None: ...
    def floors(self, source: Source, floors: Sequence[Floor]) -> None: ...
    def areas(self, source: Source, names: Mapping[str, Sequence[str]]) -> None: ...


class Source(Plugin):
    """Tells the house what it finds, and takes the house's commands to it.

    A device that several sources see is shown by the one with the highest ``rank``: who speaks to the
    hardware knows more than who repeats it.
    """

    rank: ClassVar[int] = 50
    way: ClassVar[str] = "the home's message broker"

    @property
    def _finds(self) -> FindsHost:
        if not hasattr(self.host, "found"):
            raise PluginError(f"{self.title}: this house takes no found devices")
        return cast(FindsHost, self.host)

    def show(self, found: Found) -> None:
        """A device is there, or has changed; the same ``id`` replaces it."""
        self._finds.found(self, found)

    def forget(self, found_id: str) -> None:
        """A device has gone for good (one that is merely offline says so by its availability)."""
        self._finds.lost(self, found_id)

    def report(self, found_id: str, part_id: str, values: dict[str, object]) -> None:
        """A report that came some other way than over an MQTT topic."""
        self._finds.reported(self, found_id, part_id, values)

    def report_presence(self, found_id: str, there: bool) -> None:
        """The device came or went, said some other way than over an MQTT topic."""
        self._finds.presence(self, found_id, there)

    def retell(self, found_id: str, topic: str, payload: bytes) -> None:
        """A message that came before the house listened to its topic: the first that the device has said."""
        self._finds.retold(self, found_id, topic, payload)

    def show_floors(self, floors: Sequence[Floor]) -> None:
        """Which areas are on which floor, all that this source knows; the owner's own word comes first."""
        self._finds.floors(self, floors)

    def show_areas(self, names: Mapping[str, Sequence[str]]) -> None:
        """What areas are called besides their names, all this source knows; the owner's word comes first."""
        self._finds.areas(self, names)

    async def send(self, command: Command) -> None:
        """Take a command to the device.

        Raises:
            LinkError: the way is blocked; nothing was sent or kept.
        """
        # At least 1: the broker says whether it took it.
        qos = max(command.qos, 1)
        await self.host.publish(command.topic, command.payload, qos=qos, retain=command.retain)
