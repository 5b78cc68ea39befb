"""A camera is found by where it hangs; where there are several, it is asked which."""

from __future__ import annotations

from pathlib import Path

from assistant.config import Config
from assistant.testing import Home
from assistant.vision.part import Vision
from assistant.vision.tools import camera_tools
from tests.vision.parts import purse

HANGING = {"apple tree": "garden", "front door": "porch", "bicycle rack": "porch", "yard": "yard"}
WHICH = "Which camera do you mean: front door or bicycle rack?"
SAID = {
    "what is happening at the garden": "apple tree",
    "what is happening in the garden": "apple tree",
    "what happened in the garden two minutes ago": "apple tree",
    "is anybody in the garden": "apple tree",
    "who is at the yard": "yard",
    "what happened on the porch": WHICH,
    "the front door": "front door",
    "look at the porch": WHICH,
    "bicycle rack": "bicycle rack",
    "show me the porch": WHICH,
    "the bicycle": "bicycle rack",
    "was anyone in the garden today": "No camera keeps watch",
    "show me the cellar door": "No camera is called cellar door. There is apple tree or front door",
    "draw the garden in winter": "garden",
}


async def test_a_camera_is_found_by_its_area(home: Home, tmp_path: Path) -> None:
    closed = {"url": str(tmp_path), "private": ["00:00-23:59"]}  # it names itself when it is asked
    cameras = [{"name": name, "area": area, **closed} for name, area in HANGING.items()]
    config = Config.model_validate({"cameras": cameras})
    vision = Vision(config, tmp_path, home.clock.wall, purse(tmp_path), lambda _event: None)
    home.clock.set("12:00")
    assert vision.cameras.areas() == ["garden", "porch"]
    home.furniture.table.add_all(camera_tools(vision))
    for said, told in SAID.items():
        answer = (await home.brain.hears(said)).text
        assert told in answer, (said, answer)
