"""Rooms: what they are called, what belongs to each, and what is meant where."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextvars import copy_context
from datetime import datetime
from pathlib import Path

import pytest

from assistant import config as configuration
from assistant import prompts
from assistant.agenda import Entry
from assistant.api import Device, ToolError, asked_in
from assistant.audio.settings import RoomSettings
from assistant.brain.home import read_setup
from assistant.brain.understanding import Understander
from assistant.bus import Bus
from assistant.cli.names import sound_alike
from assistant.config import Config
from assistant.errors import ConfigError, UnknownDevice
from assistant.home.areas import AreaNames
from assistant.home.catalogue import by_area
from assistant.home.registry import Registry
from assistant.household.entities import Identity, entities
from assistant.household.room import Room, rooms
from assistant.household.voice import HouseVoice
from assistant.own_voice import Manner
from assistant.rooms import NOWHERE, Place, Rooms, asked_from
from assistant.speaking import speak_through
from assistant.testing.home import Loudspeaker

KITCHEN, BEDROOM = Place("kitchen", "kitchen"), Place("bedroom", "bedroom")
HOUSE = Rooms([KITCHEN, BEDROOM, Place("den", "living room")])


@pytest.fixture(autouse=True)
def nobody_asks() -> Iterator[None]:
    asked_from(NOWHERE)
    yield
    asked_from(NOWHERE)


@pytest.mark.parametrize(
    ("spoken", "place"),
    [("bedroom", BEDROOM), ("the Kitchen", KITCHEN), ("living room", HOUSE.places[2]), (" ", NOWHERE)],
)
def test_a_room_is_found_by_its_name_or_its_area(spoken: str, place: Place) -> None:
    assert HOUSE.named(spoken) == place


def test_P10_an_unknown_room_is_a_question_with_the_nearest() -> None:
    with pytest.raises(ToolError, match="a room called bathroom. Do you mean the bedroom"):
        HOUSE.named("bathroom\x00")
    with pytest.raises(ToolError) as refused:
        HOUSE.named("zzz")
    assert refused.value.options == ("kitchen", "bedroom", "den")
    assert Rooms().named("wherever") == NOWHERE, "a house that is one room answers to every name"


def test_a_name_becomes_a_key_for_topics_and_files() -> None:
    assert [Place(name).key for name in ("Living Room", "Küche", "kids' room")] == [
        "living_room",
        "kuche",
        "kids_room",
    ]
    assert Place("кухня").key.startswith("room_")


# --- configuration


def written(tmp_path: Path, text: str) -> Config:
    (tmp_path / "config.yaml").write_text(text)
    return configuration.load(tmp_path / "config.yaml", {"ASSISTANT_STATE_DIR": str(tmp_path)})


def test_a_room_is_what_differs_from_audio(tmp_path: Path) -> None:
    config = written(
        tmp_path,
        "audio: {wake: alexa, follow_up_seconds: 3}\n"
        "rooms:\n  kitchen: {input: a, area: cooking}\n  hall: {input: none, wake: push}\n",
    )
    kitchen, hall = config.audio_in("kitchen"), config.audio_in("hall")
    assert (kitchen.input, kitchen.wake, kitchen.follow_up_seconds) == ("a", ["alexa"], 3)
    assert (hall.has_microphone, hall.wake_words) == (False, [])
    assert [room.place for room in rooms(config, tmp_path)] == [
        Place("kitchen", "cooking"),
        Place("hall", "hall"),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rooms:\n  kitchen: {inptu: a}", r"no key 'rooms.kitchen.inptu'; did you mean 'input'"),
        ("rooms:\n  a: {}\n  b: {}", r"yaml:3:3: rooms.b: has the same microphone as 'a': 'default'"),
        ("rooms:\n  a b: {input: x}\n  a-b: {input: y}", r"is called almost like 'a b'"),
        ("rooms:\n  '\u202e': {}", "rooms"),
        ("rooms: [kitchen]", "expected a mapping"),
    ],
)
def test_a_mistake_in_a_room_is_one_sentence(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        written(tmp_path, text)


def test_rooms_that_sound_alike_are_told() -> None:
    (clash,) = sound_alike(["den", "ten", "kitchen"])
    assert clash.names == ("den", "ten")
    assert sound_alike(["kitchen", "bedroom"]) == []


def test_the_first_room_is_as_muted_as_the_only_one_was(tmp_path: Path) -> None:
    Room(tmp_path / "room.json").change(muted=True, volume=30)
    config = written(tmp_path, "rooms: {kitchen: {input: a}, bedroom: {input: b}}")
    kitchen, bedroom = rooms(config, tmp_path)
    assert (kitchen.settings, bedroom.settings) == (RoomSettings(True, 30), RoomSettings())
    kitchen.change(muted=False)
    bedroom.left.note("push", 50)
    again, _ = rooms(config, tmp_path)
    assert not again.settings.muted
    assert (kitchen.left.today(), bedroom.left.today()) == ({}, {"push": 1.0})


# --- what is announced


def test_a_further_room_is_a_thing_of_its_own_that_is_there_as_long_as_the_house() -> None:
    whole = Identity("abcd", "Assistant", "kitchen")
    bedroom = whole.of(BEDROOM)
    told = entities(bedroom, transcripts=True)
    assert set(told) == {
        "sensor/state",
        "switch/mute",
        "number/volume",
        "number/sensitivity",
        "text/say",
        "button/stop",
        "button/push_to_talk",
    }
    mute = told["switch/mute"]
    assert mute["command_topic"] == "assistant/abcd_bedroom/mute/set"
    assert mute["availability_topic"] == "assistant/abcd/availability"
    assert mute["device"]["suggested_area"] == "bedroom"
    assert mute["device"]["via_device"] == "assistant_abcd"
    ids = [each["unique_id"] for each in (*told.values(), *entities(whole, transcripts=True).values())]
    assert len(set(ids)) == len(ids)


# --- what is said


class Talk:
    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    async def read_out(self, text: str, how: Manner, /) -> bool:
        if how.wanted():
            self.heard.append((text, how.room))
        return True


async def test_what_is_said_goes_to_its_room_and_to_no_other() -> None:
    talk = Talk()
    voice = HouseVoice(talk, Bus(), HOUSE)
    voice.lately = lambda: "den"
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(voice.run())
        with pytest.raises(ToolError, match="Do you mean the kitchen"):
            voice.say("private", by="x", room="kitchn", urgent=False)
        with pytest.raises(ToolError, match="Do you mean the kitchen"):
            voice.listen("kitchn")
        voice.push = "bedroom".__eq__
        assert voice.listen("the bedroom")
        voice.say("one", by="x", room="the bedroom", urgent=False)
        voice.say("two", by="x", room="", urgent=False)
        asked_from(KITCHEN)
        voice.say("three", by="x", room="", urgent=False)
        voice.say("everybody", by="x", room="", urgent=True)
        await asyncio.sleep(0.01)
        assert talk.heard == [("everybody", ""), ("one", "bedroom"), ("two", "den"), ("three", "kitchen")]
        asking = tasks.create_task(voice.ask("Well?", by="x", room="bedroom", seconds=5))
        await asyncio.sleep(0.01)
        assert not voice.takes("from elsewhere", "kitchen")
        assert voice.takes("yes", "bedroom")
        assert await asking == "yes"
        ringing = tasks.create_task(voice.ring("ding", by="x", room="", seconds=5))
        await asyncio.sleep(0.01)
        voice.hush()
        assert await ringing
        assert talk.heard[-1] == ("ding", "")
        task.cancel()


def test_what_was_set_before_there_were_rooms_rings_everywhere() -> None:
    old = {"due": 5.0, "what": {}, "at": None, "days": []}
    assert Entry.read("1", old).room == ""
    kept = json.loads(json.dumps(Entry("1", 5.0, room="bedroom").kept()))
    assert Entry.read("1", kept).room == "bedroom"


class OneRoom(Loudspeaker):
    def room(self, spoken: str) -> str:
        return HOUSE.named(spoken).room


def test_P4_what_was_set_in_a_room_that_is_gone_rings_everywhere() -> None:
    def where() -> list[str]:
        speak_through(OneRoom())
        return [Entry("1", 5.0, room=room).where() for room in ("bedroom", "conservatory", "")]

    assert copy_context().run(where) == ["bedroom", "", ""]


# --- what is meant


class Light(Device):
    kind = "light"


class Player(Device):
    kind = "media player"


DEVICES = (
    Light(name="kitchen light", area="kitchen"),
    Light(name="bedroom lamp", area="bedroom"),
    Light(name="porch light", area="porch"),
    Light(name="left light", area="living room"),
    Light(name="right light", area="living room"),
    Player(name="radio", area="kitchen"),
)


@pytest.fixture(scope="module")
def registry() -> Registry:
    made = Registry()
    for device in DEVICES:
        made.add(device)
    return made


def resolved(registry: Registry, place: Place, spoken: str) -> list[str]:
    asked_from(place)
    everything = {device.name: device for device in registry.devices}
    return [device.name for device in registry.resolve(spoken, everything)[1]]


@pytest.mark.parametrize(
    ("place", "spoken", "names"),
    [
        (KITCHEN, "light", ["kitchen light"]),
        (BEDROOM, "the light", ["bedroom lamp"]),
        (BEDROOM, "kitchen light", ["kitchen light"]),
        (BEDROOM, "lights", ["bedroom lamp"]),
        (BEDROOM, "all lights", [device.name for device in DEVICES[:5]]),
        (BEDROOM, "radio", ["radio"]),
        (KITCHEN, "media player", ["radio"]),
        (Place("attic", "attic"), "lights", [device.name for device in DEVICES[:5]]),
    ],
)
def test_a_bare_word_is_looked_for_in_the_room(
    registry: Registry, place: Place, spoken: str, names: list[str]
) -> None:
    assert resolved(registry, place, spoken) == names


def test_P10_what_the_room_does_not_tell_either_is_asked_about(registry: Registry) -> None:
    with pytest.raises(UnknownDevice, match="Do you mean the left light and right light") as refused:
        resolved(registry, HOUSE.places[2], "light")
    assert refused.value.options == ("left light", "right light")
    with pytest.raises(UnknownDevice):
        resolved(registry, Place("attic", "attic"), "light")
    with pytest.raises(UnknownDevice):
        resolved(registry, NOWHERE, "light")
    with pytest.raises(UnknownDevice, match="I don't know a device called toaster"):
        resolved(registry, KITCHEN, "toaster")


def understander(*rooms: str) -> Understander:
    verbs = [
        {"name": name, "parameters": {"type": "OBJECT", "properties": {"device": {"type": "STRING"}}}}
        for name in ("turn_on", "turn_off")
    ]
    told = prompts.instruction(by_area(DEVICES, AreaNames(str)), rooms=rooms)
    setup = {"systemInstruction": told, "tools": [{"functionDeclarations": verbs}]}
    return Understander(read_setup(setup), datetime.now)


def meant(who: Understander, text: str) -> list[str]:
    understood = who.understand(text)
    return [str(call.args["device"]) for call in understood.calls] or [understood.say]


def test_the_embedded_brain_leaves_to_the_house_what_only_the_room_tells() -> None:
    several = understander("kitchen", "bedroom")
    assert meant(several, "turn on the light") == ["light"]
    assert meant(several, "turn it off") == ["light"]
    assert meant(several, "turn off the lights") == ["lights"]
    assert meant(several, "turn off all the lights") == ["all lights"]
    assert meant(several, "turn on the porch light") == ["porch light"]
    assert meant(several, "turn off the lights in the living room") == ["living room lights"]
    (question,) = meant(understander(), "turn on the light")
    assert question.startswith("Which one: "), "a house of one room is as before"


def test_a_question_of_the_house_is_answered_in_a_word() -> None:
    several = understander("kitchen", "bedroom")
    understood = several.understand("turn on the light")
    asked = {
        "error": "Do you mean the left light and right light?",
        "valid_options": ["left light", "right light"],
    }
    assert several.answer(understood, [asked]).endswith("?")
    assert meant(several, "the left one") == ["left light"]


def test_a_tool_knows_where_it_was_asked_for() -> None:
    assert asked_in() == ""
    asked_from(BEDROOM)
    assert asked_in() == "bedroom"
