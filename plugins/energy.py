"""What uses power now, and how much was used today.

It listens to every device that reports `power` (watts) or `energy` (kilowatt hours so far). See presence.py
for another plugin that only listens.
"""

import math
from typing import ClassVar

from assistant.api import Answer, Plugin, Risk, StateChanged, every, tool, when

LEAST_WATTS = 1.0
MOST_NAMED = 3


class Energy(Plugin):
    """Add up what devices report."""

    own_words: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self._watts: dict[str, float] = {}
        self._used: dict[str, float] = {}
        """Kilowatt hours of this day."""
        self._day = ""
        self._kept = False

    async def run(self) -> None:
        """Go on with the day that was begun before a restart."""
        day = await self.storage.get("day", {})
        if day.get("date") == self._today():
            self._begin(self._today())
            for name, used in day["used"].items():
                self._used[name] = self._used.get(name, 0.0) + float(used)

    @when(StateChanged, field="power")
    def _draws(self, change: StateChanged) -> None:
        self._watts[change.device] = _number(change.value)

    @when(StateChanged, field="energy")
    def _has_used(self, change: StateChanged) -> None:
        self._begin(self._today())
        if change.before is None:
            return  # its first word since we listen says nothing of how much that was
        more = _number(change.value) - _number(change.before)
        self._used[change.device] = self._used.get(change.device, 0.0) + max(more, 0.0)
        self._kept = False

    @every(minutes=5)
    async def _keep(self) -> None:
        if not self._kept and self._day:
            self._kept = True
            await self.storage.set("day", {"date": self._day, "used": self._used})

    @tool(
        risk=Risk.READ,
        phrases=(
            "what uses power now",
            "what is using power",
            "how much power are we using",
            "how much power is used now",
            "what uses the most power",
        ),
    )
    async def power_now(self) -> Answer:
        """Tell how much power is drawn now and by what."""
        drawing = {name: watts for name, watts in self._watts.items() if watts >= LEAST_WATTS}
        if not self._watts:
            return Answer("No device has told me its power yet")
        if not drawing:
            return Answer("Nothing that I know of uses power now", self._watts)
        largest = sorted(drawing, key=drawing.__getitem__, reverse=True)[:MOST_NAMED]
        named = ", ".join(f"the {name} {drawing[name]:.0f}" for name in largest)
        return Answer(f"{sum(drawing.values()):.0f} watts in all: {named}", drawing)

    @tool(
        risk=Risk.READ,
        phrases=(
            "how much energy did we use today",
            "how much energy was used today",
            "how much power did we use today",
            "what is the energy of today",
        ),
    )
    async def energy_today(self) -> Answer:
        """Tell how much electric energy was used today, as far as it was seen."""
        self._begin(self._today())
        if not self._used:
            return Answer("No device has told me of energy used today")
        largest = max(self._used, key=self._used.__getitem__)
        text = f"{sum(self._used.values()):.1f} kilowatt hours today, most of it by the {largest}"
        return Answer(text, {name: round(used, 3) for name, used in self._used.items()})

    def _today(self) -> str:
        return f"{self.clock.now():%Y-%m-%d}"

    def _begin(self, day: str) -> None:
        """A new day begins with nothing."""
        if day != self._day:
            self._day, self._used, self._kept = day, {}, False


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0
