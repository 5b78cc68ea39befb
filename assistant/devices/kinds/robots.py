"""Robots: vacuum cleaners and lawn mowers."""

from __future__ import annotations

from typing import Annotated, ClassVar

from assistant.devices.composed import needs
from assistant.devices.kinds.details import Detailed
from assistant.marking import tool

ROBOT_SECONDS = 12.0


class Robot(Detailed):
    """What drives about and comes home; its ``status`` confirms what it does."""

    @needs(action="pause")
    @tool
    async def pause(self) -> str:
        """Pause what is playing or cleaning."""
        return await self._until("pause", "paused", "idle")

    @needs(action="stop")
    @tool
    async def stop(self) -> str:
        """Stop what is moving or playing."""
        return await self._until("stop", "idle", "paused", "docked")

    @needs(action="dock")
    @tool
    async def return_to_dock(self) -> str:
        """Send a robot vacuum home to its dock."""
        return await self._until("dock", "returning", "docked")

    @needs(action="locate")
    @tool
    async def locate(self) -> str:
        """Let a device make itself heard, so that it can be found."""
        await self.send_action("locate")
        return f"{self.name} was asked to make itself heard"

    @needs("preset")
    @tool
    async def set_preset(self, preset: Annotated[str, "one of the device's own modes"]) -> str:
        """Choose a preset mode, such as eco, boost, sleep or auto."""
        await self.change({"preset": self._meant(self.properties["preset"], preset)})
        return f"{self.name} is in {preset} mode"

    async def _until(self, action: str, *statuses: str) -> str:
        await self.act(action, lambda: self.states.get("status") in statuses, timeout=ROBOT_SECONDS)
        status = str(self.states["status"]).replace("_", " ")
        return f"{self.name} is {'on its way to the dock' if status == 'returning' else status}"

    def describe(self) -> str:
        """``vacuum is docked with 80 percent battery``."""
        status, battery = self.states.get("status"), self.states.get("battery")
        if self.available is False or status is None:
            return super().describe()
        charge = f" with {battery} percent battery" if battery is not None else ""
        return f"{self.name} is {str(status).replace('_', ' ')}{charge}"


class Vacuum(Robot):
    """A robot vacuum."""

    verbs_of: ClassVar[tuple[str, ...]] = ("vacuum",)

    @needs(action="start")
    @tool
    async def start_cleaning(self) -> str:
        """Start a robot vacuum."""
        return await self._until("start", "cleaning", "moving")

    @needs(action="clean_spot")
    @tool
    async def clean_spot(self) -> str:
        """Let a robot vacuum clean just where it is."""
        return await self._until("clean_spot", "cleaning", "moving")

    @needs("rooms")
    @tool
    async def clean_rooms(self, rooms: Annotated[list[str], "names of rooms"]) -> str:
        """Let a robot vacuum clean only some rooms."""
        own = self.properties["rooms"]
        wanted = [str(self._meant(own, room)) for room in rooms]
        await self.wish({"rooms": "\n".join(wanted)})
        await self.confirm(lambda: self.states.get("status") in ("cleaning", "moving"), timeout=ROBOT_SECONDS)
        return f"{self.name} is cleaning the {' and the '.join(wanted)}"


class Mower(Robot):
    """A lawn mower."""

    verbs_of: ClassVar[tuple[str, ...]] = ("mower",)

    @needs(action="start")
    @tool
    async def start_mowing(self) -> str:
        """Start a lawn mower."""
        return await self._until("start", "mowing")
