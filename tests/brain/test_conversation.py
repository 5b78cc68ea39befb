"""What one sentence leaves for the next, other homes, half-heard sentences, and the spoken answers."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from assistant.brain.hearing import Hearing
from assistant.brain.home import read_setup
from assistant.brain.understanding import Understander
from tests.brain.homes import FLAT, PRETEND, VERBS, home, large, setup
from tests.brain.understanding.test_understanding import ACTS, lines, short, understander

DIALOGUES = """
turn on the light > which / the kitchen one > turn_on(kitchen light)
turn on the light > which / hallway please > turn_on(hallway light)
switch the lamp off > which / the first one > turn_off(living room lamp)
turn the lamp on > which / both > turn_on(living room lamp); turn_on(bedroom lamp)
turn on the bedroom coffee machine > did you mean / yes > turn_on(coffee machine)
turn on the garden lamp > did you mean / the bedroom lamp > turn_on(bedroom lamp)
turn on the light > which / no > leave it
turn on the light > which / what time is it > get_time()
turn on the bedroom lamp > turn_on(bedroom lamp) / turn it off > turn_off(bedroom lamp)
turn on the porch light > turn_on(porch light) / make it red > turn_on(porch light, red)
turn on the porch light > turn_on(porch light) / dim it to ten percent > turn_on(porch light, 10)
is the front door locked > get_state(front door) / lock it > lock(front door)
open the blinds > open(living room blinds) / stop > okay
"""
FLAT_ACTS = """
turn on the miele -> turn_on(Miele)
start the dishwasher please -> turn_on(Miele)
turn off the office light -> turn_off(office)
turn the office blue -> turn_on(office, blue)
deckenlampe to forty percent -> turn_on(Deckenlampe, 40)
close both shutters -> close(left shutter); close(right shutter)
close all the blinds -> close(all blinds)
open the left shutter -> open(left shutter)
set the boiler to twenty degrees -> set_temperature(Vitodens, 20)
lock all doors -> lock(side door); lock(main door)
open the garage door -> open(garage door)
is the garage door closed -> get_state(garage door)
how humid is it in the nursery -> get_state(nursery climate)
start the robot -> start_cleaning(Roborock)
turn off the worktop -> turn_off(worktop)
"""
FLAT_REFUSALS = """
lock the door
dim the worktop to ten percent
turn on the kitchen light
set the miele to blue
turn off the kuchen
"""
LARGE_ACTS = """
turn on the library floor lamp -> turn_on(library floor lamp)
turn off the lights in the guest room -> turn_off(guest room lights)
set the study radiator to eighteen degrees -> set_temperature(study radiator, 18)
close all the blinds except the attic blinds -> close(cellar blinds); close(dining room blinds);
 close(guest room blinds); close(library blinds); close(study blinds)
how warm is it in the cellar -> get_state(cellar climate)
is there motion in the attic -> get_state(attic motion)
"""


def dialogues() -> list[list[tuple[str, str]]]:
    turns = (line.split(" / ") for line in DIALOGUES.strip().splitlines())
    return [[(said, meant) for said, _, meant in (turn.partition(" > ") for turn in line)] for line in turns]


@pytest.mark.parametrize("turns", dialogues(), ids=lambda turns: turns[0][0])
def test_dialogue(turns: list[tuple[str, str]]) -> None:
    speaker = understander()
    for said, meant in turns:
        understood = speaker.understand(said)
        assert meant == short(understood) if understood.calls else meant in understood.say.lower()


def test_a_question_is_forgotten_after_a_while() -> None:
    clock = [datetime(2026, 11, 23, 12, 0)]
    speaker = Understander(home(PRETEND), lambda: clock[0])
    assert speaker.understand("turn on the light").say
    clock[0] += timedelta(minutes=5)
    assert not speaker.understand("the kitchen one").calls


@pytest.mark.parametrize(("said", "meant"), lines(FLAT_ACTS))
def test_home_of_brands_and_german_names(said: str, meant: str) -> None:
    understood = understander(FLAT).understand(said)
    assert short(understood) == meant, understood.say


@pytest.mark.parametrize("said", FLAT_REFUSALS.strip().splitlines())
def test_home_of_brands_refuses(said: str) -> None:
    assert not understander(FLAT).understand(said).calls


@pytest.mark.parametrize(("said", "meant"), lines(LARGE_ACTS))
def test_large_home(said: str, meant: str) -> None:
    understood = understander(large()).understand(said)
    assert short(understood) == meant, understood.say


def test_only_what_the_setup_declares_is_called() -> None:
    few = read_setup(setup(PRETEND, [verb for verb in VERBS if verb not in ("lock", "get_state")]))
    speaker = Understander(few, datetime.now)
    assert "can't" in speaker.understand("lock the front door").say
    assert "can't" in speaker.understand("is the front door locked").say


def test_risk_is_marked() -> None:
    assert understander().understand("unlock the front door").risky
    assert understander(FLAT).understand("open the garage door").risky
    assert not understander().understand("open the blinds").risky


def test_half_heard_sentences_never_do_the_opposite() -> None:
    """Dropped words may lose a wish, but what is left never switches the other way."""
    chance = random.Random(3)
    opposite = {"turn_on": "turn_off", "turn_off": "turn_on", "open": "close", "close": "open",
                "lock": "unlock", "unlock": "lock"}  # fmt: skip
    for said, meant in lines(ACTS):
        verbs = {call.partition("(")[0] for call in meant.split("; ")}
        for _ in range(6):
            words = said.split()
            words.pop(chance.randrange(len(words)))
            for call in understander().understand(" ".join(words)).calls:
                assert call.name not in {opposite.get(verb) for verb in verbs} - verbs, words


LOCKED = {"status": "done", "text": "The front door is locked.", "state": {"locked": True}}
ON = {"status": "done", "text": "It is on.", "state": {"on": True}}
BROKEN = {"error": "The fan does not answer.", "retryable": False}
GROUP = {"text": "Some lights.", "state": {"kitchen light": {"on": True}, "porch light": {"on": False}}}


def off(*names: str) -> list[dict[str, object]]:
    return [{"text": f"The {name} is off."} for name in names]


@pytest.mark.parametrize(
    ("said", "responses", "spoken"),
    [
        ("is the front door locked", [LOCKED], "Yes, the front door is locked."),
        ("is the front door unlocked", [LOCKED], "No, the front door is locked."),
        ("are any lights on", [GROUP], "Yes, the kitchen light is on."),
        ("which lights are off", [GROUP], "The porch light is off."),
        ("are all lights on", [GROUP], "No, the porch light is not on."),
        ("what is on", [GROUP], "The kitchen light is on."),
        ("turn on the fan", [BROKEN], "The fan does not answer."),
        ("turn on the kitchen light and the fan", [ON, BROKEN], "It is on. The fan does not answer."),
        ("turn on the fan", [{"status": "done"}], "Done."),
        ("turn on the fan", [], "I got no answer from the house."),
        ("what time is it", [{"result": "It is noon"}], "It is noon."),
        ("turn everything off", off("fan", "porch light"), "The fan and the porch light are off."),
        ("turn everything off", [*off("fan"), BROKEN], "The fan is off. The fan does not answer."),
        ("turn everything off", off("fan", "lamp", "kettle", "heater", "oven"), "5 devices are off."),
    ],
)
def test_answers(said: str, responses: list[dict[str, object]], spoken: str) -> None:
    speaker = understander()
    assert speaker.answer(speaker.understand(said), responses) == spoken


def test_hearing_is_plain_data() -> None:
    assert Hearing("turn on the fan", 0.4, sure=True).reason == ""


def test_what_was_not_heard_is_said_again_and_a_question_stays_open() -> None:
    speaker = understander()
    assert speaker.understand("what did you say").say == "I have not said anything yet."
    asked = speaker.understand("turn on the lamp").say
    assert asked.endswith("?")
    assert speaker.understand("sorry, what?").say == asked
    assert short(speaker.understand("the bedroom lamp")) == "turn_on(bedroom lamp)"
    turned = speaker.understand("turn on the fan")
    assert speaker.answer(turned, [{"text": "The fan is on."}]) == "The fan is on."
    assert speaker.understand("Say that again, please.").say == "The fan is on."
    assert speaker.understand("good night").say == "Good night."
