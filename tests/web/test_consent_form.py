"""A question that waits, on the dashboard and on a screen of the house, in a real browser: PIN, Yes and No."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from assistant.app import House
from assistant.config import ScreenConfig
from assistant.desk import Desk
from assistant.errand import TOLD
from assistant.errands import Errands
from assistant.permission import pin_of
from assistant.web.guard import Guard
from assistant.web.pages import Pages
from assistant.web.screens import Kiosk, Screens
from assistant.web.server import served
from tests.parts.browser import Page, browser
from tests.parts.home import until
from tests.parts.homes import lived_in, shipped, told

pytestmark = [pytest.mark.system("chromium"), pytest.mark.speech]

PIN = "48151"
SHOWN = "!document.getElementById('consent').hidden"
HIDDEN = "document.getElementById('consent').hidden"


async def nothing(_kiosk: Kiosk) -> None:
    return None


async def answers(page: Page, pin: str, button: str = "[type=submit]") -> None:
    await page.value(f"document.querySelector('#consent input').value = '{pin}'")
    await page.value(f"document.querySelector('#consent {button}').click()")


async def test_p11_a_door_opens_on_a_screen_with_the_pin_and_not_without(tmp_path: Path) -> None:
    async def use(house: House, errands: Errands) -> None:
        door = next(device for device in house.registry.devices if device.name == "front door")
        pin_of(house.config, house.state).set(PIN)
        screens = Screens([ScreenConfig(name="kitchen")], nothing)
        screens.asked = lambda: house.consent.question
        pages = Pages(Desk(house, errands), TOLD)
        screens.answer = pages.carried_out
        app = pages.app(screens.routes())
        async with (
            asyncio.TaskGroup() as tasks,
            served(Guard(app, names=(), token=""), "127.0.0.1", 0) as port,
            browser() as desk,
        ):
            following = tasks.create_task(screens.follow(house.bus))
            kiosk = await desk.another()
            await desk.open(f"http://127.0.0.1:{port}/")
            await told(errands, {"do": "say", "text": "unlock the front door"})
            await kiosk.open(f"http://127.0.0.1:{port}/screen/kitchen")
            for page in (desk, kiosk):  # one was open before, one came later
                await page.until(SHOWN)
                assert "To unlock the front door" in await page.value(
                    "document.querySelector('#consent p').textContent"
                )
            await answers(kiosk, "99999")
            await kiosk.until("document.getElementById('notice').textContent.includes('not the PIN')")
            assert door.states["locked"] is True
            await answers(kiosk, PIN)
            for page in (desk, kiosk):
                await page.until(HIDDEN)
                assert PIN not in await page.value("document.documentElement.outerHTML")
                assert await page.value("document.querySelector('#consent input').value") == ""
            await until(lambda: door.states["locked"] is False)

            house.dispatcher.policy.rules = type(house.dispatcher.policy.rules)("screen")
            for button, locked in ((".no", True), ("[type=submit]", False)):
                await told(errands, {"do": "say", "text": "lock the front door"})
                assert door.states["locked"] is True
                await told(errands, {"do": "say", "text": "unlock the front door"})
                await desk.until(SHOWN)
                await answers(desk, "", button)
                await desk.until(HIDDEN)
                if not locked:
                    await until(lambda: door.states["locked"] is False)
                assert door.states["locked"] is locked
            assert desk.complaints == []
            following.cancel()

    await lived_in(shipped(tmp_path, ASSISTANT_POLICY__SECURITY="pin"), use)
