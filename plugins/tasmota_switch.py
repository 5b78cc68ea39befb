"""A plug or relay that speaks the Tasmota topics."""

from typing import Any, ClassVar

from assistant.api import Device, Topic, hears, state, tool


class TasmotaSwitch(Device):
    """``topic`` is what the plug's own page calls its MQTT topic."""

    kind: ClassVar[str] = "switch"
    topic: Topic
    on: bool | None = state()

    @tool
    async def turn_on(self) -> str:
        """Switch a device on."""
        return await self._switch("ON")

    @tool
    async def turn_off(self) -> str:
        """Switch a device off."""
        return await self._switch("OFF")

    async def _switch(self, word: str) -> str:
        await self.publish("cmnd/{topic}/POWER", word)
        await self.confirm(lambda: self.on is (word == "ON"))
        return self.describe()

    @hears("stat/{topic}/RESULT", "tele/{topic}/STATE")
    def _result(self, payload: dict[str, Any]) -> None:
        if payload.get("POWER") in ("ON", "OFF"):
            self.on = payload["POWER"] == "ON"
