"""What opens and closes: blinds, garage doors, valves, locks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import ClassVar

from assistant.devices.composed import needs
from assistant.devices.kinds.details import Detailed
from assistant.devices.trust import entrance
from assistant.errors import NotConfirmed, ToolError
from assistant.marking import tool
from assistant.tools.schema import Parameter
from assistant.tools.vocabulary import Percent, Risk

WATCHED_SECONDS = 12.0
"""So long somebody waits for an answer; a shutter may take a minute."""
MOVES = frozenset({"opening", "closing"})
LOCKING_SECONDS = 12.0
LETS_IN = frozenset({"garage door", "gate", "door"})


class Opening(Detailed):
    """Something that opens and closes, by degrees where it can tell them: 0 percent is closed."""

    verbs_of: ClassVar[tuple[str, ...]] = (
        "blinds",
        "curtains",
        "shutter",
        "awning",
        "window",
        "cover",
        "damper",
    )

    def risk_of(self, verb: str, declared: Risk) -> Risk:
        """Many a garage door is a cover that says no more than its name."""
        opens = verb in ("open", "set_position") and entrance(self.name)
        return Risk.SECURITY if opens else declared

    @needs(action="open")
    @tool
    async def open(self) -> str:
        """Open blinds or curtains completely."""
        return await self._move("open", 100)

    @needs(action="close")
    @tool
    async def close(self) -> str:
        """Close blinds or curtains completely."""
        return await self._move("close", 0)

    @needs("position")
    @tool
    async def set_position(self, position: Percent) -> str:
        """Move blinds or curtains to a position: 0 closed, 100 open."""
        return await self._watched(
            self.change({"position": position}, timeout=WATCHED_SECONDS), self._distance(position)
        )

    @needs("tilt")
    @tool
    async def set_tilt(self, tilt: Percent) -> str:
        """Turn the slats of blinds: 0 closed, 100 open."""
        await self.change({"tilt": tilt}, timeout=WATCHED_SECONDS)
        return f"{self.name} is tilted to {tilt} percent"

    @needs(action="stop")
    @tool
    async def stop(self) -> str:
        """Stop what is moving or playing."""
        return await self.act("stop")

    async def _move(self, action: str, position: int) -> str:
        """A report of the end position, or of open and closed where there are no positions."""

        def there() -> bool:
            if "position" in self.properties:
                return self.properties["position"].agrees(self.states.get("position"), position)
            return self.states.get("open") is bool(position)

        return await self._watched(self.act(action, there, timeout=WATCHED_SECONDS), self._distance(position))

    def _distance(self, target: int) -> Callable[[], float]:
        """How far it is from where it should be; as far as can be while it has not said."""

        def distance() -> float:
            now = self.states.get("position")
            return 101.0 if now is None else abs(now - target)

        return distance

    async def _watched(self, moving: Awaitable[str], distance: Callable[[], float]) -> str:
        """Until it is there, or until it was seen on its way for long enough."""
        before = distance()
        try:
            return await moving
        except NotConfirmed:
            if self.states.get("status") not in MOVES and not distance() < before:
                raise
            now = self.states.get("position")
            so_far = "" if now is None else f", {now} percent open so far"
            return f"{self.name} is still moving{so_far}"

    def describe(self) -> str:
        """``blinds is open``: the verb is made plural where it is spoken."""
        position, is_open = self.states.get("position"), self.states.get("open")
        if self.available is False or (position is None and is_open is None):
            return super().describe()
        if position is not None and 0 < position < 100:
            return f"{self.name} is {position} percent open"
        return f"{self.name} is {'open' if (is_open if position is None else position) else 'closed'}"


class Entrance(Opening):
    """A garage door or gate lets somebody in."""

    verbs_of: ClassVar[tuple[str, ...]] = ("garage door", "gate", "door")

    def risk_of(self, verb: str, declared: Risk) -> Risk:
        """Closing is comfort."""
        return Risk.SECURITY if verb in ("open", "set_position") else declared


class Valve(Opening):
    """Water and gas cost money and carpets."""

    verbs_of: ClassVar[tuple[str, ...]] = ("valve",)

    def risk_of(self, verb: str, declared: Risk) -> Risk:
        """Closing is comfort."""
        return Risk.COSTLY if verb in ("open", "set_position") else declared


class Lock(Detailed):
    """Locking is comfort; unlocking is security and never done on a brain's word alone."""

    verbs_of: ClassVar[tuple[str, ...]] = ("lock",)

    @needs("locked")
    @tool
    async def lock(self) -> str:
        """Lock a door."""
        return await self.change({"locked": True}, timeout=LOCKING_SECONDS)

    @needs(action="open")
    @tool(risk=Risk.SECURITY)
    async def open(self) -> str:
        """Open blinds or curtains completely."""  # the verb is everybody's; a lock draws its latch back
        return await self.act(
            "open", lambda: self.states.get("status") in ("open", "opening"), timeout=LOCKING_SECONDS
        )

    @needs("locked")
    @tool(risk=Risk.SECURITY)
    async def unlock(self) -> str:
        """Unlock a door."""
        return await self.change({"locked": False}, timeout=LOCKING_SECONDS)

    def describe(self) -> str:
        """``front door is locked``."""
        if self.states.get("status") == "jammed":
            return f"{self.name} is jammed"
        if self.available is False or self.states.get("locked") is None:
            return super().describe()
        return f"{self.name} is {'locked' if self.states['locked'] else 'unlocked'}"


class Alarm(Detailed):
    """An alarm panel: arming is comfort, disarming is security."""

    verbs_of: ClassVar[tuple[str, ...]] = ("alarm",)

    def _fitted(self, parameter: Parameter) -> Parameter:
        if parameter.name != "mode":
            return super()._fitted(parameter)
        return replace(parameter, options=tuple(self._modes))

    @property
    def _modes(self) -> list[str]:
        return [name.removeprefix("arm_") for name in self.actions() if name.startswith("arm_")]

    @tool
    async def arm(self, mode: str = "away") -> str:
        """Arm an alarm system: home, away, night or vacation."""
        action = f"arm_{mode.casefold().strip()}"
        if not self.acts(action):
            raise ToolError(f"the {self.name} can't be armed for {mode[:30]}", options=tuple(self._modes))
        return await self.act(
            action,
            lambda: self.states.get("status") in (f"armed_{mode}", "arming", "pending"),
            timeout=LOCKING_SECONDS,
        )

    @needs(action="disarm")
    @tool(risk=Risk.SECURITY)
    async def disarm(self) -> str:
        """Disarm an alarm system."""
        return await self.act(
            "disarm", lambda: self.states.get("status") == "disarmed", timeout=LOCKING_SECONDS
        )
