"""A UPnP media renderer as a screen: a television that fetches the picture it is told of."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

from assistant.fetching import Http
from assistant.lending import lent
from assistant.showing import Picture
from assistant.upnp import Upnp

TRANSPORT = "urn:schemas-upnp-org:service:AVTransport:1"
INSTANCE: Mapping[str, object] = {"InstanceID": 0}
"""A renderer that shows one thing at a time has only this one."""
LONGEST_TITLE = 100
DIDL = (
    '<DIDL-Lite xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:upnp="urn:schemas-upnp-org:metadata-1-0/upnp/"><item id="0" parentID="-1" restricted="1">'
    "<dc:title>{title}</dc:title><upnp:class>object.item.imageItem.photo</upnp:class>"
    '<res protocolInfo="http-get:*:{mime}:*">{url}</res></item></DIDL-Lite>'
)


class Renderer:
    """``url`` is the renderer's description, ``name`` how it is called when it fails."""

    def __init__(self, http: Http, url: str, *, name: str) -> None:
        self._url, self._transport = url, Upnp(http, url, TRANSPORT, name=name)

    async def show(self, picture: Picture) -> None:
        """Tell it where the picture is; return once it has fetched that.

        Raises:
            ToolError: it cannot be reached, is no renderer, or refuses.
        """
        async with lent(picture, to=self._url) as loan:
            about = DIDL.format(title=escape(picture.alt[:LONGEST_TITLE]), mime=picture.mime, url=loan.url)
            where = {"CurrentURI": loan.url, "CurrentURIMetaData": about}
            await self._transport.call("SetAVTransportURI", {**INSTANCE, **where})
            await self._transport.call("Play", {**INSTANCE, "Speed": 1})
            await loan.fetched.wait()

    async def stop(self) -> None:
        """End what it shows; raises what `show` does."""
        await self._transport.call("Stop", INSTANCE)
