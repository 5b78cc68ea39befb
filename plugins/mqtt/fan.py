"""Fans with a speed in percent."""

from __future__ import annotations

from typing import Any, ClassVar

from assistant.api import Percent, hears, state, tool

from .base import MqttDevice, switched


class MqttFan(MqttDevice):
    """On, off and a speed; ``speed_key`` is the field of the speed."""

    kind: ClassVar[str] = "fan"
    speed_key: str = "speed"
    on: bool | None = state()
    speed: Percent | None = state(unit="percent")

    @tool
    async def turn_on(self) -> str:
        """Switch a device on."""
        await self.command({"state": "ON"})
        await self.confirm(lambda: self.on)
        return self.describe()

    @tool
    async def turn_off(self) -> str:
        """Switch a device off."""
        await self.command({"state": "OFF"})
        await self.confirm(lambda: self.on is False)
        return self.describe()

    @tool
    async def set_speed(self, speed: Percent) -> str:
        """Set the speed of a fan in percent."""
        if speed == 0:
            return await self.turn_off()
        await self.command({"state": "ON", self.speed_key: speed})
        await self.confirm(lambda: self.on and self.speed == speed)
        return self.describe()

    @hears("{topic}")
    def _report(self, payload: dict[str, Any]) -> None:
        if "state" in payload:
            self.on = switched(payload["state"])
        if payload.get(self.speed_key) is not None:
            self.speed = payload[self.speed_key]

    def describe(self) -> str:
        """``fan is on at 40 percent``."""
        if self.on is None:
            return f"{self.name} has not reported yet"
        if not self.on:
            return f"{self.name} is off"
        return f"{self.name} is on" + (f" at {self.speed} percent" if self.speed is not None else "")
