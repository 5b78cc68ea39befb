"""What would be done, or was, as a person would say it."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.tools.wording import deed, phrased, wish

LAMPS = ["desk lamp", "wall lamp", "floor lamp", "bedside lamp"]


@pytest.mark.parametrize(
    ("verb", "names", "args", "words"),
    [
        ("turn_on", ["oven"], {}, "turn on the oven"),
        ("turn_on", ["desk lamp"], {"brightness": 80}, "turn on the desk lamp at 80 percent"),
        ("turn_on", ["lamp"], {"brightness": 80, "color": "red"}, "turn on the lamp at 80 percent (red)"),
        ("change_brightness", LAMPS, {"by": -20}, "lower the brightness of 4 lamps by 20 percent"),
        ("change_temperature", ["heater"], {"by": 1}, "raise the temperature of the heater by 1 degree"),
        (
            "set_temperature",
            ["heater"],
            {"temperature": 22.5},
            "set the temperature of the heater to 22.5 degrees",
        ),
        ("set_option", ["fan"], {"option": "a", "value": 3}, "set the option of the fan (a, 3)"),
        ("set_timer", [], {"seconds": 60, "name": "tea"}, "set the timer (60, tea)"),
        ("unlock", ["front door", "shed"], {}, "unlock the front door and the shed"),
        ("turn_off", [*LAMPS, "fan"], {}, "turn off 5 devices"),
        ("feed_cat", [], {"grams": [10, {"more": 5}], "note": None}, "feed cat (10, 5)"),
        (
            "set_mode",
            ["fan"],
            {"mode": "a\nb" + "c" * 500},
            "set the mode of the fan to a?b" + "c" * 117,
        ),
    ],
)
def test_a_wish_names_every_thing_and_value(
    verb: str, names: list[str], args: dict[str, Any], words: str
) -> None:
    assert wish(verb, names, args) == words


def test_a_deed_is_told_as_done_only_when_it_came_true() -> None:
    assert deed("turn_off", ["fan"], {}, ok=True) == "turned off the fan"
    assert deed("turn_off", ["fan"], {}, ok=False) == "tried to turn off the fan"
    assert deed("feed_cat", [], {}, ok=True) == "tried to feed cat"


def test_several_lamps_of_whatever_name_are_lights() -> None:
    names = ["kitchen light", "bed lamp", "hall lights", "desk lamp", "porch light", "shed light"]
    assert wish("turn_off", names, {}) == "turn off 6 lights"
    assert wish("turn_off", [*names, "fan"], {}) == "turn off 7 devices"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({"items": ["eggs", "milk"], "list": "shopping"}, "add eggs and milk to the shopping list"),
        ({"items": ["eggs"]}, "add eggs to the list"),
        ({"items": ["{list}"], "list": ""}, "add {list} to the list"),
        ({"items": ["eggs"], "list": "shopping", "when": "now"}, ""),  # nothing goes untold
        ({}, ""),
    ],
)
def test_what_is_asked_back_is_told_as_people_say_it(args: dict[str, Any], told: str) -> None:
    phrases = (
        "we are out of {items}",
        "add {items} to the {list} list",
        "add {items} to the list",
        "add {which=it} {items}",
    )
    assert phrased("add_to_list", phrases, args) == told
