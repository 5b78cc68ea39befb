"""Who may ask: no other site's page in a resident's browser, and from other machines only with the token."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Collection
from functools import partial
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "assistant"
"""How the name of the cookie begins; those of before had no more."""
SCREEN_COOKIE = "assistant-screen"
ADMITTED = "assistant.admitted"
"""In a request's scope: whether whoever asked would still be let in; for what goes on for long."""
LOOPBACK = ("localhost",)
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
SAFE = ("GET", "HEAD")
LARGEST_BODY = 64 * 1024
PHOTO = "/photo"
"""Where a picture is sent; everything else that is sent is JSON."""
LARGEST_PHOTO = 24 * 2**20
YEAR_SECONDS = 31_536_000


Whose = Callable[[str], str]


class Guard:
    """An ASGI application around another one.

    ``names`` are the hosts by which it may be called (a page of another site that has bound its name to our
    address has another); ``token`` is what everybody must know, "" where loopback is protection enough;
    ``whose`` tells which screen a token opens that is not this one ("": none).
    """

    def __init__(
        self, app: ASGIApp, *, names: Collection[str], token: str, whose: Whose = lambda _token: ""
    ) -> None:
        self._app = app
        self._names = {name.lower() for name in (*LOOPBACK, *names)}
        self._token, self._whose = token, whose
        # Cookies know no ports: of two houses on one machine, each has one of its own.
        house = hashlib.sha256(token.encode()).hexdigest()[:8]
        self._cookie, self._screen_cookie = f"{COOKIE}-{house}", f"{SCREEN_COOKIE}-{house}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        answer = self._refusal(scope, headers) or self._greeting(scope)
        if answer is not None:
            await answer(scope, receive, _with_headers(send))
            return
        await self._app(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "").lower()
        if _bare(host) not in self._names and not _is_address(_bare(host)):
            return PlainTextResponse("This name is not one of the assistant's (web.names).\n", 421)
        origin = headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc.lower() != host
        if foreign or headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            return PlainTextResponse("Pages of other sites may not ask the assistant.\n", 403)
        if scope["method"] not in SAFE and (wrong := _unfit(scope, headers)) is not None:
            return wrong
        if self._token and not self._admitted(scope, headers):
            return PlainTextResponse(
                "Open this page once with the assistant's token: /?token=…\n",
                401,
                {"www-authenticate": "Bearer"},
            )
        return None

    def _admitted(self, scope: Scope, headers: Headers) -> bool:
        """With the token everywhere; with that of a screen on its own pages."""
        names = (self._cookie, self._screen_cookie, COOKIE)
        given = [*(_cookie(headers, name) for name in names), _asked(scope, headers)]
        if any(self._known(token) for token in given):
            return True
        for token in filter(None, given):
            if _is_of(scope["path"], self._whose(token)):
                scope[ADMITTED] = partial(self._still, token, scope["path"])
                return True
        return False

    def _still(self, token: str, path: str) -> bool:
        return _is_of(path, self._whose(token))

    def _greeting(self, scope: Scope) -> Response | None:
        """Who comes with the token in the address gets a cookie, and an address without the token."""
        if not (self._token and _tokens(scope) and scope["method"] == "GET"):
            return None
        token = _tokens(scope)[0]
        if not (self._known(token) or self._whose(token)):
            return None
        name = self._cookie if self._known(token) else self._screen_cookie
        welcome = RedirectResponse(f"./{quote(scope['path'].rpartition('/')[2])}", 303)
        welcome.set_cookie(name, token, max_age=YEAR_SECONDS, httponly=True, samesite="strict")
        return welcome

    def _known(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())


def _unfit(scope: Scope, headers: Headers) -> Response | None:
    """What is wrong with a body. No form of another site can send these types without being asked first."""
    photo = scope["path"] == PHOTO
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if photo and not kind.startswith("image/"):
        return PlainTextResponse("Send a picture (content-type: image/jpeg and so on).\n", 415)
    if not photo and kind != "application/json":
        return PlainTextResponse("Send JSON (content-type: application/json).\n", 415)
    if not headers.get("content-length", "").isdecimal():
        return PlainTextResponse("Say how long the body is (content-length).\n", 411)
    most = LARGEST_PHOTO if photo else LARGEST_BODY
    if int(headers["content-length"]) > most:
        return PlainTextResponse(f"At most {most} bytes, please.\n", 413)
    return None


def _is_of(path: str, screen: str) -> bool:
    """Whether an address is one of a screen's own, or of what every page is made of."""
    if not screen:
        return False
    first, _, rest = path.lstrip("/").partition("/")
    return first == "static" or (
        first == "screen" and rest.partition("/")[0].strip().casefold() == screen.casefold()
    )


def _bare(host: str) -> str:
    """A host without its port."""
    end = host.rfind("]") if host.startswith("[") else host.rfind(":") - 1
    return host[: end + 1] if end >= 0 else host


def _is_address(host: str) -> bool:
    """Nobody can bind a bare address to another one: only names are rebound."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _cookie(headers: Headers, name: str) -> str:
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(headers.get("cookie", ""))
    except CookieError:
        return ""
    return cookies[name].value if name in cookies else ""


def _asked(scope: Scope, headers: Headers) -> str:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    return next(iter(_tokens(scope)), "")


def _tokens(scope: Scope) -> list[str]:
    """Those in the address."""
    query: bytes = scope["query_string"]
    return parse_qs(query.decode("latin-1")).get("token", [])


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sent
