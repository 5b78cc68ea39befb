"""The album: what is done with pictures that are there, shown again, kept, deleted, told the price of."""

from __future__ import annotations

from assistant.errors import ToolError
from assistant.showing import Picture
from assistant.speaking import ask
from assistant.vision.gallery import Entry, Gallery
from assistant.vision.hangings import BACKGROUND
from assistant.vision.painting import agrees, short, spoken_price
from assistant.vision.wall import SHEET, Wall, picture
from assistant.vision.workshop import Done

NEWEST = 12
IT_SECONDS = 300.0
"""For so long "it" is a picture with which something was done."""


class Album:
    """The pictures of a gallery on their way to a wall and from it."""

    def __init__(self, gallery: Gallery, wall: Wall) -> None:
        self.store, self.wall = gallery, wall

    async def also(self, *, screen: str, only: bool) -> str:
        """Show what was shown last on another screen, too, or ``only`` there."""
        return await self.wall.also(self.wall.targets(screen), only=only)

    async def pick(self, number: int, *, screen: str) -> str:
        """Show one of the pictures that were shown together, by its number; -1 is the last one."""
        return await self.wall.pick(number, self.wall.targets(screen))

    async def back(self, steps: int = 1, *, screen: str) -> str:
        """Show what was there before: what it was made of, or the picture shown before it, and so on."""
        targets = self.wall.targets(screen)
        before = await self.store.before(targets[0].name, steps)
        if not before:
            raise ToolError("There was no picture before this one.")
        if len(before) < steps:
            only = "is only one picture" if len(before) == 1 else f"are only {len(before)} pictures"
            raise ToolError(f"There {only} before this one.")
        return await self.wall.hang(before[-1], targets, "The picture before is")

    async def original(self, *, screen: str) -> str:
        """Show what all changes of what the screen shows began with."""
        targets = self.wall.targets(screen)
        shown = await self.wall.now(targets[0].name)
        if not shown.parent:
            raise ToolError("That is the original: it was made of no other picture.")
        before = await self.store.ancestors(shown)
        if not before or before[0].parent:
            raise ToolError("The original is not in the gallery any more.")
        return await self.wall.hang(before[0], targets, "The original is")

    async def put_back(self) -> str:
        """Undo the change of a picture where "it" is still that one, for a house that knows of nothing else
        that was done, as after a restart; "" when there is none."""
        try:
            (screen, *_) = self.wall.targets("")
        except ToolError:
            return ""
        lately = await self.store.changed_lately(screen.name, IT_SECONDS)
        return await self.back(screen=screen.name) if lately else ""

    async def again(self, words: str, *, screen: str) -> str:
        """Show a picture of the gallery again, the newest of which these words were said."""
        targets = self.wall.targets(screen)
        found = await self.store.entries(1, words)
        if not found:
            raise ToolError(
                f"There is no picture of {short(words)} in the gallery." if words else "The gallery is empty."
            )
        return await self.wall.hang(found[0], targets, "The picture is")

    async def gallery(self, *, screen: str) -> str:
        """Show the newest pictures, all on one."""
        targets = self.wall.targets(screen)
        entries = [entry for entry in await self.store.entries(NEWEST) if entry.kind != "card"]
        if not entries:
            raise ToolError("The gallery is empty.")
        titles = [short(entry.prompt, 40) for entry in entries]
        return await self.wall.sheet(entries, targets, titles, "The gallery is")

    async def clear(self, *, screen: str) -> str:
        """Show nothing, or the background."""
        for target in self.wall.targets(screen):
            await self.wall.clear(target)
        return "The screen is clear."

    async def keep(self, *, screen: str, background: bool) -> str:
        """Keep what the screen shows for ever; as ``background`` it is there whenever nothing else is."""
        (target, *_) = self.wall.targets(screen)
        entry = await self.wall.now(target.name)
        await self.store.keep(entry.id)
        if background:
            await self.store.note_shown(target.name + BACKGROUND, entry.id)
            return f"It is the background of the {target.name} screen now."
        return "The picture is saved."

    async def delete(self, *, screen: str) -> str:
        """Forget what the screen shows, if whoever asked says yes: nobody can bring it back."""
        entry = await self._shown(screen)
        kept = "That picture is one of those that are kept. " if entry.kept else ""
        if not agrees(await ask(f"{kept}Shall I delete it for ever: {short(entry.alt)}?")):
            raise ToolError("Okay, I leave it as it is.")
        await self.wall.take_down(entry.id)
        await self.store.remove(entry.id)
        return "The picture is deleted."

    async def cost(self, *, screen: str) -> str:
        """What was paid for what the screen shows, and for what it was made of."""
        entries = await self._together(self._where(screen))
        usd = sum(each.usd for each in entries)
        before = sum(each.usd for each in await self.store.ancestors(entries[0]))
        what = "The picture" if len(entries) == 1 else f"The {len(entries)} pictures"
        if not usd + before:
            return f"{what} cost nothing."
        more = f"; with what it was made of, {spoken_price(usd + before)}" if before else ""
        return f"{what} cost about {spoken_price(usd)}{more}."

    async def _together(self, screen: str) -> list[Entry]:
        """What a screen shows: one picture, or the several that are shown there at once."""
        if SHEET in await self.store.recipe(screen):
            return [await self.store.entry(ident) for ident in await self.store.sheet(screen)]
        return [await self.wall.now(screen)]

    async def _shown(self, screen: str) -> Entry:
        return await self.wall.now(self._where(screen))

    def _where(self, screen: str) -> str:
        """The screen meant; "" where there is none at all."""
        return self.wall.targets(screen)[0].name if self.wall.screens else ""

    async def latest(self, *, screen: str) -> Picture:
        """What the screen shows, as it was made."""
        entry = await self._shown(screen)
        return picture(entry, Done(await self.store.data(entry), entry.mime, entry.width, entry.height))

    async def hang(self, entry: Entry, screen: str) -> str:
        """Show one picture of the gallery."""
        return await self.wall.hang(entry, self.wall.targets(screen), "The picture is")
