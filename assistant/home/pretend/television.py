"""A television on plain JSON topics: state on its topic, wishes on ``/set``."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from assistant.home.pretend.firmware import Availability, Firmware, Garbage, Report, clamped, parsed

TRACKS = ("Blue in Green", "So What", "Naima", "Take Five")


class Television(Firmware):
    """On or off, playing or paused, with a volume and a list of tracks that goes round."""

    filters: ClassVar[tuple[str, ...]] = ("{topic}/set",)

    def __init__(self, topic: str) -> None:
        super().__init__(topic)
        self.on = False
        self.playing = False
        self.volume = 30
        self._track = 0

    @property
    def availability(self) -> Availability:
        return Availability(f"{self.topic}/availability", "online", "offline")

    def obey(self, topic: str, payload: str) -> None:
        wishes = parsed(payload)
        if not isinstance(wishes, dict):
            raise Garbage("not a JSON object")
        if "volume" in wishes:
            self.volume = round(clamped(wishes["volume"], 0, 100))
        for key in ("state", "command"):
            if key in wishes:
                self._do(str(wishes[key]).lower())

    def _do(self, command: str) -> None:
        match command:
            case "on":
                self.on = True
            case "off" | "stop":
                self.on, self.playing = command == "stop" and self.on, False
            case "play" | "playing":
                self.on = self.playing = True
            case "pause" | "paused":
                self.playing = False
            case "next" | "previous":
                self._track = (self._track + (1 if command == "next" else -1)) % len(TRACKS)
                self.on = self.playing = True
            case _:
                raise Garbage(f"unknown command {command:.40}")

    def reports(self) -> list[Report]:
        state: dict[str, Any] = {
            "state": "off" if not self.on else "playing" if self.playing else "paused",
            "on": self.on,
            "volume": self.volume,
            "track": TRACKS[self._track],
        }
        return [Report(self.topic, json.dumps(state))]
