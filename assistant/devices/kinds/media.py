"""Televisions, radios and speakers."""

from __future__ import annotations

from typing import Annotated, ClassVar

from assistant.devices.composed import needs
from assistant.devices.kinds.power import Switched
from assistant.marking import tool
from assistant.tools.vocabulary import Percent, Range


class MediaPlayer(Switched):
    """Power, play and pause, volume, tracks and sources."""

    verbs_of: ClassVar[tuple[str, ...]] = ("media player",)

    @needs("on")
    @tool
    async def turn_on(self) -> str:
        """Switch a device on."""
        await self.change({"on": True})
        return f"{self.name} is on"

    @needs(action="play")
    @tool
    async def play(self) -> str:
        """Play or go on playing."""
        await self.act("play", lambda: self.states.get("status") == "playing")
        return f"{self.name} is playing"

    @needs(action="pause")
    @tool
    async def pause(self) -> str:
        """Pause what is playing or cleaning."""
        await self.act("pause", lambda: self.states.get("status") in ("paused", "idle"))
        return f"{self.name} is paused"

    @needs(action="stop")
    @tool
    async def stop(self) -> str:
        """Stop what is moving or playing."""
        return await self.act("stop", lambda: self.states.get("status") in ("idle", "paused", "off", "on"))

    @needs(action="next")
    @tool
    async def next_track(self) -> str:
        """Skip to the next track or programme."""
        return await self._skip("next", "skipped to the next track")

    @needs(action="previous")
    @tool
    async def previous_track(self) -> str:
        """Go back to the previous track or programme."""
        return await self._skip("previous", "gone back a track")

    async def _skip(self, action: str, done: str) -> str:
        """Another title confirms it, where titles are told at all."""
        before = self.states.get("track")
        await self.act(action, lambda: before is None or self.states.get("track") != before)
        track = self.states.get("track")
        return f"{self.name} is playing {track}" if track else f"{self.name} has {done}"

    @needs("volume")
    @tool
    async def set_volume(self, volume: Percent) -> str:
        """Set the volume in percent."""
        await self.change({"volume": volume})
        return f"{self.name} is at volume {volume} percent"

    @needs("volume")
    @tool
    async def change_volume(self, by: Annotated[int, Range(-100, 100)]) -> str:
        """Make it louder (positive) or quieter (negative) by percentage points."""
        return await self.set_volume(min(max((self.states.get("volume") or 0) + by, 0), 100))

    @needs("source")
    @tool
    async def select_source(self, source: Annotated[str, "an input, app or station"]) -> str:
        """Choose what a television or speaker plays from."""
        await self.change({"source": self._meant(self.properties["source"], source)})
        return f"{self.name} is on {source}"

    def describe(self) -> str:
        """``television is playing at volume 20 percent``."""
        status, volume = self.states.get("status"), self.states.get("volume")
        if self.available is False or status is None or self.states.get("on") is False:
            return super().describe()
        return f"{self.name} is {status}" + (f" at volume {volume} percent" if volume is not None else "")
