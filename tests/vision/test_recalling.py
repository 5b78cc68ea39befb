"""What the cameras noticed, asked about in many ways without the internet: told with its time, or honestly not."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.config import Config
from assistant.errors import VisionError
from assistant.testing import Home
from assistant.vision.memory import Seen
from assistant.vision.part import Vision
from assistant.vision.recalling import remembering
from assistant.vision.tools import camera_tools
from assistant.wallclock import WallClock
from tests.vision.parts import purse

COURIER, CAT, FOX = "A courier leaves a box", "A cat walks off", "A fox runs by"
NOTHING, NOT_ONE = "No, the cameras noticed nothing like that ", "The cameras noticed nothing like that "
SAID = {
    "when did the cat leave": [CAT],
    "when did you last see the cat": [CAT],
    "where did our cat go": [CAT],
    "did anyone come by while we were out": [COURIER],
    "was anybody at the door while I was away": [COURIER],
    "has anybody been at the front door today": [COURIER],
    "has the postman been yet": [COURIER],
    "has my parcel come": [COURIER],
    "when was the parcel delivered": [COURIER],
    "who rang the doorbell": [COURIER],
    "what did I miss": [COURIER, CAT],
    "what happened at the front door while we were out": [COURIER, CAT],
    "what happened today": [COURIER, CAT],
    "what happened yesterday": [FOX],
    "did anything happen outside last night": [FOX],
    "what changed since yesterday": [FOX, COURIER, CAT],
    "when did the dog leave": [NOT_ONE + "since this morning"],
    "did the dog come back": [NOTHING + "since this morning"],
    "did anyone come since six o'clock in the morning": [COURIER],
    "did anyone come between eight and ten": [COURIER],
    "did anyone come between ten and eleven": [NOTHING + "between 10 and 11"],
    "what happened at the front door between eight and ten this morning": [COURIER],
    "did anyone come after ten o'clock": [NOTHING + "after 10"],
    "did a parcel come before half past nine": [COURIER],
    "what happened yesterday evening": [FOX],
    "did anybody come yesterday morning": [NOTHING + "yesterday morning"],
    "when did the courier last come": [COURIER],
    "when was the postman here last": [COURIER],
    "who was at the door yesterday morning": [NOT_ONE + "yesterday morning"],
    "has the postman been here yet": [COURIER],
    "did anybody come yesterday": [NOTHING + "yesterday"],
    "is the front door locked": ["The front door"],
    "who is at the front door": ["There is no film in its folder yet"],
}
TOLD = (COURIER, CAT, FOX)


def watchers(folder: Path, clock: WallClock, *names: str, daily: int = 50) -> Vision:
    """Cameras that keep watch, and one that does not."""
    watched = {"by": ["motion"], "sensors": ["porch motion"], "daily": daily}
    cameras = [{"name": name, "url": str(folder), "watch": watched} for name in names]
    config = Config.model_validate({"cameras": [*cameras, {"name": "shed", "url": str(folder)}]})
    return Vision(config, folder, clock, purse(folder), lambda _event: None)


async def test_of_what_was_there_often_the_moment_that_is_asked_about_is_told(tmp_path: Path) -> None:
    clock = WallClock(UTC, lambda: datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp())
    vision = watchers(tmp_path, clock, "porch")
    recall: Any = remembering(vision)
    cats = ("A cat comes to the door", "A cat sits on the left", "A cat walks off", "A cat is asleep")
    for hour, text in enumerate((*cats, "A courier arrives", "A courier leaves a parcel")):
        vision.memory.note(Seen(clock.read() - 3600 * (8 - hour), "porch", f"{text}.", 1))
    assert (await recall("when did the cat leave?")).text == "At 06:00 at the porch: A cat walks off."
    assert (await recall("where did the cat go?")).text == "At 06:00 at the porch: A cat walks off."
    assert (await recall("when did the cat come?")).text == "At 04:00 at the porch: A cat comes to the door."
    assert "At 09:00 at the porch: A courier leaves" in (await recall("when was the parcel delivered?")).text
    assert (await recall("was there a cat?")).text.count("A cat") == 4


async def test_nothing_noticed_is_no_no_where_nobody_looked(tmp_path: Path) -> None:
    clock = WallClock(UTC, lambda: datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp() + passed[0])
    passed = [0.0]
    vision = watchers(tmp_path, clock, "porch", daily=1)
    recall: Any = remembering(vision)
    watching = asyncio.get_running_loop().create_task(vision.tally.watching(["porch"]))
    await asyncio.sleep(0.1)
    watching.cancel()
    passed[0] = 120
    since = "The cameras noticed nothing like that, but they have kept watch only since 12:00"
    assert (await recall("did a parcel come today?")).text == f"{since}."
    vision.tally.add("watch porch")
    passed[0] = 600
    limit = "the porch camera stopped at 12:02, at its daily limit (watch.daily)"
    assert (await recall("when did the cat leave?")).text == f"{since}, and {limit}."
    passed[0] = 20 * 3600
    assert (await recall("did a parcel come?", "two hours ago")).text.startswith("No, the cameras noticed")
    with pytest.raises(VisionError, match="The shed camera keeps no watch"):
        await recall("did a parcel come?", "today", "shed")


async def test_what_was_noticed_is_told_in_many_ways(home: Home, tmp_path: Path) -> None:
    watched = {"by": ["motion"], "sensors": ["porch motion"]}
    cameras = [{"name": "front door", "url": str(tmp_path), "watch": watched}]
    config, clock = Config.model_validate({"cameras": cameras}), home.clock.wall
    vision = Vision(config, tmp_path, clock, purse(tmp_path), lambda _event: None)
    home.furniture.table.add_all(camera_tools(vision))
    await home.add("mqtt_lock", name="front door", area="hallway", topic="lock")
    home.clock.set("12:00")
    for hours, text, things in ((14, FOX, ("fox",)), (3, COURIER, ("person", "parcel")), (1, CAT, ("cat",))):
        vision.memory.note(Seen(clock.read() - 3600 * hours, "front door", f"{text}.", 1, things))
    wrong = []
    for said, expected in SAID.items():
        text = (await home.brain.hears(said)).text
        others = [each for each in TOLD if each not in expected and each in text]
        if others or not all(each in text for each in expected):
            wrong.append(f"{said}: {text}")
    assert not wrong, "\n".join(wrong)
