"""Thermostats and radiator valves."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from assistant.api import Range, Risk, Unit, hears, state, tool

from .base import MqttDevice

Degrees = Annotated[float, Range(5, 30), Unit("degrees Celsius")]


class MqttThermostat(MqttDevice):
    """A set point and a measured temperature. ``key`` is the set point's field in reports and commands."""

    kind: ClassVar[str] = "thermostat"
    key: str = "occupied_heating_setpoint"
    target: float | None = state(unit="degrees")
    temperature: float | None = state(unit="degrees")

    @tool(risk=Risk.COSTLY)
    async def set_temperature(self, temperature: Degrees) -> str:
        """Set the temperature a thermostat should keep."""
        await self.command({self.key: temperature})
        await self.confirm(lambda: self.target is not None and abs(self.target - temperature) < 0.3)
        return f"{self.name} is set to {self.target:g} degrees"

    @tool(risk=Risk.COSTLY)
    async def change_temperature(self, by: Annotated[float, Range(-10, 10), Unit("degrees Celsius")]) -> str:
        """Make it warmer (positive) or cooler (negative) by some degrees."""
        wanted = (self.target if self.target is not None else 20.0) + by
        return await self.set_temperature(min(max(wanted, 5.0), 30.0))

    @hears("{topic}")
    def _report(self, payload: dict[str, Any]) -> None:
        if payload.get(self.key) is not None:
            self.target = payload[self.key]
        if payload.get("local_temperature") is not None:
            self.temperature = payload["local_temperature"]

    def describe(self) -> str:
        """Measured and wanted temperature."""
        if self.temperature is None:
            return f"{self.name} has not reported yet"
        wanted = f", set to {self.target:g}" if self.target is not None else ""
        return f"{self.name} is at {self.temperature:g} degrees{wanted}"
