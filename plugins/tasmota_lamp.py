"""A dimmable lamp that speaks the Tasmota topics."""

import json
from typing import Annotated, ClassVar

from assistant.api import Device, Percent, Range, Topic, hears, state, tool


class TasmotaLamp(Device):
    """``topic`` is what the lamp's own page calls its MQTT topic."""

    kind: ClassVar[str] = "dimmable light"
    topic: Topic
    on: bool | None = state()
    brightness: Percent | None = state(unit="percent")

    @tool
    async def turn_on(self, brightness: Percent = 100) -> str:
        """Switch a device on; lights optionally at a brightness or in a colour."""
        await self.publish("cmnd/{topic}/Dimmer", brightness)
        await self.confirm(lambda: self.on and self.brightness == brightness)
        return f"{self.name} is on at {self.brightness} percent"

    @tool
    async def turn_off(self) -> str:
        """Switch a device off."""
        await self.publish("cmnd/{topic}/POWER", "OFF")
        await self.confirm(lambda: self.on is False)
        return f"{self.name} is off"

    @tool
    async def change_brightness(self, by: Annotated[int, Range(-100, 100)]) -> str:
        """Make a light brighter (positive) or darker (negative) by percentage points.

        Args:
            by: Percentage points.
        """
        now = (self.brightness or 0) if self.on else 0
        return await self.turn_on(min(max(now + by, 1), 100))

    @hears("stat/{topic}/RESULT", "tele/{topic}/STATE")
    def _result(self, payload: str) -> None:
        report = json.loads(payload)
        if "POWER" in report:
            self.on = report["POWER"] == "ON"
        self.brightness = report.get("Dimmer", self.brightness)
