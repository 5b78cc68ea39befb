"""A screen that takes its pictures over HTTP: e-paper tags behind an OpenEPaperLink access point, and others.

    - picture_http:
        {name: tag, url: "http://192.168.1.40/imgupload", mac: "0000021B4A9C3E12", width: 296, height: 128}
    - picture_http: {name: frame, url: "http://192.168.1.41/picture", width: 1200, height: 825}

With a `mac` the picture goes as that tag's form, without one as the bare body.
"""

from assistant.api import ToolError
from assistant.api.pictures import Display, Picture, form


class PictureHttp(Display):
    """Post each picture to a device in the house."""

    url: str
    mac: str = ""
    http_hosts = ("{url}",)

    async def show(self, picture: Picture) -> None:
        """Send it; the device answers once it has it."""
        body, headers = picture.data, {"content-type": picture.mime}
        if self.mac:
            body, headers = form({"mac": self.mac, "dither": "0"}, picture.data, picture.mime)
        reply = await self.http.post(self.url, body=body, headers=headers)
        if not reply.ok:
            raise ToolError(f"The {self.name} does not take the picture (status {reply.status})")
