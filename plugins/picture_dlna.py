"""A television that takes pictures over DLNA (UPnP): picture_dlna: {name: tv, url: "http://192.168.1.50:9197/dmr"}.

`url` is the television's description, as `gssdp-discover` or its manual tells it. It fetches each picture
from the assistant; once it has, the picture counts as shown.
"""

import re
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from assistant.api import ToolError
from assistant.api.pictures import Display, Picture, lent

SERVICE = "urn:schemas-upnp-org:service:AVTransport:1"
LARGEST_DESCRIPTION = 256 * 1024
CALL = (
    '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>'
    '<u:{action} xmlns:u="{service}"><InstanceID>0</InstanceID>{arguments}</u:{action}></s:Body></s:Envelope>'
)
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
        control = await self._control()
        async with lent(picture, to=self.url) as loan:
            about = ABOUT.format(title=escape(picture.alt[:100]), mime=picture.mime, url=loan.url)
            await self._call(control, "SetAVTransportURI", CurrentURI=loan.url, CurrentURIMetaData=about)
            await self._call(control, "Play", Speed="1")
            await loan.fetched.wait()

    async def clear(self) -> None:
        """Stop showing."""
        await self._call(await self._control(), "Stop")

    async def _control(self) -> str:
        """Where the renderer is told what to do; only on the same host, whatever its description says."""
        reply = await self.http.get(self.url, largest=LARGEST_DESCRIPTION)
        text = re.sub(r'\sxmlns="[^"]*"', "", reply.text())
        try:
            if "<!DOCTYPE" in text:
                raise ElementTree.ParseError("entities")
            services = ElementTree.fromstring(text).iter("service")
            path = next(
                s.findtext("controlURL", "") for s in services if s.findtext("serviceType") == SERVICE
            )
        except (ElementTree.ParseError, StopIteration) as error:
            raise ToolError(f"The {self.name} is no renderer that I understand") from error
        root = re.match(r"https?://[^/]+", self.url)
        assert root is not None
        return f"{root[0]}/{re.sub(r'^https?://[^/]+', '', path).lstrip('/')}"

    async def _call(self, control: str, action: str, **arguments: str) -> None:
        told = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in arguments.items())
        body = CALL.format(action=action, service=SERVICE, arguments=told).encode()
        headers = {"content-type": 'text/xml; charset="utf-8"', "soapaction": f'"{SERVICE}#{action}"'}
        reply = await self.http.post(control, body=body, headers=headers)
        if not reply.ok:
            raise ToolError(f"The {self.name} does not take the picture (status {reply.status})")
