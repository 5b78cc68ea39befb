"""The dashboard of a whole house in a real browser: read, said, switched, and what a hostile name cannot do."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from assistant.app import House
from assistant.config.model import RoomConfig
from assistant.desk import Desk
from assistant.errand import TOLD
from assistant.errands import Errands
from assistant.events import Heard
from assistant.web.guard import Guard
from assistant.web.pages import Pages
from assistant.web.server import served
from tests.parts.browser import Page, browser
from tests.parts.homes import lived_in, shipped
from tests.web.test_guard import asked

pytestmark = [pytest.mark.system("chromium"), pytest.mark.speech]

SPOKEN = "turn on the kitchen light"
SWITCH = """document.querySelector('[aria-label="Turn off: kitchen light"]')"""


async def test_a_person_reads_says_and_switches_and_nothing_complains(tmp_path: Path) -> None:
    async def use(house: House, errands: Errands) -> None:
        light = next(device for device in house.registry.devices if device.name == "kitchen light")
        pages = Pages(Desk(house, errands), TOLD)
        async with served(Guard(pages.app(), names=(), token=""), "127.0.0.1", 0) as port, browser() as page:
            await page.open(f"http://127.0.0.1:{port}/")
            await page.until("document.querySelectorAll('.device').length === 17")
            await _says(page, SPOKEN)
            await page.until("document.querySelector('#said .assistant')")
            assert light.states["on"] is True
            shown = await page.value(
                "[...document.querySelectorAll('#said li')].map(each => each.textContent)"
            )
            assert shown[0] == SPOKEN
            assert shown[1].startswith("kitchen light ← ")
            assert shown[-1] == "The kitchen light is on at 100 percent."
            await page.until(SWITCH)
            await page.value(f"{SWITCH}.click()")
            await page.until("""document.querySelector('[aria-label="Turn on: kitchen light"]')""")
            assert light.states["on"] is False

            await _says(page, "unlock the front door")
            await page.until("document.querySelector('#said .problem')")
            assert all(each.states.get("locked") is not False for each in house.registry.devices)

            house.bus.publish(Heard("<img src=x onerror=document.body.id='owned'>"))
            await page.until(
                "[...document.querySelectorAll('#said li')].some(e => e.textContent.includes('<img'))"
            )
            assert await page.value("document.body.id") == ""
            assert await page.value("document.querySelector('#said img')") is None

            await page.value("document.getElementById('mute').click()")
            await page.until("document.getElementById('mute').getAttribute('aria-pressed') === 'true'")
            assert house.known_as.room.settings.muted
            house.known_as.room.change(muted=False)  # by somebody else
            await page.until("document.getElementById('mute').getAttribute('aria-pressed') === 'false'")
            assert page.complaints == []
            assert len(await page.picture()) > 10_000
        await _scripts(house, pages)

    await lived_in(shipped(tmp_path), use)


async def test_the_buttons_and_sentences_are_those_of_the_room_that_was_chosen(tmp_path: Path) -> None:
    async def use(house: House, errands: Errands) -> None:
        kitchen, bedroom = house.known_as.rooms
        lamp = next(device for device in house.registry.devices if device.name == "bedroom lamp")
        pages = Pages(Desk(house, errands), TOLD)
        async with served(Guard(pages.app(), names=(), token=""), "127.0.0.1", 0) as port, browser() as page:
            await page.open(f"http://127.0.0.1:{port}/")
            await page.until("document.querySelectorAll('#room option').length === 2")
            assert await page.value("document.getElementById('where').hidden") is False
            await page.value(
                "(list => { list.value = 'bedroom'; list.dispatchEvent(new Event('change')); })"
                "(document.getElementById('room'))"
            )
            await page.value("document.getElementById('mute').click()")
            await page.until("document.getElementById('mute').getAttribute('aria-pressed') === 'true'")
            assert (kitchen.settings.muted, bedroom.settings.muted) == (False, True)
            await _says(page, "turn on the light")
            await page.until("document.querySelector('#said .assistant')")
            assert lamp.states["on"] is True
            assert page.complaints == []

    rooms = {room: RoomConfig(input=room) for room in ("kitchen", "bedroom")}
    await lived_in(shipped(tmp_path).model_copy(update={"rooms": rooms}), use)


async def _says(page: Page, text: str) -> None:
    await page.value(f"document.getElementById('words').value = {json.dumps(text)}")
    await page.value("document.getElementById('say').requestSubmit()")


async def _scripts(house: House, pages: Pages) -> None:
    """What programs ask: health, metrics, and errors as JSON."""
    async with served(pages.app(), "127.0.0.1", 0) as port:
        assert (await asked(port, path="/health")).status == 200
        house.health.other["cellar"] = lambda: "the cellar is flooded"
        assert (await asked(port, path="/health")).status == 503
        assert (await asked(port, path="/metrics")).status == 200
        assert (await asked(port, "POST", "/do", content_type="application/json")).status == 400
        assert (await asked(port, path="/static/../pages.py")).status == 404
        await asyncio.sleep(0)
