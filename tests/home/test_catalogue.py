"""A large home: what a brain is told of it, and how the rest is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.api import Device, tool
from assistant.briefing import brief, whole
from assistant.errors import UnknownDevice
from assistant.home.furniture import Furniture
from assistant.home.lately import Lately
from assistant.home.search import search, search_tool
from assistant.tools.invoking import Answer
from assistant.tools.schema import Declaration, Parameter, told_once
from assistant.tools.vocabulary import WRITTEN_MOMENT

ROOMS = (
    "kitchen",
    "living room",
    "bedroom",
    "bathroom",
    "hallway",
    "office",
    "nursery",
    "garage",
    "garden",
    "attic",
)
KINDS = ("ceiling light", "reading lamp", "blinds", "radiator", "motion sensor")


class Named(Device):
    """Takes its kind from its settings."""

    word: str = "light"

    @property
    def household_kind(self) -> str:
        return self.word

    @tool
    async def turn_on(self) -> str:
        """Switch on."""
        return "on"


def furnished(copies: int) -> Furniture:
    """Ten rooms with ``copies`` times five devices each."""
    furniture = Furniture()
    for area in ROOMS:
        for copy in range(copies):
            for thing in KINDS:
                kind = thing if thing.endswith("sensor") else thing.split()[-1]
                device = Named(name=f"{area} {thing} {copy}", area=area, word=kind)
                furniture.registry.add(device)
                furniture.table.add_all(device.tools())
    furniture.table.add(search_tool(furniture.registry))
    return furniture


def test_what_was_used_lately_is_named_first_and_the_rest_can_be_searched_for() -> None:
    furniture = furnished(10)
    used = ["attic motion sensor 9", "garden blinds 3"]
    told, budget = brief(furniture, tokens=2500, lately=used)
    assert (budget.devices, len(furniture.registry.devices)) == (500, 500)
    assert 300 < budget.named < 500
    assert budget.tokens <= 2500
    assert all(name in told.instruction for name in used)
    assert "kitchen motion sensor 0" not in told.instruction  # what is asked for seldom stands back
    assert f"{500 - budget.named} more devices" in told.instruction
    assert "find_devices" in {declared.name for declared in told.declarations}


def test_a_home_of_normal_size_is_told_whole_and_needs_no_search() -> None:
    furniture = furnished(1)
    told, budget = brief(furniture, tokens=4000, lately=[])
    assert budget.named == budget.devices == 50
    assert told == whole(furniture)
    assert "find_devices" not in {declared.name for declared in told.declarations}


def test_long_lists_of_options_are_told_by_example() -> None:
    effects = tuple(f"effect {n}" for n in range(180))
    declared = Declaration("set_effect", "", (Parameter("effect", "string", options=effects),))
    (parameter,) = declared.brief().parameters
    assert (parameter.options, parameter.description) == ((), "such as effect 0, effect 1 and effect 2")


def test_what_parameters_of_one_name_mean_is_told_once() -> None:
    where = Parameter("screen", "string", "a screen or an area")
    first = Declaration("draw", "", (where, Parameter("when", "string", WRITTEN_MOMENT)))
    then = Declaration("clear", "", (where, Parameter("when", "string", f"for how long; {WRITTEN_MOMENT}")))
    told = [[p.description for p in each.parameters] for each in told_once([first, then])]
    assert told == [["a screen or an area", f"a time: {WRITTEN_MOMENT}"], ["", "for how long; a time"]]


@pytest.mark.parametrize(
    ("words", "best"),
    [
        ("attic motion", "attic motion sensor 0"),
        ("the blind in the nursery", "nursery blinds 0"),
        ("kichen radiator", "kitchen radiator 0"),
    ],
)
def test_search(words: str, best: str) -> None:
    found = [device.name for device in search(words, furnished(3).registry.devices)]
    assert found[0] == best
    assert len(found) == 3


async def test_the_search_tool_tells_names_by_area_and_what_rooms_there_are() -> None:
    find = search_tool(furnished(1).registry).function
    answer = await find(words="reading lamp in the office")
    assert isinstance(answer, Answer)
    assert answer.text == "office: lamp: office reading lamp 0"
    with pytest.raises(UnknownDevice, match="The areas are: kitchen, living room"):
        await find(words="xylophone")


def test_what_was_used_lately_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "lately.json"
    lately = Lately(path)
    lately.note(["lamp"])
    lately.note(["fan", "door"])
    lately.note(["lamp"])
    lately.note([f"light {n}" for n in range(6)])  # "all lights": none of them in particular
    lately.save()
    assert Lately(path).names == ["lamp", "door", "fan"]
    path.write_bytes(b'{"no": "list"}')
    assert Lately(path).names == []
    path.write_bytes(b"\xff")
    assert Lately(path).names == []
