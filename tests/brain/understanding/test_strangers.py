"""Clients that tell nothing of a home: their functions are found by their own names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from assistant.brain.home import read_setup
from assistant.brain.understanding import Understander

TEXT: dict[str, Any] = {"type": "STRING"}
STATE: dict[str, Any] = {"type": "STRING", "enum": ["on", "off", "toggle"]}
BOOLEAN: dict[str, Any] = {"type": "BOOLEAN"}
NUMBER: dict[str, Any] = {"type": "NUMBER"}


def client(*functions: tuple[str, dict[str, Any]], instruction: str = "") -> Understander:
    declared = [
        {"name": name, "parameters": {"type": "OBJECT", "properties": properties, "required": [*properties]}}
        for name, properties in functions
    ]
    return Understander(
        read_setup({"systemInstruction": instruction, "tools": [{"functionDeclarations": declared}]}),
        lambda: datetime(2026, 11, 24, 12),
    )


@pytest.mark.parametrize(
    ("function", "properties", "said", "arguments"),
    [
        ("turn_on_the_lights", {}, "switch on the lights please", {}),
        ("turn_on", {"device": TEXT}, "turn on the kitchen light", {"device": "kitchen light"}),
        ("turnOnLight", {"room": TEXT}, "turn the light in the kitchen on", {"room": "kitchen"}),
        ("set_light", {"room": TEXT, "on": BOOLEAN}, "turn off the kitchen light", {"room": "kitchen", "on": False}),
        ("control_device", {"device": TEXT, "action": STATE}, "turn the fan on", {"device": "fan", "action": "on"}),
        ("set_state", {"device": TEXT, "state": TEXT}, "turn the fan on", {"device": "fan", "state": "on"}),
        ("power", {"on": BOOLEAN, "device": TEXT}, "turn on the fan", {"on": True, "device": "fan"}),
        ("set_brightness", {"room": TEXT, "percent": NUMBER}, "set the hall brightness to 40 percent", {"room": "hall", "percent": 40}),
        ("set_temperature", {"room": TEXT, "degrees": NUMBER}, "set the temperature in the hall to 21", {"room": "hall", "degrees": 21}),
        ("set_timer", {"minutes": {"type": "INTEGER"}}, "set a timer for five minutes", {"minutes": 5}),
        ("get_weather", {"city": TEXT}, "what is the weather like in Paris", {"city": "Paris"}),
        ("unlock_door", {}, "unlock the door", {}),
    ],
)  # fmt: skip
def test_a_function_is_called_by_its_name(
    function: str, properties: dict[str, Any], said: str, arguments: dict[str, Any]
) -> None:
    (call,) = client((function, properties)).understand(said).calls
    assert (call.name, dict(call.args)) == (function, arguments)


@pytest.mark.parametrize(
    "said",
    [
        "don't turn on the lights",
        "should i turn on the lights",
        "what's the weather",
        "i never turn on the lights",
        "the lights",
    ],
)
def test_what_was_not_ordered_is_not_done(said: str) -> None:
    understander = client(("turn_on_the_lights", {}), ("get_weather", {"city": TEXT}))
    assert not understander.understand(said).calls


def test_it_is_what_was_named_last() -> None:
    understander = client(("turn_on", {"device": TEXT}), ("turn_off", {"device": TEXT}))
    assert understander.understand("turn it off").say == "Which one do you mean?"
    understander.understand("turn on the kitchen light")
    (call,) = understander.understand("turn it off").calls
    assert (call.name, dict(call.args)) == ("turn_off", {"device": "kitchen light"})


def test_p10_a_client_that_names_its_things_has_no_others() -> None:
    home = "Devices by area and kind:\n- kitchen: light: kitchen light\n"
    understander = client(("turn_on", {"device": TEXT}), instruction=home)
    assert understander.understand("turn on the kitchen light").calls
    assert not understander.understand("turn on the bathroom laser").calls
