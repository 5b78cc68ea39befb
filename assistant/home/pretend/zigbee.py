"""Devices behind Zigbee2MQTT: state on the device's topic, wishes on ``/set``, all of it JSON."""

from __future__ import annotations

import json
from abc import abstractmethod
from contextlib import suppress
from typing import Any, ClassVar

from assistant.home.pretend.colour import Colour
from assistant.home.pretend.firmware import (
    Availability,
    Firmware,
    Garbage,
    Report,
    approached,
    clamped,
    parsed,
    switched,
)

MIREDS = {"coolest": 153, "cool": 250, "neutral": 370, "warm": 454, "warmest": 500}
WORDS = {"ON", "OFF", "TOGGLE", "OPEN", "CLOSE", "STOP", "LOCK", "UNLOCK"}


class Zigbee(Firmware):
    """What all of them share."""

    filters: ClassVar[tuple[str, ...]] = ("{topic}/set", "{topic}/set/+", "{topic}/get")

    @property
    def availability(self) -> Availability:
        return Availability(f"{self.topic}/availability", '{"state":"online"}', '{"state":"offline"}')

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """What it reports."""

    def wish(self, key: str, value: Any) -> None:
        """Change one property; sensors have none that can be changed."""

    def obey(self, topic: str, payload: str) -> None:
        ending = topic.removeprefix(self.topic)
        if ending == "/get":
            return
        wishes = self._wishes(ending.removeprefix("/set").removeprefix("/"), payload)
        # "state" last: {"state": "OFF", "brightness": 100} means off.
        for key in sorted(wishes, key="state".__eq__):
            with suppress(Garbage):
                self.wish(key, wishes[key])

    def reports(self) -> list[Report]:
        return [Report(self.topic, json.dumps({**self.state(), "linkquality": 120}))]

    @staticmethod
    def _wishes(key: str, payload: str) -> dict[str, Any]:
        if payload.strip().upper() in WORDS:
            return {key or "state": payload.strip()}
        wishes = parsed(payload)
        if key:
            return {key: wishes}
        if not isinstance(wishes, dict):
            raise Garbage("not a JSON object")
        return wishes


class Plug(Zigbee):
    """A switched socket that measures."""

    def __init__(self, topic: str, watts: float = 1500) -> None:
        super().__init__(topic)
        self.on = False
        self._watts = watts

    def state(self) -> dict[str, Any]:
        return {"state": "ON" if self.on else "OFF", "power": self._watts if self.on else 0}

    def wish(self, key: str, value: Any) -> None:
        if key == "state":
            self.on = switched(value, self.on)


class Light(Zigbee):
    """A dimmable lamp; brightness is 0 to 254."""

    def __init__(self, topic: str) -> None:
        super().__init__(topic)
        self.on = False
        self.brightness = 254

    def state(self) -> dict[str, Any]:
        return {"state": "ON" if self.on else "OFF", "brightness": self.brightness, "color_mode": None}

    def wish(self, key: str, value: Any) -> None:
        match key:
            case "state":
                self.on = switched(value, self.on)
            case "brightness":
                self._shine(clamped(value, 0, 254))
            case "brightness_step":
                self._shine(clamped(self.brightness + clamped(value, -254, 254), 1, 254))

    def _shine(self, level: float) -> None:
        self.on = round(level) > 0
        if self.on:
            self.brightness = round(level)


class ColourLight(Light):
    """A lamp of any colour or white of any warmth."""

    def __init__(self, topic: str) -> None:
        super().__init__(topic)
        self.mode = "color_temp"
        self.mireds = 370
        self.colour = Colour()

    def state(self) -> dict[str, Any]:
        x, y = self.colour.xy
        colour = {"hue": round(self.colour.hue), "saturation": round(self.colour.saturation), "x": x, "y": y}
        return {**super().state(), "color_mode": self.mode, "color_temp": self.mireds, "color": colour}

    def wish(self, key: str, value: Any) -> None:
        match key, value:
            case "color_temp", str() if value in MIREDS:
                self._white(MIREDS[value])
            case "color_temp", _:
                self._white(clamped(value, 153, 500))
            case "color", {"hex": str(text)} | str(text):
                try:
                    self._paint("xy", Colour.from_hex(text))
                except ValueError:
                    raise Garbage(f"{text:.40} is no colour") from None
            case "color", {"r": red, "g": green, "b": blue}:
                parts = (clamped(part, 0, 255) / 255 for part in (red, green, blue))
                self._paint("xy", Colour.from_rgb(*parts))
            case "color", {"x": x, "y": y}:
                self._paint("xy", Colour.from_xy(clamped(x, 0, 1), clamped(y, 0, 1)))
            case "color", {"hue": hue, "saturation": saturation}:
                self._paint("hs", Colour(clamped(hue, 0, 360), clamped(saturation, 0, 100)))
            case _:
                super().wish(key, value)

    def _white(self, mireds: float) -> None:
        self.on, self.mode, self.mireds = True, "color_temp", round(mireds)

    def _paint(self, mode: str, colour: Colour) -> None:
        self.on, self.mode, self.colour = True, mode, colour


class Blinds(Zigbee):
    """Blinds that take their time; 0 is closed, 100 open."""

    STEP_SECONDS = 0.15
    STEP = 10.0
    """From closed to open in 1.5 s: real ones take twenty, which nobody wants to watch."""

    def __init__(self, topic: str) -> None:
        super().__init__(topic)
        self.position = self.target = 100.0

    def state(self) -> dict[str, Any]:
        moving = "STOP" if self.position == self.target else "UP" if self.position < self.target else "DOWN"
        position = round(self.position)
        return {"position": position, "state": "OPEN" if position else "CLOSE", "moving": moving}

    def wish(self, key: str, value: Any) -> None:
        match key, str(value).upper():
            case "position", _:
                self.target = clamped(value, 0, 100)
            case "state", "OPEN":
                self.target = 100.0
            case "state", "CLOSE":
                self.target = 0.0
            case "state", "STOP":
                self.target = self.position

    def pace(self) -> float | None:
        return None if self.position == self.target else self.STEP_SECONDS

    def pass_time(self) -> None:
        self.position = approached(self.position, self.target, self.STEP)


class Thermostat(Zigbee):
    """A radiator valve and the air around it, which warms and cools slowly."""

    OUTSIDE = 17.0

    def __init__(self, topic: str) -> None:
        super().__init__(topic)
        self.setpoint = 21.0
        self.temperature = 20.4
        self.mode = "heat"

    @property
    def _heating(self) -> bool:
        return self.mode != "off" and self.temperature < self.setpoint

    def state(self) -> dict[str, Any]:
        return {
            "occupied_heating_setpoint": self.setpoint,
            "local_temperature": round(self.temperature, 1),
            "system_mode": self.mode,
            "running_state": "heat" if self._heating else "idle",
        }

    def wish(self, key: str, value: Any) -> None:
        match key:
            case "occupied_heating_setpoint" | "current_heating_setpoint":
                self.setpoint = round(clamped(value, 5, 30) * 2) / 2
            case "system_mode" if value in ("off", "heat", "auto"):
                self.mode = value

    def pace(self) -> float | None:
        settled = self.setpoint if self.mode != "off" else self.OUTSIDE
        return None if abs(self.temperature - settled) < 0.05 else 20.0

    def pass_time(self) -> None:
        target = self.setpoint if self.mode != "off" else self.OUTSIDE
        self.temperature = approached(self.temperature, target, 0.1)


class Lock(Zigbee):
    """A door lock whose bolt takes a moment."""

    BOLT_SECONDS = 0.4

    def __init__(self, topic: str) -> None:
        super().__init__(topic)
        self.locked = self.wanted = True

    def state(self) -> dict[str, Any]:
        word = "locked" if self.locked else "unlocked"
        if self.locked != self.wanted:
            word = "not_fully_locked"
        return {"state": "LOCK" if self.locked else "UNLOCK", "lock_state": word, "battery": 81}

    def wish(self, key: str, value: Any) -> None:
        match key, str(value).upper():
            case "state", "LOCK":
                self.wanted = True
            case "state", "UNLOCK":
                self.wanted = False

    def pace(self) -> float | None:
        return None if self.locked == self.wanted else self.BOLT_SECONDS

    def pass_time(self) -> None:
        self.locked = self.wanted


class Fan(Zigbee):
    """A fan with a speed in percent, which also goes by the names low, medium and high."""

    MODES: ClassVar[dict[str, int]] = {"low": 33, "medium": 66, "high": 100}

    def __init__(self, topic: str) -> None:
        super().__init__(topic)
        self.on = False
        self.speed = 50

    def state(self) -> dict[str, Any]:
        word = "ON" if self.on else "OFF"
        mode = next(name for name, speed in self.MODES.items() if self.speed <= speed)
        return {"state": word, "fan_state": word, "fan_mode": mode if self.on else "off", "speed": self.speed}

    def wish(self, key: str, value: Any) -> None:
        match key:
            case "state" | "fan_state":
                self.on = switched(value, self.on)
            case "speed":
                self._turn(clamped(value, 0, 100))
            case "fan_mode" if value in self.MODES:
                self._turn(self.MODES[value])
            case "fan_mode":
                self.on = switched(value, self.on)

    def _turn(self, speed: float) -> None:
        self.on = round(speed) > 0
        if self.on:
            self.speed = round(speed)


class Sensor(Zigbee):
    """Anything that only measures."""

    def __init__(self, topic: str, **values: Any) -> None:
        super().__init__(topic)
        self.values = values

    def state(self) -> dict[str, Any]:
        return {**self.values, "battery": 90}
