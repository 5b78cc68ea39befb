"""Music and television in a room are softer while somebody there speaks to the assistant."""

from __future__ import annotations

import asyncio
import logging

from assistant.bus import Bus
from assistant.device import Device
from assistant.errors import ToolError
from assistant.events import PhaseChanged
from assistant.home.registry import Registry, folded

log = logging.getLogger(__name__)

SOFT_PERCENT = 15
PLAYER = "media player"


class Ducking:
    """Turns the players of one area down when the room begins to listen, and up again when it has heard.

    Up before the answer: "a bit louder" means louder than the music was. One whose volume was changed
    meanwhile stays as it was set. What happens in another room than ``room`` is not heard here; "" is all.
    """

    def __init__(self, bus: Bus, registry: Registry, area: str, room: str = "") -> None:
        self._bus, self._registry, self._area, self._room = bus, registry, folded(area), room
        self._before: dict[Device, int] = {}

    async def run(self) -> None:
        """For ever; without an area nobody knows which players can be heard here."""
        if not self._area:
            return
        with self._bus.subscribed(PhaseChanged) as phases:
            try:
                while True:
                    phase = await phases.get()
                    assert isinstance(phase, PhaseChanged)
                    here = not self._room or phase.room in ("", self._room)
                    await (self._duck() if here and phase.phase == "listening" else self._restore())
            finally:
                await self._restore()

    async def _duck(self) -> None:
        loud = {
            device: volume
            for device in self._registry.devices
            if folded(device.area) == self._area
            and device.household_kind == PLAYER
            and device.available is not False
            and (device.states.get("playing") or device.states.get("status") == "playing")
            and isinstance(volume := device.states.get("volume"), int)
            and volume > SOFT_PERCENT
        }
        self._before.update({device: loud[device] for device in loud if device not in self._before})
        await asyncio.gather(*(_set(device, SOFT_PERCENT) for device in loud))

    async def _restore(self) -> None:
        before, self._before = self._before, {}
        ours = [device for device in before if device.states.get("volume") == SOFT_PERCENT]
        await asyncio.gather(*(_set(device, before[device]) for device in ours))


async def _set(device: Device, percent: int) -> None:
    setting = next((tool.function for tool in device.tools() if tool.name == "set_volume"), None)
    if setting is None:
        return
    try:
        await setting(volume=percent)
    except ToolError as error:
        log.info("the %s was not turned down or up: %s", device.name, error)
