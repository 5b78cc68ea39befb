"""Whatever is asked of the pages or of the control socket is answered; a house that was asked works as before."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.app import House
from assistant.config import ScreenConfig
from assistant.control import served as control_served
from assistant.desk import Desk
from assistant.errand import TOLD
from assistant.errands import Errands
from assistant.web.guard import Guard
from assistant.web.pages import Pages
from assistant.web.screens import Kiosk, Screens
from assistant.web.server import served
from tests.fuzz.parts import JSON, QUICK, TEXTS, near
from tests.parts.homes import lived_in, shipped

SECONDS = 30
FEW = settings(QUICK, max_examples=150)
PATHS = (
    "/",
    "/home",
    "/do",
    "/health",
    "/metrics",
    "/static/dashboard.js",
    "/screen/kitchen",
    "/screen/kitchen/told",
    "/screen/x/picture/1-a",
)
HEADERS = (
    "content-type",
    "content-length",
    "host",
    "origin",
    "cookie",
    "authorization",
    "range",
    "sec-fetch-site",
    "transfer-encoding",
    "x",
)
REQUESTS: tuple[dict[str, Any], ...] = (
    {"do": "room", "what": "look", "value": 30, "room": ""},
    {"do": "set", "device": "kitchen light", "property": "on", "value": "true"},
    {"do": "consent", "id": "1", "yes": True, "pin": "1234"},
    {"size": [800, 600]}, {"painted": 1}, {"failed": 1},
)  # fmt: skip
OTHERS: tuple[dict[str, Any], ...] = (
    {"do": "devices"}, {"do": "plugins"}, {"do": "release", "name": "x"}, {"do": "accept", "id": "x"}, {"do": "health"},
    {"do": "tools"}, {"do": "cameras"}, {"do": "clip", "of": "yard", "question": "x", "seconds": 1},
    {"do": "call", "tool": "get_time", "args": {"device": "x"}, "id": "1"}, {"do": "gallery", "what": "list"},
)  # fmt: skip


async def nothing(_kiosk: Kiosk) -> None:
    return None


def asked(port: int, method: str, target: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer; 0 when the server hung up on what is no HTTP."""
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    with contextlib.closing(asking):
        try:
            asking.putrequest(method, target, skip_host="host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                asking.putheader(name, value.encode("latin-1", "replace"))
            if "content-length" not in headers:
                asking.putheader("content-length", str(len(body)))
            asking.endheaders(body)
            asking.sock.shutdown(socket.SHUT_WR)
            return asking.getresponse().status
        except TimeoutError:
            raise  # nobody is kept waiting
        except (http.client.HTTPException, OSError, ValueError):
            return 0


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, bytes, dict[str, str]]:
    path = draw(st.sampled_from(PATHS) | TEXTS.map(lambda text: "/" + quote(text.encode("utf-8", "replace"))))
    query = draw(
        st.dictionaries(
            st.sampled_from(["token", "size", "x"]) | TEXTS, TEXTS | st.just("9" * 5000), max_size=2
        )
    )
    told = "&".join(
        f"{quote(str(key).encode('utf-8', 'replace'))}={quote(value.encode('utf-8', 'replace'))}"
        for key, value in query.items()
    )
    item = draw(st.sampled_from(REQUESTS).flatmap(near) | JSON)
    body = draw(
        st.just(json.dumps(item).encode("utf-8", "replace")) | st.binary(max_size=60) | st.just(b"[" * 20_000)
    )
    headers = draw(
        st.dictionaries(
            st.sampled_from(HEADERS), TEXTS.filter(lambda text: not set(text) & set("\r\n\0")), max_size=2
        )
    )
    if draw(st.booleans()):
        headers["content-type"] = "application/json"
    return (
        draw(st.sampled_from(["GET", "POST", "HEAD", "PUT", "OPTIONS"])),
        path + (f"?{told}" if told else ""),
        body,
        headers,
    )


async def test_whatever_is_asked_of_the_pages_is_answered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def use(house: House, errands: Errands) -> None:
        screens = Screens([ScreenConfig(name="kitchen")], nothing)
        app = Pages(Desk(house, errands), TOLD).app(screens.routes())
        async with served(Guard(app, names=(), token=""), "127.0.0.1", 0) as port:

            @FEW
            @given(requests())
            def fuzz(request: tuple[str, str, bytes, dict[str, str]]) -> None:
                status = asked(port, *request)
                assert status < 500 or request[1].startswith("/health"), (status, request)

            await asyncio.to_thread(fuzz)
            assert await asyncio.to_thread(asked, port, "GET", "/home", b"", {}) == 200
            again = json.dumps({"do": "room", "what": "look"}).encode()
            assert (
                await asyncio.to_thread(
                    asked, port, "POST", "/do", again, {"content-type": "application/json"}
                )
                == 200
            )

    await lived_in(shipped(tmp_path), use)
    assert not [each for each in caplog.records if each.exc_info], "no traceback"


def told(path: Path, line: bytes) -> list[Any]:
    """What the daemon tells to whoever says this and then nothing more."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(SECONDS)
        client.connect(str(path))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            client.sendall(line + b"\n")
            client.shutdown(socket.SHUT_WR)
        return [json.loads(each) for each in client.makefile("rb")]


async def test_whatever_is_said_on_the_control_socket_is_answered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def use(_house: House, errands: Errands) -> None:
        path = tmp_path / "c.sock"
        lines = st.sampled_from((*REQUESTS, *OTHERS)).flatmap(near) | JSON
        raw = (
            lines.map(lambda item: json.dumps(item).encode("utf-8", "replace"))
            | st.binary(max_size=60)
            | st.just(b"[" * 70_000)
        )
        async with control_served(path, errands.handle):

            @FEW
            @given(raw.filter(lambda line: b"\n" not in line))
            def fuzz(line: bytes) -> None:
                items = told(path, line)
                assert items[-1]["event"] == "done", line
                assert all("Traceback" not in str(item.get("text", "")) for item in items)

            await asyncio.to_thread(fuzz)
            assert (await asyncio.to_thread(told, path, b'{"do": "health"}'))[-1] == {
                "event": "done",
                "ok": True,
            }

    await lived_in(shipped(tmp_path / "s"), use)
    assert not [each for each in caplog.records if each.exc_info], "no traceback"
