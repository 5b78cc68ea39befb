"""Floors: which areas are on which, and what "upstairs" is, by the room that asks."""

from __future__ import annotations

from datetime import datetime

import pytest

from assistant import prompts
from assistant.api import Device
from assistant.brain.home import read_setup
from assistant.brain.understanding import Understander
from assistant.devices.found import Floor
from assistant.errors import UnknownDevice
from assistant.home.catalogue import by_area, storeys
from assistant.home.floors import Floors
from assistant.home.registry import Registry, folded
from assistant.home.search import search
from assistant.rooms import Place, asked_from


class Light(Device):
    pass


class DoorSensor(Device):
    kind = "door sensor"


class Switch(Device):
    kind = "switch"


TWO = (Floor("ground floor", ("kitchen", "hall")), Floor("upper floor", ("bedroom", "study", "loft")))
FOUR = (
    Floor("cellar", ("laundry",)),
    Floor("ground floor", ("kitchen", "hall")),
    Floor("first floor", ("bedroom", "study")),
    Floor("second floor", ("loft",)),
)


def home(*floors: Floor) -> Registry:
    registry = Registry()
    for area in ("kitchen", "hall", "bedroom", "study", "loft", "laundry"):
        registry.add(Light(name=f"{area} lamp", area=area))
    registry.add(DoorSensor(name="front door", area="hall"))
    registry.add(DoorSensor(name="balcony door", area="bedroom"))
    registry.add(Switch(name="heater", area="bedroom"))
    registry.floors.wish(floors)
    return registry


def resolved(registry: Registry, room: str, spoken: str) -> list[str]:
    asked_from(Place(room, room))
    everything = {device.name: device for device in registry.devices}
    return [device.name for device in registry.resolve(spoken, everything)[1]]


def calls(registry: Registry, text: str, *rooms: str) -> list[tuple[str, str]] | str:
    """What the embedded brain makes of a sentence: calls, or what it says."""
    told = prompts.instruction(
        by_area(registry.devices, registry.areas), rooms=rooms, storeys=storeys(registry)
    )
    verbs = [
        {"name": name, "parameters": {"type": "OBJECT", "properties": {"device": {"type": "STRING"}}}}
        for name in ("turn_on", "turn_off", "get_state")
    ]
    brain = Understander(
        read_setup({"systemInstruction": told, "tools": [{"functionDeclarations": verbs}]}), datetime.now
    )
    understood = brain.understand(text)
    return [(call.name, str(call.args["device"])) for call in understood.calls] or understood.say


UPPER = ["bedroom lamp", "study lamp", "loft lamp"]


@pytest.mark.parametrize(
    ("floors", "room", "spoken", "names"),
    [
        (TWO, "kitchen", "all lights upstairs", UPPER),
        (TWO, "loft", "upstairs lights", UPPER),
        (TWO, "", "the lights downstairs", ["kitchen lamp", "hall lamp"]),
        (TWO, "", "lights on the ground floor", ["kitchen lamp", "hall lamp"]),
        (TWO, "", "everything upper floor", [*UPPER[:2], "loft lamp", "balcony door", "heater"]),
        (TWO, "bedroom", "all lights this floor", UPPER),
        (TWO, "", "top floor switches", ["heater"]),
        (TWO, "", "heater upstairs", ["heater"]),
        (FOUR, "bedroom", "upstairs lights", ["loft lamp"]),
        (FOUR, "loft", "upstairs lights", ["loft lamp"]),
        (FOUR, "kitchen", "everything downstairs", ["laundry lamp"]),
        (FOUR, "laundry", "everything downstairs", ["laundry lamp"]),
        (FOUR, "", "basement lights", ["laundry lamp"]),
        (FOUR, "hall", "kitchen lights", ["kitchen lamp"]),
    ],
)
def test_what_people_say_of_floors(
    floors: tuple[Floor, ...], room: str, spoken: str, names: list[str]
) -> None:
    assert sorted(resolved(home(*floors), room, spoken)) == sorted(names)


@pytest.mark.parametrize(
    ("floors", "room", "spoken", "asked"),
    [
        (FOUR, "kitchen", "upstairs lights", "Do you mean the first floor or the second floor?"),
        (FOUR, "", "everything upstairs", "Do you mean the first floor or the second floor?"),
        (FOUR, "bedroom", "everything downstairs", "Do you mean the cellar or the ground floor?"),
        (TWO, "", "everything this floor", "Do you mean the ground floor or the upper floor?"),
        (TWO, "", "all lights third floor", "I don't know a device called"),
        ((), "kitchen", "upstairs lights", "I don't know a device called upstairs lights"),
        ((Floor("main", ("kitchen",)),), "", "upstairs lights", "I don't know what is upstairs."),
    ],
)
def test_P10_a_floor_that_is_not_clear_is_asked_about(
    floors: tuple[Floor, ...], room: str, spoken: str, asked: str
) -> None:
    with pytest.raises(UnknownDevice) as refused:
        resolved(home(*floors), room, spoken)
    assert str(refused.value).startswith(asked)


def test_the_owners_word_wins_and_a_source_fills_in_the_rest() -> None:
    floors = Floors(folded, [Floor("Upper Floor", ("study",), aliases=("top",))])
    assert floors.found("ha", [Floor("Ground", ("Kitchen", "Study")), Floor("upper floor", ("Bedroom",), 4)])
    assert [(f.name, f.areas, f.level) for f in floors.all] == [
        ("Upper Floor", ("study", "Bedroom"), 4),
        ("Ground", ("Kitchen",), None),
    ]
    assert not floors.found(
        "ha", [Floor("Ground", ("Kitchen", "Study")), Floor("upper floor", ("Bedroom",), 4)]
    )
    assert floors.found("ha", ())
    assert [(f.name, f.level) for f in floors.all] == [("Upper Floor", 0)]


def test_levels_that_nobody_has_written_are_counted_from_the_lowest() -> None:
    assert [floor.level for floor in Floors(folded, FOUR).all] == [-1, 0, 1, 2]
    assert [floor.level for floor in Floors(folded, TWO).all] == [0, 1]
    written = [Floor("street"), Floor("garden", level=-1), Floor("roof")]
    assert [(f.name, f.level) for f in Floors(folded, written).all] == [
        ("garden", -1),
        ("street", 0),
        ("roof", 0),
    ]


def test_a_floor_named_like_an_area_leaves_the_name_to_it_unless_it_holds_it() -> None:
    registry = home(Floor("Kitchen", ("hall",)), Floor("study", ("study", "bedroom")))
    assert resolved(registry, "", "all kitchen lights") == ["kitchen lamp"]
    assert resolved(registry, "", "all study lights") == ["bedroom lamp", "study lamp"]
    assert calls(registry, "turn off all the kitchen lights") == [("turn_off", "kitchen lights")]


def test_a_street_of_floors_is_bounded() -> None:
    floors = Floors(folded)
    floors.found("ha", [Floor(f"floor {n}", tuple(f"room {n} {m}" for m in range(999))) for n in range(999)])
    assert len(floors.all) == 20
    assert len(floors.all[0].areas) == 200


def test_the_catalogue_names_floors_where_something_is() -> None:
    told = prompts.instruction({}, storeys=storeys(home(*TWO, Floor("roof", ("garden",)))))
    assert "- ground floor: kitchen, hall\n- upper floor: bedroom, study, loft" in told
    assert 'So may "upstairs" and "downstairs" and "this floor"' in told
    assert "roof" not in told
    assert "Floors" not in prompts.instruction({}, storeys=storeys(home()))


@pytest.mark.parametrize(
    ("floors", "text", "done"),
    [
        (TWO, "turn off everything upstairs", [("turn_off", d) for d in ("bedroom lamp", "study lamp", "loft lamp", "heater")]),
        (TWO, "lights off on the ground floor", [("turn_off", "ground floor lights")]),
        (TWO, "is anything open downstairs?", [("get_state", "front door")]),
        (TWO, "turn off the lights upstairs except the study lamp", [("turn_off", "bedroom lamp"), ("turn_off", "loft lamp")]),
        (TWO, "turn off the kitchen lamp downstairs", [("turn_off", "kitchen lamp")]),
        (TWO, "which doors are open on the upper floor", [("get_state", "balcony door")]),
        (FOUR, "turn off everything upstairs", [("turn_off", "everything upstairs")]),
        (FOUR, "is anything open downstairs?", [("get_state", "everything downstairs")]),
        (FOUR, "turn on the lights on this floor", [("turn_on", "this floor lights")]),
        (FOUR, "are the lights on in the cellar", [("get_state", "laundry lamp")]),
    ],
)  # fmt: skip
def test_the_embedded_brain_knows_floors(
    floors: tuple[Floor, ...], text: str, done: list[tuple[str, str]]
) -> None:
    found = calls(home(*floors), text, "kitchen", "bedroom")
    assert isinstance(found, list), found
    assert sorted(found) == sorted(done)


@pytest.mark.parametrize(
    ("floors", "text", "said"),
    [
        (TWO, "turn off the lights on the third floor", "I don't know that floor. Which one do you mean: the ground"),
        (FOUR, "turn off the lights upstairs except the study lamp", "Which floor do you mean: the cellar"),
        ((), "turn off everything upstairs", "I don't know what is upstairs. Which room do you mean"),
        ((), "is anything open downstairs?", "I don't know what is downstairs. Which room do you mean"),
    ],
)  # fmt: skip
def test_P10_the_embedded_brain_asks_which_floor(floors: tuple[Floor, ...], text: str, said: str) -> None:
    assert str(calls(home(*floors), text)).startswith(said)


def test_a_search_finds_by_floor() -> None:
    registry = home(*TWO)
    assert [d.name for d in search("lamp upstairs", registry.devices, registry.place_names)] == UPPER
