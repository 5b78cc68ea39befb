"""A Chromecast, Google TV or Nest Hub as a screen: picture_cast: {name: tv, address: 192.168.1.60}.

It needs `pip install 'assistant[cast]'`. The device fetches each picture from the assistant; once it has, the
picture counts as shown. It stays until something else is shown there.
"""

from typing import Any

from assistant.api.pictures import Cast, Display, Picture


class PictureCast(Display):
    """Show pictures on a device that speaks Google Cast."""

    address: str
    port: int = 8009
    width: int = 1280
    height: int = 720

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._device = Cast(self.address, self.port, name=self.name)

    async def show(self, picture: Picture) -> None:
        """Return once the device has it."""
        await self._device.show(picture)

    async def clear(self) -> None:
        """End what is shown."""
        await self._device.stop()
