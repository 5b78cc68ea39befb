"""The web as plugins may use it: declared hosts only, nothing in the house, bounded."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from pathlib import Path

import pytest

from assistant import fetching
from assistant.amenities import _host
from assistant.api import Plugin, PluginError, ToolError
from assistant.fetching import Http
from assistant.testing.bare import BareHost
from tests.parts.certificates import Authority
from tests.parts.web import body, moved, web


async def test_a_declared_host_is_asked_and_answers() -> None:
    async with web() as there:
        there.answers["/weather"] = body(b'{"warm": true}')
        reply = await Http("weather", trusted=["127.0.0.1"]).get(f"{there.url}/weather", params={"q": "a b"})
    assert reply.ok
    assert reply.json() == {"warm": True}
    assert reply.text() == '{"warm": true}'
    assert there.asked[0].startswith("GET /weather?q=a+b HTTP/1.1") or "q=a%20b" in there.asked[0]
    assert f"host: 127.0.0.1:{there.port}" in there.asked[0].lower()


async def test_json_is_posted() -> None:
    async with web() as there:
        there.answers["/"] = body(b"not json")
        reply = await Http("x", trusted=["127.0.0.1"]).post(f"{there.url}/", json={"a": 1})
    with pytest.raises(ToolError, match="can't read"):
        reply.json()
    assert "content-length: 7" in there.asked[0].lower()


HIDDEN = [
    "127.0.0.1",
    "10.1.2.3",
    "192.168.1.1",
    "169.254.169.254",
    "::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    "0.0.0.0",
    "100.64.0.1",
    "::127.0.0.1",
    "64:ff9b::192.168.1.1",
    "64:ff9b:1::10.0.0.1",
    "2002:7f00:1::",
    "fec0::1",
]


@pytest.mark.parametrize("address", HIDDEN)
async def test_a_name_of_the_wide_world_may_not_lead_into_the_house(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    async def resolved(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolved)
    with pytest.raises(ToolError, match="may not have"):
        await Http("weather", public=["api.example"]).get("http://api.example/")
    if address.startswith(("169", "0")):
        with pytest.raises(ToolError, match="may not have"):
            await Http("weather", trusted=["api.example"]).get("http://api.example/")


@pytest.mark.parametrize(
    "url",
    ["http://other.example/", "http://2130706433/", "http://0177.0.0.1/", "http://127.1/", "http://[::1]/"],
)
async def test_a_host_that_is_not_declared_is_refused_by_name(url: str) -> None:
    with pytest.raises(
        PluginError, match=r"weather may not speak to .* its http_hosts are: api\.example|is no URL"
    ):
        await Http("weather", public=["api.example"]).get(url)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://api.example/", "http://user:pw@api.example/", "api.example"]
)
async def test_only_plain_web_addresses(url: str) -> None:
    with pytest.raises((PluginError, ToolError)):
        await Http("weather", public=["api.example"]).get(url)


async def test_redirects_are_followed_to_declared_hosts_only_and_not_for_ever() -> None:
    async with web() as there:
        there.answers |= {
            "/a": moved("/b"),
            "/b": body(b"here"),
            "/round": moved("/round"),
            "/away": moved(f"http://localhost:{there.port}/b"),
        }
        http = Http("x", trusted=["127.0.0.1"])
        assert (await http.get(f"{there.url}/a", headers={"authorization": "t"})).body == b"here"
        with pytest.raises(ToolError, match="in circles"):
            await http.get(f"{there.url}/round")
        with pytest.raises(PluginError, match="may not speak to 'localhost'"):
            await http.get(f"{there.url}/away")


async def test_what_is_too_large_too_slow_or_packed_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "TOTAL_SECONDS", 0.3)
    async with web() as there:
        there.answers |= {
            "/large": body(b"x" * 5000),
            "/packed": body(b"x", "content-encoding: gzip\r\n"),
            "/slow": b"",
            "/nonsense": b"HELLO\r\n\r\n",
        }
        http = Http("x", trusted=["127.0.0.1"])
        for path, problem in (
            ("large", "more than"),
            ("packed", "form"),
            ("slow", "too long"),
            ("nonsense", "reach"),
        ):
            with pytest.raises(ToolError, match=problem):
                await http.get(f"{there.url}/{path}", largest=1000)
    with pytest.raises(ToolError, match=r"I can't reach 127.0.0.1"):
        await http.get(f"{there.url}/gone")


def safe(listening: socket.socket, tls: ssl.SSLContext, times: int) -> None:
    """Answer over TLS so many times; whoever does not trust us is let go."""
    for _ in range(times):
        plain, _ = listening.accept()
        with plain, contextlib.suppress(OSError), tls.wrap_socket(plain, server_side=True) as line:
            line.recv(4096)
            line.sendall(body(b"safe"))


async def test_the_certificate_must_be_that_of_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path, strict=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pair = authority.sign("server", host="localhost")
    tls.load_cert_chain(pair.certificate, pair.key)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        port = listening.getsockname()[1]
        serving = asyncio.get_running_loop().run_in_executor(None, safe, listening, tls, 3)
        with pytest.raises(ToolError, match="reach localhost"):
            await Http("x", trusted=["localhost"]).get(f"https://localhost:{port}/")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        http = Http("x", trusted=["localhost", "127.0.0.1"])
        assert (await http.get(f"https://localhost:{port}/")).body == b"safe"
        with pytest.raises(ToolError, match=r"reach 127.0.0.1"):
            await http.get(f"https://127.0.0.1:{port}/")
        await serving


class Printer(Plugin):
    server: str = "https://printer.example"
    http_hosts = ("api.example", "{server}")


async def test_hosts_that_the_owner_wrote_may_be_in_the_house() -> None:
    async with web() as there:
        there.answers["/ink"] = body(b"full")
        printer = Printer(server=there.url)
        printer.attach(BareHost())
        assert (await printer.http.get(f"{printer.server}/ink")).text() == "full"
        with pytest.raises(PluginError, match=r"its http_hosts are: 127\.0\.0\.1, api\.example"):
            await printer.http.get("http://192.168.1.1/")


async def test_what_the_author_proposes_is_not_what_the_owner_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_home(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.1.1", 80))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", at_home)
    printer = Printer()
    printer.attach(BareHost())
    with pytest.raises(ToolError, match="may not have"):
        await printer.http.get(f"{printer.server}/ink")


def test_the_host_of_a_setting() -> None:
    assert [_host(text) for text in ("http://a.b:80/c?d", "a.b", "a.b:80", "http://u@a.b/", "http://[::1]:8/", "::1")] == [
        "a.b", "a.b", "a.b", "a.b", "::1", "::1"
    ]  # fmt: skip
