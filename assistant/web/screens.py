"""Screens that are pages in browsers: they say how large they are, get pictures, and tell what is painted."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from urllib.parse import quote

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from assistant.bus import Bus
from assistant.config import ScreenConfig
from assistant.events import ConsentEnded, ConsentWanted, Event
from assistant.showing import NotShown, Panel, Picture
from assistant.web.guard import ADMITTED
from assistant.web.panes import Item, Page, Pages
from assistant.web.tokens import NAME

STATIC = Path(__file__).parent / "static"
PAINT_SECONDS = 10.0
STILL_SECONDS = 15.0
SIZE = re.compile(r"(\d{1,6})x(\d{1,6})")
MOST_UNKNOWN = 16
MOST_PAGES = 8
LARGEST_SIDE = 16_384
Restore = Callable[["Kiosk"], Awaitable[Picture | None]]


@dataclass(frozen=True)
class _Shown:
    """A picture in its turn, and since when: the same one may be shown twice."""

    number: int
    picture: Picture
    since: float


class Kiosk:
    """One screen, on as many pages as bear its name; what one of them has painted is seen."""

    forgets = False  # a page asks for its picture when it comes back

    def __init__(self, wanted: ScreenConfig) -> None:
        self.wanted = wanted
        self.name, self.area, self.aliases = wanted.name, wanted.area or wanted.name, wanted.aliases
        self.shown: _Shown | None = None
        self._pages = Pages()
        self._number = 0
        self._painted: asyncio.Future[str] | None = None
        self.patience = PAINT_SECONDS
        self._overdue = 0
        """The number of a picture that nobody waits for any more, and that may still be painted."""

    @property
    def panel(self) -> Panel:
        """As large as the page at which somebody looks; other pages show the same, as far as it fits."""
        return self._pages.panel

    @property
    def absence(self) -> str:
        """No page is open."""
        if self._pages:
            return ""
        at = f"/screen/{quote(self.name)}"
        return f"The {self.name} screen is not open: open {at} of the dashboard in a browser there."

    @property
    def open(self) -> bool:
        """Whether any page bears its name."""
        return bool(self._pages)

    async def present(self, picture: Picture) -> None:
        """Show a picture; returns once a page has painted it.

        Raises:
            NotShown: no page did.
        """
        if self.absence:
            raise NotShown(self.absence)
        if self._painted is not None and not self._painted.done():
            self._painted.set_result("Another picture came before it was painted.")
        painted: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._painted = painted
        self.hang(picture)
        try:
            async with asyncio.timeout(self.patience):
                problem = await painted
        except TimeoutError:
            self._overdue = self._number
            problem = f"The {self.name} screen does not say that it shows it; is it switched off?"
        if problem:
            raise NotShown(problem)

    def hang(self, picture: Picture) -> None:
        """Send it to the pages, and let them paint it when they can."""
        self._number += 1
        self.shown = _Shown(self._number, picture, monotonic())
        self.tell(self.said())

    async def wipe(self) -> None:
        """Show nothing."""
        self.shown = None
        self.tell(self.said())

    def notice(self, text: str) -> None:
        """Tell what goes on, at the lower edge."""
        self.tell({"do": "notice", "text": text})

    def said(self) -> Item:
        """What the pages are to show now."""
        if self.shown is None:
            return {"do": "clear"}
        picture = self.shown.picture
        if picture.timers:  # the page counts by itself
            gone = monotonic() - self.shown.since
            timers = [
                {"name": each.name, "left": each.left - gone * each.running, "running": each.running}
                for each in picture.timers
            ]
            return {"do": "count", "number": self.shown.number, "alt": picture.alt, "timers": timers}
        at = f"picture/{self.shown.number}-{quote(picture.id)}"
        return {"do": "show", "number": self.shown.number, "at": at, "alt": picture.alt}

    def came_late(self, item: Item) -> bool:
        """Whether a page says that it has painted what nobody waits for any more, and what is still meant."""
        late = self.shown is not None and item.get("painted") == self.shown.number == self._overdue
        self._overdue = 0 if late else self._overdue
        return late

    def told(self, item: Item) -> bool:
        """What a page says; whether it makes sense."""
        match item:
            case {"size": [int(width), int(height)]} if min(width, height) > 0:
                panel = _panel(width, height)
                self._pages.measured(str(item.get("page", "")), panel, seen=item.get("seen") is not False)
            case {"painted": int(number)}:
                self._ended(number, "")
            case {"failed": int(number)}:
                self._ended(number, f"The {self.name} screen cannot read the picture.")
            case _:
                return False
        return True

    def page(self, page: Page | None = None) -> AbstractContextManager[asyncio.Queue[Item]]:
        """A page that is open while the block lasts: a queue of what it is to do."""
        return self._pages.opened(page or Page())

    def full(self) -> bool:
        """Whether nobody else may open a page."""
        return len(self._pages) >= MOST_PAGES

    def _ended(self, number: int, problem: str) -> None:
        mine = self.shown is not None and self.shown.number == number
        if mine and self._painted is not None and not self._painted.done():
            self._painted.set_result(problem)

    def tell(self, item: Item) -> None:
        """Say something to every page that shows this screen."""
        self._pages.tell(item)


def _panel(width: int, height: int) -> Panel:
    return Panel(min(width, LARGEST_SIDE), min(height, LARGEST_SIDE))


def _opened(asked: QueryParams) -> Page:
    """What a page says of itself when it opens."""
    size = SIZE.fullmatch(asked.get("size", ""))
    panel = _panel(int(size[1]), int(size[2])) if size and int(size[1]) and int(size[2]) else None
    return Page(asked.get("page", ""), panel, asked.get("seen") != "false")


class Screens:
    """The configured screens, and those that somebody opened under a name of their own."""

    def __init__(self, wanted: Sequence[ScreenConfig], restore: Restore) -> None:
        self._kiosks = {each.name.casefold(): Kiosk(each) for each in wanted}
        self._configured = set(self._kiosks)
        self._restore = restore
        self.asked: Callable[[], ConsentWanted | None] = lambda: None
        """What waits for somebody's consent now."""
        self.late: Callable[[Kiosk], Awaitable[None]] = _unheard
        """Told of a screen that has painted its picture after all."""
        self.answer: Callable[[Item], Awaitable[Response]] = _nobody
        """Hands an answer to it to the house."""

    async def follow(self, bus: Bus) -> None:
        """Ask on every screen what waits for consent, for ever."""
        with bus.subscribed(ConsentWanted, ConsentEnded) as news:
            while True:
                item = _consent(await news.get())
                for kiosk in self._kiosks.values():
                    kiosk.tell(item)

    def all(self) -> list[Kiosk]:
        """Those that are meant to be there, and the others while they are open."""
        return [
            kiosk for name, kiosk in self._kiosks.items() if name in self._configured or not kiosk.absence
        ]

    def routes(self) -> list[BaseRoute]:
        """The pages and what they ask for, below /screen/NAME."""
        return [
            Route("/screen/{name}", self._page),
            Route("/screen/{name}/events", self._events),
            Route("/screen/{name}/told", self._told, methods=["POST"]),
            Route("/screen/{name}/answer", self._answer, methods=["POST"]),
            Route("/screen/{name}/picture/{which}", self._picture),
        ]

    def _kiosk(self, request: Request) -> Kiosk | None:
        """The screen of an address; one of an unknown name is made, as long as there are few."""
        name = request.path_params["name"].strip()
        if not NAME.fullmatch(name):
            return None
        known = self._kiosks.get(name.casefold())
        if known is None:
            if len(self._kiosks) - len(self._configured) >= MOST_UNKNOWN:
                closed = (key for key, each in self._kiosks.items() if not each.open)
                gone = next((key for key in closed if key not in self._configured), None)
                if gone is None:
                    return None
                del self._kiosks[gone]
            known = self._kiosks[name.casefold()] = Kiosk(ScreenConfig(name=name))
        return known

    async def _page(self, request: Request) -> Response:
        if self._kiosk(request) is None:
            return PlainTextResponse("There is no such screen.\n", 404)
        return FileResponse(STATIC / "screen.html")

    async def _events(self, request: Request) -> Response:
        kiosk = self._kiosk(request)
        if kiosk is None:
            return PlainTextResponse("There is no such screen.\n", 404)
        if kiosk.full():
            return PlainTextResponse("Too many pages show this screen.\n", 503)
        admitted = request.scope.get(ADMITTED, lambda: True)
        page = _opened(request.query_params)
        return StreamingResponse(self._stream(kiosk, page, admitted), media_type="text/event-stream")

    async def _stream(self, kiosk: Kiosk, page: Page, admitted: Callable[[], bool]) -> AsyncIterator[str]:
        """What a page is told, until it goes or its token is taken back."""
        kiosk = self._kiosks.setdefault(kiosk.name.casefold(), kiosk)  # it may have been dropped meanwhile
        with kiosk.page(page) as news:
            yield "retry: 1000\n\n"
            wanted = kiosk.wanted
            yield _line({"do": "hello", "night": wanted.night, "percent": wanted.night_percent})
            if (asked := self.asked()) is not None:
                yield _line(_consent(asked))
            if kiosk.shown is None and (picture := await self._restore(kiosk)) and kiosk.shown is None:
                kiosk.hang(picture)
            else:
                yield _line(kiosk.said())
            while True:
                try:
                    async with asyncio.timeout(STILL_SECONDS):
                        item = await news.get()
                except TimeoutError:
                    item = None
                if not admitted():
                    return
                yield ": still here\n\n" if item is None else _line(item)

    async def _told(self, request: Request) -> Response:
        kiosk = self._kiosk(request)
        try:
            item = await request.json()
        except (ValueError, RecursionError):
            item = None
        ok = kiosk is not None and isinstance(item, dict) and kiosk.told(item)
        if ok and kiosk is not None and kiosk.came_late(item):
            await self.late(kiosk)
        return JSONResponse({"ok": ok}, 200 if ok else 400)

    async def _answer(self, request: Request) -> Response:
        """What somebody at the screen says to a question: a screen may ask the house for nothing else."""
        try:
            item = await request.json()
        except (ValueError, RecursionError):
            item = None
        if self._kiosk(request) is None or not isinstance(item, dict) or item.get("do") != "consent":
            return JSONResponse({"ok": False, "error": "expected the answer to a question as JSON"}, 400)
        return await self.answer(item)

    async def _picture(self, request: Request) -> Response:
        kiosk = self._kiosk(request)
        shown = kiosk.shown if kiosk is not None else None
        if shown is None or request.path_params["which"] != f"{shown.number}-{shown.picture.id}":
            return PlainTextResponse("This screen shows something else now.\n", 404)
        return Response(shown.picture.data, media_type=shown.picture.mime)


async def _unheard(_kiosk: Kiosk) -> None:
    return None


async def _nobody(_item: Item) -> Response:
    return JSONResponse({"ok": False, "error": "There is no house here."}, 503)


def _consent(event: Event) -> Item:
    return {"do": event.event, **dataclasses.asdict(event)}


def _line(item: Item) -> str:
    return f"data: {json.dumps(item)}\n\n"
