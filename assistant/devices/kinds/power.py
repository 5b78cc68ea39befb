"""What is switched on and off: switches, fans, humidifiers, sirens."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, ClassVar

from assistant.devices.composed import needs
from assistant.devices.kinds.details import Detailed
from assistant.devices.trust import lets_in
from assistant.marking import tool
from assistant.tools.schema import Parameter
from assistant.tools.table import Tool
from assistant.tools.vocabulary import Percent, Range, Risk, Unit


class Switched(Detailed):
    """On and off."""

    verbs_of: ClassVar[tuple[str, ...]] = ("switch", "outlet", "heater")

    def risk_of(self, verb: str, declared: Risk) -> Risk:
        """The relay of a door opener is no lamp."""
        if verb != "turn_on" or self.household_kind != "switch":
            return declared
        opens = lets_in(self.name) or self.properties["on"].risk is Risk.SECURITY
        return Risk.SECURITY if opens else declared

    @needs("on")
    @tool
    async def turn_on(self) -> str:
        """Switch a device on."""
        return await self.change({"on": True})

    @needs("on")
    @tool
    async def turn_off(self) -> str:
        """Switch a device off."""
        return await self.change({"on": False})

    def describe(self) -> str:
        """``kettle is on``; a socket's watts are told on request."""
        if self.available is False or self.states.get("on") is None:
            return super().describe()
        return f"{self.name} is {'on' if self.states['on'] else 'off'}"


class Fan(Switched):
    """A speed, oscillation and presets where the fan has them."""

    verbs_of: ClassVar[tuple[str, ...]] = ("fan", "air purifier")

    @needs("speed")
    @tool
    async def set_speed(self, speed: Percent) -> str:
        """Set the speed of a fan in percent."""
        if speed == 0 and self.can("on"):
            return await self.turn_off()
        return await self.change({**({"on": True} if self.can("on") else {}), "speed": speed})

    @needs("oscillating")
    @tool
    async def set_oscillation(self, oscillating: bool) -> str:
        """Let a fan swing to and fro, or stop it swinging."""
        await self.change({"oscillating": oscillating})
        return f"{self.name} is {'swinging' if oscillating else 'standing still'}"

    @needs("preset")
    @tool
    async def set_preset(self, preset: Annotated[str, "one of the device's own modes"]) -> str:
        """Choose a preset mode, such as eco, boost, sleep or auto."""
        await self.change({"preset": self._meant(self.properties["preset"], preset)})
        return f"{self.name} is in {preset} mode"

    def describe(self) -> str:
        """``fan is on at 40 percent``."""
        text = super().describe()
        speed = self.states.get("speed")
        return f"{text} at {speed} percent" if self.states.get("on") and speed is not None else text


class Humidifier(Fan):
    """Humidifiers and dehumidifiers."""

    verbs_of: ClassVar[tuple[str, ...]] = ("humidifier", "dehumidifier")

    def _fitted(self, parameter: Parameter) -> Parameter:
        """The range of what it should keep, not of what it measures."""
        if parameter.name != "humidity":
            return super()._fitted(parameter)
        own = self.properties["target_humidity"]
        return replace(parameter, low=own.low, high=own.high)

    @needs("target_humidity")
    @tool
    async def set_humidity(self, humidity: Percent) -> str:
        """Set the humidity a humidifier or thermostat should keep, in percent."""
        await self.change({"target_humidity": humidity})
        return f"{self.name} is set to {humidity} percent"


class Siren(Switched):
    """Noise is money and heat: it needs more than a comfort's risk."""

    verbs_of: ClassVar[tuple[str, ...]] = ("siren",)

    @classmethod
    def optional(cls) -> frozenset[str]:
        return frozenset({"duration", "tone", "volume"})

    def tools(self) -> list[Tool]:
        """Sounding in a certain way only where there are ways."""
        ways = any(map(self.can, self.optional()))
        return [found for found in super().tools() if found.name != "sound_siren" or ways]

    @needs("on")
    @tool(risk=Risk.COSTLY)
    async def sound_siren(
        self,
        duration: Annotated[int, Range(1, 1800), Unit("seconds")] | None = None,
        tone: Annotated[str, "one of the siren's own tones"] | None = None,
        volume: Percent | None = None,
    ) -> str:
        """Sound a siren for some seconds, in a tone or at a volume of its own."""
        wanted: dict[str, Any] = {"duration": duration, "volume": volume}
        if tone is not None:
            wanted["tone"] = self._meant(self.properties["tone"], tone)
        given = {name: value for name, value in wanted.items() if value is not None}
        parts = await self.wish({"on": True, **given})
        told = self.properties["on"].readable and all(part.reports for part in parts)
        await self._confirmed(lambda: self.agrees({"on": True}), told=told, timeout=None)
        return self.describe()

    def risk_of(self, verb: str, declared: Risk) -> Risk:
        """Silencing is harmless."""
        return Risk.COSTLY if verb == "turn_on" else declared
