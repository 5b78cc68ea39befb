"""What the setup message says about the home, however odd it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from assistant.brain.home import Home, read_setup
from assistant.brain.understanding import Understander
from tests.brain.homes import FLAT, PRETEND, home, large, setup


def test_catalogue() -> None:
    found = home(PRETEND)
    assert found.areas == ("kitchen", "living room", "bedroom", "hallway", "porch")
    things = {thing.name: thing for thing in found.things}
    assert things["television"].aliases == ("tv",)
    assert things["coffee machine"].kind == "switch"
    assert {t.name: t.area for t in home(FLAT).things}["doorbell"] == ""
    assert len(home(large()).things) == 66


def test_tools() -> None:
    timer = home(PRETEND).tool("set_timer")
    assert timer is not None
    assert timer.phrases == ("set a timer for {minutes} minutes", "start a {minutes} minute timer")
    assert timer.properties["minutes"] == {"type": "integer", "minimum": 1, "maximum": 600}
    assert timer.required == ("minutes",)


def _text(catalogue: str) -> dict[str, Any]:
    return {"systemInstruction": {"parts": [{"text": f"Devices by area:\n{catalogue}"}]}}


def _declared(*functions: Any) -> dict[str, Any]:
    return {"tools": [None, {"functionDeclarations": list(functions)}]}


HOSTILE: list[dict[str, Any]] = [
    {},
    {"systemInstruction": None, "tools": None},
    {"systemInstruction": [1], "tools": {"functionDeclarations": 3}},
    {"systemInstruction": {"parts": [None, 7, {"text": 9}]}, "tools": [{"functionDeclarations": [None, {}]}]},
    _declared({"name": "x", "description": 4, "parameters": {"properties": [1]}}),
    _declared({"name": "x", "parameters": {"properties": {"a": 1, "b": {"type": []}}, "required": 3}}),
    _declared({"name": "turn_on", "description": 'For example: "{a}", "", "{", "the {a} {b}".'}),
    _text("- \n- :\n- a: (\n- b: ();;( ),:,(also\n- c: x: (also ), y (also\n-"),
    _text("- the: off: on; on: off; light: and, a\n- " + "x" * 9000 + ": light: " + "y" * 9000),
]


@pytest.mark.parametrize("message", HOSTILE)
def test_hostile_setup_is_no_error(message: dict[str, Any]) -> None:
    found = read_setup(message)
    assert isinstance(found, Home)
    understander = Understander(found, datetime.now)
    for said in (
        "turn on the light",
        "",
        "\0",
        "all off",
        "x" * 5000,
        "turn on and off and on",
        "is it",
        "the",
    ):
        assert understander.understand(said).say


def test_many_devices_are_understood_quickly() -> None:
    catalogue = "\n" + "\n".join(
        f"- area {a}: " + "light: " + ", ".join(f"lamp {a} {n}" for n in range(50)) for a in range(10)
    )
    found = read_setup(setup(catalogue + "\n"))
    assert len(found.things) == 500
    understood = Understander(found, datetime.now).understand("turn on lamp three forty two")
    assert [call.args for call in understood.calls] == [{"device": "lamp 3 42"}]


def test_without_a_catalogue_the_functions_say_what_there_is() -> None:
    declared = {
        "name": "turn_on",
        "parameters": {
            "type": "OBJECT",
            "properties": {"device": {"type": "STRING", "enum": ["workshop lamp", "boiler", "all lights"]}},
        },
    }
    found = read_setup({"tools": [{"functionDeclarations": [declared]}]})
    assert [thing.name for thing in found.things] == ["workshop lamp", "boiler"]
    understood = Understander(found, datetime.now).understand("switch the workshop lamp on")
    assert [(call.name, call.args) for call in understood.calls] == [("turn_on", {"device": "workshop lamp"})]


def test_without_a_catalogue_the_functions_tell_the_kinds() -> None:
    def declared(verb: str, *devices: str, **parameters: Any) -> dict[str, Any]:
        device = {"type": "STRING", "enum": list(devices)}
        return {
            "name": verb,
            "parameters": {"type": "OBJECT", "properties": {"device": device, **parameters}},
        }

    percent = {"type": "INTEGER"}
    found = read_setup(
        _declared(
            declared("turn_on", "kitchen light", "coffee machine", brightness=percent),
            declared("lock", "front door"),
            declared("set_position", "study shade", position=percent),
            declared("set_temperature", "Vitodens", temperature=percent),
        )
    )
    assert {thing.name: thing.kind for thing in found.things} == {
        "kitchen light": "dimmable light",
        "coffee machine": "switch",
        "front door": "lock",
        "study shade": "blinds",
        "Vitodens": "thermostat",
    }
    speaker = Understander(found, datetime.now)
    for said, name in (("dim the kitchen light to 10 percent", "turn_on"), ("lock the front door", "lock")):
        assert [call.name for call in speaker.understand(said).calls] == [name]
