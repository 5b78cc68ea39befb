"""Blinds, curtains and shutters: 0 percent is closed, 100 percent open."""

from __future__ import annotations

from typing import Any, ClassVar

from assistant.api import Percent, hears, state, tool

from .base import MqttDevice

MOVING_SECONDS = 60.0


class MqttBlinds(MqttDevice):
    """Something that opens and closes by degrees; ``tolerance`` is what its motor is out by."""

    kind: ClassVar[str] = "blinds"
    tolerance: Percent = 2
    position: Percent | None = state(unit="percent open")

    @tool
    async def open(self) -> str:
        """Open blinds or curtains completely."""
        return await self.set_position(100)

    @tool
    async def close(self) -> str:
        """Close blinds or curtains completely."""
        return await self.set_position(0)

    @tool
    async def set_position(self, position: Percent) -> str:
        """Move blinds or curtains to a position: 0 closed, 100 open."""
        await self.command({"position": position})
        await self.confirm(lambda: self._near(position), timeout=MOVING_SECONDS)
        return self.describe()

    @tool
    async def stop(self) -> str:
        """Stop what is moving or playing."""
        await self.command({"state": "STOP"})
        await self.confirm(lambda: True)
        return self.describe()

    def _near(self, position: int) -> bool:
        return self.position is not None and abs(self.position - position) <= self.tolerance

    @hears("{topic}")
    def _report(self, payload: dict[str, Any]) -> None:
        if payload.get("position") is not None:
            self.position = payload["position"]

    def describe(self) -> str:
        """``blinds is open``: the verb is made plural where it is spoken."""
        match self.position:
            case None:
                return f"{self.name} has not reported yet"
            case 0:
                return f"{self.name} is closed"
            case 100:
                return f"{self.name} is open"
            case position:
                return f"{self.name} is {position} percent open"
