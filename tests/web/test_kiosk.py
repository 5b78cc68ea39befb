"""What a screen's page may tell and ask, without a browser: names, sizes, and pictures that are no longer there."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from assistant.config import ScreenConfig
from assistant.showing import NotShown, Panel, Picture
from assistant.web import screens as module
from assistant.web.guard import Guard
from assistant.web.panes import Page
from assistant.web.screens import Kiosk, Screens
from assistant.web.server import served
from assistant.web.tokens import ScreenTokens
from tests.parts.home import until
from tests.web.test_guard import asked

SUN = Picture("sun", b"bytes", "image/png", 4, 3, "a sun")


async def nothing(_kiosk: Kiosk) -> Picture | None:
    return None


@contextlib.asynccontextmanager
async def house() -> AsyncIterator[tuple[int, Screens]]:
    screens = Screens([ScreenConfig(name="kitchen")], nothing)
    async with served_pages(screens) as port:
        yield port, screens


@contextlib.asynccontextmanager
async def served_pages(screens: Screens) -> AsyncIterator[int]:
    """Screens of a house that asks for no token; the port."""
    guarded = Guard(Starlette(routes=screens.routes()), names=(), token="")
    async with served(guarded, "127.0.0.1", 0) as port:
        yield port


async def posted(port: int, path: str, item: Any) -> tuple[int, bytes]:
    """Status and body of what is answered to some JSON."""

    def post() -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("POST", path, json.dumps(item), {"content-type": "application/json"})
        answer = connection.getresponse()
        told = answer.status, answer.read()
        connection.close()
        return told

    return await asyncio.to_thread(post)


async def tells(port: int, item: Any, name: str = "kitchen") -> int:
    status, _ = await posted(port, f"/screen/{name}/told", item)
    return status


async def test_nonsense_is_refused_and_changes_nothing() -> None:
    async with house() as (port, screens):
        (kitchen,) = screens.all()
        nonsense: list[Any] = [
            [],
            "x",
            {},
            {"size": [0, 5]},
            {"size": ["1", 2]},
            {"size": [1]},
            {"painted": "1"},
        ]
        for wrong in nonsense:
            assert await tells(port, wrong) == 400, wrong
        assert (kitchen.panel.width, kitchen.panel.height) == (0, 0)
        assert await tells(port, {"size": [10**9, 600]}) == 200
        assert (kitchen.panel.width, kitchen.panel.height) == (module.LARGEST_SIDE, 600)
        assert await tells(port, {"painted": 99}) == 200
        for path in (
            "/screen/a%2Fb",
            "/screen/%00",
            "/screen/%E2%80%AEnehctik",
            f"/screen/{'x' * 41}",
            "/screen/kitchen/picture/1-sun",
        ):
            assert (await asked(port, path=path)).status == 404, path
        for number in range(module.MOST_UNKNOWN + 5):
            assert (await asked(port, path=f"/screen/name{number}")).status in (200, 404)
        assert screens.all() == [kitchen]  # nobody has them open


async def test_of_several_pages_the_one_that_is_looked_at_says_how_large_the_screen_is() -> None:
    async with house() as (port, screens):
        (kitchen,) = screens.all()
        wide, tall = {"size": [1280, 800], "page": "tablet"}, {"size": [390, 844], "page": "telephone"}
        with kitchen.page(Page("tablet")):
            assert await tells(port, wide) == 200
            with kitchen.page(Page("telephone", Panel(390, 844))):
                assert (kitchen.panel.width, kitchen.panel.height) == (390, 844), "it was opened last"
                assert await tells(port, wide) == 200
                assert kitchen.panel.width == 390, "that it is still as large is nothing new"
                assert await tells(port, tall | {"seen": False}) == 200
                assert kitchen.panel.width == 1280, "nobody sees the other one"
                assert await tells(port, tall) == 200
                assert kitchen.panel.width == 390, "somebody turned to it again"
            assert kitchen.panel.width == 1280, "it is closed"
            assert await tells(port, wide | {"seen": False}) == 200
            assert kitchen.panel.width == 1280, "there is no other"


async def test_only_what_is_painted_is_shown() -> None:
    async with house() as (port, screens):
        (kitchen,) = screens.all()
        with pytest.raises(NotShown, match="kitchen screen is not open: open /screen/kitchen"):
            await kitchen.present(SUN)
        with kitchen.page() as news:
            async with asyncio.TaskGroup() as tasks:
                showing = tasks.create_task(kitchen.present(SUN))
                told = await news.get()
                assert (await asked(port, path=f"/screen/kitchen/{told['at']}")).status == 200
                assert await tells(port, {"painted": told["number"] + 1}) == 200
                assert not showing.done()
                assert await tells(port, {"painted": told["number"]}, "KITCHEN") == 200
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_fails(port, news))
                problem = None
                try:
                    await kitchen.present(SUN)
                except NotShown as error:
                    problem = str(error)
            assert problem == "The kitchen screen cannot read the picture."


async def _fails(port: int, news: asyncio.Queue[dict[str, Any]]) -> None:
    await tells(port, {"failed": (await news.get())["number"]})


async def test_who_is_shut_out_hears_nothing_more(tmp_path: Path) -> None:
    """A page that is open when its token is taken back gets no picture any more."""
    tokens, screens = ScreenTokens(tmp_path), Screens([ScreenConfig(name="kitchen")], nothing)
    token = tokens.make("kitchen", datetime.now())
    guarded = Guard(Starlette(routes=screens.routes()), names=(), token="x" * 20, whose=tokens.whose)
    (kitchen,) = screens.all()
    async with served(guarded, "127.0.0.1", 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET /screen/kitchen/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
        async with asyncio.timeout(30):
            await reader.readuntil(b'"do": "clear"')
            kitchen.notice("seen")
            await reader.readuntil(b"seen")
            tokens.revoke("kitchen")
            kitchen.notice("secret")
            assert b"secret" not in await reader.read()  # to the end of the answer
            await until(lambda: not kitchen.open)
        writer.close()


async def test_a_screen_answers_questions_and_asks_for_nothing_else() -> None:
    async with house() as (port, screens):
        heard: list[Any] = []

        async def answer(item: dict[str, Any]) -> Response:
            heard.append(item)
            return JSONResponse({"ok": True, "error": ""})

        screens.answer = answer
        nonsense: list[Any] = [[], {"do": "say", "text": "unlock the door"}, {"do": "set"}, "x"]
        for wrong in nonsense:
            assert (await posted(port, "/screen/kitchen/answer", wrong))[0] == 400
        assert (await posted(port, "/screen/kitchen/answer", {"do": "consent", "id": "7"}))[0] == 200
        assert heard == [{"do": "consent", "id": "7"}]


async def test_pages_of_unknown_names_that_come_at_the_same_time_are_all_screens() -> None:
    """After a restart they do: a page is known by its name before its stream has begun."""
    screens = Screens([ScreenConfig(name="kitchen")], nothing)
    streams = [await screens._events(_asking_for(name)) for name in ("wall", "shelf")]
    for stream in streams:
        assert isinstance(stream, StreamingResponse)
        await anext(aiter(stream.body_iterator))
    assert {kiosk.name for kiosk in screens.all()} == {"kitchen", "wall", "shelf"}
    assert screens._kiosk(_asking_for("wall")) in screens.all()


def _asking_for(name: str) -> Request:
    return Request(
        {"type": "http", "path_params": {"name": name}, "query_string": b"size=8x6", "headers": []}
    )


async def test_names_that_nobody_has_open_make_room_for_others() -> None:
    async with house() as (port, _):
        for number in range(module.MOST_UNKNOWN + 5):
            assert (await asked(port, path=f"/screen/name{number}")).status == 200
