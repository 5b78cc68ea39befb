"""Homes the brain is tested in, as the setup messages that describe them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from assistant.brain.home import Home, read_setup

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
- kitchen: kitchen light (dimmable light); coffee machine (switch; also espresso machine);
  kitchen motion (motion sensor)
- living room: living room lamp (colour light); living room light (dimmable light);
  living room blinds (blinds; also curtains); thermostat (thermostat); television (media player; also tv)
- bedroom: bedroom lamp (dimmable light); bedroom temperature (temperature sensor); fan (fan); heater (switch)
- hallway: hallway light (dimmable light); front door (lock); vacuum (vacuum)
- porch: porch light (colour light); back door (door sensor)
""")
FLAT = _catalogue("""
- Küche: Miele (switch; also dishwasher); Deckenlampe (dimmable light; also ceiling lamp); worktop (light)
- office: office (colour light); desk lamp (dimmable light);
  Vitodens (thermostat; also boiler); left shutter (blinds); right shutter (blinds)
- nursery: night light (colour light); nursery curtain (blinds); dehumidifier (switch);
  nursery climate (humidity sensor)
- garage: garage door (garage door); side door (lock); workshop radio (media player)
- hall: main door (lock); Dyson (fan; also tower fan); Roborock (vacuum; also robot)
- no area: doorbell (switch)
""")


def large() -> str:
    """Sixty-odd devices: six rooms that each have the same ten things."""
    rooms = ("attic", "cellar", "dining room", "guest room", "library", "study")
    things = (
        "{r} ceiling light (dimmable light)",
        "{r} floor lamp (colour light)",
        "{r} wall light (light)",
        "{r} blinds (blinds)",
        "{r} radiator (thermostat)",
        "{r} fan (fan)",
        "{r} speaker (media player)",
        "{r} socket (switch)",
        "{r} window (window sensor)",
        "{r} climate (temperature sensor)",
        "{r} motion (motion sensor)",
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
    text = f'You help at home.\n\nDevices by area, as "name (kind; also alias, alias)":{catalogue}\nBe brief.'
    return {
        "systemInstruction": {"parts": [{"text": text}]},
        "tools": [{"functionDeclarations": [*declared, *OTHERS]}],
    }


def home(catalogue: str) -> Home:
    return read_setup(setup(catalogue))
