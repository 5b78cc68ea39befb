""" "In ten minutes", "at six", "for an hour": what is done later, and what only sounds like it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from assistant.brain.home import Tool
from assistant.brain.understanding import Call, Understander
from tests.brain.homes import PRETEND, home
from tests.brain.understanding.test_understanding import lines

NOON = datetime(2026, 11, 29, 12, 30)
PLANS = (Tool("do_later"), Tool("cancel_that"), Tool("stop_ringing"))
LATER = """
turn off the lights in half an hour -> in 1800 s: turn_off(all lights)
in ten minutes turn on the porch light -> in 600 s: turn_on(porch light)
turn the heater on at six -> 18:00: turn_on(heater)
turn on the heater at 6 pm -> 18:00: turn_on(heater)
turn on the fan for ten minutes -> now, 600: turn_on(fan)
turn on the porch light at sunset -> sunset: turn_on(porch light)
turn off the fan in an hour and a half -> in 5400 s: turn_off(fan)
at six turn off the kitchen light -> 18:00: turn_off(kitchen light)
tomorrow morning turn on the coffee machine -> tomorrow 09:00: turn_on(coffee machine)
turn on the coffee machine tomorrow at 7 -> tomorrow 07:00: turn_on(coffee machine)
turn on the coffee machine at half past six tomorrow -> tomorrow 18:30: turn_on(coffee machine)
turn off all the lights at midnight -> 00:00: turn_off(all lights)
every evening at ten turn off the lights -> daily 22:00: turn_off(all lights)
turn on the porch light every day at 6 pm -> daily 18:00: turn_on(porch light)
on friday at noon close the blinds -> friday 12:00: close(living room blinds)
close the blinds tonight -> today 20:00: close(living room blinds)
close the blinds at 8 o'clock -> 20:00: close(living room blinds)
dim the kitchen light to 30 percent in five minutes -> in 300 s: turn_on(kitchen light, 30)
set the kitchen light to 40 percent at 19:30 -> 19:30: turn_on(kitchen light, 40)
set the thermostat to 21 at six -> 18:00: set_temperature(thermostat, 21)
set the thermostat to 21 degrees in twenty minutes -> in 1200 s: set_temperature(thermostat, 21)
turn on the light in the kitchen in ten minutes -> in 600 s: turn_on(kitchen light)
in the kitchen turn on the light in ten minutes -> in 600 s: turn_on(kitchen light)
turn off the fan and the heater in ten minutes -> in 600 s: turn_off(fan); turn_off(heater)
ten minutes from now turn off the fan -> in 600 s: turn_off(fan)
turn off the fan ten minutes from now -> in 600 s: turn_off(fan)
after ten minutes turn off the fan -> in 600 s: turn_off(fan)
turn on the fan for an hour at six -> 18:00, 3600: turn_on(fan)
turn on the fan at six for an hour -> 18:00, 3600: turn_on(fan)
please turn off the heater in 20 minutes -> in 1200 s: turn_off(heater)
could you turn off the heater in 20 minutes please -> in 1200 s: turn_off(heater)
can you turn off the lights in half an hour -> in 1800 s: turn_off(all lights)
lock the front door at eleven tonight -> today 23:00: lock(front door)
unlock the front door at six -> 18:00: unlock(front door)
turn on the lights in two minutes -> in 120 s: turn_on(all lights)
turn the lights off at 11 -> 23:00: turn_off(all lights)
switch off the coffee machine in 5 min -> in 300 s: turn_off(coffee machine)
start the vacuum at ten tomorrow -> tomorrow 10:00: start_cleaning(vacuum)
leave the porch light on for an hour -> now, 3600: turn_on(porch light)
keep the fan on for 2 hours -> now, 7200: turn_on(fan)
make the living room lamp blue at eight -> 20:00: turn_on(living room lamp, blue)
turn the coffee machine on tomorrow at 7 -> tomorrow 07:00: turn_on(coffee machine)
turn the fan on monday at 8 -> monday 08:00: turn_on(fan)
turn the fan on on monday at 8 -> monday 08:00: turn_on(fan)
turn off the lights on weekdays at 11 pm -> weekdays 23:00: turn_off(all lights)
turn on the fan on monday at 8 -> monday 08:00: turn_on(fan)
turn off everything in the bedroom in an hour -> in 3600 s: turn_off(bedroom lamp); turn_off(fan); turn_off(heater)
stop the vacuum in ten minutes -> in 600 s: return_to_dock(vacuum)
turn up the heating in an hour -> in 3600 s: change_temperature(thermostat, 1)
turn the volume to 20 for ten minutes -> now, 600: set_volume(television, 20)
make it warmer for an hour -> now, 3600: change_temperature(thermostat, 1)
turn the kitchen light to 20 at 20:00 -> 20:00: turn_on(kitchen light, 20)
in an hour, turn off the fan, please -> in 3600 s: turn_off(fan)
set the blinds to 50 percent in an hour -> in 3600 s: set_position(living room blinds, 50)
play music in ten minutes -> in 600 s: play(television)
open the blinds tomorrow morning at seven -> tomorrow 07:00: open(living room blinds)
turn off the tv in one hour -> in 3600 s: turn_off(television)
"""
"""``sentence -> when, seconds: calls``; "now" is at once."""
AT_ONCE = """
turn on the light in the kitchen
set the kitchen light at 40
turn on the kitchen light at 20
set a timer for ten minutes
what is the temperature in the living room
turn off the fan
"""
NOT_AT_ALL = """
set the light at 10
set the kitchen light to 10 for the night
is the fan on at six
don't turn off the fan in ten minutes
turn off the fan in ten minutes and the heater
turn off the lights in 10
wait ten minutes then turn off the fan
turn on the heater until eight
turn on the heater from 6 to 8
if it rains turn off the fan
turn off the lamp in ten minutes
"""
CALLED_OFF = """
cancel that
never mind
nevermind
forget it
oh never mind
cancel
please cancel that
"""


def understander() -> Understander:
    made = home(PRETEND)
    return Understander(replace(made, tools=(*made.tools, *PLANS)), lambda: NOON)


def told(call: Call) -> str:
    """A call of ``do_later`` as the table has it."""
    steps = []
    for step in call.args["calls"]:
        values = [each["value"] for each in step.get("arguments", [])]
        steps.append(f"{step['tool']}({', '.join([step['device'], *values])})")
    seconds = f", {call.args['seconds']}" if "seconds" in call.args else ""
    return f"{call.args.get('when', 'now')}{seconds}: {'; '.join(steps)}"


@pytest.mark.parametrize(("said", "wanted"), lines(LATER))
def test_what_is_done_later(said: str, wanted: str) -> None:
    (call,) = understander().understand(said).calls
    assert call.name == "do_later"
    assert told(call) == wanted


@pytest.mark.parametrize("said", AT_ONCE.strip().splitlines())
def test_what_is_done_at_once(said: str) -> None:
    (call,) = understander().understand(said).calls
    assert call.name not in ("do_later", "cancel_that")


@pytest.mark.parametrize("said", NOT_AT_ALL.strip().splitlines())
def test_what_is_not_done_at_all(said: str) -> None:
    understood = understander().understand(said)
    assert not understood.calls
    assert understood.say


@pytest.mark.parametrize("said", CALLED_OFF.strip().splitlines())
def test_calling_off(said: str) -> None:
    assert understander().understand(said).calls == (Call("cancel_that"),)


def test_whoever_is_asked_back_and_answers_still_means_later() -> None:
    understands = understander()
    assert understands.understand("turn off the lamp in ten minutes").say.startswith("Which one")
    (call,) = understands.understand("the bedroom one").calls
    assert told(call) == "in 600 s: turn_off(bedroom lamp)"


def test_an_offer_that_is_taken_is_for_then() -> None:
    understands = understander()
    assert not understands.understand("should i turn off the heater at six").calls
    (call,) = understands.understand("yes").calls
    assert told(call) == "18:00: turn_off(heater)"


def test_a_question_that_is_declined_calls_nothing_off() -> None:
    understands = understander()
    understands.understand("turn off the lamp in ten minutes")
    assert understands.understand("never mind").say == "Okay, I leave it as it is."


def test_it_is_what_was_spoken_of() -> None:
    understands = understander()
    understands.understand("turn on the fan")
    (call,) = understands.understand("turn it off in an hour").calls
    assert told(call) == "in 3600 s: turn_off(fan)"


def test_a_home_without_plans_says_that_it_has_none() -> None:
    said = Understander(home(PRETEND), lambda: NOON).understand("turn off the fan in ten minutes").say
    assert said.startswith("I can only do things right away here")
