"""Sensors: doors and windows, motion, temperature. They report and take no commands."""

from __future__ import annotations

from typing import Any

from assistant.api.kinds import Sensor
from assistant.api.sources import Part, Property, Values, properties

from .base import OnTopic, Settings, part, within


class MqttDoorSensor(OnTopic, Sensor):
    """A contact: Zigbee2MQTT's ``contact`` is true while the door is closed."""

    @classmethod
    def described(cls, own: Settings) -> Part:
        def read(report: dict[str, Any]) -> Values:
            told = report.get("contact")
            return {"open": not told} if isinstance(told, bool) else {}

        return part(own, "door sensor", (properties.OPEN,), read)


class MqttMotionSensor(OnTopic, Sensor):
    """Whether somebody moves in front of it."""

    @classmethod
    def described(cls, own: Settings) -> Part:
        def read(report: dict[str, Any]) -> Values:
            told = report.get("occupancy")
            if not isinstance(told, bool | None):
                raise ValueError(f"occupancy is {str(told)[:40]!r}, neither true nor false")
            return {"motion": told} if "occupancy" in report else {}

        return part(own, "motion sensor", (Property("motion", bool),), read)

    def describe(self) -> str:
        """``hall motion sees somebody``."""
        seen = self.states.get("motion")
        if seen is None:
            return super().describe()
        return f"{self.name} sees {'somebody moving' if seen else 'nobody'}"


class MqttTemperatureSensor(OnTopic, Sensor):
    """Temperature in degrees Celsius, and humidity in percent where it is measured."""

    @classmethod
    def described(cls, own: Settings) -> Part:
        def read(report: dict[str, Any]) -> Values:
            ends = {"temperature": (-273.15, 1000), "humidity": (-1e9, 1e9)}
            return {
                name: within(name, report[name], *limits)
                for name, limits in ends.items()
                if report.get(name) is not None
            }

        return part(own, "temperature sensor", (properties.TEMPERATURE, properties.HUMIDITY), read)

    def describe(self) -> str:
        """``bedroom temperature is 19.5 degrees``."""
        degrees, humidity = self.states.get("temperature"), self.states.get("humidity")
        if degrees is None:
            return super().describe()
        damp = f", the humidity {humidity:g} percent" if humidity is not None else ""
        return f"{self.name} is {degrees:g} degrees{damp}"
