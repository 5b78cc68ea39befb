"""Where no camera looks, that is said; everything else is understood as before."""

from __future__ import annotations

import pytest

from assistant.brain.home import Home, Tool
from assistant.brain.understanding.looks import BLIND, NO_CAMERA, unseen

SHOW = Tool("show_camera", parameters={"properties": {"camera": {"enum": ["front door", "drive"]}}})


@pytest.mark.parametrize(
    "said",
    [
        "show me the front door",
        "who is at the back door",
        "show me the garden on the screen",
        "show me a camera",
        "keep an eye on the front door",
        "keep an eye on the oven for a minute",
        "look through the front door camera",
        "what happened at the front door",
        "what happened at the front door 2 minutes ago",
        "is there anybody at the front door",
        "who was that at the door",
        "what do you see in the garden",
        "did a parcel come today",
        "which cameras are there",
    ],
)
def test_a_home_without_cameras_says_so(said: str) -> None:
    assert unseen(said.split(), Home()) == NO_CAMERA


def test_a_home_with_cameras_names_them() -> None:
    home = Home(tools=(SHOW,))
    wish = ("show", "me", "the", "back", "door")
    assert unseen(wish, home) == "No camera is called back door. There is front door or drive."
    assert unseen(["keep", "an", "eye", "on", "the", "oven"], home).startswith("No camera is called oven.")
    assert unseen(["did", "a", "parcel", "come", "today"], home) == ""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("keep an eye on the front door for a minute", BLIND),
        ("look through the front door camera", BLIND),
        ("what happened at the front door camera", ""),
        ("look at the drive", ""),
    ],
)
def test_a_camera_that_there_is_is_never_denied(said: str, told: str) -> None:
    assert unseen(said.split(), Home(tools=(SHOW,))) == told


@pytest.mark.parametrize(
    "said",
    [
        "show me the temperature",
        "is the front door locked",
        "put the garage on",
        "show me the lights",
        "lock the door",
        "is anybody in the kitchen",
        "put the kettle on for a minute",
    ],
)
def test_other_wishes_are_left_alone(said: str) -> None:
    assert unseen(said.split(), Home()) == ""
