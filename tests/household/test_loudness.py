"""How loud the assistant itself speaks, and whether it listens, is set by sentences; what rings is heard anyway."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from assistant.api import ToolError, hush, ring
from assistant.app import House
from assistant.audio.settings import RoomSettings
from assistant.errands import Errands
from assistant.household.loudness import BY_HAND, loudness_tools
from assistant.household.room import RING_PERCENT, Room
from assistant.rooms import NOWHERE, Place, asked_from
from assistant.speaking import speak_through
from tests.parts.home import until
from tests.parts.homes import lived_in, shipped, told

SAID = [
    # what is said, how loud it speaks then
    ("volume 40 percent", 40),
    ("set your volume to 50", 50),
    ("speak louder", 65),
    ("can you speak a bit louder please", 80),
    ("you're too loud", 65),
    ("turn your volume down", 50),
    ("I can't hear you", 65),
    ("be quieter", 50),
    ("a bit louder", 65),  # of the voice, of which somebody has just spoken
    ("volume down", 50),
    ("volume to max", 100),
    ("set your volume to half", 50),
    ("could you turn your volume up a bit", 65),
    ("lower your volume a little", 50),
    ("volume to 100", 100),
    ("speak louder", 100),
    ("turn the television volume to 20 percent", 100),
    ("louder", 100),  # of the television, of which somebody has just spoken
]
ASKED = (
    "what's your volume?",
    "how loud are you?",
    "what is the volume",
    "are you muted?",
    "is the microphone on?",
)
TELLS = "I speak at 100 percent, and I hear no microphone"
BEYOND = (
    "volume 400 percent",
    "volume minus ten percent",
    "set your volume to minus 5",
    "TV volume 400 percent",
)


class Ears:
    def __init__(self) -> None:
        self.now = RoomSettings()

    def apply(self, settings: RoomSettings) -> None:
        self.now = settings

    def open_gate(self, by: str) -> None:
        raise AssertionError(by)

    def sign(self, name: str) -> None:
        raise AssertionError(name)


async def test_the_volume_and_the_microphone_are_set_by_sentences(tmp_path: Path) -> None:
    async def use(house: House, errands: Errands) -> None:
        room = house.known_as.room
        for sentence, volume in SAID:
            assert (await told(errands, {"do": "say", "text": sentence}))[0], sentence
            assert room.settings.volume == volume, sentence
        for sentence in ASKED:
            ok, items = await told(errands, {"do": "say", "text": sentence})
            assert ok, sentence
            assert any(TELLS in str(item) for item in items), sentence
        for sentence in BEYOND:
            _, items = await told(errands, {"do": "say", "text": sentence})
            assert any("has to be between 0 and 100 percent" in str(item) for item in items), sentence
        for sentence in ("turn off the microphone", "stop listening", "mute yourself"):
            room.change(muted=False)
            assert (await told(errands, {"do": "say", "text": sentence}))[0], sentence
            assert room.settings.muted, sentence
        for sentence in ("unmute the microphone", "turn your microphone on"):
            ok, items = await told(errands, {"do": "say", "text": sentence})
            assert not ok
            assert any(BY_HAND in str(item) for item in items), sentence
            assert room.settings.muted, "no brain may open it"

        room.change(volume=0)
        room.ears = ears = Ears()
        speak_through(house.voice)
        async with asyncio.TaskGroup() as tasks:
            ringing = tasks.create_task(ring("the pasta is done"))
            await until(lambda: ears.now.volume == RING_PERCENT)
            room.change(volume=5)
            assert ears.now.volume == RING_PERCENT
            await hush()
            assert await ringing
        assert ears.now.volume == 5
        room.ears = None

    await lived_in(shipped(tmp_path / "state"), use)


async def test_only_the_room_where_it_is_said_is_set(tmp_path: Path) -> None:
    rooms = [Room(tmp_path / f"{name}.json", Place(name)) for name in ("kitchen", "bedroom")]
    louder, mute = (tool.function for tool in loudness_tools(rooms))
    asked_from(rooms[1].place)
    assert await louder(percent=20) == "I speak at 20 percent"
    assert [room.settings.volume for room in rooms] == [100, 20]
    with pytest.raises(ToolError, match="Louder or softer"):
        await louder(step="sideways")
    assert await louder(step="lower") == "I speak at 5 percent"
    await louder(percent=20)
    await mute()
    assert await louder() == "I speak at 20 percent, and my microphone is off"
    asked_from(NOWHERE)
    assert str(await louder()).startswith(
        "kitchen: I speak at 100 percent, and I hear no microphone; bedroom"
    )
    assert [room.settings.muted for room in rooms] == [False, True]
    assert Room(tmp_path / "bedroom.json").settings == RoomSettings(muted=True, volume=20)
