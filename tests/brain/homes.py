"""Homes the brain is tested in, as the setup messages that describe them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from assistant.brain.home import Home, read_setup
from assistant.prompts import CATALOGUE

PERCENT = {"type": "INTEGER", "minimum": 0, "maximum": 100}
NUMBER = {"type": "NUMBER"}
TEXT = {"type": "STRING"}
VERBS: dict[str, dict[str, dict[str, Any]]] = {
    "turn_on": {"brightness": PERCENT, "color": TEXT},
    "turn_off": {},
    "change_brightness": {"by": {"type": "INTEGER"}},
    "open": {},
    "close": {},
    "stop": {},
    "set_position": {"position": PERCENT},
    "set_temperature": {"temperature": NUMBER},
    "change_temperature": {"by": NUMBER},
    "lock": {},
    "unlock": {},
    "set_speed": {"speed": PERCENT},
    "play": {},
    "pause": {},
    "next_track": {},
    "previous_track": {},
    "set_volume": {"volume": PERCENT},
    "change_volume": {"by": {"type": "INTEGER"}},
    "start_cleaning": {},
    "return_to_dock": {},
    "get_state": {},
}
OTHERS: list[dict[str, Any]] = [
    {"name": "get_time", "description": "The time.", "parameters": {"type": "OBJECT", "properties": {}}},
    {"name": "get_date", "description": "The date."},
    {
        "name": "set_timer",
        "description": "Start a timer.\n\n"
        'For example: "set a timer for {minutes} minutes", "start a {minutes} minute timer".',
        "parametersJsonSchema": {
            "type": "object",
            "properties": {"minutes": {"type": "integer", "minimum": 1, "maximum": 600}},
            "required": ["minutes"],
        },
    },
    {
        "name": "add_to_list",
        "description": "Write something on a list.\n\n"
        'For example: "add {item} to the {list} list", "put {item} on my {list} list".',
        "parameters": {
            "type": "OBJECT",
            "properties": {"item": TEXT, "list": {"type": "STRING", "enum": ["shopping", "to do"]}},
            "required": ["item", "list"],
        },
    },
    {
        "name": "start_scene",
        "description": 'A scene.\n\nFor example: "movie mode", "start {scene} mode".',
        "parameters": {
            "type": "OBJECT",
            "properties": {"scene": {"type": "STRING", "enum": ["movie", "night"]}},
        },
    },
]


def _catalogue(text: str) -> str:
    """One line per area, as the setup has it, from lines that go on when they start with a blank."""
    return "\n" + re.sub(r"\n +", " ", text.strip()) + "\n"


PRETEND = _catalogue("""
- kitchen: dimmable light: kitchen light; switch: coffee machine (also espresso machine); motion
  sensor: kitchen motion
- living room: colour light: living room lamp; dimmable light: living room light; blinds: living
  room blinds (also curtains); thermostat: thermostat; media player: television (also tv)
- bedroom: dimmable light: bedroom lamp; temperature sensor: bedroom temperature; fan: fan; switch:
  heater
- hallway: dimmable light: hallway light; lock: front door; vacuum: vacuum
- porch: colour light: porch light; door sensor: back door
""")
FLAT = _catalogue("""
- Küche: switch: Miele (also dishwasher); dimmable light: Deckenlampe (also ceiling lamp); light:
  worktop
- office: colour light: office; dimmable light: desk lamp; thermostat: Vitodens (also boiler);
  blinds: left shutter, right shutter
- nursery: colour light: night light; blinds: nursery curtain; switch: dehumidifier; humidity
  sensor: nursery climate
- garage: garage door: garage door; lock: side door; media player: workshop radio
- hall: lock: main door; fan: Dyson (also tower fan); vacuum: Roborock (also robot)
- no area: switch: doorbell
""")


def large() -> str:
    """Sixty-odd devices: six rooms that each have the same ten things."""
    rooms = ("attic", "cellar", "dining room", "guest room", "library", "study")
    things = (
        "dimmable light: {r} ceiling light",
        "colour light: {r} floor lamp",
        "light: {r} wall light",
        "blinds: {r} blinds",
        "thermostat: {r} radiator",
        "fan: {r} fan",
        "media player: {r} speaker",
        "switch: {r} socket",
        "window sensor: {r} window",
        "temperature sensor: {r} climate",
        "motion sensor: {r} motion",
    )
    return "\n" + "\n".join(f"- {r}: {'; '.join(t.format(r=r) for t in things)}" for r in rooms) + "\n"


def setup(catalogue: str, tools: Sequence[str] = tuple(VERBS)) -> dict[str, Any]:
    """A setup message as the wire server hands it on."""
    declared = [
        {
            "name": name,
            "description": name.replace("_", " "),
            "parameters": {
                "type": "OBJECT",
                "properties": {"device": TEXT, **VERBS[name]},
                "required": ["device"],
            },
        }
        for name in tools
    ]
    text = f"You help at home.\n\n{CATALOGUE}{catalogue}\nBe brief."
    return {
        "systemInstruction": {"parts": [{"text": text}]},
        "tools": [{"functionDeclarations": [*declared, *OTHERS]}],
    }


def home(catalogue: str) -> Home:
    return read_setup(setup(catalogue))
