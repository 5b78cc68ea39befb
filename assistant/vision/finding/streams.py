"""What one ONVIF camera says of itself and its streams, over SOAP; of other hosts it is believed nothing."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from assistant.errors import VisionError
from assistant.plain import one_line
from assistant.vision.finding import markup
from assistant.vision.finding.markup import Element
from assistant.vision.finding.probing import Candidate, own

if TYPE_CHECKING:
    import httpx2

REQUEST_SECONDS = 5.0
CAMERA_SECONDS = 20.0
MOST_STREAMS = 8
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Header>{header}</e:Header>'
    "<e:Body>{body}</e:Body></e:Envelope>"
)
TOKEN = (
    '<s:Security xmlns:s="' + SECURITY + 'wssecurity-secext-1.0.xsd" '
    'xmlns:u="' + SECURITY + 'wssecurity-utility-1.0.xsd"><s:UsernameToken><s:Username>{user}</s:Username>'
    '<s:Password Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0'
    '#PasswordDigest">{digest}</s:Password><s:Nonce>{nonce}</s:Nonce><u:Created>{created}</u:Created>'
    "</s:UsernameToken></s:Security>"
)
REFUSED = "it wants a user and a password, or others than these"


@dataclass(frozen=True)
class Stream:
    """One of a camera's streams: its URL without password, codec and size in points."""

    url: str
    codec: str
    width: int
    height: int


@dataclass(frozen=True)
class Found:
    """A camera as it told of itself; ``problem`` says what it did not tell, in words."""

    address: str
    name: str
    model: str = ""
    streams: list[Stream] = field(default_factory=list)
    problem: str = ""


@dataclass(frozen=True)
class Login:
    """Who asks; the password itself is never sent."""

    user: str = ""
    password: str = field(default="", repr=False)

    def token(self, now: datetime) -> str:
        """WS-Security's header, by the camera's clock."""
        if not self.user:
            return ""
        nonce, created = secrets.token_bytes(16), f"{now:%Y-%m-%dT%H:%M:%S}Z"
        digest = hashlib.sha1(nonce + created.encode() + self.password.encode(), usedforsecurity=False)
        return TOKEN.format(
            user=escape(self.user),
            digest=base64.b64encode(digest.digest()).decode(),
            nonce=base64.b64encode(nonce).decode(),
            created=created,
        )


async def asked(candidate: Candidate, login: Login) -> Found:
    """What a camera says; whatever it does wrong becomes its ``problem``."""
    import httpx2

    camera = _Camera(candidate, login)
    try:
        async with asyncio.timeout(CAMERA_SECONDS):
            await camera.read()
    except VisionError as error:
        camera.problem = str(error)
    except TimeoutError:
        camera.problem = "it takes too long to answer"
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError):
        camera.problem = "it does not answer as a camera does"
    return Found(
        candidate.address, candidate.name or camera.model, camera.model, camera.streams, camera.problem
    )


class _Camera:
    """One camera being asked."""

    def __init__(self, candidate: Candidate, login: Login) -> None:
        self._candidate, self._login = candidate, login
        self._behind = timedelta()
        self.model = self.problem = ""
        self.streams: list[Stream] = []

    async def read(self) -> None:
        """Ask for its clock, its make, and each of its streams."""
        import httpx2

        login = self._login
        auth = httpx2.DigestAuth(login.user, login.password) if login.user else None
        # Cameras have certificates that they made themselves; what is sent holds no password.
        async with httpx2.AsyncClient(
            verify=False, trust_env=False, timeout=REQUEST_SECONDS, auth=auth
        ) as http:
            device = self._candidate.services
            self._behind = _behind(
                await self._said(http, device, f'<GetSystemDateAndTime xmlns="{DEVICE}"/>')
            )
            made = await self._said(http, device, f'<GetDeviceInformation xmlns="{DEVICE}"/>')
            self.model = one_line(f"{made.said('Manufacturer')} {made.said('Model')}".strip(), 60)
            wanted = f'<GetCapabilities xmlns="{DEVICE}"><Category>Media</Category></GetCapabilities>'
            media = (await self._said(http, device, wanted)).said("Media", "XAddr")
            if not own(media, self._candidate.address):
                raise VisionError("its streams are said to be at another address")
            profiles = await self._said(http, media, f'<GetProfiles xmlns="{MEDIA}"/>')
            for profile in list(profiles.all("Profiles"))[:MOST_STREAMS]:
                await self._stream(http, media, profile)
        if not self.streams and not self.problem:
            self.problem = "it names no stream"

    async def _stream(self, http: httpx2.AsyncClient, media: str, profile: Element) -> None:
        encoder = profile.first("VideoEncoderConfiguration")
        if encoder is None:
            return
        wanted = (
            f'<GetStreamUri xmlns="{MEDIA}"><StreamSetup><Stream xmlns="http://www.onvif.org/ver10/schema">'
            '</Stream><Transport xmlns="http://www.onvif.org/ver10/schema"><Protocol>RTSP</Protocol></Transport>'
            f"</StreamSetup><ProfileToken>{escape(profile.attributes.get('token', ''))}</ProfileToken>"
            "</GetStreamUri>"
        ).replace("</Stream>", "RTP-Unicast</Stream>", 1)
        url = plain(await self._uri(http, media, wanted), self._candidate.address)
        if not url:
            self.problem = "it names streams at another address; they are left out"
            return
        width, height = (_number(encoder.said("Resolution", side)) for side in ("Width", "Height"))
        self.streams.append(Stream(url, one_line(encoder.said("Encoding"), 12), width, height))

    async def _uri(self, http: httpx2.AsyncClient, media: str, wanted: str) -> str:
        return (await self._said(http, media, wanted)).said("MediaUri", "Uri")

    async def _said(self, http: httpx2.AsyncClient, url: str, body: str) -> Element:
        """One answer.

        Raises:
            VisionError: it refuses, or what it says is nothing that I would read.
        """
        header = self._login.token(datetime.now(UTC) + self._behind)
        content = ENVELOPE.format(header=header, body=body).encode()
        kind = {"content-type": "application/soap+xml; charset=utf-8", "accept-encoding": "identity"}
        async with http.stream("POST", url, content=content, headers=kind) as response:
            data = await _bounded(response)
        if response.status_code in (401, 403):
            raise VisionError(REFUSED)
        told = markup.read(data)
        if (fault := told.first("Fault")) is not None:
            refused = any("NotAuthorized" in value.text for value in fault.all("Value"))
            raise VisionError(REFUSED if refused else "it does not know what it was asked")
        return told


async def _bounded(response: httpx2.Response) -> bytes:
    data = bytearray()
    async with aclosing(response.aiter_raw()) as pieces:
        async for piece in pieces:
            data += piece
            if len(data) > markup.LARGEST_BYTES:
                raise VisionError("it answers more than I want to read")
    return bytes(data)


def plain(url: str, address: str) -> str:
    """A stream's URL without user and password; "" when it is none, or not at that address."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in ("rtsp", "rtsps") or parts.hostname != address or not url.isprintable():
        return ""
    return parts._replace(netloc=f"{address}{port}").geturl()[:500]


def _behind(told: Element) -> timedelta:
    """How much the camera's clock is ahead of ours: it takes no login by another clock than its own."""
    clock = told.first("UTCDateTime")
    if clock is None:
        return timedelta()
    parts = [_number(clock.said(name)) for name in ("Year", "Month", "Day", "Hour", "Minute", "Second")]
    try:
        return datetime(*parts[:3], *parts[3:], tzinfo=UTC) - datetime.now(UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return timedelta()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
