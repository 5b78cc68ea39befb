"""Timers, alarms, reminders and lists by voice: what is said aloud means what it means in writing."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import config as configuration
from assistant.brain.hearing import Ear
from assistant.brain.home import Home, read_setup
from assistant.briefing import whole
from assistant.home.furniture import Furniture
from tests.brain.test_hearing import heard, mind_of, spoken

SENTENCES = """
set a timer for an hour and a half
set a pasta timer for eight minutes
how long is left on the pasta timer
cancel all timers
wake me up at half past six
remind me to feed the cat in twenty minutes
add milk and eggs to the shopping list
turn off the kitchen light
""".strip().splitlines()


def shipped_home() -> Home:
    """The default configuration as the embedded brain is told of it."""
    furniture = Furniture()
    furniture.load(configuration.load(configuration.shipped(), {}))
    told = whole(furniture)
    declared = [
        {"name": tool.name, "description": tool.text(), "parametersJsonSchema": tool.schema()}
        for tool in told.declarations
    ]
    return read_setup({"systemInstruction": told.instruction, "tools": [{"functionDeclarations": declared}]})


@pytest.mark.system("flite")
@pytest.mark.speech
async def test_spoken_household_sentences_mean_what_they_mean_in_writing(tmp_path: Path) -> None:
    home = shipped_home()
    ear = await Ear.open(home, cache=tmp_path)
    right = 0
    for sentence in SENTENCES:
        typed = mind_of(ear, home).understand_text(sentence)
        assert typed.calls, sentence
        by_voice = mind_of(ear, home).understand_heard(heard(ear, spoken(sentence, "slt", tmp_path)))
        assert by_voice.calls in ((), typed.calls), f"{sentence!r} became {by_voice.calls}"
        right += by_voice.calls == typed.calls
    assert right >= 0.8 * len(SENTENCES)


ABOUT_A_PICTURE = """
the one before
undo
clear it
save it
the second one
show me the third
make it my background
only in the kitchen
on the tv
""".strip().splitlines()


@pytest.mark.system("flite")
@pytest.mark.speech
async def test_what_goes_on_about_a_picture_is_heard_as_that(tmp_path: Path) -> None:
    """Words that the house does not know, like those of a new picture, need Gemini's ears."""
    home = shipped_home()
    ear = await Ear.open(home, cache=tmp_path)
    right = 0
    for sentence in ABOUT_A_PICTURE:
        reader, listener = mind_of(ear, home), mind_of(ear, home)
        for mind in (reader, listener):
            mind.understand_text("draw a cat")
        typed = reader.understand_text(sentence)
        assert typed.calls, sentence
        by_voice = listener.understand_heard(heard(ear, spoken(sentence, "slt", tmp_path)))
        assert by_voice.calls in ((), typed.calls), f"{sentence!r} became {by_voice.calls}"
        right += by_voice.calls == typed.calls
    assert right >= 0.8 * len(ABOUT_A_PICTURE)
