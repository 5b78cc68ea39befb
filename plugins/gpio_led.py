"""A lamp on a pin of a Raspberry Pi; it needs `pip install 'assistant[gpio]'`. See gpio_button.py.

- gpio_led: {name: desk led, area: study, pin: 27}
"""

import asyncio
from typing import Annotated, Any

from assistant.api import Device, Range, ToolError, needed, state, tool


class GpioLed(Device):
    """A lamp that is on or off."""

    pin: Annotated[int, Range(0, 27)]
    on: bool | None = state()
    kind = "light"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._gpiozero = needed("gpiozero", "assistant[gpio]")
        self._led: Any = None

    async def run(self) -> None:
        """Hold the pin until the house goes down."""
        with self._gpiozero.LED(self.pin) as self._led:
            self._look()
            await asyncio.Event().wait()

    @tool
    async def turn_on(self) -> str:
        """Switch a device on."""
        return self._switched(True)

    @tool
    async def turn_off(self) -> str:
        """Switch a device off."""
        return self._switched(False)

    def _switched(self, on: bool) -> str:
        if self._led is None:
            raise ToolError(f"The {self.name} is not there: its pin could not be opened")
        self._led.value = on
        self._look()
        if self.on is not on:  # the pin itself says what it is
            raise ToolError(f"The {self.name} did not do it")
        return f"{self.name} is {'on' if on else 'off'}"

    def _look(self) -> None:
        self.heard(lambda: setattr(self, "on", bool(self._led.value)))
