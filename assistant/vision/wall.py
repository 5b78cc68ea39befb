"""The house's screens as walls: what hangs on each, which was meant, and what was seen there."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from assistant.errors import ToolError
from assistant.rooms import asking_place
from assistant.showing import Countdown, NotShown, Panel, Picture, Screen
from assistant.vision.choosing import chosen
from assistant.vision.gallery import Entry, Gallery
from assistant.vision.hangings import BACKGROUND
from assistant.vision.workshop import Done, Workshop

log = logging.getLogger(__name__)

SHEET = "sheet"
"""In a recipe: several pictures, those that are noted as the screen's sheet."""
WHICH = "Which of them? Say for example: the second one."

Ending = tuple[str, bool, float]
"""A timer's name, whether it runs, and when it ends on our clock (or what it has left)."""


@dataclass(frozen=True)
class Poster:
    """Something to show that is not in the gallery: how it is made for a panel, and what it says.

    By its ``recipe`` it is made anew after a restart (`Wall.remade`); without one it is gone then.
    """

    made: Callable[[Panel], Awaitable[Done]]
    alt: str
    timers: Sequence[Countdown] = ()
    recipe: Mapping[str, Any] = field(default_factory=dict)

    async def picture(self, panel: Panel) -> Picture:
        """As a screen with this panel takes it."""
        done = await self.made(panel)
        ident = f"card-{hashlib.sha256(done.data).hexdigest()[:12]}"
        return Picture(ident, done.data, done.mime, done.width, done.height, self.alt, self.timers)


@dataclass(frozen=True)
class _Showing:
    """Something to show: ``made`` for each screen, noted once it is seen there; ``what`` begins the sentence
    about it ("The changed picture is"), ``elsewhere`` that when it is shown on another screen, too."""

    made: Callable[[Screen], Awaitable[Picture]]
    note: Callable[[Screen], Awaitable[None]]
    what: str
    elsewhere: str


class Wall:
    """Hangs pictures of a gallery on screens. ``sources`` tell which screens there are now, ``area`` is where
    it is when nobody knows who asks."""

    def __init__(self, gallery: Gallery, workshop: Workshop) -> None:
        self._store, self._workshop = gallery, workshop
        self.sources: list[Callable[[], Sequence[Screen]]] = []
        self.area = ""
        self._last = ""
        self._newest: _Showing | None = None
        """What was shown last, or should have been."""
        self._awaited: dict[str, _Showing] = {}
        """What each screen was asked to show and has not acknowledged."""
        self._shown_on: list[str] = []
        self.remade: Callable[[Mapping[str, Any]], Awaitable[Poster]] | None = None
        """Makes cards anew by their recipes."""
        self.counting: dict[str, list[Ending]] = {}
        """Screens that show timers now, and when each ends."""

    @property
    def screens(self) -> list[Screen]:
        """All that there are, whether or not somebody looks."""
        return [screen for source in self.sources for screen in source()]

    async def recall(self) -> None:
        """After a restart, know where something was shown last, and show it again where it is forgotten."""
        with suppress(ToolError):
            self._last = self._last or await self._store.last_screen()
        for screen in self.screens if self._last else ():
            if screen.forgets and not screen.absence and (picture := await self.current(screen)):
                with suppress(ToolError):  # who asks for something there is told why
                    await screen.present(picture)

    def targets(self, spoken: str) -> list[Screen]:
        """The screens meant.

        Raises:
            ToolError: there is none of that name, nobody would see it, or it is not clear which.
        """
        return chosen(self.screens, spoken, area=asking_place().area or self.area, last=self._last)

    async def now(self, screen: str) -> Entry:
        """What a screen shows; without one, or when it shows nothing of the gallery, the newest picture.

        Raises:
            ToolError: there is no picture, or several are shown there.
        """
        if SHEET in await self._store.recipe(screen) and len(await self._store.sheet(screen)) > 1:
            raise ToolError(WHICH)
        ident = await self._store.on(screen) if screen else ""
        if ident:
            return await self._store.entry(ident)
        newest = await self._store.entries(1)
        if not newest:
            raise ToolError("There is no picture yet.")
        return newest[0]

    async def hang(self, entry: Entry, targets: Sequence[Screen], what: str) -> str:
        """Show a picture of the gallery on these screens; only what they acknowledge is told as shown."""

        async def made(target: Screen) -> Picture:
            return await self._fitting(entry, target)

        async def note(target: Screen) -> None:
            self._counts(target, ())
            await self._store.note_shown(target.name, entry.id)

        return await self._everywhere(targets, _Showing(made, note, what, "The picture is"))

    async def put_up(
        self, targets: Sequence[Screen], poster: Poster, what: str, *, listed: Sequence[str] = ()
    ) -> str:
        """Show what is made for each panel and not kept; ``listed`` are the pictures that are on it."""

        async def note(target: Screen) -> None:
            self._counts(target, poster.timers)
            await self._store.note_shown(target.name, "", poster.recipe)
            if listed:
                await self._store.note_sheet(target.name, listed)

        return await self._everywhere(
            targets, _Showing(lambda target: poster.picture(target.panel), note, what, what)
        )

    async def place(self, target: Screen, poster: Poster) -> None:
        """Make it for one screen's panel, and show it there."""
        await target.present(await poster.picture(target.panel))
        self._counts(target, poster.timers)

    async def sheet(
        self, entries: Sequence[Entry], targets: Sequence[Screen], titles: list[str], told: str
    ) -> str:
        """Show several pictures together, numbered: from then on "the second one" is one of these."""
        poster = await self._sheet(entries, titles, told)
        return await self.put_up(targets, poster, told, listed=[entry.id for entry in entries])

    async def _sheet(self, entries: Sequence[Entry], titles: Sequence[str], told: str) -> Poster:
        files = [await self._store.data(entry) for entry in entries]
        named = ", ".join(f"{number} {title}" for number, title in enumerate(titles, 1))

        async def made(panel: Panel) -> Done:
            return await self._workshop.sheet(files, list(titles), panel)

        recipe = {SHEET: told, "titles": list(titles)}
        return Poster(made, f"{told.rpartition(' ')[0]}: {named}", recipe=recipe)

    async def also(self, targets: Sequence[Screen], *, only: bool) -> str:
        """Show on these screens what was shown last; or ``only`` there, and no more where it was."""
        before = self._shown_on
        if self._newest is None:
            said = await self.hang(await self.now(""), targets, "The picture is")
        else:
            said = await self._everywhere(targets, replace(self._newest, what=self._newest.elsewhere))
        names = {target.name for target in targets}
        for screen in self.screens if only else ():
            if screen.name in before and screen.name not in names:
                await self.clear(screen)
        return said

    async def pick(self, number: int, targets: Sequence[Screen]) -> str:
        """Show one of the sheet that was shown last; -1 is its last one."""
        idents = await self._store.sheet(targets[0].name if targets else "")
        if not idents:
            raise ToolError("There are no numbered pictures to choose from.")
        if number > len(idents):
            only = f"There are only {len(idents)} numbered pictures"
            raise ToolError(f"{only}, those that were shown together last.")
        entry = await self._store.entry(idents[number - 1 if number > 0 else -1])
        return await self.hang(entry, targets, "The picture is")

    async def clear(self, target: Screen) -> None:
        """Show nothing, or the background."""
        background = await self._store.on(target.name + BACKGROUND)
        if background:
            await target.present(await self._fitting(await self._store.entry(background), target))
        else:
            await target.wipe()
        self._counts(target, ())
        await self._store.note_shown(target.name, "")

    async def current(self, screen: Screen) -> Picture | None:
        """What a screen that comes back is to show; None: nothing."""
        try:
            if not (ident := await self._store.on(screen.name)):
                if (poster := await self._poster(screen.name)) is not None:
                    self._counts(screen, poster.timers)
                    return await poster.picture(screen.panel)
                ident = await self._store.on(screen.name + BACKGROUND)
            return await self._fitting(await self._store.entry(ident), screen) if ident else None
        except ToolError as error:
            log.warning("the %s screen: %s", screen.name, error)
            return None

    async def _poster(self, screen: str) -> Poster | None:
        """What hung there that is not in the gallery, made anew; None: nothing did, or it cannot be."""
        recipe = await self._store.recipe(screen)
        try:
            if SHEET in recipe:
                entries = [await self._store.entry(ident) for ident in await self._store.sheet(screen)]
                return await self._sheet(entries, recipe["titles"], recipe[SHEET])
            return await self.remade(recipe) if recipe and self.remade is not None else None
        except ToolError as error:
            log.warning("the %s screen cannot show again what it showed: %s", screen, error)
            return None

    async def take_down(self, ident: str) -> None:
        """A picture that is about to be forgotten hangs nowhere."""
        for screen in self.screens:
            if await self._store.on(screen.name + BACKGROUND) == ident:
                await self._store.note_shown(screen.name + BACKGROUND, "")
            shown = ident == await self._store.on(screen.name)
            listed = SHEET in await self._store.recipe(screen.name)
            if shown or (listed and ident in await self._store.sheet(screen.name)):
                with suppress(ToolError):  # e-paper keeps its last picture
                    await self.clear(screen)

    def _counts(self, target: Screen, timers: Sequence[Countdown]) -> None:
        """What hangs there now counts these, or nothing."""
        self.counting.pop(target.name, None)
        if timers:
            self.counting[target.name] = endings(timers)

    async def late(self, screen: Screen) -> None:
        """A screen shows now what it did not acknowledge in time: then that is what hangs there."""
        if (showing := self._awaited.pop(screen.name, None)) is not None:
            await showing.note(screen)
            self._seen([screen.name], showing)

    async def _everywhere(self, targets: Sequence[Screen], showing: _Showing) -> str:
        async def on(target: Screen) -> None:
            made = await showing.made(target)
            self._awaited[target.name] = showing
            await target.present(made)
            self._awaited.pop(target.name, None)
            await showing.note(target)

        ended = await asyncio.gather(*(on(target) for target in targets), return_exceptions=True)
        for each in ended:
            if isinstance(each, BaseException) and not isinstance(each, ToolError):
                raise each
        names = [t.name for t, each in zip(targets, ended, strict=True) if each is None]
        wrong = [str(each) for each in ended if each is not None]
        if not names:
            self._newest = showing  # "on the TV, then" is about this one
            raise NotShown(" ".join(dict.fromkeys(wrong)))
        self._seen(names, showing)
        where = f"the {names[0]} screen" if len(names) == 1 else f"{len(names)} screens"
        return " ".join([f"{showing.what} on {where}.", *wrong])

    def _seen(self, names: list[str], showing: _Showing) -> None:
        self._last, self._shown_on, self._newest = names[0], names, showing

    async def _fitting(self, entry: Entry, target: Screen) -> Picture:
        return picture(entry, await self._workshop.fitted(await self._store.data(entry), target.panel))


def picture(entry: Entry, done: Done) -> Picture:
    """An entry of the gallery as a screen takes it."""
    return Picture(entry.id, done.data, done.mime, done.width, done.height, entry.alt)


def endings(timers: Sequence[Countdown]) -> list[Ending]:
    """When they end: the same however late they are asked for."""
    now = monotonic()
    return [(each.name, each.running, each.left + now * each.running) for each in timers]
