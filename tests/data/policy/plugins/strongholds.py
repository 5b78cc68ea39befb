"""Devices that nobody should open, heat or sound by mistake; they do what they are told at once."""

from assistant.api import Device, Risk, hears, state, tool


class Stronghold(Device):
    """A gate, an alarm, an oven and a siren in one, for the verbs."""

    there: bool | None = state()
    playing: str | None = state()
    topic: str = "nowhere"

    @hears("{topic}")
    def _plays(self, payload: str) -> None:
        self.playing = payload

    async def run(self) -> None:
        """Say at once that it is there."""
        self.there = True

    @tool(risk=Risk.SECURITY)
    async def open(self) -> str:
        """Open a gate or a garage door."""
        return f"{self.name} is open"

    @tool
    async def close(self) -> str:
        """Close it."""
        return f"{self.name} is closed"

    @tool(risk=Risk.SECURITY)
    async def disarm(self) -> str:
        """Disarm an alarm system."""
        return f"{self.name} is disarmed"

    @tool
    async def arm(self, mode: str = "away") -> str:
        """Arm an alarm system."""
        return f"{self.name} is armed"

    @tool(risk=Risk.COSTLY)
    async def turn_on(self) -> str:
        """Switch on what gets hot or loud."""
        return f"{self.name} is on"
