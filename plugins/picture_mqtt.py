"""A screen that is an image of Home Assistant, shown there on any dashboard: picture_mqtt: {name: hall}."""

from assistant.api.pictures import Display, Picture
from assistant.api.sources import slug


class PictureMqtt(Display):
    """Publish each picture, announced by Home Assistant's discovery."""

    width: int = 1280
    height: int = 720
    largest: int = 200_000
    prefix: str = "homeassistant"

    async def show(self, picture: Picture) -> None:
        """Keep the picture on the broker: who comes later sees it, too."""
        ident, base = f"assistant_picture_{slug(self.name)}", f"assistant/pictures/{slug(self.name)}"
        told = {"name": self.name, "unique_id": ident, "content_type": picture.mime}
        told |= {"image_topic": f"{base}/image", "json_attributes_topic": f"{base}/about"}
        ours = {"origin": {"name": "assistant-household"}}  # our own discovery leaves it out
        await self.keep(f"{self.prefix}/image/{ident}/config", told | ours)
        await self.keep(f"{base}/about", {"alt": picture.alt})
        await self.keep(f"{base}/image", picture.data)
