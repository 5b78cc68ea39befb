"""Door locks. Locking is comfort; unlocking is security and never done on a brain's word alone."""

from __future__ import annotations

from typing import Any, ClassVar

from assistant.api import Risk, hears, state, tool

from .base import MqttDevice


class MqttLock(MqttDevice):
    """A lock that says LOCK or UNLOCK."""

    kind: ClassVar[str] = "lock"
    locked: bool | None = state()

    @tool
    async def lock(self) -> str:
        """Lock a door."""
        return await self._turn("LOCK")

    @tool(risk=Risk.SECURITY)
    async def unlock(self) -> str:
        """Unlock a door."""
        return await self._turn("UNLOCK")

    async def _turn(self, word: str) -> str:
        await self.command({"state": word})
        await self.confirm(lambda: self.locked is (word == "LOCK"), timeout=15)
        return self.describe()

    @hears("{topic}")
    def _report(self, payload: dict[str, Any]) -> None:
        words = {"LOCK": True, "LOCKED": True, "UNLOCK": False, "UNLOCKED": False}
        if payload.get("state") in words:
            self.locked = words[payload["state"]]

    def describe(self) -> str:
        """``front door is locked``."""
        if self.locked is None:
            return f"{self.name} has not reported yet"
        return f"{self.name} is {'locked' if self.locked else 'unlocked'}"
