"""Classes of wording: what belongs to them, and the near misses that must stay questions."""

from __future__ import annotations

import pytest

from assistant.brain.home import Home
from tests.brain.homes import FLAT, PRETEND, home, large
from tests.brain.understanding.test_understanding import lines, short, understander

WHOLE_HOUSE = """
lights off everywhere -> turn_off(all lights)
turn the lights off in the whole house -> turn_off(all lights)
all lights in every room off -> turn_off(all lights)
switch off the lights in all the rooms -> turn_off(all lights)
turn every light off throughout the house -> turn_off(all lights)
close the blinds everywhere -> close(living room blinds)
it's too dark everywhere -> turn_on(all lights)
turn the heating up in the whole house -> change_temperature(thermostat, 1)
vacuum the whole house -> start_cleaning(vacuum)
everything off in the bedroom -> turn_off(bedroom lamp); turn_off(fan); turn_off(heater)
"""
STATES = """
did you lock the front door -> get_state(front door)
did you turn off the fan -> get_state(fan)
did you turn the fan off -> get_state(fan)
did anyone leave the heater on -> get_state(heater)
have you turned off the heater -> get_state(heater)
have we left the coffee machine on -> get_state(coffee machine)
did i leave the kitchen light on -> get_state(kitchen light)
did you close the blinds -> get_state(living room blinds)
did you start the vacuum -> get_state(vacuum)
is the kitchen light on or off -> get_state(kitchen light)
are the blinds up or down -> get_state(living room blinds)
is the front door locked or unlocked -> get_state(front door)
are any lights still on -> get_state(all lights)
is everything locked -> get_state(front door)
are all the doors locked -> get_state(front door)
"""
TOGETHER = """
are the kitchen light and the fan on -> get_state(kitchen light); get_state(fan)
are the fan, the heater and the coffee machine off -> get_state(fan); get_state(heater); get_state(coffee machine)
is the front door locked and the heater off -> get_state(front door); get_state(heater)
is the front door locked and is the heater off -> get_state(front door); get_state(heater)
what is the state of the fan and the heater -> get_state(fan); get_state(heater)
"""
ASKED = """
can the fan be turned on -> turn_on(fan)
could the lights be dimmed -> change_brightness(all lights, -20)
could the kitchen light be switched off please -> turn_off(kitchen light)
could the bedroom lamp be a bit brighter -> change_brightness(bedroom lamp, 10)
can the thermostat be set to 21 degrees -> set_temperature(thermostat, 21)
would it be possible to close the blinds -> close(living room blinds)
is it possible to turn off the fan -> turn_off(fan)
would you be so kind as to lock the front door -> lock(front door)
do you think you could turn the heater off -> turn_off(heater)
"""
MEANT = """
the heater should be off -> turn_off(heater)
the lights should be at 40 percent -> turn_on(all lights, 40)
the blinds should be closed -> close(living room blinds)
the bedroom lamp needs to be brighter -> change_brightness(bedroom lamp, 20)
the fan has to be turned off -> turn_off(fan)
the porch light ought to be red -> turn_on(porch light, red)
the temperature should be 21 degrees -> set_temperature(thermostat, 21)
i want the blinds closed -> close(living room blinds)
i need the bedroom light brighter -> change_brightness(bedroom lamp, 20)
i'd like the kitchen light at 40 percent -> turn_on(kitchen light, 40)
let there be light in the kitchen -> turn_on(kitchen light)
twenty three degrees please -> set_temperature(thermostat, 23)
thermostat 21 degrees -> set_temperature(thermostat, 21)
make it 23 degrees -> set_temperature(thermostat, 23)
"""
LISTED = """
turn off the fan the heater and the television -> turn_off(fan); turn_off(heater); turn_off(television)
turn off the fan, the heater, and the television -> turn_off(fan); turn_off(heater); turn_off(television)
turn off the fan the heater the television -> turn_off(fan); turn_off(heater); turn_off(television)
turn the fan the heater and the television off -> turn_off(fan); turn_off(heater); turn_off(television)
turn off the light in the kitchen the fan and the heater ->
 turn_off(kitchen light); turn_off(fan); turn_off(heater)
dim the bedroom lamp and the kitchen light to 30 percent -> turn_on(bedroom lamp, 30); turn_on(kitchen light, 30)
turn the blinds down and the fan to 30 percent -> close(living room blinds); set_speed(fan, 30)
bring the blinds down -> close(living room blinds)
send the robot home -> return_to_dock(vacuum)
ask the fan to switch on -> turn_on(fan)
"""
REFUSED = """
everything off upstairs
turn off the lights downstairs
turn on everywhere
turn off the unicorn everywhere
don't turn the lights off everywhere
did you hear me
have you heard of the light
did you turn off the unicorn
is the kitchen light or the fan
can the fan be trusted
can the unicorn be turned on
could the lights not be dimmed
why can the fan be turned on
could the light be a problem
would it be possible to close the shop
should I call my mother
the heater should be off by now
the heater should have been off
the heater should be off when i leave
the heater should not be off
which lights should be on
the party should be off
that should be enough
i want the truth
i need the bedroom light fixed
let there be peace
let there be light in the garden
it is 23 degrees
the bedroom is 23 degrees
twenty three please
kitchen light 23 degrees
ninety degrees please
turn on the fan heater
turn off the fan the heater on
turn off the fan the unicorn and the heater
turn on the kitchen light kitchen fan
turn off all lights except the kitchen light the fan
send the robot on
send the vacuum off
bring the vacuum on
take the kitchen light off
send the robot and the fan on
"""


@pytest.mark.parametrize(
    ("said", "meant"),
    [pair for table in (WHOLE_HOUSE, STATES, TOGETHER, ASKED, MEANT, LISTED) for pair in lines(table)],
)
def test_wordings(said: str, meant: str) -> None:
    understood = understander().understand(said)
    assert short(understood) == meant, understood.say


@pytest.mark.parametrize("said", REFUSED.strip().splitlines())
def test_near_misses_are_refused(said: str) -> None:
    understood = understander().understand(said)
    assert not understood.calls
    assert understood.say


@pytest.mark.parametrize(
    ("said", "meant"),
    lines("""
should I turn on the heater -> turn_on(heater)
should we close the blinds -> close(living room blinds)
shall I turn off the lights -> turn_off(all lights)
do I need to lock the front door -> lock(front door)
is it a good idea to turn on the fan -> turn_on(fan)
should the heater be off -> turn_off(heater)
could the front door be locked -> lock(front door)
could the fan be on -> turn_on(fan)
the front door should be unlocked -> unlock(front door)
should I unlock the front door -> unlock(front door)
"""),
)
def test_a_question_for_advice_gets_an_offer(said: str, meant: str) -> None:
    speaker = understander()
    asked = speaker.understand(said)
    assert not asked.calls
    assert asked.say == "That is up to you. Shall I do it?"
    assert short(speaker.understand("yes please")) == meant


@pytest.mark.parametrize("before", ["turn on the kitchen light", "turn off the fan", "lock the front door"])
@pytest.mark.parametrize(
    "said", ["make it 23 degrees", "23 degrees please", "set it to twenty three degrees"]
)
def test_a_unit_says_more_than_a_pronoun(before: str, said: str) -> None:
    speaker = understander()
    speaker.understand(before)
    assert short(speaker.understand(said)) == "set_temperature(thermostat, 23)"


def test_degrees_for_one_of_several_thermostats_are_asked_about() -> None:
    speaker = understander(large())
    asked = speaker.understand("23 degrees please")
    assert not asked.calls
    assert "Which one" in asked.say
    assert short(speaker.understand("the attic radiator")) == "set_temperature(attic radiator, 23)"
    assert short(speaker.understand("make it 22 degrees")) == "set_temperature(attic radiator, 22)"


def test_an_unknown_place_is_asked_about_with_the_rooms() -> None:
    understood = understander().understand("everything off upstairs")
    assert understood.say == (
        "I don't know what is upstairs. Which room do you mean: the kitchen, the living room, the bedroom, "
        "the hallway or the porch?"
    )


@pytest.mark.parametrize("said", ["kuchenlicht", "kuechenlicht", "küchenlicht", "Küchenlicht", "KÜCHENLICHT"])
@pytest.mark.parametrize("called", ["Küchenlicht", "Kuechenlicht"])
def test_umlauts_may_be_spelled_out_or_left_out(called: str, said: str) -> None:
    speaker = understander(f"\n- Küche: light: {called}\n- Büro: light: Straßenlampe, Café lamp\n")
    assert short(speaker.understand(f"turn on the {said}")) == f"turn_on({called})"


@pytest.mark.parametrize(
    ("said", "meant"),
    lines("""
turn on the cafe lamp -> turn_on(Café lamp)
turn on the café lamp -> turn_on(Café lamp)
strassenlampe off -> turn_off(Straßenlampe)
turn the lights off in the kueche -> turn_off(Küche lights)
turn the lights off in the kuche -> turn_off(Küche lights)
turn the buero lights off -> turn_off(Büro lights)
add crème fraîche to the shopping list -> add_to_list(crème fraîche, shopping)
"""),
)
def test_marks_on_letters(said: str, meant: str) -> None:
    catalogue = "\n- Küche: light: Küchenlicht\n- Büro: light: Straßenlampe, Café lamp\n"
    assert short(understander(catalogue).understand(said)) == meant


def test_two_names_that_differ_by_an_umlaut_only_are_a_question() -> None:
    catalogue = "\n- Küche: light: Bär lamp, Bar lamp\n"
    understood = understander(catalogue).understand("turn on the bar lamp")
    assert not understood.calls
    assert "Which one" in understood.say
    assert short(understander(catalogue).understand("turn on the baer lamp")) == "turn_on(Bär lamp)"


@pytest.mark.parametrize("which", [PRETEND, FLAT, large()])
def test_without_such_a_device_nothing_happens(which: str) -> None:
    found: Home = home(which)
    assert found.things
    for said in ("the sauna should be off", "could the sauna be turned on", "sauna off everywhere"):
        assert not understander(which).understand(said).calls
