"""What a Tasmota device says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.api.sources import Reader


@dataclass(frozen=True)
class Announced:
    """What a device says about itself; raises LookupError, TypeError or ValueError when it is no Tasmota."""

    config: Mapping[str, Any]

    def topic(self, prefix: int, ending: str) -> str:
        """A topic of this device; ``prefix``: 0 commands, 1 status, 2 telemetry."""
        full = str(self.config["ft"])
        full = full.replace("%prefix%", str(self.config["tp"][prefix]))
        full = full.replace("%topic%", str(self.config["t"]))
        return f"{full.rstrip('/')}/{ending}"

    @property
    def relays(self) -> list[int]:
        return [int(kind) for kind in self.config["rl"]]

    def power(self, number: int) -> str:
        """``POWER`` of an only relay, ``POWER2`` of one among several."""
        return "POWER" if sum(kind > 0 for kind in self.relays) == 1 else f"POWER{number + 1}"

    def name(self, number: int) -> str:
        """The friendly name of a relay, where it says more than the device's."""
        names = self.config.get("fn") or []
        own = str(names[number] or "") if number < len(names) else ""
        return "" if own == self.config.get("dn") else own

    def option(self, number: str) -> bool:
        """Whether a SetOption is on."""
        options = self.config.get("so")
        return isinstance(options, dict) and bool(options.get(number))

    def switch_name(self, number: int) -> str:
        """What its owner calls a switch."""
        names = self.config.get("swn")
        own = names[number] if isinstance(names, list) and number < len(names) else ""
        return str(own or "")

    def readers(self, read: Reader) -> dict[str, Reader]:
        """Both topics on which state comes."""
        return {self.topic(1, "RESULT"): read, self.topic(2, "STATE"): read}

    def switched(self, value: Any) -> Any:
        """Its own words for off and on."""
        off, on = (self.config.get("state") or ["OFF", "ON"])[:2]
        return {off: False, on: True}.get(value, value)

    def tilts(self, shutter: int) -> tuple[float, float] | None:
        """The lowest and highest tilt of a shutter; None when its slats cannot be turned."""
        ranges = self.config.get("sht")
        own = ranges[shutter - 1] if isinstance(ranges, list) and shutter <= len(ranges) else None
        if not (isinstance(own, list) and len(own) >= 2 and own[0] != own[1]):
            return None
        return (float(own[0]), float(own[1])) if any(own[2:]) or len(own) == 2 else None
