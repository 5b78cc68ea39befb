"""Who may ask and who may not: real requests over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from assistant.config import WebConfig
from assistant.errors import ConfigError
from assistant.web.access import access
from assistant.web.guard import LARGEST_BODY, Guard
from assistant.web.server import WebError, served
from assistant.web.tokens import ScreenTokens

TOKEN = "a-long-enough-token"
JSON = {"content-type": "application/json"}


async def _hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


APP = Starlette(routes=[Route("/", _hello, methods=["GET", "POST"])])


@contextlib.asynccontextmanager
async def guarded(token: str = "", names: tuple[str, ...] = ()) -> AsyncIterator[int]:
    async with served(Guard(APP, names=names, token=token), "127.0.0.1", 0) as port:
        yield port


async def asked(port: int, method: str = "GET", path: str = "/", **headers: Any) -> http.client.HTTPResponse:
    def ask() -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=b"{}" if method == "POST" else None, headers=names)
        reply = connection.getresponse()
        reply.read()
        connection.close()
        return reply

    return await asyncio.to_thread(ask)


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 200),
        ("GET", {"host": "localhost"}, 200),
        ("GET", {"host": "LOCALHOST:80"}, 200),
        ("GET", {"host": "[::1]:8377"}, 200),
        ("GET", {"host": "192.168.1.5"}, 200),
        ("GET", {"host": "kitchen.lan:8377"}, 200),
        ("GET", {"host": "evil.example"}, 421),
        ("GET", {"host": "localhost.evil.example"}, 421),
        ("GET", {"host": ""}, 421),
        ("GET", {"origin": "https://evil.example"}, 403),
        ("GET", {"origin": "null"}, 403),
        ("GET", {"sec_fetch_site": "cross-site"}, 403),
        ("GET", {"sec_fetch_site": "same-origin"}, 200),
        ("POST", JSON, 200),
        ("POST", {}, 415),
        ("POST", {"content_type": "text/plain"}, 415),
        ("POST", {**JSON, "origin": "http://evil.example"}, 403),
    ],
)
async def test_only_our_own_pages_ask(method: str, headers: dict[str, str], status: int) -> None:
    async with guarded(names=("kitchen.lan",)) as port:
        assert (await asked(port, method, **headers)).status == status
        if "origin" not in headers:
            own = {**headers, "host": "localhost", "origin": "http://localhost"}
            assert (await asked(port, "POST", **{**own, **JSON})).status in (200, 403)


async def test_a_body_has_a_length_and_a_limit() -> None:
    async with guarded() as port:
        large = {"content-type": "application/json", "content-length": str(LARGEST_BODY + 1)}
        assert (await asked(port, "POST", **large)).status == 413
        chunked = {**JSON, "transfer-encoding": "chunked"}

        def ask() -> int:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("POST", "/", body=iter([b"{}"]), headers=chunked, encode_chunked=True)
            status = connection.getresponse().status
            connection.close()
            return status

        assert await asyncio.to_thread(ask) == 411


async def test_with_a_token_nobody_comes_in_without_it() -> None:
    async with guarded(TOKEN) as port:
        assert (await asked(port)).status == 401
        assert (await asked(port, path="/?token=wrong")).status == 401
        assert (await asked(port, cookie="assistant=wrong")).status == 401
        assert (await asked(port, cookie="\x01;;=")).status == 401
        assert (await asked(port, authorization=f"Bearer {TOKEN}")).status == 200
        welcome = await asked(port, path=f"/?token={TOKEN}")
        assert welcome.status == 303
        assert welcome.headers["location"] == "./"
        screen = await asked(port, path=f"/screen/hall%20way?token={TOKEN}")
        assert (screen.status, screen.headers["location"]) == (303, "./hall%20way")
        cookie = welcome.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert (await asked(port, cookie=cookie.partition(";")[0])).status == 200


async def test_a_screens_token_opens_its_screen_and_nothing_else_until_it_is_taken_back(
    tmp_path: Path,
) -> None:
    tokens = ScreenTokens(tmp_path)
    kitchen, hall = (tokens.make(name, datetime.now()) for name in ("Kitchen two", "hall"))
    elsewhere = ScreenTokens(tmp_path)  # the daemon's, which did not make them
    guard = Guard(APP, names=(), token=TOKEN, whose=elsewhere.whose)
    async with served(guard, "127.0.0.1", 0) as port:
        own = "/screen/kitchen%20two"
        welcome = await asked(port, path=f"{own}?token={kitchen}")
        assert (welcome.status, welcome.headers["location"]) == (303, "./kitchen%20two")
        cookie = welcome.headers["set-cookie"].partition(";")[0]
        for path, status in (
            (own, 404),  # let in; the application of this test has no such page
            (f"{own}/events", 404),
            (f"{own}/answer", 404),
            ("/static/screen.js", 404),
            ("/", 401),
            ("/home", 401),
            ("/do", 401),
            ("/metrics", 401),
            ("/screen/hall", 401),
            ("/screen/hall/events", 401),
            ("/screen/", 401),
            (f"/screen/hall?token={kitchen}", 401),
            (f"/screen/hall?token={hall}", 303),
        ):
            assert (await asked(port, path=path, cookie=cookie)).status == status, path
        assert (await asked(port, path=own, cookie=cookie, origin="http://evil.example")).status == 403
        assert (await asked(port, path=own, cookie=cookie, host="evil.example")).status == 421
        assert (await asked(port, path=own, cookie=f"assistant={TOKEN}")).status == 404
        tokens.revoke("kitchen TWO")
        assert (await asked(port, path=own, cookie=cookie)).status == 401
        assert (await asked(port, path="/screen/hall", authorization=f"Bearer {hall}")).status == 404
        assert kitchen not in (tmp_path / "screens.json").read_text()
        for broken in ("[]", "{", '{"hall": {"name": "hall", "sha256": "", "made": ""}}', "\xff"):
            (tmp_path / "screens.json").write_text(broken)
            assert (await asked(port, path="/screen/hall", authorization=f"Bearer {hall}")).status == 401
        assert (await asked(port, authorization=f"Bearer {TOKEN}")).status == 200


async def test_a_tablet_that_two_houses_share_is_known_to_both() -> None:
    """Their pages have one address and two ports, and cookies know no ports."""
    jar: dict[str, str] = {}
    other = "the-token-of-another-house"
    async with guarded(TOKEN) as here, guarded(other) as there:
        for port, token in ((here, TOKEN), (there, other)):
            welcome = await asked(port, path=f"/?token={token}")
            name, _, value = welcome.headers["set-cookie"].partition(";")[0].partition("=")
            jar[name] = value
        told = "; ".join(f"{name}={value}" for name, value in jar.items())
        assert [(await asked(port, cookie=told)).status for port in (here, there)] == [200, 200]
        assert (await asked(here, cookie=f"assistant={TOKEN}")).status == 200, "as it was called before"
        assert (await asked(here, cookie="; ".join(f"{name}={other}" for name in jar))).status == 401


async def test_every_answer_forbids_what_pages_of_others_could_do() -> None:
    async with guarded(TOKEN) as port:
        for reply in (await asked(port), await asked(port, authorization=f"Bearer {TOKEN}")):
            assert "default-src 'none'" in reply.headers["content-security-policy"]
            assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
            assert reply.headers["x-content-type-options"] == "nosniff"
            assert "access-control-allow-origin" not in reply.headers


async def test_a_taken_port_is_no_reason_to_have_no_pages() -> None:
    async with served(APP, "127.0.0.1", 0) as first, served(APP, "127.0.0.1", first) as second:
        assert second != first
        assert (await asked(second)).status == 200


async def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(WebError, match=r"web.host: 192.0.2.1 cannot be listened on"):
        async with served(APP, "192.0.2.1", 0):
            pass


@pytest.mark.parametrize(
    ("host", "token", "problem"),
    [
        ("127.0.0.1", "", ""),
        ("::1", "", ""),
        ("localhost", "", ""),
        ("0.0.0.0", TOKEN, ""),
        ("0.0.0.0", "", "can be reached from other machines: put a token"),
        ("192.168.1.5", "", "can be reached from other machines"),
        ("127.0.0.1", "short", "at least 12 ASCII characters"),
        ("127.0.0.1", "with spaces in between", "without spaces"),
    ],
)
def test_who_may_come_from_elsewhere_needs_a_token(
    host: str, token: str, problem: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    environment = {"ASSISTANT_WEB_TOKEN": token} if token else {}
    if problem:
        with pytest.raises(ConfigError, match=problem):
            access(WebConfig(host=host), environment)
    else:
        assert access(WebConfig(host=host), environment).token == token
