"""A robot vacuum with Valetudo."""

from __future__ import annotations

from typing import ClassVar

from assistant.home.pretend.firmware import Availability, Firmware, Garbage, Report


class Vacuum(Firmware):
    """Cleans, pauses, comes home, charges."""

    filters: ClassVar[tuple[str, ...]] = ("{topic}/BasicControlCapability/operation/set",)

    DRIVE_HOME_SECONDS = 1.5
    PERCENT_SECONDS = 30.0
    TIRED, FULL = 15, 100

    def __init__(self, topic: str) -> None:
        super().__init__(topic)
        self.status = "docked"
        self.battery = self.FULL

    @property
    def availability(self) -> Availability:
        return Availability(f"{self.topic}/$state", "ready", "lost")

    def obey(self, topic: str, payload: str) -> None:
        docked = self.status == "docked"
        match payload.strip().upper():
            case "START":
                self.status = "cleaning"
            case "PAUSE":
                self.status = "paused" if self.status in {"cleaning", "returning"} else self.status
            case "STOP":
                self.status = "docked" if docked else "idle"
            case "HOME":
                self.status = "docked" if docked else "returning"
            case _:
                raise Garbage(f"unknown operation {payload:.40}")

    def reports(self) -> list[Report]:
        return [
            Report(f"{self.topic}/StatusStateAttribute/status", self.status),
            Report(f"{self.topic}/BatteryStateAttribute/level", str(self.battery)),
        ]

    def pace(self) -> float | None:
        if self.status == "returning":
            return self.DRIVE_HOME_SECONDS
        if self.status == "cleaning" or (self.status == "docked" and self.battery < self.FULL):
            return self.PERCENT_SECONDS
        return None

    def pass_time(self) -> None:
        match self.status:
            case "returning":
                self.status = "docked"
            case "cleaning":
                self.battery -= 1
                if self.battery <= self.TIRED:
                    self.status = "returning"
            case "docked":
                self.battery += 1
