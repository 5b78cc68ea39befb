"""Tilt, effects, presets, modes, settings, scenes, alarms and rooms: what found devices can besides the usual."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from assistant.brain.home import read_setup
from assistant.brain.understanding import Understander
from tests.brain.homes import PERCENT, TEXT, setup
from tests.brain.understanding.test_understanding import lines, short

HOME = """
- kitchen: colour light: counter strip; blinds: kitchen blinds; switch: kettle
- living room: thermostat: thermostat; fan: tower fan; media player: stereo; scene: movie night; blinds: big blinds
- hall: alarm: house alarm; vacuum: robby; air purifier: purifier
- cellar: siren: cellar siren; valve: water valve
- garden: mower: moritz; humidifier: orchid humidifier; button: gate chime; select: pond programme
"""


def _declared(verb: str, **parameters: Any) -> dict[str, Any]:
    required = ["device", *(name for name in parameters if name not in ("option", "mode"))]
    schema = {"type": "OBJECT", "properties": {"device": TEXT, **parameters}, "required": required}
    return {"name": verb, "description": verb, "parameters": schema}


def _one_of(*options: str) -> dict[str, Any]:
    return {"type": "STRING", "enum": list(options)}


VERBS = [
    _declared("set_tilt", tilt=PERCENT),
    _declared("set_effect", effect=_one_of("colorloop", "candle_light", "none")),
    _declared(
        "set_color_temperature", color_temperature={"type": "INTEGER", "minimum": 1800, "maximum": 6500}
    ),
    _declared("set_mode", mode=_one_of("heat", "cool", "auto", "off")),
    _declared("set_fan_mode", fan_mode=_one_of("auto", "low", "high")),
    _declared("set_preset", preset=_one_of("eco", "boost", "sleep", "turbo")),
    _declared("set_oscillation", oscillating={"type": "BOOLEAN"}),
    _declared("set_humidity", humidity=PERCENT),
    _declared("clean_rooms", rooms={"type": "ARRAY", "items": TEXT}),
    _declared("locate"),
    _declared("clean_spot"),
    {
        "name": "sound_siren",
        "description": "sound_siren",
        "parameters": {
            "type": "OBJECT",
            "required": ["device"],
            "properties": {
                "device": TEXT,
                "duration": {"type": "INTEGER", "minimum": 1, "maximum": 1800},
                "tone": _one_of("low", "fire alarm"),
                "volume": PERCENT,
            },
        },
    },
    _declared("start_mowing"),
    _declared("arm", mode=_one_of("away", "home", "night")),
    _declared("disarm"),
    _declared("select_source", source=_one_of("line in", "radio paradise")),
    _declared("press"),
    _declared("activate"),
    _declared("set_option", value=TEXT, option=TEXT),
]
SENTENCES = """
tilt the kitchen blinds to 40 percent -> set_tilt(kitchen blinds, 40)
please tilt the big blinds to 40 -> set_tilt(big blinds, 40)
close the slats of the kitchen blinds -> set_tilt(kitchen blinds, 0)
tilt the blinds in the kitchen to 20 percent -> set_tilt(kitchen blinds, 20)
tilt all blinds to 20 percent -> set_tilt(kitchen blinds, 20); set_tilt(big blinds, 20)
set the counter strip to colorloop -> set_effect(counter strip, colorloop)
could you start the candle light effect on the counter strip -> set_effect(counter strip, candle_light)
set the counter strip to 2700 kelvin -> set_color_temperature(counter strip, 2700)
set the thermostat to auto -> set_mode(thermostat, auto)
switch the thermostat to cool mode -> set_mode(thermostat, cool)
set the thermostat to eco -> set_preset(thermostat, eco)
set the thermostat to 21 degrees -> set_temperature(thermostat, 21)
set the tower fan to sleep mode -> set_preset(tower fan, sleep)
put the purifier in turbo mode -> set_preset(purifier, turbo)
let the tower fan swing -> set_oscillation(tower fan, True)
stop the tower fan oscillating -> set_oscillation(tower fan, False)
set the orchid humidifier to 55 percent -> set_humidity(orchid humidifier, 55)
set the humidity to 55 percent -> set_humidity(orchid humidifier, 55)
vacuum the kitchen and the hall -> clean_rooms(robby, ['kitchen', 'hall'])
let robby clean the living room -> clean_rooms(robby, ['living room'])
find robby -> locate(robby)
spot clean with robby -> clean_spot(robby)
sound the cellar siren for 10 seconds -> sound_siren(cellar siren, 10)
sound the siren -> sound_siren(cellar siren)
start the cellar siren with fire alarm tone -> sound_siren(cellar siren, fire alarm)
turn on the cellar siren -> turn_on(cellar siren)
open the water valve -> open(water valve)
close the water valve -> close(water valve)
start moritz -> start_mowing(moritz)
mow the lawn -> start_mowing(moritz)
send moritz home -> return_to_dock(moritz)
arm the alarm -> arm(house alarm)
arm the house alarm for night mode -> arm(house alarm, night)
disarm the alarm -> disarm(house alarm)
switch the stereo to line in -> select_source(stereo, line in)
play radio paradise on the stereo -> select_source(stereo, radio paradise)
press the gate chime -> press(gate chime)
movie night -> activate(movie night)
movie night please -> activate(movie night)
start the scene movie night -> activate(movie night)
turn on movie night -> activate(movie night)
set the pond programme to summer -> set_option(pond programme, summer)
turn on the child lock of the kettle -> set_option(kettle, child lock, on)
set the power on behaviour of the kettle to previous -> set_option(kettle, power on behaviour, previous)
"""
NOTHING = """
do not tilt the kitchen blinds to 40 percent
i watched a film about a movie night
set the counter strip to bananas
vacuum the moon
tilt the kettle to 40 percent
night
"""


def speaker() -> Understander:
    message = setup(HOME)
    message["tools"][0]["functionDeclarations"] += VERBS
    return Understander(read_setup(message), datetime.now)


@pytest.mark.parametrize(("said", "expected"), lines(SENTENCES))
def test_special_verbs(said: str, expected: str) -> None:
    assert short(speaker().understand(said)) == expected


@pytest.mark.parametrize("said", NOTHING.strip().splitlines())
def test_near_misses_do_nothing(said: str) -> None:
    understood = speaker().understand(said)
    assert not understood.calls
    assert understood.say


def test_which_of_two_is_asked() -> None:
    assert "Do you mean" in speaker().understand("tilt the blind to 40 percent").say


def test_disarming_is_risky() -> None:
    assert speaker().understand("disarm the alarm").risky
