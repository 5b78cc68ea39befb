"""What hangs there is what is seen there: pages that wake late, panels that lose their picture with the power."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.config import PluginEntry, ScreenConfig
from assistant.display import Display
from assistant.loader import Loader
from assistant.showing import NotShown
from assistant.testing.bare import BareHost
from assistant.vision.gallery import Entry, Gallery
from assistant.vision.wall import Wall
from assistant.vision.workshop import Workshop
from assistant.wallclock import WallClock
from assistant.web.screens import Kiosk, Screens
from tests.plugins.test_displays import framebuffer
from tests.vision.test_fitting import picture
from tests.web.test_kiosk import nothing, posted, served_pages


def display(plugin: str, folder: Path, **settings: Any) -> Display:
    """As a start of the house makes it."""
    loaded = Loader([folder]).load(PluginEntry(name=plugin, settings={"name": "hall", **settings}))
    (made,) = loaded.plugins
    assert isinstance(made, Display)
    made.attach(BareHost(folder, WallClock()))
    return made


async def added(gallery: Gallery, name: str) -> Entry:
    return await gallery.add(picture(), prompt=name, alt=name, mime="image/png", width=320, height=180)


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    return Gallery(tmp_path / "gallery")


async def test_what_a_page_paints_too_late_hangs_there_all_the_same(gallery: Gallery) -> None:
    """A tablet that was asleep: nobody could say that it shows the picture, then it does."""
    screens, wall = Screens([ScreenConfig(name="kitchen")], nothing), Wall(gallery, Workshop())
    wall.sources, screens.late = [screens.all], wall.late
    (kitchen,) = screens.all()
    first, second = await added(gallery, "sun"), await added(gallery, "moon")
    async with served_pages(screens) as port:

        async def paints(number: int) -> None:
            assert (await posted(port, "/screen/kitchen/told", {"painted": number}))[0] == 200

        with kitchen.page():
            kitchen.told({"size": [320, 180]})
            await gallery.note_shown("kitchen", first.id)
            number = await _asleep(wall, kitchen, second)
            assert await gallery.on("kitchen") == first.id
            await paints(number - 1)
            assert await gallery.on("kitchen") == first.id
            await paints(number)
            await paints(number)
            assert await gallery.history("kitchen") == [second.id, first.id]
            assert (await wall.now("kitchen")).id == second.id

            with pytest.raises(NotShown):
                await wall.sheet([second, first], [kitchen], ["moon", "sun"], "Two pictures are")
            assert await gallery.sheet("kitchen") == []
            await paints(number + 1)
            assert await gallery.sheet("kitchen") == [second.id, first.id], "the second one is the sun"

            number = await _asleep(wall, kitchen, first)
            await wall.clear(kitchen)
            await paints(number)
            assert await gallery.on("kitchen") == "", "it was cleared meanwhile"


async def _asleep(wall: Wall, kitchen: Kiosk, entry: Entry) -> int:
    """The number of a picture that was sent to a page that does not answer in time."""
    kitchen.patience = 0.05
    with pytest.raises(NotShown, match="does not say that it shows it"):
        await wall.hang(entry, [kitchen], "The picture is")
    assert kitchen.shown is not None
    return kitchen.shown.number


async def test_a_panel_that_lost_its_picture_with_the_power_shows_it_again(
    gallery: Gallery, tmp_path: Path
) -> None:
    settings = framebuffer(tmp_path, (200, 100), 32, 832)
    memory, ink = tmp_path / "fb0", tmp_path / "ink.png"

    def house() -> tuple[Wall, list[Display]]:
        """As after a start: nothing is known but what the gallery has."""
        wall = Wall(gallery, Workshop())
        monitor = display("picture_framebuffer", tmp_path, **settings)
        paper = display("picture_file", tmp_path, name="door", file=str(ink))
        wall.sources = [lambda: [monitor, paper]]
        return wall, [monitor, paper]

    black = memory.read_bytes()
    wall, screens = house()
    await wall.recall()
    assert memory.read_bytes() == black, "nothing ever hung there"
    await wall.hang(await added(gallery, "sun"), screens, "The picture is")
    shown = memory.read_bytes()
    assert shown != black
    memory.write_bytes(black)
    ink.unlink()
    wall, screens = house()
    await wall.recall()
    assert memory.read_bytes() == shown
    assert not ink.exists(), "ink stays where it is"

    await wall.clear(screens[0])
    memory.write_bytes(black)
    wall, _ = house()
    await wall.recall()
    assert memory.read_bytes() == black
    memory.unlink()
    wall, _ = house()
    await wall.recall()  # a monitor that is gone keeps nobody
