"""Whatever foreign text says, on the dashboard and on a screen it is text: a corpus of scripts in a real browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.app import House
from assistant.config import PluginEntry, ScreenConfig
from assistant.desk import Desk
from assistant.errand import TOLD
from assistant.errands import Errands
from assistant.events import CommandSent, ConsentWanted, Event, Heard, Problem, Spoke
from assistant.web.guard import Guard
from assistant.web.pages import Pages
from assistant.web.screens import Kiosk, Screens
from assistant.web.server import served
from tests.parts.browser import Page, browser
from tests.parts.home import until
from tests.parts.homes import lived_in, shipped

pytestmark = [pytest.mark.system("chromium"), pytest.mark.speech]

SCRIPTS = (
    "<script>window.owned = 1</script>",
    "<img src=x onerror=window.owned=1>",
    "<svg onload=window.owned=1>",
    "<svg><script>window.owned=1</script></svg>",
    "<iframe srcdoc='<script>parent.owned=1</script>'></iframe>",
    "<a href=javascript:window.owned=1 id=go>go</a>",
    "<body onload=window.owned=1>",
    "<details open ontoggle=window.owned=1>x</details>",
    "<style>@import 'http://127.0.0.1:1/x.css'</style>",
    "<base href='http://127.0.0.1:1/'>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:1/'>",
    "<form action=http://127.0.0.1:1/><input name=pin></form>",
    "<object data=javascript:window.owned=1></object>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.owned=1>",
    "\"><img src=x onerror=window.owned=1>",
    "' onmouseover='window.owned=1",
    "`${window.owned=1}`",
    "{{constructor.constructor('window.owned=1')()}}",
    "</title></textarea></style><img src=x onerror=window.owned=1>",
    "&lt;img src=x onerror=window.owned=1&gt;",
    "data: {\"event\":\"spoke\"}\n\ndata: x",
    "\u2028window.owned=1\u2029</script><script>window.owned=1//",
    "__proto__",
    "\x1b]0;owned\x07 \u202egnp.exe",
)  # fmt: skip
FOREIGN = "document.querySelectorAll('img, script, iframe, svg, object, embed, style, base, meta, form, a, details, math').length"
UNHARMED = "window.owned === undefined && document.title.length > 0 && location.hostname === '127.0.0.1'"


def events(text: str) -> tuple[Event, ...]:
    """One of each kind that a page shows."""
    asked = ConsentWanted("7", text, "pin", 60.0)
    return Heard(text), Spoke(text, 0.1), Problem(text), CommandSent(text, text, text), asked


async def nothing(_kiosk: Kiosk) -> None:
    return None


async def shows(page: Page, text: str) -> None:
    """Wait until the page shows the last of it as text, whitespace aside."""
    wanted = json.dumps("".join(text.split()))
    await page.until(f"document.body.textContent.replace(/\\s+/g, '').includes({wanted})")


async def test_scripts_in_any_text_of_the_house_are_shown_and_never_run(tmp_path: Path) -> None:
    async def use(house: House, errands: Errands) -> None:
        screens = Screens([ScreenConfig(name="kitchen")], nothing)
        app = Pages(Desk(house, errands), TOLD).app(screens.routes())
        (kitchen,) = screens.all()
        television = next(device for device in house.registry.devices if device.name == "television")
        async with (
            served(Guard(app, names=(), token=""), "127.0.0.1", 0) as port,
            browser() as desk,
        ):
            kiosk = await desk.another()
            await desk.open(f"http://127.0.0.1:{port}/")
            await kiosk.open(f"http://127.0.0.1:{port}/screen/kitchen")
            await desk.until("document.querySelectorAll('.device').length > 17")
            await until(lambda: kitchen.open, 20)
            own = [await page.value(FOREIGN) for page in (desk, kiosk)]
            house.health.other["cellar"] = lambda: SCRIPTS[1]
            for text in SCRIPTS:
                await house.link.publish("media/television", json.dumps({"on": True, "track": text}))
                for event in events(text):
                    house.bus.publish(event)
                kitchen.notice(text)
                kitchen.tell({"do": "consent", "id": "7", "text": text, "by": "pin", "seconds": 60.0})
            await until(lambda: "owned" in str(television.states), 20)
            for page in (desk, kiosk):
                await shows(page, "gnp.exe")
                assert await page.value(UNHARMED)
            await shows(desk, SCRIPTS[1])
            assert [await page.value(FOREIGN) for page in (desk, kiosk)] == own, (
                "no element was made of a text"
            )
            assert desk.complaints + kiosk.complaints == [], "no policy had to step in"

    config = shipped(tmp_path)
    named = {"name": SCRIPTS[1], "area": SCRIPTS[0], "topic": "hall"}
    await lived_in(
        config.model_copy(
            update={"plugins": [*config.plugins, PluginEntry(name="mqtt_light", settings=named)]}
        ),
        use,
    )
