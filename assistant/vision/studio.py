"""The studio: what is asked about pictures and cards, made and put on the screen that was meant."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from assistant.bus import Bus
from assistant.errors import ToolError
from assistant.events import ToolFinished
from assistant.showing import Card, NotShown, Panel, Screen, Sketch
from assistant.vision.album import Album
from assistant.vision.choosing import known, placed
from assistant.vision.gallery import Entry, Gallery
from assistant.vision.painting import NUMBERS, Batch, Painter, short
from assistant.vision.posters import TITLES, Cards, Look
from assistant.vision.wall import Ending, Poster, Wall, endings
from assistant.vision.wishing import SHAPES, Order
from assistant.vision.workshop import Done

DRAWN = ("made", "edited")
SLACK_SECONDS = 2.0
PHOTO_SIDE = 3072
"""More than any screen or model uses, and a quarter of what a telephone sends."""


class Studio(Album):
    """One house's pictures, on its ``wall``."""

    def __init__(self, painter: Painter, gallery: Gallery, look: Look) -> None:
        super().__init__(gallery, Wall(gallery, painter.workshop))
        self.painter = painter
        self._cards = Cards(painter.workshop, look)
        self.wall.remade = self._cards.remade
        self.current = self.wall.current

    async def draw(self, prompt: str, sketch: Sketch, *, screen: str) -> str:
        """Make one or several pictures and show them.

        Raises:
            ToolError: none was made, or it is not seen; the text says why.
        """
        prompt, screen = self._placed(prompt, screen)
        targets = self.wall.targets(screen)
        order = Order(prompt, sketch.shape, sketch.size, count=sketch.count)
        return await self._presented(await self.painter.several(order, targets), targets)

    async def change(self, wish: str, *, screen: str) -> str:
        """Change what the screen shows; what it was stays in the gallery."""
        # "In the kitchen" is no change, though "in Spanish" is one.
        if not screen and wish.startswith("in ") and known(self.wall.screens, wish.removeprefix("in ")):
            return await self.also(screen=wish.removeprefix("in "), only=False)
        wish, screen = self._placed(wish, screen)
        targets = self.wall.targets(screen)
        parent = await self.wall.now(targets[0].name)
        shape = wish if wish.casefold() in SHAPES else ""  # "make it square"
        entry = await self.painter.paint(Order(wish, shape, parent=parent), targets)
        return await self._presented(Batch([entry]), targets, "The changed picture is")

    async def anew(self, *, screen: str) -> str:
        """Draw what the screen shows once more: the same words, another picture."""
        targets = self.wall.targets(screen)
        shown = await self.wall.now(targets[0].name)
        if shown.kind not in DRAWN:
            raise ToolError("That picture was not drawn, so there is nothing to draw again.")
        parent = await self.store.entry(shown.parent) if shown.parent else None
        entry = await self.painter.paint(Order(shown.prompt, parent=parent), targets)
        return await self._presented(Batch([entry]), targets, "Another picture is")

    async def take(self, data: bytes, name: str = "photo", *, longest: int = PHOTO_SIDE) -> Entry:
        """Keep somebody's own picture, turned as its EXIF says and without all else that the file told; its
        longer side has at most so many pixels (0: as it is).

        Raises:
            BadPicture: it is none, or too much.
        """
        done = await self.painter.workshop.cleaned(data, longest)
        about = {"mime": done.mime, "width": done.width, "height": done.height}
        return await self.store.add(done.data, prompt=name, alt=name, kind="taken", **about)

    async def photo(self, change: str, *, screen: str) -> str:
        """Show the newest picture that somebody sent; with a ``change``, as it makes it."""
        change, screen = self._placed(change, screen)
        targets = self.wall.targets(screen)
        sent = await self.store.entries(1, kind="taken")
        if not sent:
            raise ToolError("Nobody has sent a photo yet; the dashboard takes one.")
        if not change:
            return await self.wall.hang(sent[0], targets, "The photo is")
        entry = await self.painter.paint(Order(change, parent=sent[0]), targets)
        return await self._presented(Batch([entry]), targets, "The changed photo is")

    async def likeness(self, snapshot: bytes, camera: str, wish: str, *, screen: str) -> str:
        """Draw what a camera sees as somebody wants it: "in winter", "a painting"."""
        wish, screen = self._placed(wish, screen)
        targets = self.wall.targets(screen)
        prompt = f"{camera}, {wish}, as in the given picture"
        order = Order(prompt, references=[(snapshot, "")], cameras=[camera], count=1)
        return await self._presented(await self.painter.several(order, targets), targets)

    async def card(self, kind: Card, text: str, *, screen: str) -> str:
        """Show something to read: the weather, timers, a list, a code, or a text. Nobody outside is asked."""
        text, screen = placed(self.wall.screens, text, screen, areas=False)
        targets = self.wall.targets(screen)
        return await self.wall.put_up(targets, await self._cards.made(kind, text), TITLES[kind])

    async def follow(self, bus: Bus) -> None:
        """When something was done, tell the screens that count which timers there are now; for ever."""
        with bus.subscribed(ToolFinished) as news:
            await self.wall.recall()
            while True:
                await news.get()
                if self.wall.counting:
                    await self._recount()

    async def _recount(self) -> None:
        """Show the timers again where they have changed; a screen that cannot is passed over."""
        try:
            card = await self._cards.made("timers", "")
        except ToolError:
            return
        for target in self.wall.screens:
            shown = self.wall.counting.get(target.name)
            if shown is not None and not _same(shown, endings(card.timers)):
                with suppress(ToolError):
                    await self.wall.place(target, card)

    async def make(self, order: Order, screen: str) -> tuple[Batch, str, bool]:
        """For the command line: pictures, shown only where a screen is named; the sentence about them, and
        whether they are where they were wished: what is paid for is told even if nobody sees it."""
        targets = self.wall.targets(screen) if screen else []
        batch = await self.painter.several(order, targets)
        if targets:
            try:
                return batch, await self._presented(batch, targets), True
            except NotShown as error:
                return batch, str(error), False
        them = "The picture is"
        if len(batch.entries) > 1:
            await self.store.note_sheet("", [entry.id for entry in batch.entries])
            them = "The pictures are"
        return batch, f"{them} in the gallery. {batch.missing}".strip(), True

    async def put_up(self, data: bytes, alt: str, screen: str) -> str:
        """Show a picture that is not kept, like a camera's; where it is seen: ``on the kitchen screen``."""

        async def made(panel: Panel) -> Done:
            return await self.painter.workshop.fitted(data, panel)

        said = await self.wall.put_up(self.wall.targets(screen), Poster(made, alt), "It is")
        return said.removeprefix("It is ").rstrip(".")

    def _placed(self, words: str, screen: str) -> tuple[str, str]:
        return placed(self.wall.screens, words, screen, areas=True)

    async def _presented(self, batch: Batch, targets: Sequence[Screen], what: str = "The picture is") -> str:
        """One picture as it is, several numbered on a sheet; what did not come is told, too, and that what
        nobody sees is not lost."""
        entries = batch.entries
        try:
            if len(entries) == 1:
                said = await self.wall.hang(entries[0], targets, what)
            else:
                titles = [short(entry.prompt, 40) for entry in entries]
                told = f"{NUMBERS[len(entries)]} pictures are"
                said = await self.wall.sheet(entries, targets, titles, told)
        except NotShown as error:
            them = "It is" if len(entries) == 1 else "They are"
            raise NotShown(f"{str(error).removesuffix('.')}. {them} kept in the gallery.") from error
        return f"{said} {batch.missing}".strip()


def _same(shown: Sequence[Ending], now: Sequence[Ending]) -> bool:
    """Whether these are the same timers, give or take what it took to ask."""
    return [each[:2] for each in shown] == [each[:2] for each in now] and all(
        abs(one[2] - other[2]) < SLACK_SECONDS for one, other in zip(shown, now, strict=True)
    )
