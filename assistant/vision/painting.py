"""From an order to a picture in the gallery: model, shape, size, price, and only then the request."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from assistant import revoking
from assistant.config import PicturesConfig
from assistant.errors import Refused, ToolError
from assistant.revoking import DRAWING
from assistant.showing import Panel, Screen
from assistant.speaking import ask, is_unsure
from assistant.tools.telling import tell
from assistant.vision import table, wishing
from assistant.vision.gallery import Entry, Gallery
from assistant.vision.making import LONGEST_PROMPT, Artist, Asking, Before, Made, Wish
from assistant.vision.undrawn import NotDrawn
from assistant.vision.wishing import Order
from assistant.vision.workshop import Workshop

MOST_EDITS = 3
FRESH_SECONDS = 600.0
"""After so many changes, or so long, a change begins anew from the picture: a chat re-sends everything."""
TOKENS_OF_A_PICTURE = 1300
TOKENS_OF_WORDS = 200
MILLION = 1e6
NUMBERS = ("No", "One", "Two", "Three", "Four")
NOTHING = frozenset({"", "picture", "a picture", "image", "an image", "something"})
"""Nobody can draw that."""
YES = frozenset(
    {"yes", "yeah", "yes please", "sure", "ok", "okay", "do it", "go on", "go ahead", "please do"}
)


@dataclass(frozen=True)
class Service:
    """Who draws: ``client`` opens the SDK; only ``vertex`` has Imagen; a ``free`` brain cannot draw."""

    brain: str
    client: Asking
    vertex: bool = False
    free: bool = False


class Till(Protocol):
    """Who pays."""

    @property
    def thrifty(self) -> bool: ...
    def obstacle_of(self, usd: float) -> str: ...
    def reserved(self, usd: float) -> AbstractContextManager[None]: ...
    def paid_for(self, brain: str, model: str, usd: float, kind: str) -> None: ...


@dataclass(frozen=True)
class Batch:
    """What came of an order: at least one picture; ``missing`` says why there are fewer than were ordered."""

    entries: Sequence[Entry]
    missing: str = ""


@dataclass(frozen=True)
class _Job:
    """Everything that was settled before the service is asked."""

    order: Order
    wish: Wish
    model: table.Model
    service: Service
    artist: Artist


class Painter:
    """Makes what is ordered, and keeps it."""

    def __init__(
        self, config: PicturesConfig, gallery: Gallery, service: Callable[[], Awaitable[Service]], till: Till
    ) -> None:
        self._config, self._gallery, self._service, self._till = config, gallery, service, till
        self.workshop = Workshop()
        self.left: Callable[[str, int, str], None] = lambda _camera, _bytes, _brain: None
        """Told of each camera's picture that leaves the house: whose, how many bytes, and to whom."""
        self.away: Callable[[], Awaitable[bool]] = _near
        """Whether it is known already that the service cannot be reached."""
        self._priceless: set[tuple[str, str]] = set()
        """Models and sizes without a known price to which somebody has said yes."""

    async def paint(self, order: Order, targets: Sequence[Screen]) -> Entry:
        """Make one picture; see `several`."""
        return (await self.several(replace(order, count=1), targets)).entries[0]

    async def several(self, order: Order, targets: Sequence[Screen]) -> Batch:
        """Make pictures in the shape of the first of the screens, which tell meanwhile what goes on.

        Raises:
            ToolError: there is none; the text says why.
        """
        if order.prompt.strip().casefold() in NOTHING:
            raise ToolError("What should I draw?")
        if len(order.prompt) > LONGEST_PROMPT:
            raise ToolError(f"That is too long: a picture takes at most {LONGEST_PROMPT} characters.")
        revoking.called(DRAWING)
        service = await self._service()
        if not service.free and await self.away():
            raise NotDrawn("offline")  # before anybody is told that it is being drawn
        model = wishing.model(self._config, vertex=service.vertex, free=service.free)
        count = wishing.count(order, self._config)
        wishing.edit(order, model)
        wish = await self._wish(order, model, targets[0].panel if targets else Panel(), service)
        usd = 0.0 if service.free else count * price(model, wish)
        await self._gallery.room()
        await self._afford(usd, count, order, (model, wish.size))
        if not service.free:  # of what it cannot do it raises no hopes
            for camera, (data, _) in zip(order.cameras, order.references, strict=False):
                self.left(camera, len(data), service.brain)
            self._notice(targets, f"Drawing {short(order.prompt)} …")
            await tell(_progress(order, count))
        artist = Artist(model, service.client, seconds=self._config.seconds, free=service.free)
        job = _Job(order, wish, model, service, artist)
        problem = ""
        try:
            with self._till.reserved(usd):
                return await self._batch(job, count)
        except NotDrawn as error:
            told = error if order.mute else error.asking()
            problem = str(told)
            raise told from error
        except ToolError as error:
            problem = str(error)
            raise
        finally:
            self._notice(targets, problem)

    async def _batch(self, job: _Job, count: int) -> Batch:
        """As few requests as the model allows, all at once; what came is kept, whatever the rest became."""
        most = job.model.most
        requests = [min(most, count - begin) for begin in range(0, count, most)]
        ended = await asyncio.gather(
            *(self._request(job, number) for number in requests), return_exceptions=True
        )
        entries: list[Entry] = []
        problems: list[ToolError] = []
        for each in ended:
            if isinstance(each, ToolError):
                problems.append(each)
            elif isinstance(each, BaseException):
                raise each
            else:
                entries += each[0]
                problems += each[1]
        if not entries:
            raise problems[0]
        if len(entries) == count:
            return Batch(entries)
        left = count - len(entries)
        return Batch(entries, f"{left} of {count} did not come. {problems[0] if problems else ''}".strip())

    async def _request(self, job: _Job, count: int) -> tuple[list[Entry], list[NotDrawn]]:
        """One request, its pictures paid for and kept."""
        entries, problems = [], []
        for each in await job.artist.make(replace(job.wish, count=count)):
            if isinstance(each, NotDrawn):
                problems.append(each)
                continue
            usd = 0.0
            if not job.service.free:
                usd = price(job.model, job.wish, each)
                self._till.paid_for(job.service.brain, job.model.name, usd, "picture")
            entries.append(await self._kept(job.order, job.wish, each, (job.model.name, usd)))
        return entries, problems

    async def _wish(self, order: Order, model: table.Model, panel: Panel, service: Service) -> Wish:
        if len(order.references) + bool(order.parent) > max(model.references, 0):
            most = f"at most {model.references} pictures" if model.references else "no pictures"
            raise ToolError(f"{model.name} takes {most} to go by.")
        config = self._config
        allowed = wishing.people(config.people, model, vertex=service.vertex or service.free)
        clean = [await self.workshop.cleaned(data) for data, _ in order.references]
        return Wish(
            order.prompt.strip(),
            wishing.ratio(order, model, panel),
            wishing.size(order, model, panel, config.largest),
            [(each.data, each.mime) for each in clean],
            await self._before(order.parent, order) if order.parent else None,
            config.google_search and model.search,
            allowed,
            config.thinking if config.thinking in model.thinking else "",
            wishing.safety(config.safety, model),
            order.mask,
            order.part,
            order.mode,
        )

    async def _before(self, parent: Entry, order: Order) -> Before:
        """The picture to be changed, with the turn that made it while that is fresh."""
        depth, each = 0, parent
        while each.parent and depth < MOST_EDITS:
            try:
                each, depth = await self._gallery.entry(each.parent), depth + 1
            except ToolError:
                break
        age = (self._gallery.now() - datetime.fromisoformat(parent.at)).total_seconds()
        fresh = depth < MOST_EDITS and 0 <= age < FRESH_SECONDS and not order.mask
        return Before(
            parent.prompt, await self._gallery.data(parent), parent.mime, parent.turn if fresh else ()
        )

    async def _afford(self, usd: float, count: int, order: Order, what: tuple[table.Model, str]) -> None:
        """What it may cost is known before it is asked for, and what may have been misheard is asked back."""
        if not usd:
            return
        self._may(usd)
        model, size = what
        known = model.usd.get(size) is not None
        cheap = usd <= self._config.ask_above_usd and (known or (model.name, size) in self._priceless)
        if order.agreed or (cheap and not is_unsure()):
            return
        if order.mute:
            raise ToolError(f"{_question(usd, count, what)} Then say so with --yes.")
        heard = f"I heard: {short(order.prompt)}. " if is_unsure() else ""
        answer = await ask(heard + (_whether(order, count) if cheap else _question(usd, count, what)))
        if not agrees(answer):
            raise ToolError("Okay, I don't draw it." if answer else "Nobody said yes, so I did not draw it.")
        if not known:
            self._priceless.add((model.name, size))
        self._may(usd)  # somebody else may have spent it meanwhile

    def _may(self, usd: float) -> None:
        if self._till.thrifty:
            raise Refused("Today's money for pictures is spent (money.daily_soft_usd).")
        if obstacle := self._till.obstacle_of(usd):
            raise Refused(obstacle)

    def _notice(self, targets: Sequence[Screen], text: str) -> None:
        for target in targets:
            target.notice(text)

    async def _kept(self, order: Order, wish: Wish, made: Made, paid: tuple[str, float]) -> Entry:
        if order.mask and wish.before is not None:
            whole = await self.workshop.pasted(wish.before.data, made.data, order.mask)
            made = replace(
                made, data=whole.data, mime=whole.mime, width=whole.width, height=whole.height, turn=()
            )
        parent = order.parent
        prompt = order.prompt.strip()
        return await self._gallery.add(
            made.data,
            prompt=prompt,
            alt=f"{parent.alt}; {prompt}" if parent else prompt,
            parent=parent.id if parent else "",
            model=paid[0],
            usd=round(paid[1], 6),
            kind="edited" if parent else "made",
            mime=made.mime,
            width=made.width,
            height=made.height,
            turn=made.turn,
        )


async def _near() -> bool:
    return False


def agrees(answer: str | None) -> bool:
    """Whether that was a yes."""
    return re.sub(r"[^a-z ]", "", (answer or "").casefold()).strip() in YES


def price(model: table.Model, wish: Wish, made: Made | None = None) -> float:
    """Dollars for one picture: by what was counted, or about, before anything is known."""
    pictures = len(wish.references) + bool(wish.before)
    into = made.tokens_in if made else pictures * TOKENS_OF_A_PICTURE + TOKENS_OF_WORDS
    out = made.tokens_out if made else 0
    words = into * model.usd_per_million_in + out * model.usd_per_million_out
    drawn = made.tokens_picture * model.usd_per_million_picture / MILLION if made else 0.0
    return (drawn or model.price(wish.size)) + words / MILLION


def _question(usd: float, count: int, what: tuple[table.Model, str]) -> str:
    model, size = what
    many, cost, them = "A picture", "costs", "it"
    if count > 1:
        many, cost, them = f"{NUMBERS[count]} pictures", "cost", "them"
    if model.usd.get(size) is None:
        return (
            f"Nobody has told me what {many.lower()} in {size} by {model.name} {cost}; "
            f"I would set aside {spoken_price(usd)}. Shall I draw {them}?"
        )
    return f"{many} in {size} {cost} about {spoken_price(usd)}. Shall I draw {them}?"


def _whether(order: Order, count: int) -> str:
    what = (
        "change the picture"
        if order.parent
        else "draw it"
        if count == 1
        else f"draw {NUMBERS[count].lower()}"
    )
    return f"Shall I {what}?"


def _progress(order: Order, count: int) -> str:
    if order.parent:
        return "I'm changing it."
    return "I'm drawing it." if count == 1 else f"I'm drawing {NUMBERS[count].lower()} of them."


def spoken_price(usd: float) -> str:
    """``11 cents``; of less than one, it is one."""
    return f"{usd:.2f} dollars" if usd >= 1 else f"{max(round(usd * 100), 1)} cents"


def short(text: str, longest: int = 60) -> str:
    """The beginning of a prompt, in whole words."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + " …"
