"""A house that is built anew shows on its screens what hung there: cards that count and sheets, not only pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.app import House
from assistant.errands import Errands
from tests.brain.stand_ins import brain
from tests.parts.browser import browser
from tests.parts.homes import lived_in, shipped, told
from tests.vision.parts import painter
from tests.web.test_screens import IMAGE, pages, says

pytestmark = [pytest.mark.system("chromium"), pytest.mark.speech]

TIMER = "document.querySelector('.timers span')?.textContent"


async def test_what_hung_there_hangs_there_again(tmp_path: Path) -> None:
    config, ports = shipped(tmp_path / "state"), [0]
    async with brain(tmp_path / "cloud", script="- {on: picture, do: [draw]}") as cloud, browser() as page:
        other = await page.another()

        async def before(house: House, errands: Errands) -> None:
            house.studio.painter = painter(cloud, house.studio.store, house.purse, ask_above_usd=1)
            async with pages(house) as port:
                ports[0] = port
                await page.open(f"http://127.0.0.1:{port}/screen/kitchen", 800, 480)
                await other.open(f"http://127.0.0.1:{port}/screen/hall", 480, 800)
                await page.until("document.getElementById('clock').textContent.length > 3")
                await says(house, errands, "set a pasta timer for forty minutes")
                await says(house, errands, "show me the timers on the kitchen screen")
                shown = await says(house, errands, "draw three pictures of a hat on the hall screen")
                assert shown == "Three pictures are on the hall screen."
                await page.until(f"{TIMER} === 'pasta'")

        async def after(house: House, errands: Errands) -> None:
            async with pages(house, ports[0]) as port:
                for where, screen in ((page, "kitchen"), (other, "hall")):  # a browser that knows of nothing
                    await where.open(f"http://127.0.0.1:{port}/screen/{screen}", 800, 480)
                await page.until(f"{TIMER} === 'pasta'")
                assert house.studio.wall.counting.keys() == {"kitchen"}
                await other.until(f"{IMAGE}?.alt === 'Three pictures: 1 hat, 2 hat, 3 hat'")
                asked = await says(
                    house, errands, "make it night on the hall screen"
                )  # hung by the house before
                assert asked == "Which of them? Say for example: the second one."
                shown = await says(house, errands, "show the second picture")
                assert shown.startswith("The picture is on the")
                await told(errands, {"do": "say", "text": "cancel the pasta timer"})
                await page.until("!document.querySelector('.timers')")

        async def forgotten(house: House, errands: Errands) -> None:
            await says(house, errands, "clear the kitchen screen")
            async with pages(house, ports[0]) as port:
                await page.open(f"http://127.0.0.1:{port}/screen/kitchen", 800, 480)
                await page.until("document.getElementById('clock').textContent.length > 3")
                assert await page.value(f"!{IMAGE} && !document.querySelector('.timers')")

        await lived_in(config, before)
        await lived_in(config, after)
        await lived_in(config, forgotten)
