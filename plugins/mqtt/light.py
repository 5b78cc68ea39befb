"""Lamps: on and off, dimmable, coloured."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from assistant.api import Choice, Percent, Range, hears, state, tool

from . import colors
from .base import MqttDevice, switched

Color = Annotated[str, Choice(*colors.NAMES)]


class MqttLight(MqttDevice):
    """A lamp that is on or off."""

    kind: ClassVar[str] = "light"
    on: bool | None = state()

    @tool
    async def turn_on(self) -> str:
        """Switch a device on; lights optionally at a brightness or in a colour."""
        return await self._set({"state": "ON"})

    @tool
    async def turn_off(self) -> str:
        """Switch a device off."""
        await self.command({"state": "OFF"})
        await self.confirm(lambda: self.on is False)
        return self.describe()

    async def _set(self, wanted: dict[str, Any]) -> str:
        await self.command(wanted)
        await self.confirm(lambda: self.on)
        return self.describe()

    @hears("{topic}")
    def _report(self, payload: dict[str, Any]) -> None:
        self.read(payload)

    def read(self, payload: dict[str, Any]) -> None:
        """Take what this kind of lamp knows from a report."""
        if "state" in payload:
            self.on = switched(payload["state"])

    def describe(self) -> str:
        """``lamp is on``."""
        if self.on is None:
            return f"{self.name} has not reported yet"
        return f"{self.name} is {'on' if self.on else 'off'}"


class MqttDimmableLight(MqttLight):
    """A lamp with a brightness. ``scale`` is the firmware's value for 100 percent."""

    kind: ClassVar[str] = "dimmable light"
    scale: Annotated[int, Range(1, 65535)] = 254
    brightness: Percent | None = state(unit="percent")

    @tool
    async def turn_on(self, brightness: Percent | None = None) -> str:
        """Switch a device on; lights optionally at a brightness or in a colour."""
        return await self._light(brightness)

    @tool
    async def change_brightness(self, by: Annotated[int, Range(-100, 100)]) -> str:
        """Make a light brighter (positive) or darker (negative) by percentage points."""
        now = (self.brightness or 0) if self.on else 0
        return await self._light(min(max(now + by, 1), 100))

    async def _light(self, brightness: int | None, wanted: dict[str, Any] | None = None) -> str:
        if brightness == 0:
            return await self.turn_off()
        command = {"state": "ON", **(wanted or {})}
        if brightness is not None:
            command["brightness"] = max(round(brightness * self.scale / 100), 1)
        await self.command(command)
        await self.confirm(lambda: self.on and brightness in (None, self.brightness))
        return self.describe()

    def read(self, payload: dict[str, Any]) -> None:
        """On or off, and brightness."""
        super().read(payload)
        if payload.get("brightness") is not None:
            self.brightness = round(float(payload["brightness"]) * 100 / self.scale)

    def describe(self) -> str:
        """``lamp is on at 30 percent``."""
        text = super().describe()
        return f"{text} at {self.brightness} percent" if self.on and self.brightness is not None else text


class MqttColourLight(MqttDimmableLight):
    """A lamp with a brightness and a colour."""

    kind: ClassVar[str] = "colour light"
    color: str | None = state()

    @tool
    async def turn_on(self, brightness: Percent | None = None, color: Color | None = None) -> str:
        """Switch a device on; lights optionally at a brightness or in a colour."""
        if color is None:
            return await self._light(brightness)
        await self._light(brightness, colors.command(color))
        await self.confirm(lambda: self.color == color)
        return f"{self.name} is {color}" + (f" at {self.brightness} percent" if brightness else "")

    def read(self, payload: dict[str, Any]) -> None:
        """On or off, brightness, and the nearest colour name."""
        super().read(payload)
        if (name := colors.reported(payload)) is not None:
            self.color = name
