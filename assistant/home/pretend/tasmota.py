"""Devices with Tasmota: ``cmnd/<topic>/...`` in, ``stat/<topic>/...`` and ``tele/<topic>/...`` out."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from assistant.home.pretend.firmware import Availability, Firmware, Garbage, Report, clamped, switched


class Relay(Firmware):
    """A switched socket or wall switch."""

    filters: ClassVar[tuple[str, ...]] = ("cmnd/{topic}/+",)

    def __init__(self, topic: str) -> None:
        super().__init__(topic)
        self.on = False

    @property
    def availability(self) -> Availability:
        return Availability(f"tele/{self.topic}/LWT", "Online", "Offline")

    @property
    def _power(self) -> str:
        return "ON" if self.on else "OFF"

    def state(self) -> dict[str, Any]:
        """What a command is answered with."""
        return {"POWER": self._power}

    def obey(self, topic: str, payload: str) -> None:
        match topic.rpartition("/")[2].upper(), payload.strip():
            case (("STATE" | "POWER" | "POWER1"), ""):
                pass  # a question
            case (("POWER" | "POWER1"), word):
                self.on = switched(word, self.on)
            case command, value:
                self._other(command, value)

    def _other(self, command: str, value: str) -> None:
        raise Garbage(f"unknown command {command:.40}")

    def reports(self) -> list[Report]:
        wifi = {"AP": 1, "RSSI": 82, "Signal": -59}
        return [
            Report(f"stat/{self.topic}/RESULT", json.dumps(self.state()), retain=False),
            Report(f"stat/{self.topic}/POWER", self._power),
            Report(f"tele/{self.topic}/STATE", json.dumps({**self.state(), "Wifi": wifi})),
        ]


class Dimmer(Relay):
    """A dimmable lamp; its level is 0 to 100, and dimming it turns it on."""

    def __init__(self, topic: str) -> None:
        super().__init__(topic)
        self.level = 100

    def state(self) -> dict[str, Any]:
        return {"POWER": self._power, "Dimmer": self.level}

    def _other(self, command: str, value: str) -> None:
        match command, value:
            case "DIMMER", "":
                return
            case "DIMMER", "+" | "-":
                level = clamped(self.level + (10 if value == "+" else -10), 1, 100)
            case "DIMMER", _:
                level = clamped(value, 0, 100)
            case _:
                raise Garbage(f"unknown command {command:.40}")
        self.on = round(level) > 0
        if self.on:
            self.level = round(level)
