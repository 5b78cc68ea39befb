"""Thermostats, radiator valves, air conditioners, water heaters."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from assistant.devices.composed import needs
from assistant.devices.kinds.power import Humidifier
from assistant.errors import ToolError
from assistant.plugin import tool
from assistant.tools.schema import Parameter
from assistant.tools.vocabulary import Range, Risk, Unit

Degrees = Annotated[float, Range(5, 35), Unit("degrees Celsius")]
HEATING = ("heat", "auto", "heat_cool", "cool", "eco", "performance", "electric")
"""Modes that "on" may mean, the first that the device has."""


class Thermostat(Humidifier):
    """A set point; modes, presets and fan where it has them."""

    verbs_of: ClassVar[tuple[str, ...]] = ("thermostat", "water heater", "air conditioner")

    @needs("target")
    @tool(risk=Risk.COSTLY)
    async def set_temperature(self, temperature: Degrees) -> str:
        """Set the temperature a thermostat should keep."""
        await self.change({"target": temperature})
        return f"{self.name} is set to {self.states['target']:g} degrees"

    @needs("target")
    @tool(risk=Risk.COSTLY)
    async def change_temperature(self, by: Annotated[float, Range(-10, 10), Unit("degrees Celsius")]) -> str:
        """Make it warmer (positive) or cooler (negative) by some degrees."""
        now = self.states.get("target")
        if now is None:
            raise ToolError(f"I don't know what the {self.name} is set to; say a temperature")
        own = self.properties["target"]
        return await self.set_temperature(min(max(now + by, own.low or now + by), own.high or now + by))

    @needs("mode")
    @tool(risk=Risk.COSTLY)
    async def set_mode(self, mode: Annotated[str, "for example heat, cool, auto or off"]) -> str:
        """Choose what a thermostat or air conditioner does: heat, cool, auto, off and so on."""
        await self.change({"mode": self._meant(self.properties["mode"], mode)})
        return f"{self.name} is in {mode} mode"

    @needs("fan_mode")
    @tool
    async def set_fan_mode(self, fan_mode: Annotated[str, "for example auto, low, high"]) -> str:
        """Choose the fan speed of an air conditioner by name."""
        await self.change({"fan_mode": self._meant(self.properties["fan_mode"], fan_mode)})
        return f"{self.name} has its fan on {fan_mode}"

    def tools(self) -> list[Any]:
        """ "On" and "off" are modes where there is no switch of its own."""
        switched = self.can("on") or (self.can("mode") and "off" in self.properties["mode"].options)
        return [t for t in super().tools() if t.name not in ("turn_on", "turn_off") or switched]

    @tool(risk=Risk.COSTLY)
    async def turn_on(self) -> str:
        """Switch a device on."""
        if self.can("on"):
            return await self.change({"on": True})
        modes = self.properties["mode"].options
        mode = next((m for m in HEATING if m in modes), next((m for m in modes if m != "off"), ""))
        return await self.change({"mode": mode})

    @tool
    async def turn_off(self) -> str:
        """Switch a device off."""
        return await self.change({"on": False} if self.can("on") else {"mode": "off"})

    def _fitted(self, parameter: Parameter) -> Parameter:
        fitted = super()._fitted(parameter)
        if parameter.name != "temperature":
            return fitted
        own = self.properties["target"]
        return Parameter(
            fitted.name, fitted.type, fitted.description, fitted.required,
            low=own.low if own.low is not None else fitted.low, high=own.high if own.high is not None else
            fitted.high,
        )  # fmt: skip

    def describe(self) -> str:
        """Measured and wanted temperature."""
        now, target, mode = (self.states.get(name) for name in ("temperature", "target", "mode"))
        if self.available is False or (now is None and target is None):
            return super().describe()
        off = " and off" if mode == "off" else ""
        if now is None:
            return f"{self.name} is set to {target:g} degrees{off}"
        wanted = f", set to {target:g}" if target is not None and not off else off
        return f"{self.name} is at {now:g} degrees{wanted}"
