"""Many rooms, one floor: who is listened to, who waits, and who is told that the house is busy."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from assistant.audio.messages import (
    Frame,
    FromAudio,
    GateClosed,
    GateOpened,
    SpeechBegan,
    SpeechStopped,
)
from assistant.events import PhaseChanged, Woke
from assistant.floor import BALLOT_SECONDS, LATE_SECONDS
from assistant.live.messages import Audio, Generated, Speech, SpeechEnded, SpeechStarted, TurnDone
from assistant.own_voice import Manner
from assistant.phases import Phase
from tests.test_conversation import SECOND, RoomSpeaker
from tests.test_conversation import Room as House
from tests.test_conversation import room as one_house

WAKE = "hey_jarvis"


class Place:
    """One room of the house: the test is its audio process."""

    def __init__(self, house: House, name: str) -> None:
        self.house, self.name, self.speaker = house, name, RoomSpeaker()
        self.shut: list[str] = []
        self._heard: asyncio.Queue[FromAudio | None] = asyncio.Queue()
        house.talk.mouths.rooms[name] = self.speaker

    async def _ears(self) -> AsyncIterator[FromAudio]:
        while (message := await self._heard.get()) is not None:
            yield message

    async def run(self) -> None:
        await self.house.talk.listen(self._ears(), self.name, self.shut.append)

    def hears(self, *messages: FromAudio) -> None:
        for message in messages:
            self._heard.put_nowait(message)

    def dies(self) -> None:
        self._heard.put_nowait(None)

    def says(self, word: bytes, *, loud: float = -20.0, by: str = WAKE) -> None:
        self.hears(GateOpened(by, loud), SpeechBegan(), Frame(word), SpeechStopped(), GateClosed(True, by, 1))


@contextlib.asynccontextmanager
async def rooms() -> AsyncIterator[tuple[House, Place, Place]]:
    async with one_house() as house, asyncio.TaskGroup() as tasks:
        kitchen, bedroom = Place(house, "kitchen"), Place(house, "bedroom")
        running = [tasks.create_task(each.run()) for each in (kitchen, bedroom)]
        await asyncio.sleep(0)
        yield house, kitchen, bedroom
        for task in running:
            task.cancel()


def sent(house: House) -> list[bytes]:
    """What went to the brain: the words, and where sentences begin and end."""
    told = {SpeechStarted: b"<", SpeechEnded: b">"}
    return [
        item.pcm if isinstance(item, Audio) else told.get(type(item), b"?") for item in house.session.sent
    ]


def answered(house: House) -> None:
    house.session.says(Speech(SECOND), Generated(), TurnDone())


async def later(seconds: float = BALLOT_SECONDS + 0.01) -> None:
    await asyncio.sleep(seconds)


@pytest.mark.looptime
async def test_an_answer_is_heard_where_it_was_asked_and_nowhere_else() -> None:
    async with rooms() as (house, kitchen, bedroom):
        bedroom.says(b"light")
        await later()
        assert sent(house) == [b"<", b"light", b">"]
        answered(house)
        await house.until(lambda: "finish" in bedroom.speaker.did)
        assert bedroom.speaker.played == SECOND
        assert (kitchen.speaker.played, kitchen.speaker.did, kitchen.shut) == (b"", [], [])
        assert [event.room for event in house.events if isinstance(event, Woke)] == ["bedroom"]
        phases = [(e.phase, e.room) for e in house.events if isinstance(e, PhaseChanged)]
        assert phases == [(p, "bedroom") for p in ("listening", "thinking", "speaking", "idle")]


@pytest.mark.looptime
@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [(-30.0, -20.0, "bedroom"), (-20.0, -30.0, "kitchen"), (-21.0, -20.0, "kitchen")],
    ids=["the louder", "the first is the louder", "as loud: the first"],
)
async def test_P7_a_wake_word_that_two_rooms_hear_is_one_sentence(
    first: float, second: float, winner: str
) -> None:
    async with rooms() as (house, kitchen, bedroom):
        kitchen.says(b"kitchen", loud=first)
        await later(0.1)
        bedroom.says(b"bedroom", loud=second)
        await later()
        assert sent(house) == [b"<", winner.encode(), b">"]
        assert len([event for event in house.events if isinstance(event, Woke)]) == 1
        assert "busy" not in (*kitchen.shut, *bedroom.shut), "who hears it through the wall makes no sound"


@pytest.mark.looptime
async def test_another_wake_word_in_the_same_instant_is_somebody_else() -> None:
    async with rooms() as (house, kitchen, bedroom):
        kitchen.says(b"kitchen")
        bedroom.says(b"bedroom", by="alexa")
        await later()
        assert (kitchen.shut, bedroom.shut) == ([], ["busy"])
        assert sent(house) == [b"<", b"kitchen", b">"]


@pytest.mark.looptime
async def test_P7_the_same_word_heard_late_is_the_same_word() -> None:
    async with rooms() as (house, kitchen, bedroom):
        kitchen.hears(GateOpened(WAKE), SpeechBegan(), Frame(b"on"))
        await later(LATE_SECONDS / 2)
        bedroom.hears(GateOpened(WAKE))
        await later()
        assert bedroom.shut == [""]
        assert sent(house) == [b"<", b"on"]


@pytest.mark.looptime
async def test_who_comes_while_another_room_is_answered_is_told_so_and_heard_by_nobody() -> None:
    async with rooms() as (house, kitchen, bedroom):
        kitchen.says(b"first")
        await later(LATE_SECONDS * 2)
        bedroom.says(b"private")
        await later()
        assert bedroom.shut == ["", "busy"]
        answered(house)
        await house.until(lambda: "finish" in kitchen.speaker.did)
        assert b"private" not in sent(house)
        bedroom.says(b"again")
        await later()
        assert sent(house)[-3:] == [b"<", b"again", b">"]


@pytest.mark.looptime
async def test_who_wakes_it_over_its_own_answer_is_not_told_of_it_in_the_next_room() -> None:
    async with rooms() as (house, kitchen, bedroom):
        kitchen.says(b"first")
        await later()
        house.session.says(Speech(SECOND))
        await later(LATE_SECONDS * 2)
        bedroom.hears(GateOpened(WAKE))  # through the wall, and sooner than through the answer
        await later(0.1)
        kitchen.says(b"second")
        await later()
        assert bedroom.shut == [""]
        assert sent(house) == [b"<", b"first", b">", b"<", b"second", b">"]


@pytest.mark.looptime
async def test_a_follow_up_window_that_nobody_uses_keeps_nobody_out() -> None:
    async with rooms() as (house, kitchen, bedroom):
        kitchen.says(b"first")
        await later()
        answered(house)
        await house.until(lambda: "finish" in kitchen.speaker.did)
        kitchen.hears(GateOpened("follow-up"))
        await later(LATE_SECONDS * 2)
        assert (house.talk.phase, house.talk.phases.room) == (Phase.LISTENING, "kitchen")
        bedroom.says(b"second")
        await later()
        assert (kitchen.shut, bedroom.shut) == ([""], [])
        kitchen.hears(SpeechBegan(), Frame(b"on its way before it was shut"))
        await later()
        assert sent(house) == [b"<", b"first", b">", b"<", b"second", b">"]


@pytest.mark.looptime
async def test_a_follow_up_that_somebody_uses_keeps_the_floor() -> None:
    async with rooms() as (house, kitchen, bedroom):
        kitchen.hears(GateOpened("follow-up"))
        await later()
        kitchen.hears(SpeechBegan(), Frame(b"hey jarvis off"))
        await later(0.7)
        bedroom.hears(GateOpened(WAKE))  # it has heard the kitchen
        await later()
        assert bedroom.shut == [""]
        bedroom.hears(GateClosed(False))
        await later(LATE_SECONDS)
        bedroom.hears(GateOpened(WAKE))
        await later()
        assert bedroom.shut == ["", "", "busy"]
        assert sent(house) == [b"<", b"hey jarvis off"]


@pytest.mark.looptime
async def test_P3_a_room_that_dies_in_the_middle_of_a_sentence_gives_the_floor_back() -> None:
    async with rooms() as (house, kitchen, bedroom):
        kitchen.hears(GateOpened(WAKE), SpeechBegan(), Frame(b"turn off the"))
        await later()
        kitchen.dies()
        await later()
        assert house.talk.phase is Phase.IDLE
        bedroom.says(b"on")
        await later()
        assert sent(house) == [b"<", b"turn off the", b">", b"<", b"on", b">"]
        assert bedroom.shut == []


@pytest.mark.looptime
async def test_a_room_that_always_listens_takes_the_floor_when_somebody_speaks() -> None:
    async with rooms() as (house, kitchen, bedroom):
        bedroom.hears(GateOpened("always"))
        kitchen.says(b"kitchen")
        await later()
        bedroom.hears(SpeechBegan(), Frame(b"chatter"), SpeechStopped(), GateClosed(True, "always", 1))
        await later(LATE_SECONDS)
        answered(house)
        await house.until(lambda: "finish" in kitchen.speaker.did)
        bedroom.hears(GateOpened("always"), SpeechBegan(), Frame(b"bedroom"), SpeechStopped())
        await later()
        assert sent(house) == [b"<", b"kitchen", b">", b"<", b"bedroom", b">"]
        assert bedroom.shut == [], "its gate would open again at once"


@pytest.mark.looptime
async def test_a_room_that_always_listens_does_so_only_while_somebody_speaks() -> None:
    """What is turned down while it listens would stay so for ever."""
    async with rooms() as (house, kitchen, _):
        kitchen.hears(GateOpened("always"))
        await later()
        kitchen.hears(SpeechBegan(), Frame(b"light"))
        kitchen.hears(SpeechStopped(), GateClosed(True, "always", 1), GateOpened("always"))
        await later()
        answered(house)
        await house.until(lambda: "finish" in kitchen.speaker.did)
        await later()
        phases = [event.phase for event in house.events if isinstance(event, PhaseChanged)]
        assert phases == ["listening", "thinking", "speaking", "idle"]


@pytest.mark.looptime
async def test_what_is_announced_in_one_room_goes_on_while_another_one_talks() -> None:
    async with rooms() as (house, kitchen, bedroom), asyncio.TaskGroup() as tasks:
        bedroom.speaker.busy.clear()
        tasks.create_task(house.talk.announce("wake up", SECOND, Manner(room="bedroom")))
        await later()
        assert (bedroom.speaker.played, kitchen.speaker.played) == (SECOND, b"")
        kitchen.says(b"light")
        await later()
        assert kitchen.shut == []
        assert sent(house) == [b"<", b"light", b">"]
        assert "flush" not in bedroom.speaker.did
        bedroom.speaker.busy.set()
        answered(house)
        await house.until(lambda: "finish" in kitchen.speaker.did)
        assert bedroom.speaker.played == SECOND


@pytest.mark.looptime
async def test_what_rings_in_one_room_waits_for_no_other_and_breaks_off_nothing_there() -> None:
    async with rooms() as (house, kitchen, bedroom), asyncio.TaskGroup() as tasks:
        kitchen.says(b"a story")
        await later()
        house.session.says(Speech(SECOND))
        await house.until(lambda: house.talk.phase is Phase.SPEAKING)
        bedroom.speaker.busy.clear()
        tasks.create_task(house.talk.announce("wake up", SECOND, Manner(room="bedroom", patience=0.1)))
        await later()
        assert (bedroom.speaker.played, kitchen.speaker.played) == (SECOND, SECOND)
        assert "flush" not in kitchen.speaker.did[1:], "after the one with which its sentence began"
        answered(house)
        await house.until(lambda: "finish" in kitchen.speaker.did)
        assert kitchen.speaker.played == SECOND * 2
        house.talk.stop()
        assert "flush" in bedroom.speaker.did
        bedroom.speaker.busy.set()


@pytest.mark.looptime
async def test_what_was_announced_beside_the_talk_is_over_for_who_speaks_over_it() -> None:
    """The room's ears drop all that is played until they are told that it is known."""
    async with rooms() as (house, kitchen, bedroom), asyncio.TaskGroup() as tasks:
        kitchen.says(b"light")
        await later()
        bedroom.speaker.busy.clear()
        tasks.create_task(house.talk.announce("wake up", SECOND, Manner(room="bedroom", patience=0.1)))
        answered(house)
        await house.until(lambda: house.talk.phase is Phase.IDLE)
        assert "flush" not in bedroom.speaker.did
        bedroom.hears(GateOpened("voice"), SpeechBegan(), Frame(b"stop"))
        await later()
        assert "flush" in bedroom.speaker.did
        bedroom.speaker.busy.set()


@pytest.mark.looptime
async def test_a_room_without_a_speaker_is_answered_in_the_others_and_may_go_on() -> None:
    async with rooms() as (house, kitchen, bedroom):
        bedroom.speaker.speaks = False
        bedroom.says(b"light")
        await later()
        answered(house)
        await house.until(lambda: "finish" in bedroom.speaker.did)
        assert kitchen.speaker.played == SECOND
        assert kitchen.speaker.did[-1] == "finish for good", "nobody there was asked anything"


@pytest.mark.looptime
async def test_a_typed_sentence_is_answered_where_somebody_talked_last() -> None:
    async with rooms() as (house, kitchen, bedroom):
        bedroom.says(b"light")
        await later()
        answered(house)
        await house.until(lambda: "finish" in bedroom.speaker.did)
        bedroom.speaker.played = b""
        assert await house.asked("and now", Speech(SECOND), Generated(), TurnDone())
        assert (bedroom.speaker.played, kitchen.speaker.played) == (SECOND, b"")
