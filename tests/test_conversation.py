"""One room's talk: turns, barge-in, late ends, silence, lost turns, cancelled tools, the deadline."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from assistant import calling, mouths
from assistant import conversation as module
from assistant.api import Device, Plugin, state, tell, tool
from assistant.audio.messages import (
    Frame,
    FromAudio,
    GateClosed,
    GateOpened,
    SourceEnded,
    SpeechBegan,
    SpeechStopped,
)
from assistant.bus import Bus
from assistant.calling import CUT_OFF, LOST, STILL_AT_IT
from assistant.conversation import Conversation
from assistant.errors import BrainError
from assistant.events import (
    Event,
    Heard,
    Interrupted,
    PhaseChanged,
    Problem,
    Silenced,
    Spoke,
    ToolFinished,
    Woke,
)
from assistant.home.registry import Registry
from assistant.live.messages import (
    Audio,
    BargedIn,
    CallReleased,
    Calls,
    CallsCancelled,
    Delivery,
    Generated,
    Message,
    Outgoing,
    Replayed,
    Say,
    Speech,
    SpeechEnded,
    SpeechStarted,
    SpeechText,
    Transcribed,
    TurnDone,
    TurnLost,
)
from assistant.live.session import Briefing, Session, Setup
from assistant.own_voice import Manner
from assistant.phases import Phase
from assistant.tools.dispatch import BROKEN_OFF, Dispatcher, ToolCall
from assistant.tools.table import ToolTable

SECOND = bytes(48_000)


class Wireless(Session):
    """The session without its links: the test is the brain."""

    def __init__(self) -> None:
        super().__init__([], Setup(Briefing("")))
        self.sent: list[Outgoing] = []
        self.responses: list[tuple[str, dict[str, Any]]] = []
        self.delivery = Delivery.TAKEN
        self.shares: list[float] = []

    def post(self, item: Outgoing) -> None:
        self.sent.append(item)

    async def respond(
        self, call_id: str, name: str, result: dict[str, Any], *, more: bool = False
    ) -> Delivery:
        if self.delivery is Delivery.TAKEN:
            self.responses.append((call_id, {**result, **({"more": True} if more else {})}))
        return self.delivery

    def heard_only(self, share: float) -> None:
        self.shares.append(share)

    def says(self, *messages: Message) -> None:
        for message in messages:
            self._inbox.put_nowait(message)


class Loudspeaker:
    def __init__(self) -> None:
        self.did: list[str] = []
        self.played = b""
        self.busy = asyncio.Event()
        self.busy.set()

    def play(self, pcm: bytes) -> None:
        self.did.append("play")
        self.played += pcm

    def flush(self) -> None:
        self.did.append("flush")

    def sign(self, name: str) -> None:
        self.did.append(name)

    def heard(self) -> float:
        return 0.25

    async def room(self) -> None:
        """Always."""

    async def finish(self, *, follow_up: bool = True) -> None:
        self.did.append("finish" if follow_up else "finish for good")
        await self.busy.wait()


class RoomSpeaker(Loudspeaker):
    speaks = True


class Kettle(Device):
    on: bool | None = state()
    boiled: int = 0

    @tool
    async def turn_on(self) -> str:
        """Switch on."""
        await asyncio.sleep(0.2)
        self.boiled += 1
        return f"{self.name} is on"


class Baker(Plugin):
    cups: int = 0

    def __init__(self) -> None:
        super().__init__()
        self._ready = asyncio.Event()

    def finish(self) -> None:
        self._ready.set()

    @tool(slow=True)
    async def bake(self) -> str:
        """Bake a cake."""
        await tell("The oven is warm.")
        await self._ready.wait()
        return "The cake is ready"

    @tool(slow=True, speak="never")
    async def air_the_room(self) -> str:
        """Air the room; nobody needs to hear of it."""
        await self._ready.wait()
        return "The room is aired"

    @tool
    async def make_tea(self) -> str:
        """Make tea."""
        self.cups += 1
        await asyncio.sleep(0.05)
        return "Tea is ready"


class Sulky(Plugin):
    @tool
    async def leave(self) -> str:
        """Leave."""
        raise SystemExit(1)

    @tool
    async def give_up(self) -> str:
        """Wait for something that was given up."""
        raise asyncio.CancelledError


class Room:
    """A conversation, its parts and all its events."""

    def __init__(self) -> None:
        self.session, self.bus, self.mouth, self.kettle = (
            Wireless(),
            Bus(),
            Loudspeaker(),
            Kettle(name="kettle"),
        )
        self.baker = Baker()
        registry, table = Registry(), ToolTable()
        registry.add(self.kettle)
        for each in (*self.kettle.tools(), *Sulky().tools(), *self.baker.tools()):
            table.add(each)
        self.talk = Conversation(self.session, Dispatcher(table, registry, self.bus), self.bus)
        self.talk.mouths.append(self.mouth)
        self.events: list[Event] = []

    def kinds(self) -> list[type[Event]]:
        return [type(e) for e in self.events if not isinstance(e, PhaseChanged | Silenced)]

    async def until(self, so: Callable[[], object]) -> None:
        async with asyncio.timeout(2):
            while not so():  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.002)

    async def asked(self, text: str, *answer: Message) -> bool:
        asking = asyncio.get_running_loop().create_task(self.talk.ask(text))
        await asyncio.sleep(0)
        self.session.says(*answer)
        return await asking


@contextlib.asynccontextmanager
async def room() -> AsyncIterator[Room]:
    made = Room()

    async def note() -> None:
        with made.bus.subscribed() as news:
            while True:
                made.events.append(await news.get())

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(made.talk.run()), tasks.create_task(note())]
        await asyncio.sleep(0)
        yield made
        await asyncio.sleep(0.01)
        for task in running:
            task.cancel()


ANSWER = (Speech(SECOND), SpeechText("It is "), SpeechText("on."), Generated(), TurnDone())


async def ears(*heard: FromAudio) -> AsyncIterator[FromAudio]:
    for message in heard:
        await asyncio.sleep(0)
        yield message


SPOKEN = (GateOpened("push"), SpeechBegan(), Frame(b"ab"), SpeechStopped(), GateClosed(True))


async def test_a_typed_turn() -> None:
    async with room() as here:
        assert await here.asked("is it on", *ANSWER)
        await here.until(lambda: Spoke("It is on.", 1.0) in here.events)
        assert here.kinds() == [Heard, Spoke]
        assert here.session.sent == [Say("is it on")]
        assert here.mouth.did == ["play", "finish"]
        assert here.talk.phase is Phase.IDLE


async def test_a_spoken_turn() -> None:
    async with room() as here:
        listening = asyncio.get_running_loop().create_task(here.talk.listen(ears(*SPOKEN, SourceEnded())))
        await here.until(lambda: SpeechEnded() in here.session.sent)
        here.session.says(Transcribed("is it "), Transcribed("on "), *ANSWER)
        assert await listening
        assert here.session.sent == [SpeechStarted(), Audio(b"ab"), SpeechEnded()]
        await here.until(lambda: Spoke in here.kinds())
        assert here.kinds() == [Woke, Heard, Spoke]
        assert Heard("is it on") in here.events


async def test_who_waits_for_an_answer_hears_that_the_question_was_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mouths, "THINKING_SECONDS", 0.02)
    async with room() as here:
        listening = asyncio.get_running_loop().create_task(here.talk.listen(ears(*SPOKEN, SourceEnded())))
        await here.until(lambda: "thinking" in here.mouth.did)
        here.session.says(Transcribed("is it on"), *ANSWER)
        assert await listening
        assert here.mouth.did == ["thinking", "play", "finish"]


async def test_after_an_answer_the_room_listens_as_long_as_the_gate_is_open() -> None:
    async with room() as here:
        told: asyncio.Queue[FromAudio] = asyncio.Queue()

        async def microphone() -> AsyncIterator[FromAudio]:
            while True:
                yield await told.get()

        listening = asyncio.get_running_loop().create_task(here.talk.listen(microphone()))
        for message in SPOKEN:
            told.put_nowait(message)
        await here.until(lambda: SpeechEnded() in here.session.sent)
        here.mouth.busy.clear()
        here.session.says(*ANSWER)
        await here.until(lambda: "finish" in here.mouth.did)
        told.put_nowait(GateOpened("follow-up"))
        await here.until(lambda: here.kinds()[-1] is Woke)
        here.mouth.busy.set()
        await here.until(lambda: here.talk.phase is Phase.LISTENING)
        told.put_nowait(GateClosed(False))
        await here.until(lambda: here.talk.phase is Phase.IDLE)
        listening.cancel()
        await asyncio.wait([listening])


async def test_a_microphone_goes_on_listening_after_each_answer() -> None:
    """Each answer is waited for beside the microphone: the follow-up window depends on it."""
    heard: asyncio.Queue[FromAudio] = asyncio.Queue()

    async def microphone() -> AsyncIterator[FromAudio]:
        while not isinstance(message := await heard.get(), SourceEnded):
            yield message

    async with room() as here:
        listening = asyncio.get_running_loop().create_task(here.talk.listen(microphone()))
        for number in (1, 2):
            for message in SPOKEN:
                heard.put_nowait(message)
            await here.until(lambda n=number: here.session.sent.count(SpeechEnded()) == n)  # type: ignore[misc]
            here.session.says(*ANSWER)
            await here.until(lambda n=number: here.mouth.did.count("finish") == n)  # type: ignore[misc]
        heard.put_nowait(SourceEnded())
        assert await listening


async def test_half_a_sentence_that_ends_with_mute_is_not_acted_on() -> None:
    async with room() as here:
        half = (GateOpened("push"), SpeechBegan(), Frame(b"ab"), GateClosed(False, "push", 1))
        listening = asyncio.get_running_loop().create_task(here.talk.listen(ears(*half, SourceEnded())))
        assert not await listening
        assert here.session.sent == [SpeechStarted(), Audio(b"ab"), SpeechEnded()]
        assert here.talk.phase is Phase.IDLE
        called = ToolCall("1", "turn_on", {"device": "kettle"})
        here.session.says(Transcribed("turn it on"), Calls((called,)))
        await here.until(lambda: Heard("turn it on") in here.events and here.session.responses)
        here.session.says(*ANSWER)
        await asyncio.sleep(0.01)
        assert "error" in here.session.responses[0][1]
        assert not any(isinstance(event, ToolFinished) for event in here.events)
        assert "play" not in here.mouth.did


async def test_speaking_over_the_answer_stops_it() -> None:
    async with room() as here:
        asking = asyncio.get_running_loop().create_task(here.talk.ask("tell a story"))
        here.session.says(Speech(SECOND), SpeechText("Once"))
        await here.until(lambda: here.talk.phase is Phase.SPEAKING)
        listening = asyncio.get_running_loop().create_task(here.talk.listen(ears(*SPOKEN, SourceEnded())))
        await here.until(lambda: SpeechEnded() in here.session.sent)
        assert here.mouth.did == ["play", "flush"]
        here.session.says(BargedIn(), TurnDone(), Transcribed("stop"), *ANSWER)
        assert await listening
        assert await asking
        assert [event for event in here.events if isinstance(event, Interrupted)] == [Interrupted(0.25)]
        assert here.session.shares == [0.25]
        assert here.kinds().count(Spoke) == 1
        assert here.mouth.did == ["play", "flush", "play", "finish"]


async def test_a_long_rest_of_an_answer_that_was_spoken_over_is_not_taken_for_the_next() -> None:
    async with room() as here:
        asking = asyncio.get_running_loop().create_task(here.talk.ask("tell a story"))
        here.session.says(Speech(SECOND), SpeechText("Once"))
        await here.until(lambda: here.talk.phase is Phase.SPEAKING)
        listening = asyncio.get_running_loop().create_task(here.talk.listen(ears(*SPOKEN, SourceEnded())))
        await here.until(lambda: SpeechEnded() in here.session.sent)
        here.session.says(Speech(SECOND), SpeechText("upon"), BargedIn(), TurnDone(), *ANSWER)
        assert await listening
        assert await asking
        assert here.mouth.did == ["play", "flush", "play", "finish"]
        assert here.mouth.played == SECOND * 2


async def test_a_mouth_that_was_spoken_over_is_told_that_what_comes_is_new_though_nobody_thought_it_spoke() -> (
    None
):
    async with room() as here:
        here.talk.mouths.rooms["kitchen"] = speaker = RoomSpeaker()
        speaking = here.talk.listen(ears(*SPOKEN, SourceEnded()), "kitchen")
        listening = asyncio.get_running_loop().create_task(speaking)
        await here.until(lambda: SpeechEnded() in here.session.sent)
        assert speaker.did == ["flush"], "until then it drops what it gets"
        here.session.says(*ANSWER)
        assert await listening


async def test_what_is_still_playing_after_its_turn_is_stopped_too() -> None:
    async with room() as here:
        here.mouth.busy.clear()
        asking = asyncio.get_running_loop().create_task(here.talk.ask("tell a story"))
        await asyncio.sleep(0)
        here.session.says(*ANSWER)
        await here.until(lambda: here.mouth.did[-1:] == ["finish"])
        listening = asyncio.get_running_loop().create_task(here.talk.listen(ears(*SPOKEN, SourceEnded())))
        await here.until(lambda: SpeechEnded() in here.session.sent)
        assert here.mouth.did == ["play", "finish", "flush"]
        here.mouth.busy.set()
        here.session.says(*ANSWER)
        assert await listening
        assert await asking
        assert here.kinds().count(Interrupted) == 1


async def test_the_rest_of_an_answer_that_was_spoken_over_is_not_played() -> None:
    heard: asyncio.Queue[FromAudio] = asyncio.Queue()

    async def microphone() -> AsyncIterator[FromAudio]:
        while not isinstance(message := await heard.get(), SourceEnded):
            yield message

    async with room() as here:
        asking = asyncio.get_running_loop().create_task(here.talk.ask("tell a story"))
        listening = asyncio.get_running_loop().create_task(here.talk.listen(microphone()))
        here.session.says(Speech(SECOND))
        await here.until(lambda: here.talk.phase is Phase.SPEAKING)
        for message in SPOKEN[:3]:
            heard.put_nowait(message)
        await here.until(lambda: SpeechStarted() in here.session.sent)
        here.session.says(Speech(SECOND), SpeechText("upon a time"), BargedIn(), TurnDone())
        await asyncio.sleep(0.02)
        heard.put_nowait(SpeechStopped())
        await here.until(lambda: SpeechEnded() in here.session.sent)
        here.session.says(*ANSWER)
        heard.put_nowait(SourceEnded())
        assert await listening
        assert await asking is True
        await here.until(lambda: Spoke("It is on.", 1.0) in here.events)
        assert here.mouth.did == ["play", "flush", "play", "finish"]
        assert here.kinds().count(Interrupted) == 1


async def test_the_late_end_of_an_earlier_turn_does_not_end_the_next() -> None:
    async with room() as here:
        assert await here.asked("one", Speech(SECOND), SpeechText("One."), Generated())
        asking = asyncio.get_running_loop().create_task(here.talk.ask("two"))
        await asyncio.sleep(0)
        here.session.says(TurnDone())
        await asyncio.sleep(0.02)
        assert not asking.done()
        here.session.says(*ANSWER)
        assert await asking
        await here.until(lambda: here.kinds().count(Spoke) == 2)


async def test_a_silent_answer_ends_the_turn_without_having_spoken() -> None:
    async with room() as here:
        assert not await here.asked("psst", Generated(), TurnDone())
        assert Spoke not in here.kinds()
        assert here.talk.phase is Phase.IDLE


async def test_a_lost_turn_is_told() -> None:
    async with room() as here:
        assert not await here.asked("hello", TurnLost())
        await here.until(lambda: Problem(LOST) in here.events)


async def test_p7_when_the_answer_is_lost_it_is_told_what_was_done() -> None:
    async with room() as here:
        asking = asyncio.get_running_loop().create_task(here.talk.ask("kettle on"))
        await asyncio.sleep(0)
        here.session.says(Calls((ToolCall("1", "turn_on", {"device": "kettle"}),)))
        await here.until(lambda: here.session.responses)
        here.session.says(TurnLost())
        assert not await asking
        assert Problem("The kettle is on. Then the connection was lost.") in here.events
        assert here.kettle.boiled == 1


async def test_what_was_lost_is_said_in_a_voice_of_our_own() -> None:
    async with room() as here:

        async def read_aloud(text: str) -> bytes:
            if not text.startswith(LOST):
                raise BrainError("the voice is away")
            return SECOND * 2

        here.talk.own_voice.read_aloud = read_aloud
        assert not await here.asked("tell me a story", TurnLost())
        await here.until(lambda: here.mouth.played)
        await here.until(lambda: here.talk.phase is Phase.IDLE)
        assert here.mouth.played == SECOND * 2
    assert [e.text for e in here.events if isinstance(e, Spoke)] == [LOST]
    assert here.kinds().count(Problem) == 1


async def test_a_voice_that_is_away_too_takes_nothing_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.01)
    async with room() as here:

        async def read_aloud(text: str) -> bytes:
            raise BrainError("the voice is away")

        here.talk.own_voice.read_aloud = read_aloud
        assert not await here.asked("hello")
        monkeypatch.undo()
        assert await here.asked("hello again", *ANSWER)
    assert here.kinds().count(Problem) == 1


async def test_words_that_the_next_link_hears_again_are_told_once() -> None:
    async with room() as here:
        hearing = asyncio.get_running_loop().create_task(here.talk.listen(ears(*SPOKEN, SourceEnded())))
        await here.until(lambda: here.session.sent[-1:] == [SpeechEnded()])
        here.session.says(Transcribed("kettle"), Replayed(), Transcribed("kettle on"), *ANSWER)
        assert await hearing
        assert [event.text for event in here.events if isinstance(event, Heard)] == ["kettle on"]


async def test_no_answer_in_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.05)
    async with room() as here:
        assert not await here.talk.ask("hello")
        assert not await here.asked("a story", Speech(SECOND), SpeechText("Once"))  # and nothing more
        assert not await here.talk.listen(ears(*SPOKEN, SourceEnded()))
        await here.until(lambda: here.kinds().count(Problem) == 3)
        assert here.talk.phase is Phase.IDLE


async def test_p7_a_tool_runs_once_and_its_answer_ends_the_turn() -> None:
    call = ToolCall("1", "turn_on", {"device": "kettle"})
    async with room() as here:
        asking = asyncio.get_running_loop().create_task(here.talk.ask("kettle on"))
        await asyncio.sleep(0)
        here.session.says(
            Calls((call,)), Generated(), TurnDone(), Calls((ToolCall("2", call.name, call.args),))
        )
        await here.until(lambda: len(here.session.responses) == 2)
        assert not asking.done()
        here.session.says(*ANSWER)
        assert await asking
        assert here.kettle.boiled == 1


async def test_an_end_that_crosses_the_result_of_a_tool_is_not_the_end() -> None:
    """The brain ends its turn at once and is quick, but so was the tool."""
    async with room() as here:
        asking = asyncio.get_running_loop().create_task(here.talk.ask("kettle on"))
        await asyncio.sleep(0)
        here.session.says(Calls((ToolCall("1", "turn_on", {"device": "kettle"}),)))
        await here.until(lambda: here.session.responses)
        here.session.says(Generated(), TurnDone())
        await asyncio.sleep(0.02)
        assert not asking.done()
        here.session.says(*ANSWER)
        assert await asking


async def test_a_slow_tool_tells_how_far_it_is_and_its_answer_comes_long_after_the_turn() -> None:
    async with room() as here:
        asking = asyncio.get_running_loop().create_task(here.talk.ask("bake a cake"))
        await asyncio.sleep(0)
        here.session.says(Calls((ToolCall("1", "bake"),)), Generated(), TurnDone())
        await here.until(lambda: here.session.responses)
        assert here.session.responses == [("1", {"text": "The oven is warm.", "more": True})]
        assert await here.asked("what time is it", *ANSWER)
        here.baker.finish()
        await here.until(lambda: len(here.session.responses) == 2)
        assert here.session.responses[1][1] == {"status": "done", "text": "The cake is ready."}
        here.session.says(Speech(SECOND), SpeechText("The cake is ready."))
        await here.until(lambda: here.talk.phase is Phase.SPEAKING)
        here.session.says(Generated(), TurnDone())
        await here.until(lambda: here.talk.phase is Phase.IDLE)
        assert not await asking
    assert [event.text for event in here.events if isinstance(event, Spoke)] == [
        "It is on.",
        "The cake is ready.",
    ]


@pytest.mark.parametrize(
    "first", [(), (Speech(SECOND), SpeechText("I'll do it."))], ids=["silent", "said so"]
)
async def test_a_tool_of_which_nothing_is_said_ends_the_turn_when_it_has_worked(
    first: tuple[Message, ...],
) -> None:
    async with room() as here:
        asking = asyncio.get_running_loop().create_task(here.talk.ask("air the room"))
        await asyncio.sleep(0)
        here.session.says(Calls((ToolCall("1", "air_the_room"),)), *first, Generated(), TurnDone())
        await asyncio.sleep(0.02)
        assert not asking.done()
        here.baker.finish()
        async with asyncio.timeout(10):
            assert await asking is bool(first)
        assert [event.text for event in here.events if isinstance(event, Spoke)] == ["I'll do it."] * bool(
            first
        )
        assert here.talk.phase is Phase.IDLE


@pytest.mark.parametrize(
    "said", [(), (Speech(SECOND), SpeechText("Tea it is."))], ids=["nothing", "half of it"]
)
async def test_p7_what_a_tool_has_done_is_told_when_the_brain_never_ends_its_answer(
    said: tuple[Message, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.3)
    async with room() as here:
        assert await here.asked("make tea", Calls((ToolCall("1", "make_tea"),)), *said)
        spoke = ["Tea it is."] if said else ["Tea is ready."]
        assert [event.text for event in here.events if isinstance(event, Spoke)] == spoke
        assert Problem not in here.kinds(), "nobody is asked to try again"
        assert here.baker.cups == 1


async def test_the_result_of_a_slow_tool_whose_link_is_gone_is_told_nevertheless(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calling, "QUICK_SECONDS", 0.05)
    async with room() as here:
        asking = asyncio.get_running_loop().create_task(here.talk.ask("bake a cake"))
        await asyncio.sleep(0)
        here.session.says(Calls((ToolCall("1", "bake"),)), Generated(), TurnDone())
        await here.until(lambda: here.session.responses)
        here.session.delivery = Delivery.GONE
        here.session.says(TurnLost())
        assert not await asking
        here.baker.finish()
        await here.until(lambda: here.kinds().count(Problem) == 2)
    told = [event.text for event in here.events if isinstance(event, Problem)]
    assert told == [STILL_AT_IT, f"The cake is ready. {CUT_OFF}"]


async def test_p7_nobody_is_asked_to_say_again_what_is_being_done() -> None:
    async with room() as here:
        asking = asyncio.get_running_loop().create_task(here.talk.ask("kettle on"))
        await asyncio.sleep(0)
        here.session.says(Calls((ToolCall("1", "turn_on", {"device": "kettle"}),)))
        await asyncio.sleep(0.01)
        here.session.delivery = Delivery.GONE
        here.session.says(TurnLost())
        async with asyncio.timeout(1):
            assert not await asking
        await asyncio.sleep(0.1)
        assert here.kettle.boiled == 1
    told = [event.text for event in here.events if isinstance(event, Problem)]
    assert told == [f"The kettle is on. {CUT_OFF}"]


async def test_a_brain_that_could_not_wait_goes_on_and_the_result_is_told_without_it() -> None:
    async def read(text: str) -> bytes:
        return text.encode()

    async with room() as here:
        here.talk.own_voice.read_aloud = read
        asking = asyncio.get_running_loop().create_task(here.talk.ask("bake a cake"))
        await asyncio.sleep(0)
        here.session.says(Calls((ToolCall("1", "bake"),)))
        await here.until(lambda: here.session.responses)
        here.session.says(CallReleased("1"), Speech(SECOND), SpeechText("It bakes."), Generated(), TurnDone())
        assert await asking
        here.session.delivery = Delivery.LATE
        here.baker.finish()
        await here.until(lambda: here.mouth.played.endswith(b"The cake is ready."))
        await here.until(lambda: here.kinds().count(Spoke) == 2)
    assert Problem not in here.kinds()


async def test_calls_without_an_id_are_different_calls() -> None:
    async with room() as here:
        for number in (1, 2):
            asking = asyncio.get_running_loop().create_task(here.talk.ask("kettle on"))
            await asyncio.sleep(0)
            here.session.says(Calls((ToolCall("", "turn_on", {"device": "kettle"}),)))
            await here.until(lambda n=number: len(here.session.responses) == n)  # type: ignore[misc]
            here.session.says(*ANSWER)
            assert await asking
        assert here.kettle.boiled == 2


async def test_a_cancelled_call_stops_and_does_not_keep_the_turn_open() -> None:
    async with room() as here:
        call = ToolCall("1", "turn_on", {"device": "kettle"})
        asking = asyncio.get_running_loop().create_task(here.talk.ask("kettle on"))
        await asyncio.sleep(0)
        here.session.says(Calls((call,)))
        await asyncio.sleep(0.01)
        here.session.says(CallsCancelled(("1", "unknown")), SpeechText("Fine."), Generated(), TurnDone())
        async with asyncio.timeout(1):
            assert await asking
        await asyncio.sleep(0.1)
        assert here.kettle.boiled == 0
        assert here.session.responses == []


async def test_a_call_that_was_withdrawn_before_it_did_anything_may_be_made_again() -> None:
    async with room() as here:
        asking = asyncio.get_running_loop().create_task(here.talk.ask("kettle on"))
        await asyncio.sleep(0)
        here.session.says(Calls((ToolCall("1", "turn_on", {"device": "kettle"}),)))
        await asyncio.sleep(0.01)
        again = ToolCall("2", "turn_on", {"device": "kettle"})
        here.session.says(CallsCancelled(("1",)), Calls((again,)))
        await here.until(lambda: here.session.responses)
        assert here.session.responses == [("2", {"status": "done", "text": "The kettle is on."})]
        assert here.kettle.boiled == 1
        here.session.says(SpeechText("Fine."), Generated(), TurnDone())
        assert await asking


async def test_p7_a_call_that_was_withdrawn_after_its_command_went_out_is_not_made_again() -> None:
    async with room() as here:
        asking = asyncio.get_running_loop().create_task(here.talk.ask("make tea"))
        await asyncio.sleep(0)
        here.session.says(Calls((ToolCall("1", "make_tea"),)))
        await asyncio.sleep(0.01)
        here.session.says(CallsCancelled(("1",)), Calls((ToolCall("2", "make_tea"),)))
        await here.until(lambda: here.session.responses)
        assert here.session.responses[0][1]["error"] == BROKEN_OFF
        assert here.baker.cups == 1
        here.session.says(SpeechText("Well."), Generated(), TurnDone())
        assert await asking


@pytest.mark.parametrize("name", ["leave", "give_up"])
async def test_p3_a_tool_that_exits_or_gives_up_is_only_a_failure(name: str) -> None:
    async with room() as here:
        here.talk._dispatcher.new_utterance()
        here.session.says(Calls((ToolCall("1", name),)))
        await here.until(lambda: here.session.responses)
        assert here.session.responses[0][1]["error"] == "That did not work."
        assert ToolFinished("1", False, "That did not work.") in here.events
        assert await here.asked("are you there", *ANSWER)


async def test_an_announcement_waits_for_a_running_answer_and_opens_no_microphone() -> None:
    async with room() as here:
        here.mouth.busy.clear()
        asking = asyncio.get_running_loop().create_task(here.talk.ask("is it on"))
        await asyncio.sleep(0)
        here.session.says(*ANSWER)
        await here.until(lambda: "finish" in here.mouth.did)
        announcing = asyncio.get_running_loop().create_task(here.talk.announce("Dinner.", SECOND + SECOND))
        await asyncio.sleep(0.02)
        assert here.mouth.did == ["play", "finish"]
        here.mouth.busy.set()
        await announcing
        assert await asking
        assert here.mouth.did == ["play", "finish", "play", "play", "finish for good"]
        assert Spoke("Dinner.", 2.0) in here.events
        assert here.session.sent == [Say("is it on")]
        assert here.talk.phase is Phase.IDLE


async def test_an_announcement_that_is_spoken_over_tells_how_much_was_heard_and_the_brain_nothing() -> None:
    async with room() as here:
        here.mouth.busy.clear()
        announcing = asyncio.get_running_loop().create_task(here.talk.announce("Dinner.", SECOND))
        await here.until(lambda: "finish for good" in here.mouth.did)
        listening = asyncio.get_running_loop().create_task(here.talk.listen(ears(*SPOKEN, SourceEnded())))
        await here.until(lambda: SpeechEnded() in here.session.sent)
        here.mouth.busy.set()
        here.session.says(Transcribed("is it on"), *ANSWER)
        assert await listening
        await announcing
        assert [event for event in here.events if isinstance(event, Interrupted)] == [Interrupted(0.25)]
        assert here.session.shares == []


async def test_an_announcement_without_a_speaker_is_told() -> None:
    async with room() as here:
        here.talk.mouths.clear()
        await here.talk.announce("Dinner.", SECOND)
        await here.until(lambda: here.kinds() == [Problem])


async def test_stop_ends_an_answer_and_the_rest_of_it_is_not_heard() -> None:
    async with room() as here:
        asking = asyncio.get_running_loop().create_task(here.talk.ask("tell me a story"))
        await asyncio.sleep(0)
        here.session.says(Speech(SECOND), SpeechText("Once "))
        await here.until(lambda: here.talk.phase is Phase.SPEAKING)
        here.talk.stop()
        assert here.mouth.did == ["play", "flush"]
        assert here.talk.phase is Phase.IDLE
        await asking
        here.session.says(Speech(SECOND), Generated(), TurnDone())
        await asyncio.sleep(0.02)
        assert here.mouth.did == ["play", "flush"]
        assert here.talk.phase is Phase.IDLE
        assert here.kinds() == [Heard, Interrupted]
        assert await here.asked("is it on", *ANSWER)


async def test_stop_in_a_silent_room_is_nothing() -> None:
    async with room() as here:
        here.talk.stop()
        assert here.talk.phase is Phase.IDLE
        await asyncio.sleep(0)
        assert not here.kinds()


async def test_what_rings_waits_a_moment_for_an_answer_and_then_breaks_it_off() -> None:
    async with room() as here:
        asking = asyncio.get_running_loop().create_task(here.talk.ask("tell me a story"))
        await asyncio.sleep(0)
        here.session.says(Speech(SECOND), SpeechText("Once upon a time "))
        await here.until(lambda: here.talk.phase is Phase.SPEAKING)
        await here.talk.announce("The tea is ready.", SECOND, Manner(patience=0.05))
        await asking
        assert here.mouth.did == ["play", "flush", "play", "finish for good"]
        assert Spoke("The tea is ready.", 1.0) in here.events
        await here.talk.announce("Not any more.", SECOND, Manner(wanted=lambda: False))
        assert here.mouth.did[-1] == "finish for good"
        assert here.talk.phase is Phase.IDLE


async def test_p2_a_sentence_that_is_begun_while_a_pin_is_awaited_goes_nowhere() -> None:
    async with room() as here:
        awaited = True
        here.talk.unheard.wanted = lambda: awaited
        await here.talk.listen(ears(*SPOKEN[:3]))
        awaited = False  # what was begun then goes nowhere to its end
        await here.talk.listen(ears(Frame(b"48"), SpeechStopped(), GateClosed(True)))
        assert here.session.sent == []
        assert here.talk.phase is Phase.IDLE

        async def begun_before() -> AsyncIterator[FromAudio]:
            nonlocal awaited
            for message in (SpeechBegan(), Frame(b"ab")):
                yield message
            await here.until(lambda: Audio(b"ab") in here.session.sent)
            awaited = True
            yield Frame(b"cd")

        await here.talk.listen(begun_before())  # is heard out
        assert here.session.sent == [SpeechStarted(), Audio(b"ab"), Audio(b"cd"), SpeechEnded()]


async def test_typed_words_that_somebody_has_waited_for_go_to_no_brain() -> None:
    async with room() as here:
        here.talk.taken = lambda text, _room: text == "yes please"
        assert await here.talk.ask("yes please")
        assert here.session.sent == []
        assert here.talk.phase is Phase.IDLE
        assert await here.asked("is it on", *ANSWER)


async def test_spoken_words_that_somebody_has_waited_for_do_and_say_nothing() -> None:
    async with room() as here:
        here.talk.taken = lambda text, _room: text == "turn it on"
        called = ToolCall("1", "turn_on", {"device": "kettle"})
        listening = asyncio.get_running_loop().create_task(here.talk.listen(ears(*SPOKEN, SourceEnded())))
        await here.until(lambda: SpeechEnded() in here.session.sent)
        here.session.says(Transcribed("turn it on"), Calls((called,)))
        await here.until(lambda: bool(here.session.responses))
        here.session.says(Speech(SECOND), SpeechText("It is on."), Generated(), TurnDone())
        await here.until(lambda: here.talk.phase is Phase.IDLE)
        assert await listening
        assert here.session.responses[0][1]["error"].startswith("That sentence is not for you")
        assert not any(isinstance(event, ToolFinished | Spoke) for event in here.events)
        assert here.mouth.played == b""


async def test_an_answer_that_is_only_written_is_read_aloud() -> None:
    async with room() as here:

        async def read_aloud(text: str) -> bytes:
            assert text == "The kettle is cold."
            return SECOND

        here.talk.own_voice.read_aloud = read_aloud
        asking = asyncio.get_running_loop().create_task(here.talk.ask("is the kettle hot"))
        await asyncio.sleep(0)
        here.session.says(SpeechText("The kettle is cold."), Generated(), TurnDone())
        assert await asking
        await here.until(lambda: Spoke in here.kinds())
        assert [event for event in here.events if isinstance(event, Spoke)] == [
            Spoke("The kettle is cold.", 1.0)
        ]
        assert here.talk.phase is Phase.IDLE
