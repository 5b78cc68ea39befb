"""What runs inside a pretend device: its state, its commands and its reports. Knows no network."""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar


class Garbage(ValueError):
    """A command that the device does not understand; it does nothing, and does not fall over."""


@dataclass(frozen=True)
class Report:
    """Something the device says about itself."""

    topic: str
    payload: str
    retain: bool = True


@dataclass(frozen=True)
class Availability:
    """Where a device says that it is there, and where its will says that it is not."""

    topic: str
    online: str
    offline: str


class Firmware(ABC):
    """A device without its radio: commands go in, reports come out, time passes."""

    filters: ClassVar[tuple[str, ...]]
    """What it listens to; ``{topic}`` stands for the device's own topic."""

    def __init__(self, topic: str) -> None:
        self.topic = topic

    @property
    @abstractmethod
    def availability(self) -> Availability:
        """Its presence."""

    @abstractmethod
    def obey(self, topic: str, payload: str) -> None:
        """Do what a command asks, within what the device can do; raises Garbage."""

    @abstractmethod
    def reports(self) -> list[Report]:
        """The whole state."""

    def pace(self) -> float | None:
        """Seconds until the state changes by itself; None when it will not."""
        return None

    def pass_time(self) -> None:
        """So much time has passed; not called unless ``pace()`` asks for it."""
        raise NotImplementedError


def parsed(payload: str) -> Any:
    """JSON, or Garbage."""
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        raise Garbage("not JSON") from None


def clamped(value: object, low: float, high: float) -> float:
    """A number within the device's range; numbers in text are fine."""
    try:
        number = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise Garbage(f"{value!r:.40} is no number") from None
    if math.isnan(number):
        raise Garbage(f"{value!r:.40} is no number")
    return min(max(number, low), high)


def switched(value: object, now: bool) -> bool:
    """What ON, OFF or TOGGLE makes of the present position."""
    match str(value).upper():
        case "ON" | "1" | "TRUE":
            return True
        case "OFF" | "0" | "FALSE":
            return False
        case "TOGGLE" | "2":
            return not now
        case _:
            raise Garbage(f"{value!r:.40} is neither ON nor OFF")


def approached(now: float, target: float, step: float) -> float:
    """A step from here to the target, never past it."""
    return min(now + step, target) if now < target else max(now - step, target)
