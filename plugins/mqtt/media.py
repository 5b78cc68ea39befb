"""Televisions, radios and speakers."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from assistant.api import Percent, Range, hears, state, tool

from .base import MqttDevice

PLAYS = {"playing": True, "paused": False, "on": None, "idle": None, "off": False}
"""What the words of a report's ``state`` say about playing; all but ``off`` mean that it is on."""


class MqttMediaPlayer(MqttDevice):
    """Power, play and pause, volume, next and previous track: commands are words in ``state``."""

    kind: ClassVar[str] = "media player"
    on: bool | None = state()
    playing: bool | None = state()
    volume: Percent | None = state(unit="percent")
    track: str | None = state()

    @tool
    async def turn_on(self) -> str:
        """Switch a device on."""
        await self.command({"state": "on"})
        await self.confirm(lambda: self.on)
        return f"{self.name} is on"

    @tool
    async def turn_off(self) -> str:
        """Switch a device off."""
        await self.command({"state": "off"})
        await self.confirm(lambda: self.on is False)
        return f"{self.name} is off"

    @tool
    async def play(self) -> str:
        """Play or go on playing."""
        await self.command({"state": "play"})
        await self.confirm(lambda: self.playing)
        return f"{self.name} is playing"

    @tool
    async def pause(self) -> str:
        """Pause what is playing or cleaning."""
        await self.command({"state": "pause"})
        await self.confirm(lambda: self.playing is False)
        return f"{self.name} is paused"

    @tool
    async def stop(self) -> str:
        """Stop what is moving or playing."""
        return await self.pause()

    @tool
    async def next_track(self) -> str:
        """Skip to the next track or programme."""
        return await self._skip("next")

    @tool
    async def previous_track(self) -> str:
        """Go back to the previous track or programme."""
        return await self._skip("previous")

    @tool
    async def set_volume(self, volume: Percent) -> str:
        """Set the volume in percent."""
        await self.command({"volume": volume})
        await self.confirm(lambda: self.volume == volume)
        return f"{self.name} is at volume {self.volume} percent"

    @tool
    async def change_volume(self, by: Annotated[int, Range(-100, 100)]) -> str:
        """Make it louder (positive) or quieter (negative) by percentage points."""
        return await self.set_volume(min(max((self.volume or 0) + by, 0), 100))

    async def _skip(self, word: str) -> str:
        before = self.track
        await self.command({"state": word})
        await self.confirm(lambda: self.track != before)
        return f"{self.name} is playing {self.track}"

    @hears("{topic}")
    def _report(self, payload: dict[str, Any]) -> None:
        word = payload.get("state")
        if word is not None:
            self.playing = PLAYS[word]
            self.on = word != "off"
        for field in ("volume", "track"):
            if payload.get(field) is not None:
                setattr(self, field, payload[field])

    def describe(self) -> str:
        """``television is playing at volume 20 percent``."""
        if self.on is None:
            return f"{self.name} has not reported yet"
        if not self.on:
            return f"{self.name} is off"
        doing = "playing" if self.playing else "on"
        return f"{self.name} is {doing}" + (
            f" at volume {self.volume} percent" if self.volume is not None else ""
        )
