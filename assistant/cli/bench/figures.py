"""Measured values by name, told as one line each."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

from assistant.cli.output import Output

WIDTH = 56
SHORT = "too short to tell"


@dataclass
class Figures:
    """Measured values by name, told as one line each."""

    output: Output
    values: dict[str, list[float]] = field(default_factory=dict)
    seed: int = 1
    """Where chance begins, for those who need some."""

    def head(self) -> None:
        """The table's head, for people."""
        self.output.note(f"{'figure':<{WIDTH}}{'p50':>10}{'p95':>10}{'aim':>10}")

    def add(self, name: str, value: float) -> None:
        """One more measurement."""
        self.values.setdefault(name, []).append(value)

    def untold(self, name: str, why: str) -> None:
        """A figure that would mean nothing, and why; scripts get no number to take for one."""
        self.output.tell({"event": "step", "text": f"{name}: {why}"})

    def tell(self, name: str, unit: str, aim: float) -> None:
        """The line of one figure; nothing when it could not be measured."""
        values = sorted(self.values.get(name, []))
        if not values:
            self.output.note(f"{name:<{WIDTH}} not measured")
            return
        p50 = round(statistics.median(values), 3)
        p95 = round(values[min(len(values) - 1, round(0.95 * (len(values) - 1)))], 3)
        item = {
            "event": "figure",
            "name": name,
            "unit": unit,
            "p50": p50,
            "p95": p95,
            "n": len(values),
            "aim": aim,
        }
        self.output.tell(item)
        self.output.note(f"{name:<{WIDTH}}{p50:>10.2f}{p95:>10.2f}{aim:>10.2f} {unit:<6}n={len(values)}")
