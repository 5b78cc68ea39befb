"""A push button on a pin of a Raspberry Pi; it needs `pip install 'assistant[gpio]'`. See gpio_led.py.

    - gpio_button: {name: desk button, pin: 17}
    - gpio_button: {name: talk button, pin: 22, push_to_talk: true, room: kitchen}

With `push_to_talk: true` a press opens the microphone (of `room`, where there are several).
Others react to it: `@when(StateChanged, device="desk button", field="pressed", value=True)`.
"""

import asyncio
from functools import partial
from typing import Annotated, Any

from assistant.api import Device, Range, listen, needed, room_named, state


class GpioButton(Device):
    """A button that is pressed or not."""

    pin: Annotated[int, Range(0, 27)]
    pressed: bool | None = state()
    push_to_talk: bool = False
    room: str = ""
    kind = "button"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._gpiozero = needed("gpiozero", "assistant[gpio]")

    async def run(self) -> None:
        """Watch the pin until the house goes down."""
        loop, changes = asyncio.get_running_loop(), asyncio.Queue[bool]()
        room = room_named(self.room) if self.push_to_talk else ""

        def changed(pressed: bool) -> None:  # called in a thread of gpiozero's own
            loop.call_soon_threadsafe(changes.put_nowait, pressed)

        with self._gpiozero.Button(self.pin, bounce_time=0.02) as button:
            self.heard(lambda: setattr(self, "pressed", button.is_pressed))
            button.when_pressed = lambda: changed(True)
            button.when_released = lambda: changed(False)
            while True:
                pressed = await changes.get()
                self.heard(partial(setattr, self, "pressed", pressed))
                if pressed and self.push_to_talk:
                    await listen(room=room)
