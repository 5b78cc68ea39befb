"""Thermostats, radiator valves, air conditioners, water heaters."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from assistant.devices.composed import needs
from assistant.devices.kinds.power import Humidifier
from assistant.errors import ToolError
from assistant.marking import tool
from assistant.tools.schema import Parameter
from assistant.tools.vocabulary import Range, Risk, Unit

Degrees = Annotated[float, Range(5, 35), Unit("degrees Celsius")]
BETWEEN = ("target_low", "target_high")
NARROW = 2.0
"""Degrees between the two of a device that has not told them."""
HEATING = ("heat", "auto", "heat_cool", "cool", "eco", "performance", "electric")
"""Modes that "on" may mean, the first that the device has."""


class Thermostat(Humidifier):
    """A set point; modes, presets and fan where it has them."""

    verbs_of: ClassVar[tuple[str, ...]] = ("thermostat", "water heater", "air conditioner")

    def risk_of(self, verb: str, declared: Risk) -> Risk:
        """Some degrees in a room, within the device's own limits, are comfort; a boiler scalds."""
        in_a_room = self.household_kind != "water heater"
        return Risk.COMFORT if in_a_room and verb.endswith("_temperature") else declared

    @tool(risk=Risk.COSTLY)
    async def set_temperature(self, temperature: Degrees) -> str:
        """Set the temperature a thermostat should keep."""
        wanted = self._aims(temperature)
        await self.change(wanted)
        low, *high = [self.states[name] for name in wanted]
        return f"{self.name} is set to {low:g} {f'to {high[0]:g} ' if high else ''}degrees"

    @tool(risk=Risk.COSTLY)
    async def change_temperature(self, by: Annotated[float, Range(-10, 10), Unit("degrees Celsius")]) -> str:
        """Make it warmer (positive) or cooler (negative) by some degrees."""
        points = ("target",) if self.can("target") else BETWEEN
        known = [self.states[name] for name in points if self.states.get(name) is not None]
        if not known:
            raise ToolError(f"I don't know what the {self.name} is set to; say a temperature")
        now, own = sum(known) / len(known), self.properties[points[0]]
        return await self.set_temperature(min(max(now + by, own.low or now + by), own.high or now + by))

    def _aims(self, degrees: float) -> dict[str, float]:
        """What to wish for, for that temperature: the set point, or of two the one that its mode goes by.

        What heats and cools keeps its band, with that temperature in the middle.
        """
        if self.can("target"):
            return {"target": degrees}
        mode = self.states.get("mode")
        if mode in ("heat", "cool"):
            return {BETWEEN[mode == "cool"]: degrees}
        low, high = (self.states.get(name) for name in BETWEEN)
        half = (high - low) / 2 if low is not None and high is not None and high > low else NARROW / 2
        own = self.properties["target_low"]
        least, most = own.low or degrees - half, own.high or degrees + half
        return {"target_low": max(degrees - half, least), "target_high": min(degrees + half, most)}

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
        warms = self.can("target") or all(map(self.can, BETWEEN))
        lacking = {
            *(() if switched else ("turn_on", "turn_off")),
            *(() if warms else ("set_temperature", "change_temperature")),
        }
        return [found for found in super().tools() if found.name not in lacking]

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
        own = self.properties.get("target") or self.properties.get("target_low")
        if own is None:
            return fitted
        return Parameter(
            fitted.name, fitted.type, fitted.description, fitted.required,
            low=own.low if own.low is not None else fitted.low, high=own.high if own.high is not None else
            fitted.high,
        )  # fmt: skip

    def describe(self) -> str:
        """Measured and wanted temperature."""
        now, target, mode = (self.states.get(name) for name in ("temperature", "target", "mode"))
        if target is None and mode in ("heat", "cool"):
            target = self.states.get(BETWEEN[mode == "cool"])
        if target is None and None not in (band := [self.states.get(name) for name in BETWEEN]):
            kept = f"{self.name} is kept between {band[0]:g} and {band[1]:g} degrees"
            return kept if now is None or self.available is False else f"{kept}, at {now:g} now"
        if self.available is False or (now is None and target is None):
            return super().describe()
        off = " and off" if mode == "off" else ""
        if now is None:
            return f"{self.name} is set to {target:g} degrees{off}"
        wanted = f", set to {target:g}" if target is not None and not off else off
        return f"{self.name} is at {now:g} degrees{wanted}"
