"""Robot vacuums that speak Valetudo's topics."""

from __future__ import annotations

from typing import ClassVar

from assistant.api import Percent, hears, state, tool

from .base import MqttDevice

OPERATION = "{topic}/BasicControlCapability/operation/set"


class MqttVacuum(MqttDevice):
    """A vacuum; ``topic`` is its Valetudo prefix, for example ``valetudo/robot``."""

    kind: ClassVar[str] = "vacuum"
    status: str | None = state()
    battery: Percent | None = state(unit="percent")

    @tool
    async def start_cleaning(self) -> str:
        """Start a robot vacuum."""
        await self.publish(OPERATION, "START")
        await self.confirm(lambda: self.status == "cleaning")
        return f"{self.name} is cleaning"

    @tool
    async def pause(self) -> str:
        """Pause what is playing or cleaning."""
        await self.publish(OPERATION, "PAUSE")
        await self.confirm(lambda: self.status in ("paused", "idle"))
        return f"{self.name} is paused"

    @tool
    async def stop(self) -> str:
        """Stop what is moving or playing."""
        await self.publish(OPERATION, "STOP")
        await self.confirm(lambda: self.status in ("idle", "paused", "docked"))
        return f"{self.name} is stopped"

    @tool
    async def return_to_dock(self) -> str:
        """Send a robot vacuum home to its dock."""
        await self.publish(OPERATION, "HOME")
        await self.confirm(lambda: self.status in ("returning", "docked"))
        return f"{self.name} is on its way to the dock" if self.status == "returning" else self.describe()

    @hears("{topic}/StatusStateAttribute/status")
    def _status(self, payload: str) -> None:
        self.status = payload

    @hears("{topic}/BatteryStateAttribute/level")
    def _battery(self, payload: str) -> None:
        self.battery = round(float(payload))

    def describe(self) -> str:
        """``vacuum is docked with 80 percent battery``."""
        if self.status is None:
            return f"{self.name} has not reported yet"
        return f"{self.name} is {self.status}" + (
            f" with {self.battery} percent battery" if self.battery is not None else ""
        )
