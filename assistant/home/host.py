"""The house as plugins see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from assistant.bus import Bus
from assistant.devices.found import Floor, Found
from assistant.devices.source import Source
from assistant.errors import LinkError, PluginError
from assistant.events import Event
from assistant.home.finds import Finds
from assistant.home.link import Link
from assistant.marking import PAYLOAD_BYTES
from assistant.speaking import Voice
from assistant.wallclock import WallClock


class PluginHost:
    """The house as plugins see it; what sources find goes to ``finds``, what is said to the ``voice``.

    ``folder`` is where the house keeps its state.
    """

    def __init__(self, link: Link, bus: Bus, folder: Path, clock: WallClock) -> None:
        self._link = link
        self._bus = bus
        self._voice: Voice | None = None
        self.folder = folder
        self.clock = clock
        self.finds: Finds | None = None

    @property
    def voice(self) -> Voice:
        """The house's voice, once there is one.

        Raises:
            PluginError: nobody can speak yet.
        """
        if self._voice is None:
            raise PluginError("the house has no voice yet: speak in run(), a reaction or a tool")
        return self._voice

    @voice.setter
    def voice(self, voice: Voice) -> None:
        self._voice = voice

    def listen(self, *kinds: type[Event]) -> AbstractContextManager[asyncio.Queue[Event]]:
        """A queue that gets every event of these classes while the block lasts; full, it loses the oldest."""
        return self._bus.subscribed(*kinds)

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

    def floors(self, source: Source, floors: Sequence[Floor]) -> None:
        """Which areas lie on which floor, as a source knows it."""
        self._sought.floors(source, floors)

    def areas(self, source: Source, names: Mapping[str, Sequence[str]]) -> None:
        """Other names of areas, as a source knows them."""
        self._sought.areas(source, names)

    @property
    def _sought(self) -> Finds:
        assert self.finds is not None, "furniture gives the host its finds"
        return self.finds
