"""One service of a UPnP device in the house: a television, a loudspeaker, a router."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urljoin
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from assistant.errors import ToolError
from assistant.fetching import Http

LARGEST_DESCRIPTION = 256 * 1024
CALL = (
    '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>'
    '<u:{action} xmlns:u="{service}">{arguments}</u:{action}></s:Body></s:Envelope>'
)


class Upnp:
    """``url`` is the device's description, ``service`` the type of what is called
    ("urn:schemas-upnp-org:service:AVTransport:1"), ``name`` how it is called when it fails."""

    def __init__(self, http: Http, url: str, service: str, *, name: str) -> None:
        self._http, self._url, self._service, self._name = http, url, service, name
        self._control = ""

    async def call(self, action: str, arguments: Mapping[str, object]) -> str:
        """Have the service do something; its answer as XML.

        Raises:
            ToolError: it cannot be reached, has no such service, or refuses.
        """
        self._control = self._control or await self._found()
        told = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in arguments.items())
        body = CALL.format(action=action, service=self._service, arguments=told).encode()
        headers = {
            "content-type": 'text/xml; charset="utf-8"',
            "soapaction": f'"{self._service}#{action}"',
        }
        reply = await self._http.post(self._control, body=body, headers=headers)
        if not reply.ok:
            raise ToolError(f"The {self._name} refuses to do that ({action}, status {reply.status})")
        return reply.text()

    async def _found(self) -> str:
        """Where the device is told what to do; only on the same host, whatever its description says."""
        reply = await self._http.get(self._url, largest=LARGEST_DESCRIPTION)
        text = re.sub(r'\sxmlns="[^"]*"', "", reply.text())
        try:
            if "<!DOCTYPE" in text:
                raise ElementTree.ParseError("entities")
            services = ElementTree.fromstring(text).iter("service")
            path = next(
                s.findtext("controlURL", "") for s in services if s.findtext("serviceType") == self._service
            )
        except (ElementTree.ParseError, StopIteration) as error:
            kind = self._service.split(":")[-2]
            raise ToolError(f"The {self._name} offers no {kind} at {self._url}") from error
        return urljoin(self._url, "/" + re.sub(r"^https?://[^/]+", "", path).lstrip("/"))
