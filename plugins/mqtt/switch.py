"""A plug or relay."""

from __future__ import annotations

from typing import Any, ClassVar

from assistant.api import hears, state, tool

from .base import MqttDevice, switched


class MqttSwitch(MqttDevice):
    """On and off. ``key`` is the field of the report; ``plain`` sends ON instead of {"state": "ON"}."""

    kind: ClassVar[str] = "switch"
    key: str = "state"
    plain: bool = False
    on: bool | None = state()

    @tool
    async def turn_on(self) -> str:
        """Switch a device on."""
        return await self._switch(True)

    @tool
    async def turn_off(self) -> str:
        """Switch a device off."""
        return await self._switch(False)

    async def _switch(self, on: bool) -> str:
        word = "ON" if on else "OFF"
        await self.command(word if self.plain else {self.key: word})
        await self.confirm(lambda: self.on is on)
        return self.describe()

    @hears("{topic}")
    def _report(self, payload: dict[str, Any]) -> None:
        if self.key in payload:
            self.on = switched(payload[self.key])
