"""The house as plugins see it."""

from __future__ import annotations

from collections.abc import Callable

from assistant.bus import Bus
from assistant.devices.found import Found
from assistant.devices.source import Source
from assistant.errors import LinkError, PluginError
from assistant.events import Event
from assistant.home.finds import Finds
from assistant.home.link import Link
from assistant.plugin import PAYLOAD_BYTES


class PluginHost:
    """The house as plugins see it; what sources find goes to ``finds``."""

    def __init__(self, link: Link, bus: Bus) -> None:
        self._link = link
        self._bus = bus
        self.finds: Finds | None = None

    async def publish(self, topic: str, payload: str | bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Send to the broker."""
        await self._link.publish(topic, payload, qos=qos, retain=retain)

    def subscribe(
        self,
        topic: str,
        heard: Callable[[str, bytes], None],
        *,
        retained: bool = True,
        largest: int = PAYLOAD_BYTES,
    ) -> Callable[[], None]:
        """Hear a topic, with or without what the broker kept; one that cannot be is the plugin's mistake."""
        try:
            return self._link.subscribe(topic, heard, retained=retained, largest=largest)
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

    def retold(self, source: Source, found_id: str, topic: str, payload: bytes) -> None:
        """A message that came before its device was there."""
        self._sought.retold(source, found_id, topic, payload)

    @property
    def _sought(self) -> Finds:
        assert self.finds is not None, "furniture gives the host its finds"
        return self.finds
