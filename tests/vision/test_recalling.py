"""What the cameras noticed, asked about in many ways without the internet: told with its time, or honestly not."""

from __future__ import annotations

from pathlib import Path

from assistant.config import Config
from assistant.testing import Home
from assistant.vision.memory import Seen
from assistant.vision.part import Vision
from assistant.vision.tools import camera_tools
from tests.vision.parts import purse

COURIER, CAT, FOX = "A courier leaves a box", "A cat walks off", "A fox runs by"
NOTHING = "No, the cameras noticed nothing like that "
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
    "who was at the door yesterday morning": [NOTHING + "yesterday morning"],
    "has the postman been here yet": [COURIER],
    "did anybody come yesterday": [NOTHING + "yesterday"],
    "is the front door locked": ["The front door"],
    "who is at the front door": ["There is no film in its folder yet"],
}
TOLD = (COURIER, CAT, FOX)


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
