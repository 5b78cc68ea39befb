"""A push button on a pin of a Raspberry Pi; it needs `pip install 'assistant[gpio]'`. See gpio_led.py.

    - gpio_button: {name: desk button, pin: 17}

Others react to it: `@when(StateChanged, device="desk button", field="pressed", value=True)`.
"""

import asyncio
from typing import Annotated, Any

from assistant.api import Device, Range, needed, state


class GpioButton(Device):
    """A button that is pressed or not."""

    pin: Annotated[int, Range(0, 27)]
    pressed: bool | None = state()
    kind = "button"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._gpiozero = needed("gpiozero", "assistant[gpio]")

    async def run(self) -> None:
        """Watch the pin until the house goes down."""
        loop = asyncio.get_running_loop()

        def changed(pressed: bool) -> None:  # called in a thread of gpiozero's own
            loop.call_soon_threadsafe(self.heard, lambda: setattr(self, "pressed", pressed))

        with self._gpiozero.Button(self.pin, bounce_time=0.02) as button:
            self.heard(lambda: setattr(self, "pressed", button.is_pressed))
            button.when_pressed = lambda: changed(True)
            button.when_released = lambda: changed(False)
            await asyncio.Event().wait()
