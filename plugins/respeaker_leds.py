"""The LEDs of a ReSpeaker HAT show what the assistant does; it needs `pip install 'assistant[gpio]'`.

    - respeaker_leds: {}                            # the 2-mic HAT: three LEDs
    - respeaker_leds: {leds: 12, power_pin: 5}      # the 4-mic array

Blue: it listens. Amber: it thinks. Green: it speaks. Red: it is muted. With `room: kitchen`: only there.
Switch SPI on first (`raspi-config nonint do_spi 0`);
`pip install spidev` makes it quick. The chips are APA102 on SPI 0 (GPIO 10 and 11).
"""

import asyncio
from typing import Annotated, Any

from assistant.api import Percent, PhaseChanged, Plugin, Range, RoomChanged, needed, when

COLOURS = {"listening": (0, 60, 255), "thinking": (255, 110, 0), "speaking": (0, 200, 40)}
DARK, RED = (0, 0, 0), (200, 0, 0)
START, END = bytes(4), 0xFF
FULL = 31
"""Brightness that an APA102 knows: 0 to 31, beside red, green and blue."""


class RespeakerLeds(Plugin):
    """Lights up while somebody is heard, thought about and answered."""

    leds: Annotated[int, Range(1, 64)] = 3
    brightness: Percent = 20
    power_pin: Annotated[int, Range(0, 27)] | None = None
    room: str = ""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._gpiozero = needed("gpiozero", "assistant[gpio]")
        self._spi: Any = None
        self._phase, self._muted = "", False

    async def run(self) -> None:
        """Hold the pins until the house goes down; then it is dark."""
        pins = self._gpiozero.Device
        pins.ensure_pin_factory()
        power = None if self.power_pin is None else self._gpiozero.LED(self.power_pin, initial_value=True)
        try:
            with pins.pin_factory.spi(clock_pin=11, mosi_pin=10, miso_pin=9, select_pin=8) as self._spi:
                self._light()
                try:
                    await asyncio.Event().wait()
                finally:
                    self.show(DARK)
        finally:
            self._spi = None
            if power is not None:
                power.close()

    @when(PhaseChanged)
    async def changed(self, event: PhaseChanged) -> None:
        """Another colour for what goes on here now; what goes on in another room is not shown."""
        here = not self.room or event.room in ("", self.room)
        self._phase = event.phase if here else ""
        self._light()

    @when(RoomChanged)
    async def switched(self, event: RoomChanged) -> None:
        """Red as long as nobody is heard here."""
        if self.room in ("", event.room):
            self._muted = event.muted
            self._light()

    def _light(self) -> None:
        self.show(COLOURS.get(self._phase, RED if self._muted else DARK))

    def show(self, colour: tuple[int, int, int]) -> None:
        """All of them in one colour: red, green, blue, 0 to 255."""
        if self._spi is not None:
            self._spi.transfer(list(frame(colour, self.leds, self.brightness)))


def frame(colour: tuple[int, int, int], leds: int, brightness: int) -> bytes:
    """What an APA102 chain is told: 32 zeros, a word for each LED, and half a bit each to push it through."""
    red, green, blue = colour
    shine = 0xE0 | (round(FULL * brightness / 100) if any(colour) else 0)
    return START + bytes((shine, blue, green, red)) * leds + bytes([END]) * max(4, (leds + 15) // 16)
