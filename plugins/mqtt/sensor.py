"""Sensors: doors and windows, motion, temperature. They report and take no commands."""

from __future__ import annotations

from typing import Any, ClassVar

from assistant.api import hears, state

from .base import MqttDevice


class MqttDoorSensor(MqttDevice):
    """A contact: Zigbee2MQTT's ``contact`` is true while the door is closed."""

    kind: ClassVar[str] = "door sensor"
    open: bool | None = state()

    @hears("{topic}")
    def _report(self, payload: dict[str, Any]) -> None:
        if isinstance(payload.get("contact"), bool):
            self.open = not payload["contact"]

    def describe(self) -> str:
        """``back door is closed``."""
        if self.open is None:
            return f"{self.name} has not reported yet"
        return f"{self.name} is {'open' if self.open else 'closed'}"


class MqttMotionSensor(MqttDevice):
    """Whether somebody moves in front of it."""

    kind: ClassVar[str] = "motion sensor"
    motion: bool | None = state()

    @hears("{topic}")
    def _report(self, payload: dict[str, Any]) -> None:
        if "occupancy" in payload:
            self.motion = payload["occupancy"]

    def describe(self) -> str:
        """``hall motion sees somebody``."""
        if self.motion is None:
            return f"{self.name} has not reported yet"
        return f"{self.name} sees {'somebody moving' if self.motion else 'nobody'}"


class MqttTemperatureSensor(MqttDevice):
    """Temperature in degrees Celsius, and humidity in percent where it is measured."""

    kind: ClassVar[str] = "temperature sensor"
    temperature: float | None = state(unit="degrees")
    humidity: float | None = state(unit="percent")

    @hears("{topic}")
    def _report(self, payload: dict[str, Any]) -> None:
        for field in ("temperature", "humidity"):
            if payload.get(field) is not None:
                setattr(self, field, payload[field])

    def describe(self) -> str:
        """``bedroom temperature is 19.5 degrees``."""
        if self.temperature is None:
            return f"{self.name} has not reported yet"
        humidity = f", the humidity {self.humidity:g} percent" if self.humidity is not None else ""
        return f"{self.name} is {self.temperature:g} degrees{humidity}"
