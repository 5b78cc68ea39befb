"""What an author's devices measure is asked for as people do, and what is typed reaches tools as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.testing import Home

DEVICES = '''"""Things of an author's own kinds."""
from typing import Annotated
from assistant.api import Device, Percent, Plugin, Range, Topic, hears, state, tool

class Probe(Device):
    topic: Topic
    humidity: Percent | None = state(unit="percent")
    temperature: float | None = state(unit="degrees Celsius")
    noise: float | None = state(unit="decibels")

    @hears("{topic}")
    def _reported(self, payload: dict) -> None:
        self.humidity, self.temperature, self.noise = payload["h"], payload["t"], payload["n"]

class Tank(Device):
    topic: Topic
    fill_level: Percent | None = state(unit="percent")
    weight: float | None = state(unit="kilograms")
    mood: str | None = state()

    @hears("{topic}")
    def _reported(self, payload: dict) -> None:
        self.fill_level, self.weight, self.mood = payload["f"], payload["w"], payload["m"]

class Rail(Device):
    kind = "heater"

    @tool(phrases=("set the {device} to {temperature} degrees",))
    async def set_temperature(self, temperature: Annotated[int, Range(10, 60)]) -> str:
        """Set how warm it shall be."""
        return f"{self.name} heats to {temperature} degrees"

class Wishes(Plugin):
    @tool(phrases=("{who} wants {dish}", "put {things} on my wishes"))
    async def wish(self, who: str = "", dish: str = "", things: list[str] | None = None) -> str:
        """Remember a wish."""
        return f"{who} {dish} {things}"
'''
BOX, TANK = "The cellar box is at", "The rain tank is at"
ASKED = {
    "How humid is it in the cellar?": f"{BOX} humidity 61 percent.",
    "is it damp in the cellar": f"{BOX} humidity 61 percent.",
    "how warm is it in the cellar": f"{BOX} temperature 12.5 degrees Celsius.",
    "how cold is the cellar": f"{BOX} temperature 12.5 degrees Celsius.",
    "how loud is it in the cellar": f"{BOX} noise 40 decibels.",
    "how humid is it in the garden": "Nothing measures the humidity in the garden.",
    "how full is the rain tank": f"{TANK} fill level 80 percent.",
    "what is the mood in the rain tank": f"{TANK} mood calm.",
    "how heavy is the rain tank": f"{TANK} weight 500 kilograms.",
    "what is the mood of the rain tank": f"{TANK} mood calm.",
    "what is the age of the rain tank": "The rain tank does not tell its age.",
    "how fast is the rain tank": f"{TANK} fill level 80 percent, at weight 500 kilograms and at mood calm.",
    "what is the meaning of life": "I can't answer that here. Questions like that need the internet brain.",
}
TYPED = {
    "Anna wants Wiener Schnitzel": {"who": "Anna", "dish": "Wiener Schnitzel"},
    "anna wants wiener schnitzel": {"who": "anna", "dish": "wiener schnitzel"},
    "Please, McKay wants 2 Äpfel": {"who": "McKay", "dish": "2 Äpfel"},
    "put Mila's book, an iPad and the LEGO on my wishes": {"things": ["Mila book", "an iPad", "LEGO"]},
}


@pytest.fixture
async def household(home: Home, tmp_path: Path) -> Home:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "things.py").write_text(DEVICES)
    home.folders = [tmp_path / "own"]
    await home.add("probe", name="cellar box", area="cellar", topic="p")
    await home.add("tank", name="rain tank", area="garden", topic="t")
    await home.add("wishes")
    await home.publish("p", {"h": 61, "t": 12.5, "n": 40})
    await home.publish("t", {"f": 80, "w": 500, "m": "calm"})
    return home


async def test_each_measure_is_asked_for_by_its_own_words(household: Home) -> None:
    assert {asked: (await household.brain.hears(asked)).text for asked in ASKED} == ASKED


async def test_who_has_not_reported_yet_says_so(household: Home) -> None:
    await household.add("tank", name="oil tank", topic="o")
    assert (
        await household.brain.hears("what is the mood of the oil tank")
    ).text == "The oil tank has not reported yet."


async def test_a_sensor_is_asked_for_more_than_it_is_called_after(home: Home) -> None:
    properties = {"temperature": {"key": "t"}, "humidity": {"key": "h"}}
    attic = {"name": "attic box", "area": "attic", "kind": "temperature sensor", "topic": "a"}
    await home.add("mqtt_device", **attic, properties=properties)
    await home.settle()
    await home.publish("a", {"t": 21.5, "h": 60})
    asked = {
        "how humid is it in the attic": "The attic box is at humidity 60 percent.",
        "how bright is it in the attic": "Nothing measures the brightness in the attic.",
        "how warm is it in the attic": "The attic box is at temperature 21.5 degrees, at humidity 60 percent.",
    }
    assert {said: (await home.brain.hears(said)).text for said in asked} == asked


async def test_who_has_little_is_offered_what_there_is(home: Home) -> None:
    await home.add("mqtt_dimmable_light", name="lamp", area="hall", topic="lamp")
    told = (await home.brain.hears("what can you do?")).text
    assert told.startswith('I work the lights. Say for example "turn on the lamp". What has nothing')


async def test_what_there_is_not_is_told_in_its_number(home: Home) -> None:
    await home.add("mqtt_dimmable_light", name="lamp", topic="lamp")
    told = [
        (await home.brain.hears(said)).text
        for said in ("turn on the blinds upstairs", "turn on the xylophone")
    ]
    assert told == [
        "There are no blinds upstairs here that I know of.",
        "There is no xylophone here that I know of.",
    ]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("set the towel rail to 45 degrees", "The towel rail heats to 45 degrees."),
        ("set the towel rail to 70 degrees", "I can't do that with the towel rail."),
        ("don't set the towel rail to 45 degrees", "Okay, I leave it as it is."),
        ("set the fish rail to 45 degrees", "I don't know fish rail. Did you mean the towel rail?"),
    ],
)
async def test_a_verb_of_the_house_is_heard_by_its_authors_phrase_where_the_house_has_no_words_for_it(
    household: Home, said: str, answer: str
) -> None:
    await household.add("rail", name="towel rail", area="bathroom")
    assert (await household.brain.hears(said)).text == answer


async def test_words_reach_a_tool_as_they_were_typed(household: Home) -> None:
    calls = {said: (await household.brain.hears(said)).calls[0]["args"] for said in TYPED}
    assert calls == TYPED
