"""What is wanted of a film."""

from __future__ import annotations

import dataclasses
from typing import Any

COPY_BYTES = 600_000
"""What is larger takes longer to send than to encode on a usual uplink (5 Mbit/s)."""


@dataclasses.dataclass(frozen=True)
class Wish:
    """What is wanted of a film: ``begin`` and ``end`` in its own seconds; ``fps`` pictures a second, at most
    ``pixels`` wide or high; with ``keys`` only key pictures are looked at."""

    fps: float = 1.0
    pixels: int = 768
    begin: float = 0.0
    end: float = float("inf")
    sound: bool = True
    copy_bytes: int = COPY_BYTES
    keys: bool = False

    @classmethod
    def of(cls, told: dict[str, Any]) -> Wish:
        """As it came over a socket; what we do not know is left out."""
        known = {field.name for field in dataclasses.fields(cls)}
        return cls(**{name: value for name, value in told.items() if name in known})

    def told(self) -> dict[str, Any]:
        """For a socket."""
        return dataclasses.asdict(self)
