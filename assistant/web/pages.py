"""The dashboard and what it asks for: the home, what happens in it, words and switches."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from assistant.bus import Bus
from assistant.errors import AssistantError
from assistant.events import Event, PhaseChanged, RoomChanged, StateChanged
from assistant.web.guard import PHOTO

STATIC = Path(__file__).parent / "static"
STILL_SECONDS = 15.0
"""A stream says that often that it is there: proxies cut what is silent."""
GATHER_SECONDS = 0.2
MOST_STREAMS = 32
MOST_PHOTOS = 2
"""At once: each is in memory whole."""
PHOTO_SECONDS = 60.0

Item = dict[str, Any]
DOES = ("say", "room", "set", "consent")


class Desk(Protocol):
    """The house as the pages know it."""

    bus: Bus

    def home(self) -> Item: ...
    def metrics(self) -> str: ...
    def health(self) -> Item: ...
    def shown(self, event: Event) -> Item: ...
    def asked(self, request: Item, tell: Callable[[Item], None]) -> Coroutine[Any, Any, bool]: ...
    def photo(self, data: bytes) -> Coroutine[Any, Any, str]: ...


class Pages:
    """One house's pages. ``told`` are the events that a page may see."""

    def __init__(self, desk: Desk, told: tuple[type[Event], ...]) -> None:
        self._desk = desk
        self._told = (*told, StateChanged, PhaseChanged, RoomChanged)
        self._streams = self._photos = 0

    def app(self, more: Sequence[BaseRoute] = ()) -> Starlette:
        """All of them, and ``more``. Addresses are relative, so that they work below any prefix."""
        return Starlette(
            routes=[
                *more,
                Route("/", self._dashboard),
                Route("/home", self._home),
                Route("/events", self._events),
                Route("/do", self._do, methods=["POST"]),
                Route(PHOTO, self._photo, methods=["POST"]),
                Route("/health", self._health),
                Route("/metrics", self._metrics),
                Mount("/static", StaticFiles(directory=STATIC)),
            ]
        )

    async def _dashboard(self, _request: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def _home(self, _request: Request) -> Response:
        return JSONResponse(self._desk.home())

    async def _health(self, _request: Request) -> Response:
        health = self._desk.health()
        return JSONResponse(health, 200 if health["ok"] else 503)

    async def _metrics(self, _request: Request) -> Response:
        return PlainTextResponse(self._desk.metrics(), media_type="text/plain; version=0.0.4")

    async def _do(self, request: Request) -> Response:
        """``{"do": "say", "text": …}`` and the like; the same policy as for every other way in."""
        try:
            wanted = await request.json()
        except (ValueError, RecursionError):
            wanted = None
        if not isinstance(wanted, dict) or wanted.get("do") not in DOES:
            problem = f'expected JSON such as {{"do": "say", "text": "…"}}; do is one of {", ".join(DOES)}'
            return JSONResponse({"ok": False, "error": problem}, 400)
        return await self.carried_out(wanted)

    async def carried_out(self, wanted: Item) -> Response:
        """Have the house do what a page wants, and tell how it went."""
        wanted.pop("speech", None)
        problems: list[str] = []

        def told(item: Item) -> None:
            if item["event"] == "error" or (item["event"] == "tool_result" and not item["ok"]):
                problems.append(str(item["text"]))

        try:
            ok = await self._desk.asked(wanted, told)
        except AssistantError as error:
            return JSONResponse({"ok": False, "error": str(error)}, 400)
        return JSONResponse({"ok": ok, "error": " ".join(dict.fromkeys(problems))})

    async def _photo(self, request: Request) -> Response:
        """A picture of somebody's, for the gallery; looked at in a process of its own."""
        if self._photos >= MOST_PHOTOS:
            return JSONResponse({"ok": False, "error": "Others are being sent: try again in a moment."}, 503)
        self._photos += 1
        try:
            async with asyncio.timeout(PHOTO_SECONDS):
                data = await request.body()
            return JSONResponse({"ok": True, "text": await self._desk.photo(data)})
        except (TimeoutError, ClientDisconnect):
            return JSONResponse({"ok": False, "error": "The picture did not come whole."}, 408)
        except AssistantError as error:
            return JSONResponse({"ok": False, "error": str(error)}, 400)
        finally:
            self._photos -= 1

    async def _events(self, _request: Request) -> Response:
        if self._streams >= MOST_STREAMS:
            return PlainTextResponse("Too many pages are open.\n", 503)
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[str]:
        self._streams += 1
        try:
            with self._desk.bus.subscribed(*self._told) as news:
                yield "retry: 2000\n\n"
                while True:
                    try:
                        async with asyncio.timeout(STILL_SECONDS):
                            first = await news.get()
                    except TimeoutError:
                        yield ": still here\n\n"
                        continue
                    for event in await _with_what_follows(first, news):
                        yield f"data: {json.dumps(self._desk.shown(event))}\n\n"
        finally:
            self._streams -= 1


async def _with_what_follows(first: Event, news: asyncio.Queue[Event]) -> list[Event]:
    """The events in their order; however many devices change, a page looks at the home once."""
    if isinstance(first, StateChanged):
        await asyncio.sleep(GATHER_SECONDS)
    found = [first]
    while not news.empty():
        found.append(news.get_nowait())
    changes = [event for event in found if isinstance(event, StateChanged)]
    return [event for event in found if not isinstance(event, StateChanged) or event is changes[-1]]
