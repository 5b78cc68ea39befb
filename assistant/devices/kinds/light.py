"""Lamps of every ability."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from assistant.devices import colours
from assistant.devices.composed import needs
from assistant.devices.kinds.details import Detailed
from assistant.marking import tool
from assistant.tools.schema import Parameter
from assistant.tools.vocabulary import Choice, Percent, Range, Unit

Color = Annotated[str, Choice(*colours.NAMES)]


class Light(Detailed):
    """On and off; brightness, colour, warmth and effects where the lamp has them."""

    verbs_of: ClassVar[tuple[str, ...]] = ("light",)

    @property
    def household_kind(self) -> str:
        """What it is called depends on what it can."""
        if self.can("color"):
            return "colour light"
        return "dimmable light" if self.can("brightness") else "light"

    @classmethod
    def optional(cls) -> frozenset[str]:
        return frozenset({"brightness", "color"})

    def _has(self, parameter: Parameter) -> bool:
        return super()._has(parameter) or (parameter.name == "color" and self.can("color_temperature"))

    def _fitted(self, parameter: Parameter) -> Parameter:
        fitted = super()._fitted(parameter)
        if parameter.name != "color":
            return fitted
        names = [*(colours.HUES if self.can("color") else ()), *colours.WHITES]
        return Parameter(fitted.name, fitted.type, fitted.description, fitted.required, tuple(names))

    @needs("on")
    @tool
    async def turn_on(self, brightness: Percent | None = None, color: Color | None = None) -> str:
        """Switch a device on; lights optionally at a brightness or in a colour."""
        if brightness == 0:
            return await self.turn_off()
        wanted: dict[str, Any] = {"on": True}
        if brightness is not None:
            wanted["brightness"] = brightness
        if color is not None:
            wanted |= self._coloured(color)
        text = await self.change(wanted)
        return (
            text
            if color is None
            else f"{self.name} is {color}" + (f" at {brightness} percent" if brightness else "")
        )

    @needs("on")
    @tool
    async def turn_off(self) -> str:
        """Switch a device off."""
        return await self.change({"on": False})

    @needs("brightness")
    @tool
    async def change_brightness(self, by: Annotated[int, Range(-100, 100)]) -> str:
        """Make a light brighter (positive) or darker (negative) by percentage points."""
        if by < 0 and self.states.get("on") is False:
            return f"{self.name} is off"
        now = (self.states.get("brightness") or 0) if self.states.get("on") else 0
        return await self.turn_on(min(max(now + by, 1), 100))

    @needs("effect")
    @tool
    async def set_effect(self, effect: Annotated[str, "an effect's name, or 'none'"]) -> str:
        """Start a light effect."""
        await self.change({"effect": self._meant(self.properties["effect"], effect)})
        return f"{self.name} is showing {effect}"

    @needs("color_temperature")
    @tool
    async def set_color_temperature(
        self, color_temperature: Annotated[int, Range(1500, 10000), Unit("kelvin")]
    ) -> str:
        """Set the warmth of white light in kelvin: 2700 is warm, 6500 is cold."""
        return await self.change({"on": True, "color_temperature": color_temperature})

    def _coloured(self, color: str) -> dict[str, Any]:
        if color not in colours.WHITES:
            return {"color": color}
        if not self.can("color_temperature"):
            return {"color": color}
        own = self.properties["color_temperature"]
        kelvin = colours.WHITES[color]
        return {"color_temperature": min(max(kelvin, int(own.low or kelvin)), int(own.high or kelvin))}

    def describe(self) -> str:
        """``lamp is on at 30 percent``."""
        if self.available is False:
            return f"{self.name} is offline"
        on, brightness = self.states.get("on"), self.states.get("brightness")
        if on is None:
            return f"{self.name} has not reported yet"
        text = f"{self.name} is {'on' if on else 'off'}"
        return f"{text} at {brightness} percent" if on and brightness is not None else text
