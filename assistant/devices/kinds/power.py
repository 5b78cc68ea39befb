"""What is switched on and off: switches, fans, humidifiers, sirens."""

from __future__ import annotations

from typing import Annotated, ClassVar

from assistant.devices.composed import needs
from assistant.devices.kinds.details import Detailed
from assistant.plugin import tool
from assistant.tools.vocabulary import Percent, Risk


class Switched(Detailed):
    """On and off."""

    verbs_of: ClassVar[tuple[str, ...]] = ("switch", "outlet", "heater")

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

    @needs("target_humidity")
    @tool
    async def set_humidity(self, humidity: Percent) -> str:
        """Set the humidity a humidifier or thermostat should keep, in percent."""
        await self.change({"target_humidity": humidity})
        return f"{self.name} is set to {humidity} percent"


class Siren(Switched):
    """Noise is money and heat: it needs more than a comfort's risk."""

    verbs_of: ClassVar[tuple[str, ...]] = ("siren",)

    def risk_of(self, verb: str, declared: Risk) -> Risk:
        """Silencing is harmless."""
        return Risk.COSTLY if verb == "turn_on" else declared
