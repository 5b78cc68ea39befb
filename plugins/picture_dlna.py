"""A television that takes pictures over DLNA (UPnP): picture_dlna: {name: tv, url: "http://192.168.1.50:9197/dmr"}.

`url` is the television's description, as `gssdp-discover` or its manual tells it. It fetches each picture
from the assistant; once it has, the picture counts as shown.
"""

from assistant.api.pictures import Display, Picture, Renderer


class PictureDlna(Display):
    """Show pictures on a renderer in the house."""

    url: str
    width: int = 1920
    height: int = 1080
    http_hosts = ("{url}",)

    async def show(self, picture: Picture) -> None:
        """Return once the renderer has it."""
        await self._renderer().show(picture)

    async def clear(self) -> None:
        """Stop showing."""
        await self._renderer().stop()

    def _renderer(self) -> Renderer:
        return Renderer(self.http, self.url, name=self.name)
