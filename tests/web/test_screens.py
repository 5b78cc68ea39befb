"""Asked for in words, painted in a real browser: pixels, shapes, edits, refusals and a server that restarts."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from assistant.app import House
from assistant.config import ScreenConfig
from assistant.errands import Errands
from assistant.events import ToolFinished
from assistant.web.guard import Guard
from assistant.web.pages import STATIC
from assistant.web.screens import Screens
from assistant.web.server import served
from tests.brain.stand_ins import brain
from tests.parts.browser import Page, browser
from tests.parts.home import until
from tests.parts.homes import lived_in, shipped, told
from tests.vision.parts import painter

pytestmark = [pytest.mark.system("chromium"), pytest.mark.speech]

NIGHT, DAY, DISC, BLACK = (16, 16, 48), (32, 96, 160), (255, 208, 0), (0, 0, 0)
SCRIPT = """
- {on: picture, match: boat, do: [block: SAFETY]}
- {on: picture, match: "turns=3 pictures=1 signed=1", do: [draw: {ground: "#101030"}]}
- {on: picture, match: "sun [gemini-nano-banana-2.1 16:9 1K turns=1", do: [wait: 0.3, draw: {ground: "#2060a0"}]}
- {on: picture, match: "9:16", do: [draw: {ground: "#2060a0"}]}
"""
WANTED = [
    ScreenConfig(name="kitchen", aliases=["tablet"], night="00:00-00:00"),
    ScreenConfig(name="hall", area="hallway"),
    ScreenConfig(name="attic", night="00:00-23:59", night_percent=30),
]
IMAGE = "document.querySelector('#stage img')"


@asynccontextmanager
async def pages(house: House, port: int = 0) -> AsyncIterator[int]:
    screens = Screens(WANTED, house.studio.current)
    house.studio.wall.sources[1:] = [screens.all]
    app = Starlette(routes=[*screens.routes(), Mount("/static", StaticFiles(directory=STATIC))])
    async with served(Guard(app, names=(), token=""), "127.0.0.1", port) as at:
        yield at


async def seen(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(await page.picture())).convert("RGB")


def spread(picture: Image.Image, colour: tuple[int, int, int]) -> tuple[int, int]:
    """How wide and how high something of about this colour is."""
    near = ImageChops.difference(picture, Image.new("RGB", picture.size, colour)).convert("L")
    box = near.point([255 if value < 30 else 0 for value in range(256)]).getbbox()
    assert box is not None
    return box[2] - box[0], box[3] - box[1]


async def says(house: House, errands: Errands, text: str) -> str:
    """What came of a sentence: the text of its tool's result, which may come after the answer."""
    with house.bus.subscribed(ToolFinished) as news:
        await told(errands, {"do": "say", "text": text})
        async with asyncio.timeout(30):
            result = await news.get()
        assert isinstance(result, ToolFinished)
        return result.text


async def test_said_and_painted(tmp_path: Path) -> None:
    async with brain(tmp_path / "cloud", script=SCRIPT) as cloud:

        async def use(house: House, errands: Errands) -> None:
            house.studio.painter = painter(cloud, house.studio.store, house.purse)
            async with browser() as page:
                other = await page.another()
                async with pages(house) as port:
                    await page.open(f"http://127.0.0.1:{port}/screen/kitchen", 800, 480)
                    await other.open(f"http://127.0.0.1:{port}/screen/hall", 480, 800)
                    await _drawn_and_changed(house, errands, page)
                    await _of_its_own_shape(house, errands, other)
                    await other.open(f"http://127.0.0.1:{port}/screen/attic", 300, 200)
                    await other.until("document.getElementById('night').style.opacity === '0.7'")
                async with pages(house, port):
                    await page.until(f"{IMAGE}.src.includes('/picture/1-')")  # the new server's first
                    assert await page.value(f"{IMAGE}.alt") == "sun"
                    await _cards_and_nothing(house, errands, page)
                ours = [each for each in (*page.complaints, *other.complaints) if "net::ERR_" not in each]
                assert ours == []  # of a server that goes, the browser complains by itself

        await lived_in(shipped(tmp_path / "state"), use)


async def _drawn_and_changed(house: House, errands: Errands, page: Page) -> None:
    await page.until("document.getElementById('clock').textContent.length > 3")
    asked = await says(house, errands, "draw a sun on the kitchen screen")
    assert asked == "The picture is on the kitchen screen."
    picture = await seen(page)
    assert [picture.getpixel(at) for at in ((400, 240), (400, 5), (400, 475), (400, 25), (5, 240))] == [
        DISC, BLACK, BLACK, DAY, DAY,
    ]  # fmt: skip
    wide, high = spread(picture, DISC)
    assert abs(wide - high) <= 0.02 * wide
    assert await page.value(f"{IMAGE}.alt") == "sun"

    changed = await says(house, errands, "make the picture night on the tablet")
    assert changed == "The changed picture is on the kitchen screen."
    picture = await seen(page)
    assert picture.getpixel((5, 240)) == NIGHT
    newest, first = await house.studio.store.entries()
    assert (newest.parent, newest.kind, newest.shown) == (first.id, "edited", ("kitchen",))
    assert newest.usd > 0.0336

    refused = await says(house, errands, "add a boat to the picture")
    assert refused == "I'm not allowed to draw that. Shall I try it differently?"
    await page.until(f"document.getElementById('notice').textContent === {refused!r}")
    assert (await seen(page)).getpixel((5, 100)) == NIGHT

    await says(house, errands, "the one before")
    assert (await seen(page)).getpixel((5, 240)) == DAY


async def _of_its_own_shape(house: House, errands: Errands, page: Page) -> None:
    assert (
        await says(house, errands, "draw a tree on the hall screen") == "The picture is on the hall screen."
    )
    picture = await seen(page)
    wide, high = spread(picture, DISC)
    assert abs(wide - high) <= 0.02 * wide
    assert [picture.getpixel(at) for at in ((5, 400), (240, 5), (240, 400))] == [BLACK, DAY, DISC]


async def _counts(house: House, errands: Errands, page: Page) -> None:
    """The page counts by itself, and is told only when a timer has changed."""
    left = "document.querySelector('.timers time').textContent"
    await says(house, errands, "set a pasta timer for nine minutes")
    shown = await says(house, errands, "show me the timers on the kitchen screen")
    assert shown == "The list of timers is on the kitchen screen."
    assert await page.value(f"{left}.startsWith('8:5') || {left}.startsWith('9:00')")
    assert await page.value("document.querySelector('.timers span').textContent") == "pasta"
    first = await page.value(left)
    await page.value(
        "window.asked = 0; window.real = fetch; window.fetch = () => { window.asked += 1; throw new Error('asked'); }; 0"
    )
    await page.until(f"{left} !== {first!r}")
    await page.until(f"{left}.startsWith('8:')")
    assert await page.value("window.fetch = window.real; window.asked") == 0
    assert house.studio.wall.counting.keys() == {"kitchen"}
    await told(errands, {"do": "say", "text": "pause the pasta timer"})
    await page.until("document.querySelector('.timers .paused')")
    still = await page.value(left)
    await page.value("new Promise(done => setTimeout(done, 1200))")
    assert await page.value(left) == still
    await page.do("Page.reload")
    await page.until("document.querySelector('.timers .paused')")
    assert await page.value(left) == still
    await told(errands, {"do": "say", "text": "cancel the pasta timer"})
    await page.until("!document.querySelector('.timers')")  # a card says that there are none
    await until(lambda: house.studio.wall.counting == {})


async def _cards_and_nothing(house: House, errands: Errands, page: Page) -> None:
    await _counts(house, errands, page)
    assert (
        await says(house, errands, "show me the gallery on the kitchen screen")
        == "The gallery is on the kitchen screen."
    )
    assert await page.value(f"{IMAGE}.alt.startsWith('The gallery: 1 tree, 2 night')")
    assert await says(house, errands, "clear the screen") == "The screen is clear."
    await page.until(f"!{IMAGE}")
