"""The house speaks of its own accord: in its turn, bounded, answered, and ringing until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from assistant.api import PluginError, announce, ask, hush, ring, say, tool
from assistant.bus import Bus
from assistant.events import Event, Problem, Silenced, Spoke
from assistant.home.registry import Registry
from assistant.household.voice import MOST_WAITING, HouseVoice
from assistant.own_voice import Manner
from assistant.rooms import Rooms
from assistant.speaking import speak_as, speak_through
from assistant.tools.dispatch import Dispatcher, ToolCall
from assistant.tools.table import Tool, ToolTable


class Talk:
    """A room that speaks, one second for each text, or has no speaker."""

    def __init__(self, *, speaker: bool = True) -> None:
        self.speaker = speaker
        self.heard: list[str] = []
        self.followed: list[str] = []
        self.free = asyncio.Event()
        self.free.set()

    async def read_out(self, text: str, how: Manner, /) -> bool:
        await self.free.wait()
        if not how.wanted():
            return True
        if not self.speaker:
            return False
        await asyncio.sleep(1)
        self.heard.append(f"♪ {text}" if how.sound else text)
        if how.follow_up:
            self.followed.append(text)
        return True


@contextlib.asynccontextmanager
async def speaking(talk: Talk) -> AsyncIterator[tuple[HouseVoice, Bus]]:
    bus = Bus()
    voice = HouseVoice(talk, bus, Rooms())
    speak_through(voice)
    speak_as("test")
    task = asyncio.get_running_loop().create_task(voice.run())
    await asyncio.sleep(0)
    try:
        yield voice, bus
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=2)


@pytest.mark.looptime
async def test_one_after_the_other_and_what_is_announced_first() -> None:
    talk = Talk()
    async with speaking(talk):
        talk.free.clear()
        assert await say("first")
        await asyncio.sleep(0)
        await say("second  one\n")
        await announce("fire")
        await announce("everybody out")
        talk.free.set()
        await asyncio.sleep(5)
    assert talk.heard == ["first", "fire", "everybody out", "second one"]


@pytest.mark.looptime
async def test_p3_who_floods_is_left_out_and_the_others_are_heard() -> None:
    talk = Talk()
    async with speaking(talk) as (_, bus):
        with bus.subscribed(Problem) as problems:
            talk.free.clear()
            taken = [await say(f"blah {number}") for number in range(50)]
            speak_as("other")
            assert await say("hello")
            talk.free.set()
            await asyncio.sleep(10)
            assert [str(problems.get_nowait()) for _ in range(problems.qsize())] == [
                "Problem(text='test has more to say than can be heard; some of it was left out.')"
            ]
            speak_as("test")
            assert await say("again")
            assert not await say("  ")
            await asyncio.sleep(2)
    assert sum(taken) in (MOST_WAITING, MOST_WAITING + 1)
    assert talk.heard[-2:] == ["hello", "again"]


@pytest.mark.looptime
async def test_without_a_speaker_it_is_shown() -> None:
    async with speaking(Talk(speaker=False)) as (_, bus):
        with bus.subscribed(Spoke) as shown:
            await say("dinner")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(60):
                    await ring("tea")
            assert [_text(shown) for _ in range(shown.qsize())] == ["tea", "dinner"]


def _text(shown: asyncio.Queue[Event]) -> str:
    event = shown.get_nowait()
    assert isinstance(event, Spoke)
    return event.text


@pytest.mark.looptime
async def test_a_question_gets_the_next_words_and_only_those() -> None:
    talk = Talk()
    async with speaking(talk) as (voice, _):
        assert not voice.takes("nobody has asked")
        async with asyncio.TaskGroup() as tasks:
            first = tasks.create_task(ask("Shall I close it?"))
            second = tasks.create_task(ask("And the blinds?", seconds=5))
            await asyncio.sleep(3)
            assert voice.takes("yes please")
            assert not voice.takes("turn on the light")
        assert (first.result(), second.result()) == ("yes please", None)
        assert talk.followed == ["Shall I close it?", "And the blinds?"]
        assert not voice.takes("too late")


@pytest.mark.looptime
async def test_it_rings_until_somebody_says_stop() -> None:
    talk = Talk()
    async with speaking(talk) as (_, bus):
        async with asyncio.TaskGroup() as tasks:
            pasta = tasks.create_task(ring("pasta"))
            tea = tasks.create_task(ring("tea"))
            await asyncio.sleep(30)
            assert sorted(await hush()) == ["pasta", "tea"]
        assert pasta.result()
        assert tea.result()
        rang = len(talk.heard)
        assert rang >= 8
        assert set(talk.heard) == {"♪ pasta", "♪ tea"}
        async with asyncio.TaskGroup() as tasks:
            egg = tasks.create_task(ring("egg"))
            await asyncio.sleep(10)
            bus.publish(Silenced())
        assert egg.result()
        assert await hush() == []
        async with asyncio.TaskGroup() as tasks:
            rings = [tasks.create_task(ring(f"flood {number}")) for number in range(1000)]
            await asyncio.sleep(60)
            assert len(await hush()) == 10
        assert sum(each.result() for each in rings) == 10
        assert not await ring("nobody is at home", minutes=1)
    assert len(talk.heard) < 100


async def test_a_tool_that_is_waited_for_cannot_ask(caplog: pytest.LogCaptureFixture) -> None:
    @tool
    async def impatient() -> str:
        """Ask."""
        return await ask("Really?") or "nothing"

    @tool(slow=True)
    async def patient() -> str:
        """Ask."""
        return await ask("Really?", seconds=0.01) or "nothing"

    table = ToolTable()
    for function in (impatient, patient):
        table.add(Tool(vars(function)["tool_mark"].declared(function), function, "test"))
    dispatcher = Dispatcher(table, Registry(), Bus())
    async with speaking(Talk(speaker=False)):
        assert not (await dispatcher.call(ToolCall("1", "impatient"))).ok
        assert (await dispatcher.call(ToolCall("2", "patient"))).text == "Nothing."
    assert "return the question as its answer" in caplog.text


async def test_without_a_house_nobody_speaks() -> None:
    speak_through(None)  # type: ignore[arg-type]
    with pytest.raises(PluginError, match="no house"):
        await say("hello")
