"""A television that takes pictures over DLNA (UPnP): picture_dlna: {name: tv, url: "http://192.168.1.50:9197/dmr"}.

`url` is the television's description, as `gssdp-discover` or its manual tells it. It fetches each picture
from the assistant; once it has, the picture counts as shown.
"""

from xml.sax.saxutils import escape

from assistant.api.pictures import Display, Picture, Upnp, lent

ABOUT = (
    '<DIDL-Lite xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:upnp="urn:schemas-upnp-org:metadata-1-0/upnp/"><item id="0" parentID="-1" restricted="1">'
    "<dc:title>{title}</dc:title><upnp:class>object.item.imageItem.photo</upnp:class>"
    '<res protocolInfo="http-get:*:{mime}:*">{url}</res></item></DIDL-Lite>'
)


class PictureDlna(Display):
    """Show pictures on a renderer in the house."""

    url: str
    width: int = 1920
    height: int = 1080
    http_hosts = ("{url}",)

    async def show(self, picture: Picture) -> None:
        """Tell the renderer where the picture is, and wait until it has fetched it."""
        renderer = self._renderer()
        async with lent(picture, to=self.url) as loan:
            about = ABOUT.format(title=escape(picture.alt[:100]), mime=picture.mime, url=loan.url)
            where = {"CurrentURI": loan.url, "CurrentURIMetaData": about}
            await renderer.call("SetAVTransportURI", {"InstanceID": 0, **where})
            await renderer.call("Play", {"InstanceID": 0, "Speed": 1})
            await loan.fetched.wait()

    async def clear(self) -> None:
        """Stop showing."""
        await self._renderer().call("Stop", {"InstanceID": 0})

    def _renderer(self) -> Upnp:
        return Upnp(self.http, self.url, "urn:schemas-upnp-org:service:AVTransport:1", name=self.name)
