"""What household English becomes in the pretend home: calls, questions and honest refusals."""

from __future__ import annotations

from datetime import datetime

import pytest

from assistant.brain.understanding import Understander, Understanding
from tests.brain.homes import PRETEND, home

HOME = home(PRETEND)

# One line per wording: what is said -> verb(device, value ...); ...
ACTS = """
turn on the kitchen light -> turn_on(kitchen light)
kitchen light on please -> turn_on(kitchen light)
could you switch the light in the kitchen on -> turn_on(kitchen light)
the porch light off -> turn_off(porch light)
would you mind switching off the heater -> turn_off(heater)
hey can you please turn the fan off now thanks -> turn_off(fan)
kill the lights -> turn_off(all lights)
turn on the kitchen light and the coffee machine -> turn_on(kitchen light); turn_on(coffee machine)
turn on the kitchen light, the fan and the heater -> turn_on(kitchen light); turn_on(fan); turn_on(heater)
close the blinds and set the temperature to twenty one degrees ->
 close(living room blinds); set_temperature(thermostat, 21)
turn the bedroom lamp off and the fan on -> turn_off(bedroom lamp); turn_on(fan)
turn off the television then lock the front door -> turn_off(television); lock(front door)
could you please switch off all the lights -> turn_off(all lights)
lights out -> turn_off(all lights)
turn on the lights in the living room -> turn_on(living room lights)
living room lights to half -> turn_on(living room lights, 50)
turn off the kitchen and hallway lights -> turn_off(kitchen lights); turn_off(hallway lights)
turn on the kitchen and hallway light -> turn_on(kitchen light); turn_on(hallway light)
in the kitchen, turn on the light -> turn_on(kitchen light)
turn everything off in the kitchen -> turn_off(kitchen light); turn_off(coffee machine)
everything in the bedroom off -> turn_off(bedroom lamp); turn_off(fan); turn_off(heater)
turn on both lights in the living room -> turn_on(living room lights)
dim the bedroom lamp to thirty percent -> turn_on(bedroom lamp, 30)
set the kitchen light to 80% -> turn_on(kitchen light, 80)
turn on the hallway light at twenty five percent -> turn_on(hallway light, 25)
bedroom lamp to full brightness -> turn_on(bedroom lamp, 100)
make the living room light a bit brighter -> change_brightness(living room light, 10)
dim the bedroom lamp -> change_brightness(bedroom lamp, -20)
turn the porch light down by ten percent -> change_brightness(porch light, -10)
increase the brightness of the kitchen light by 15 percent -> change_brightness(kitchen light, 15)
set the porch light to red -> turn_on(porch light, red)
make the living room lamp warm white please -> turn_on(living room lamp, warm white)
i would like the porch light purple -> turn_on(porch light, purple)
change the colour of the porch light to green -> turn_on(porch light, green)
turn the living room lamp blue and set it to 40 percent ->
 turn_on(living room lamp, blue); turn_on(living room lamp, 40)
open the curtains -> open(living room blinds)
raise the blinds -> open(living room blinds)
lower the living room blinds -> close(living room blinds)
put the blinds half way -> set_position(living room blinds, 50)
set the blinds to thirty percent -> set_position(living room blinds, 30)
stop the blinds -> stop(living room blinds)
set the thermostat to 19 degrees -> set_temperature(thermostat, 19)
make it twenty two degrees -> set_temperature(thermostat, 22)
it's too warm in here -> change_temperature(thermostat, -1)
i'm cold -> change_temperature(thermostat, 1)
turn the heating down by two degrees -> change_temperature(thermostat, -2)
raise the temperature to twenty one and a half -> set_temperature(thermostat, 21.5)
lock up the front door -> lock(front door)
unlock the front door please -> unlock(front door)
set the fan to forty percent -> set_speed(fan, 40)
fan to full speed -> set_speed(fan, 100)
pause the tv -> pause(television)
next track -> next_track(television)
skip back -> previous_track(television)
volume up -> change_volume(television, 10)
make the television a little quieter -> change_volume(television, -5)
set the volume to thirty percent -> set_volume(television, 30)
television volume thirty percent -> set_volume(television, 30)
volume of the television 30 -> set_volume(television, 30)
start the vacuum -> start_cleaning(vacuum)
vacuum the house -> start_cleaning(vacuum)
send the vacuum back to its dock -> return_to_dock(vacuum)
it's too dark in the kitchen -> turn_on(kitchen lights)
is the front door locked -> get_state(front door)
did i leave the heater on -> get_state(heater)
what's the temperature in the bedroom -> get_state(bedroom temperature)
how warm is it -> get_state(thermostat)
are any lights on -> get_state(all lights)
which lights are on -> get_state(all lights)
is the coffee machine still on -> get_state(coffee machine)
is the back door open -> get_state(back door)
is there any motion in the kitchen -> get_state(kitchen motion)
what time is it -> get_time()
what's playing -> get_state(television)
the lights are too bright -> change_brightness(all lights, -20)
is everything off in the kitchen -> get_state(kitchen light); get_state(coffee machine)
could you tell me the time please -> get_time()
what day is it today -> get_date()
set a timer for ten minutes -> set_timer(10)
please start a five minute timer -> set_timer(5)
add oat milk to the shopping list -> add_to_list(oat milk, shopping)
start movie mode -> start_scene(movie)
"""
MUST_NOT_ACT = """
stop
never mind
kitchen light
the bedroom lamp please
turn the kitchen light
turn on
on
don't turn on the kitchen light
do not unlock the front door
open the blinds a bit more
close the blinds a little
never open the blinds
i turned on the kitchen light yesterday
the kitchen light is on
she said turn on the kitchen light
turn on the kitchen light at six o'clock
turn off the fan when i leave
if it rains close the blinds
and lock the front door
turn the kitchen light on and off
set the fan to forty and sixty percent
turn the volume down louder
i am colder than yesterday
turn on the garage light
turn on the bedroom coffee machine
open the garage door
turn off everything except the
turn off all lights except the unicorn lamp
turn on the light
unlock the back door
set the kitchen light to blue
dim the coffee machine to ten percent
set the temperature to two hundred degrees
set the kitchen light to 150 percent
television volume 400 percent
the volume of the television is 30
turn on the kitchen light kitchen fan
tell me a joke
what is the capital of france
i think we should go to the park this afternoon
the light of my life walked through the door
call my mother
good night
play chess with me
what do you think about lamps
open the front door of your heart
"""


def understander(which: str = PRETEND) -> Understander:
    return Understander(home(which), lambda: datetime(2026, 11, 23, 12, 0))


def short(understanding: Understanding) -> str:
    """Calls in one line, values in the order of the parameters."""
    return "; ".join(f"{c.name}({', '.join(str(v) for v in c.args.values())})" for c in understanding.calls)


def lines(table: str) -> list[tuple[str, str]]:
    pairs = (line.partition(" -> ") for line in table.strip().replace("\n ", " ").splitlines())
    return [(said, meant) for said, _, meant in pairs]


@pytest.mark.parametrize(("said", "meant"), lines(ACTS))
def test_acts(said: str, meant: str) -> None:
    understood = understander().understand(said)
    assert short(understood) == meant, understood.say
    assert not understood.say


@pytest.mark.parametrize("said", MUST_NOT_ACT.strip().splitlines())
def test_must_not_act(said: str) -> None:
    understood = understander().understand(said)
    assert not understood.calls
    assert understood.say


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("what devices are there in the kitchen?", "In the kitchen I know the "),
        ("what's in the kitchen", "In the kitchen I know the "),
        ("which devices do I have", f"I know {len(HOME.things)} devices, in the "),
        ("which rooms are there", "I know the "),
        ("list my devices", f"I know {len(HOME.things)} devices, in the "),
    ],
)
def test_what_there_is_is_told_by_area(said: str, told: str) -> None:
    answer = understander().understand(said).say
    assert answer.startswith(told)
    names = [thing.name for thing in HOME.things if thing.area == "kitchen"]
    assert all((name in answer) is ("kitchen I know" in answer) for name in names)


@pytest.mark.parametrize(
    "said", ["what is in the oven", "what is in the news", "what devices are in the moon"]
)
def test_what_is_in_no_area_is_not_told(said: str) -> None:
    assert "I know" not in understander().understand(said).say


@pytest.mark.parametrize("said", ["hey jarvis", "Hey doors.", "hey curtains"])
def test_who_only_calls_is_asked_what_for(said: str) -> None:
    assert understander().understand(said).say == "Yes?"
