"""The web as plugins may use it: hosts they have declared, bounded in size and time, nothing in the house.

The address is looked up once and connected to as it was checked, so that a name cannot change its mind.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import secrets
import socket
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistant import given
from assistant.errors import PluginError, ToolError

if TYPE_CHECKING:
    import httpx2

TOTAL_SECONDS = 10.0
LARGEST = 1024 * 1024
MOST_REDIRECTS = 3
AT_ONCE = 4
REDIRECTS = (301, 302, 303, 307, 308)
GATEWAYS = (ipaddress.IPv6Network("::/96"), ipaddress.IPv6Network("64:ff9b::/96"))
"""Where the last four bytes of an address are an older one: IPv4-compatible, and NAT64."""
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Reply:
    """What a server answered. ``body`` is at most as large as was allowed."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the server did what was asked."""
        return 200 <= self.status < 300

    def text(self) -> str:
        """The body as text; what is no UTF-8 is replaced."""
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ToolError: it is none.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise ToolError("The service answered something that I can't read.") from error


def form(fields: Mapping[str, str], file: bytes, mime: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a form of a web page that sends a ``file``, as ``post`` takes them."""
    edge = secrets.token_hex(12)
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n')
    parts.append(f"Content-Type: {mime}\r\n\r\n")
    body = "".join(parts).encode() + file + f"\r\n--{edge}--\r\n".encode()
    return body, {"content-type": f"multipart/form-data; boundary={edge}"}


class Http:
    """Requests of one plugin.

    ``public`` hosts must have addresses of the wide world; ``trusted`` ones, which the owner has written into
    the configuration, may be in the house. A host is a name or an address, without port.
    """

    def __init__(self, owner: str, *, public: Collection[str] = (), trusted: Collection[str] = ()) -> None:
        self._owner = owner
        self._trusted = {host.casefold() for host in trusted}
        self._allowed = {host.casefold() for host in public} | self._trusted
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._trust: ssl.SSLContext | None = None

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int | float] | None = None,
        headers: Mapping[str, str] | None = None,
        largest: int = LARGEST,
    ) -> Reply:
        """Fetch a URL; ``largest`` is in bytes.

        Raises:
            ToolError: the host cannot be reached, is too slow or answers too much; the text may be spoken.
            PluginError: the host is not declared (``http_hosts``).
        """
        import httpx2

        given.pairs(params, "params of get()", 'params={"q": "…"}', verb="are")
        _check(headers, largest)
        asked = httpx2.Request("GET", self._url(url, params), headers=headers)
        return await self._asked(asked, largest)

    async def post(
        self,
        url: str,
        *,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        largest: int = LARGEST,
    ) -> Reply:
        """Send JSON, or bytes as they are; raises what ``get`` raises."""
        import httpx2

        _check(headers, largest)
        if body is not None and not isinstance(body, bytes):
            raise TypeError(
                f"the body of post() is bytes, not {given.kind_of(body)}; write text.encode(), or json=…"
            )
        content = {"json": json} if body is None else {"content": body}
        return await self._asked(httpx2.Request("POST", self._url(url), headers=headers, **content), largest)

    def _url(self, text: str, params: Mapping[str, str | int | float] | None = None) -> httpx2.URL:
        import httpx2

        given.text(text, "a URL", 'get("https://example.org/…")')
        try:
            return httpx2.URL(text, params=params) if params else httpx2.URL(text)
        except httpx2.InvalidURL as error:
            raise PluginError(f"{self._owner}: {text[:100]!r} is no URL: {error}") from error

    async def _asked(self, request: httpx2.Request, largest: int) -> Reply:
        import httpx2

        host = request.url.host
        try:
            async with self._at_once, asyncio.timeout(TOTAL_SECONDS):
                return await self._followed(request, largest)
        except TimeoutError as error:
            raise ToolError(f"{host} takes too long to answer.") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise ToolError(f"I can't reach {host}.") from error

    async def _followed(self, request: httpx2.Request, largest: int) -> Reply:
        for _ in range(MOST_REDIRECTS + 1):
            reply = await self._sent(request, largest)
            if reply.status not in REDIRECTS or "location" not in reply.headers:
                return reply
            target = request.url.join(reply.headers["location"])
            if request.url.scheme == "https" and target.scheme != "https":
                raise ToolError(f"{request.url.host} wants to answer without encryption.")
            request = self._redirected(request, target, reply.status)
        raise ToolError(f"{request.url.host} sends me round in circles.")

    def _redirected(self, request: httpx2.Request, target: httpx2.URL, status: int) -> httpx2.Request:
        import httpx2

        keeps = status in (307, 308)
        same_host = target.host == request.url.host
        dropped = {"host", "content-length"} | (set() if same_host else {"authorization", "cookie"})
        headers = {name: value for name, value in request.headers.items() if name not in dropped}
        method, content = (request.method, request.content) if keeps else ("GET", b"")
        return httpx2.Request(method, target, headers=headers, content=content)

    async def _sent(self, request: httpx2.Request, largest: int) -> Reply:
        import httpx2

        url = request.url
        if url.scheme not in DEFAULT_PORTS or url.userinfo:
            shown = str(url.copy_with(userinfo=b""))[:100]
            raise PluginError(
                f"{self._owner}: {shown!r} cannot be asked; write a whole URL that begins with https:// or "
                "http:// and holds no password"
            )
        address = await self._address(url.host, url.port or DEFAULT_PORTS[url.scheme])
        # The checked address is connected to; name and certificate stay those of the host.
        pinned = httpx2.Request(
            request.method,
            url.copy_with(host=address),
            headers={**request.headers, "host": url.netloc.decode(), "accept-encoding": "identity"},
            content=request.content,
            extensions={"sni_hostname": url.host},
        )
        trust = await self._certificates() if url.scheme == "https" else False
        async with httpx2.AsyncClient(verify=trust, trust_env=False, timeout=TOTAL_SECONDS) as client:
            response = await client.send(pinned, stream=True)
            try:
                body = await _read(response, url.host, largest)
            finally:
                await response.aclose()
        return Reply(response.status_code, body, dict(response.headers))

    async def _certificates(self) -> ssl.SSLContext:
        if self._trust is None:
            self._trust = await asyncio.to_thread(ssl.create_default_context)
        return self._trust

    async def _address(self, host: str, port: int) -> str:
        """The address of a declared host, all of whose addresses may be spoken to."""
        name = host.casefold()
        if name not in self._allowed:
            declared = ", ".join(sorted(self._allowed)) or "none"
            raise PluginError(f"{self._owner} may not speak to {host!r}; its http_hosts are: {declared}")
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        for address in addresses:
            if not _may(ipaddress.ip_address(address.partition("%")[0]), trusted=name in self._trusted):
                raise ToolError(f"{host} is at an address that it may not have.")
        return addresses[0]


def _check(headers: object, largest: object) -> None:
    given.pairs(headers, "the headers of a request", 'headers={"accept": "…"}', verb="are")
    given.number(largest, "the largest answer", "largest=100_000, in bytes")


def _may(address: ipaddress.IPv4Address | ipaddress.IPv6Address, *, trusted: bool) -> bool:
    """Link-local addresses (where clouds keep their secrets) are nobody's; the house's own need the owner."""
    if isinstance(address, ipaddress.IPv6Address):
        address = _wrapped(address) or address
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if isinstance(address, ipaddress.IPv6Address) and (address.is_site_local or address.is_reserved):
        return trusted  # global by the letter, and yet nobody's in the wide world
    return trusted or address.is_global


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The older address that is meant: a gateway on the way, or the kernel, would take it out."""
    last = int(address) & 0xFFFF_FFFF
    if any(address in network for network in GATEWAYS) and last > 0xFFFF:  # ::1 is itself
        return ipaddress.IPv4Address(last)
    return address.ipv4_mapped or address.sixtofour


async def _read(response: httpx2.Response, host: str, largest: int) -> bytes:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise ToolError(f"{host} answers in a form that I did not ask for.")
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > largest:
            raise ToolError(f"{host} answers more than I want to read.")
    return bytes(body)
