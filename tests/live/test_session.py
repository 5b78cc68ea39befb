"""The session with the real SDK against brains that misbehave."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from assistant.audio.recording import frames
from assistant.brain.server import Address
from assistant.live import link as link_module
from assistant.live import models, pending
from assistant.live import session as module
from assistant.live.brains import Source
from assistant.live.endpoint import Endpoint
from assistant.live.handles import Handles
from assistant.live.messages import (
    Audio,
    BargedIn,
    CallReleased,
    Calls,
    Delivery,
    Generated,
    LinkDown,
    LinkUp,
    Message,
    Replayed,
    Say,
    Speech,
    SpeechEnded,
    SpeechStarted,
    SpeechText,
    Transcribed,
    TurnDone,
    TurnLost,
    Usage,
)
from assistant.live.options import Options
from assistant.live.purse import Purse
from assistant.live.session import Briefing, Session, Setup
from assistant.money import Ledger, Limits, Price
from assistant.tools.dispatch import ToolCall
from assistant.tools.schema import Declaration, Parameter
from tests.brain.stand_ins import House, brain
from tests.parts.home import until

Kind = TypeVar("Kind", bound=Message)
SPEECH = Path(__file__).parents[1] / "data" / "speech" / "cmd_pj_05.wav"
TURN_ON = Declaration("turn_on", "Switch a device on.", (Parameter("device", "string", "Its name."),))


class Client:
    """A running session, and everything it said."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.seen: list[Message] = []

    async def until(self, kind: type[Kind]) -> Kind:
        async for message in self.session.messages():
            self.seen.append(message)
            if isinstance(message, kind):
                return message
        raise AssertionError("the session ended")

    async def say(self, text: str) -> str:
        self.session.post(Say(text))
        start = len(self.seen)
        await self.until(TurnDone)
        return "".join(m.text for m in self.seen[start:] if isinstance(m, SpeechText))

    async def respond(self, call: ToolCall, text: str, *, more: bool = False) -> Delivery:
        return await self.session.respond(call.id, call.name, {"text": text}, more=more)

    def count(self, kind: type[Message]) -> int:
        return sum(isinstance(message, kind) for message in self.seen)


def source(address: Address, name: str = "embedded", key: str = "key", model: str = "embedded") -> Source:
    async def endpoint() -> Endpoint:
        return Endpoint(name, model, key=key, base_url=address.url, certificate=address.certificate)

    return endpoint


@contextlib.asynccontextmanager
async def talking(
    *sources: Source,
    connect_seconds: float = 10,
    handles: Handles | None = None,
    purse: Purse | None = None,
    rest_seconds: float = 600,
    tools: tuple[Declaration, ...] = (TURN_ON,),
    setup: Setup | None = None,
) -> AsyncIterator[Client]:
    briefing = Briefing("Be brief.", tools)
    told = setup or Setup(briefing, connect_seconds=connect_seconds, rest_seconds=rest_seconds)
    session = Session(sources, told, handles, purse)
    task = asyncio.get_running_loop().create_task(session.run())
    try:
        async with asyncio.timeout(15):
            yield Client(session)
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=5)
        assert task.cancelled()


async def test_a_typed_turn(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, talking(source(address)) as client:
        assert await client.say("hello") == "You said: hello"
        assert client.seen[0] == LinkUp("embedded")
        assert client.count(Speech) > 0
        assert client.count(Generated) == 1


async def test_speech_with_activity_signals(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, talking(source(address)) as client:
        client.session.post(SpeechStarted())
        for _ in range(25):
            client.session.post(Audio(bytes(640)))
        client.session.post(SpeechEnded())
        assert "5 tenths" in (await client.until(Transcribed)).text
        await client.until(TurnDone)


async def test_a_server_that_listens_for_itself_gets_speech_no_faster_than_it_was_spoken(
    tmp_path: Path,
) -> None:
    spoken = list(frames(SPEECH))
    told = Setup(Briefing("Be brief.", (TURN_ON,)), options=Options(turn_taking="server", vad_silence_ms=300))
    async with (
        brain(tmp_path) as address,
        talking(source(address, "gemini", model="gemini-3.8-live"), setup=told) as client,
    ):
        began = asyncio.get_running_loop().time()
        client.session.post(SpeechStarted())
        for frame in spoken:
            client.session.post(Audio(frame))
        client.session.post(SpeechEnded())
        assert "tenths" in (await client.until(Transcribed)).text
        assert asyncio.get_running_loop().time() - began > len(spoken) * 0.02 - 0.1
        await client.until(TurnDone)


async def test_what_is_said_before_there_is_a_link_is_not_lost(tmp_path: Path) -> None:
    house = House()
    async with brain(tmp_path, house=house) as address, talking(source(address)) as client:
        client.session.post(SpeechStarted())
        for _ in range(50):
            client.session.post(Audio(bytes(640)))
        client.session.post(SpeechEnded())
        assert "10 tenths" in (await client.until(Transcribed)).text


async def test_the_conversation_goes_on_while_a_slow_tool_works(tmp_path: Path) -> None:
    slow = replace(TURN_ON, slow=True)
    async with brain(tmp_path) as address, talking(source(address), tools=(slow,)) as client:
        client.session.post(Say("turn on lamp"))
        (call,) = (await client.until(Calls)).calls
        await client.until(TurnDone)
        assert await client.respond(call, "It warms up.", more=True) is Delivery.TAKEN
        assert (await client.until(SpeechText)).text == "It warms up."
        await client.until(TurnDone)
        assert await client.say("hello") == "You said: hello"
        client.session.renew(Setup(Briefing("Be long.", (slow,))))
        assert await client.respond(call, "The lamp is on.") is Delivery.TAKEN
        assert (await client.until(SpeechText)).text == "The lamp is on."
        assert await client.respond(call, "Again.") is Delivery.GONE


async def test_a_model_that_waits_is_told_the_result_of_a_slow_tool_and_nothing_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = replace(models.MODELS["embedded"], async_tools=False, declares_blocking=True)
    monkeypatch.setitem(models.MODELS, "embedded", row)
    slow = replace(TURN_ON, slow=True)
    async with brain(tmp_path) as address, talking(source(address), tools=(slow,)) as client:
        client.session.post(Say("turn on lamp"))
        (call,) = (await client.until(Calls)).calls
        assert await client.respond(call, "It warms up.", more=True) is Delivery.TAKEN
        assert await client.respond(call, "The lamp is on.") is Delivery.TAKEN
        await client.until(TurnDone)
        assert [m.text for m in client.seen if isinstance(m, SpeechText)] == ["The lamp is on."]


async def test_a_model_that_waits_is_not_kept_waiting_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending, "HELD_SECONDS", 0.2)
    row = replace(models.MODELS["embedded"], async_tools=False, declares_blocking=True, holds_uplink=True)
    monkeypatch.setitem(models.MODELS, "embedded", row)
    async with brain(tmp_path) as address, talking(source(address)) as client:
        client.session.post(Say("turn on lamp"))
        (call,) = (await client.until(Calls)).calls
        assert (await client.until(CallReleased)).id == call.id
        await client.until(TurnDone)
        said = "".join(message.text for message in client.seen if isinstance(message, SpeechText))
        assert said == pending.HELD["text"]
        assert await client.say("hello") == "You said: hello"
        assert await client.respond(call, "The lamp is on.") is Delivery.LATE


async def test_a_story_that_is_ahead_of_its_listener_waits_at_its_maker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "STALLED_SECONDS", 0.5)
    sound = {"mimeType": "audio/pcm;rate=24000", "data": base64.b64encode(bytes(9600)).decode()}
    piece = json.dumps({"serverContent": {"modelTurn": {"parts": [{"inlineData": sound}]}}})
    pieces = "".join(f"    - send: {piece}\n" for _ in range(20))
    script = f"- on: text\n  match: story\n  do:\n{pieces}    - generation_complete\n    - turn_complete\n"
    heard = asyncio.Event()

    async def room() -> None:
        await heard.wait()

    async with brain(tmp_path, script=script) as address, talking(source(address)) as client:
        client.session.room = room
        client.session.post(Say("tell a story"))
        await client.until(Speech)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):
                await client.until(TurnDone)
        assert client.count(Speech) == 1
        heard.set()
        await client.until(TurnDone)
        assert client.count(Speech) == 20
        assert client.count(TurnLost) == 0


async def test_a_tool_call_and_its_result(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, talking(source(address)) as client:
        client.session.post(Say("turn on lamp"))
        (call,) = (await client.until(Calls)).calls
        assert (call.name, call.args) == ("turn_on", {"device": "lamp"})
        await client.respond(call, "The lamp is on.")
        await client.until(TurnDone)
        assert "The lamp is on." in "".join(m.text for m in client.seen if isinstance(m, SpeechText))


@pytest.mark.parametrize("takes_updates", [True, False])
async def test_a_home_that_changes_is_told_at_the_next_quiet_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, takes_updates: bool
) -> None:
    row = replace(models.MODELS["embedded"], takes_updates=takes_updates)
    monkeypatch.setitem(models.MODELS, "embedded", row)
    house = House()
    links = 0

    async with brain(tmp_path, house=house) as address:
        there = source(address)

        async def counted() -> Endpoint:
            nonlocal links
            links += 1
            return await there()

        async with talking(counted) as client:
            await _changed(client, house)
    assert links == (1 if takes_updates else 2)


async def test_what_is_said_over_an_answer_is_heard_by_a_brain_that_knows_the_home_as_it_is(
    tmp_path: Path,
) -> None:
    house = House()
    told = "send: {serverContent: {outputTranscription: {text: Once}}}"
    script = f"[{{on: text, match: story, do: [{told}, wait: 60]}}]"
    async with brain(tmp_path, house=house, script=script) as address, talking(source(address)) as client:
        client.session.post(Say("tell a story"))
        await client.until(SpeechText)
        client.session.renew(Setup(Briefing("Be long.", (TURN_ON,))))
        client.session.post(Say("and now"))
        await client.until(TurnDone)
        assert ["Be long." in str(mind.setup["systemInstruction"]) for mind in house.minds] == [False, True]
        assert client.count(LinkDown) == client.count(TurnLost) == 0
        assert client.count(LinkUp) == 1


async def _changed(client: Client, house: House) -> None:
    await client.say("hello")
    client.session.post(Say("still talking"))
    await client.until(SpeechText)
    client.session.renew(Setup(Briefing("Be long.", (TURN_ON,))))
    await client.until(TurnDone)
    assert len(house.minds) == 1
    await until(lambda: len(house.minds) == 2)
    assert await client.say("and now") == "You said: and now"
    instructions = [str(mind.setup["systemInstruction"]) for mind in house.minds]
    assert ["Be brief." in instructions[0], "Be long." in instructions[-1]] == [True, True]
    assert len(instructions) == 2
    assert client.count(LinkDown) == client.count(TurnLost) == 0


@pytest.mark.parametrize(
    "end", ["close: {code: 1011, reason: Internal error.}", "abort", "send: {error: {code: 500}}"]
)
async def test_a_turn_that_is_cut_off_is_lost_and_the_conversation_resumed(tmp_path: Path, end: str) -> None:
    script = f"""
    - {{on: text, match: story, do: [send: {{serverContent: {{outputTranscription: {{text: Once}}}}}}, {end}]}}
    - {{on: setup, match: fresh, connection: 2, do: [close: {{code: 1011, reason: it was not resumed}}]}}
    """
    async with brain(tmp_path, script=script) as address, talking(source(address)) as client:
        await client.say("hello")
        client.session.post(Say("tell a story"))
        await client.until(TurnLost)
        assert await client.say("are you there") == "You said: are you there"
        assert client.count(LinkUp) == 1
        assert client.count(LinkDown) == 0


async def test_a_handle_that_is_refused_is_forgotten(tmp_path: Path) -> None:
    script = """
    - {on: text, match: bye, do: [abort]}
    - {on: setup, match: resumed, do: [close: {code: 1008, reason: Requested entity was not found.}]}
    """
    async with brain(tmp_path, script=script) as address, talking(source(address)) as client:
        await client.say("hello")
        client.session.post(Say("bye"))
        await client.until(TurnLost)
        assert await client.say("again") == "You said: again"


BAD = "API key not valid. Please pass a valid API key."


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (f"on: setup, do: [close: {{code: 1007, reason: {BAD}}}]", "refuses the API key"),
        ("on: connect, do: [http: 403]", "may not use Gemini Live"),
        ("on: connect, do: [http: 503]", "not available right now"),
        ("on: setup, do: [hang]", "does not answer"),
        ("on: connect, do: [abort]", "."),
        ("on: connect, do: [http: 429]", "quota is used up"),
        ("on: setup, do: [send: {serverContent: {}}, hang]", "did not accept the setup"),
    ],
)
async def test_the_next_brain_serves_and_that_is_told_once(tmp_path: Path, fault: str, told: str) -> None:
    async with (
        brain(tmp_path / "a", script=f"[{{{fault}}}]") as broken,
        brain(tmp_path / "b", script="[{on: text, match: die, do: [abort]}]") as good,
        talking(source(broken, "gemini"), source(good), connect_seconds=1) as client,
    ):
        assert told in (await client.until(LinkDown)).reason
        assert await client.until(LinkUp) == LinkUp("embedded")
        client.session.post(Say("die"))
        await client.until(TurnLost)
        assert await client.say("hello") == "You said: hello"
        assert client.count(LinkDown) == 1
        assert client.count(LinkUp) == 1


async def test_when_no_brain_can_ever_serve_nobody_waits(tmp_path: Path) -> None:
    script = f"[{{on: setup, do: [close: {{code: 1007, reason: {BAD}}}]}}]"
    async with brain(tmp_path, script=script) as address, talking(source(address, "gemini")) as client:
        assert not await client.session.ready(10)
        assert "refuses the API key" in client.session.trouble


async def test_go_away_changes_the_link_when_nobody_talks(tmp_path: Path) -> None:
    script = "[{on: text, connection: 1, do: [go_away: 60, wait: 0.1, normal]}]"
    async with brain(tmp_path, script=script) as address, talking(source(address)) as client:
        assert await client.say("hello") == "You said: hello"
        for _ in range(5):
            assert await client.say("again") == "You said: again"
        assert client.count(TurnLost) == 0


async def test_no_result_goes_to_a_link_that_did_not_ask(tmp_path: Path) -> None:
    script = "[{on: text, connection: 1, do: [tool_call: {name: turn_on, id: x}, wait: 0.05, abort]}]"
    async with brain(tmp_path, script=script) as address, talking(source(address)) as client:
        client.session.post(Say("lamp"))
        (call,) = (await client.until(Calls)).calls
        await client.until(TurnLost)
        assert await client.session.ready(5)
        await client.respond(call, "late")
        assert await client.say("hello") == "You said: hello"
        assert client.count(TurnLost) == 1


async def test_a_lost_utterance_is_not_continued_on_the_next_link(tmp_path: Path) -> None:
    house = House()
    script = "[{on: text, match: die, do: [abort]}]"
    async with brain(tmp_path, house=house, script=script) as address, talking(source(address)) as client:
        client.session.post(Say("die"))
        await client.until(TurnLost)
        client.session.post(Audio(bytes(640)))
        client.session.post(SpeechEnded())
        assert await client.say("hello") == "You said: hello"
        assert client.count(Transcribed) == 0
        assert client.count(TurnLost) == 1


async def test_a_phantom_interruption_does_not_end_the_turn(tmp_path: Path) -> None:
    script = "[{on: text, match: hello, do: [interrupted, normal]}]"
    async with brain(tmp_path, script=script) as address, talking(source(address)) as client:
        assert await client.say("hello") == "You said: hello"
        assert client.count(BargedIn) == 1


async def test_quota_in_the_middle_lets_the_next_brain_answer(
    tmp_path: Path,
) -> None:
    over = "You exceeded your current quota, please check your plan and billing details."
    script = f"""
    - {{on: text, times: 1, do: [close: {{code: 1011, reason: "{over}"}}]}}
    - {{on: connect, connection: 2, do: [http: 429]}}
    """
    async with (
        brain(tmp_path / "a", script=script) as paid,
        brain(tmp_path / "b") as free,
        talking(source(paid, "gemini"), source(free)) as client,
    ):
        assert await client.say("hello") == "You said: hello"
        assert [m.brain for m in client.seen if isinstance(m, LinkUp)] == ["gemini", "embedded"]
        assert "quota" in next(m.reason for m in client.seen if isinstance(m, LinkDown))
        assert (client.count(Replayed), client.count(TurnLost)) == (1, 0)


async def test_the_first_brain_takes_over_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RECHECK_SECONDS", 0.1)
    async with (
        brain(tmp_path / "a", script="[{on: connect, connection: 1, do: [http: 503]}]") as first,
        brain(tmp_path / "b") as second,
        talking(source(first, "gemini"), source(second)) as client,
    ):
        assert await client.until(LinkUp) == LinkUp("embedded")
        assert await client.until(LinkUp) == LinkUp("gemini")
        assert await client.say("hello") == "You said: hello"


async def test_no_better_brain_takes_over_from_one_that_a_slow_tool_still_owes_its_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RECHECK_SECONDS", 0.05)
    slow = replace(TURN_ON, slow=True)
    async with (
        brain(tmp_path / "a", script="[{on: connect, connection: 1, do: [http: 503]}]") as first,
        brain(tmp_path / "b") as second,
        talking(source(first, "gemini"), source(second), tools=(slow,)) as client,
    ):
        assert await client.until(LinkUp) == LinkUp("embedded")
        client.session.post(Say("turn on lamp"))
        (call,) = (await client.until(Calls)).calls
        await client.until(TurnDone)
        await asyncio.sleep(0.5)
        assert await client.respond(call, "done") is Delivery.TAKEN
        assert await client.until(LinkUp) == LinkUp("gemini")


async def test_a_brain_that_cannot_be_reached_is_known_to_be_away_until_it_can(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as dead:
        port = dead.getsockname()[1]

    async def nowhere() -> Endpoint:
        return Endpoint("gemini", "gemini", key="key", base_url=f"https://127.0.0.1:{port}")

    async with brain(tmp_path) as address, talking(nowhere, source(address)) as client:
        assert await client.until(LinkUp) == LinkUp("embedded")
        assert await client.session.away()
        with socket.create_server(("127.0.0.1", port)):
            assert not await client.session.away()


FAULTS = {
    "aborted": "abort",
    "internal error": "close: {code: 1011, reason: Internal error encountered.}",
    "going away": "close: {code: 1001, reason: going away}",
    "old conversation gone": "close: {code: 1008, reason: Requested entity was not found.}",
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_utterance_that_a_link_took_along_is_heard_whole_by_the_next(
    tmp_path: Path, fault: str
) -> None:
    house = House()
    script = f"[{{on: audio, connection: 1, do: [{FAULTS[fault]}]}}]"
    async with brain(tmp_path, house=house, script=script) as address, talking(source(address)) as client:
        client.session.post(SpeechStarted())
        for _ in range(50):
            client.session.post(Audio(bytes(640)))
        client.session.post(SpeechEnded())
        assert "10 tenths" in (await client.until(Transcribed)).text
        await client.until(TurnDone)
        assert (client.count(Replayed), client.count(TurnLost), client.count(Transcribed)) == (1, 0, 1)


async def test_a_link_lost_in_mid_sentence_loses_no_frame(tmp_path: Path) -> None:
    script = "[{on: text, connection: 1, do: [go_away: 10.3, normal]}]"
    async with brain(tmp_path, script=script) as address, talking(source(address)) as client:
        assert await client.say("hello") == "You said: hello"
        client.session.post(SpeechStarted())
        for _ in range(50):
            client.session.post(Audio(bytes(640)))
            await asyncio.sleep(0.02)
        client.session.post(SpeechEnded())
        assert "10 tenths" in (await client.until(Transcribed)).text
        assert client.count(TurnLost) == 0


async def test_p7_what_was_acted_on_is_never_said_again(tmp_path: Path) -> None:
    script = "[{on: text, connection: 1, do: [tool_call: {name: turn_on, id: x}, wait: 0.05, abort]}]"
    async with brain(tmp_path, script=script) as address, talking(source(address)) as client:
        client.session.post(Say("lamp"))
        await client.until(TurnLost)
        assert await client.say("hello") == "You said: hello"
        assert (client.count(Calls), client.count(Replayed)) == (1, 0)


async def test_a_brain_that_says_nothing_is_left_for_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(models.MODELS, "quick", models.Abilities(reply_seconds=0.5))

    async def mute() -> Endpoint:
        return Endpoint("gemini", "quick", key="k", base_url=silent.url, certificate=silent.certificate)

    async with (
        brain(tmp_path / "a", script="[{on: text, do: [hang]}]") as silent,
        brain(tmp_path / "b") as other,
        talking(mute, source(other)) as client,
    ):
        began = asyncio.get_running_loop().time()
        assert await client.say("hello") == "You said: hello"
        assert asyncio.get_running_loop().time() - began < 5
        assert client.seen[-1] is not None
        assert [m.brain for m in client.seen if isinstance(m, LinkUp)] == ["gemini", "embedded"]


async def test_a_fresh_link_is_told_what_was_said_lately(tmp_path: Path) -> None:
    house = House()
    script = """
    - {on: text, match: bye, connection: 1, do: [abort]}
    - {on: setup, match: resumed, do: [close: {code: 1008, reason: Requested entity was not found.}]}
    """
    async with brain(tmp_path, house=house, script=script) as address, talking(source(address)) as client:
        await client.say("hello")
        assert await client.say("bye") == "You said: bye"
        assert house.minds[-1].recalled == ["hello"]


async def test_what_was_forgotten_is_told_to_no_link_and_taken_up_by_no_restart(tmp_path: Path) -> None:
    house, path = House(), tmp_path / "conversations.json"
    script = "[{on: setup, match: resumed, do: [close: {code: 1011, reason: it must be fresh}]}]"
    async with (
        brain(tmp_path, house=house, script=script) as address,
        talking(source(address, "gemini"), handles=Handles(path)) as client,
    ):
        await client.say("my secret")
        client.session.oblivion.wish()
        await until(lambda: len(house.minds) == 2)
        assert json.loads(path.read_text()) == {}
        assert await client.say("hello") == "You said: hello"
        assert house.minds[-1].recalled == []
        assert client.count(LinkDown) == client.count(TurnLost) == 0


async def test_an_utterance_that_always_kills_its_link_is_given_up(tmp_path: Path) -> None:
    script = "[{on: text, match: die, do: [abort]}]"
    async with brain(tmp_path, script=script) as address, talking(source(address)) as client:
        client.session.post(Say("die"))
        await client.until(TurnLost)
        assert client.count(Replayed) == 2
        assert await client.say("hello") == "You said: hello"


async def test_another_brain_takes_what_always_kills_a_link_of_the_first(tmp_path: Path) -> None:
    script = """
    - {on: setup, connection: 1, do: [normal]}
    - {on: text, do: [close: {code: 1011, reason: The service is currently unavailable.}]}
    """
    async with (
        brain(tmp_path / "a", script=script) as broken,
        brain(tmp_path / "b") as other,
        talking(source(broken, "gemini"), source(other)) as client,
    ):
        assert await client.say("hello") == "You said: hello"
        assert client.count(TurnLost) == 0
        assert [m.brain for m in client.seen if isinstance(m, LinkUp)] == ["gemini", "embedded"]


async def test_a_key_that_expires_is_told_and_the_next_brain_takes_the_sentence(tmp_path: Path) -> None:
    script = "[{on: text, do: [close: {code: 1007, reason: API key expired. Please renew the API key.}]}]"
    async with (
        brain(tmp_path / "a", script=script) as expired,
        brain(tmp_path / "b") as other,
        talking(source(expired, "gemini"), source(other)) as client,
    ):
        assert await client.say("hello") == "You said: hello"
        assert [m.reason for m in client.seen if isinstance(m, LinkDown)] == [
            "Gemini refuses the API key; check the key or make a new one."
        ]


NESTED = "[" * 100_000 + "]" * 100_000
UNREADABLE = (
    "this is not json",
    f'{{"serverContent": {{"x": {NESTED}}}}}',
    '{"serverContent": {"turnComplete": "maybe"}}',
    '{"usageMetadata": {"promptTokenCount": "many"}}',
    '{"serverContent": {"modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/pcm", "data": "!"}}]}}}',
    "[1, 2]",
    "null",
    '"x"',
    '{"code": "abc"}',
)


async def test_frames_that_cannot_be_read_end_nothing(tmp_path: Path) -> None:
    steps = [*({"send_text": frame} for frame in UNREADABLE), "normal"]
    script = json.dumps([{"on": "text", "do": steps}])
    async with brain(tmp_path, script=script) as address, talking(source(address)) as client:
        assert await client.say("hello") == "You said: hello"
        assert client.count(Replayed) == client.count(TurnLost) == 0


async def test_a_first_frame_that_cannot_be_read_is_a_failed_link(tmp_path: Path) -> None:
    script = json.dumps([{"on": "setup", "connection": 1, "do": [{"send_text": "[1, 2]"}, "hang"]}])
    async with brain(tmp_path, script=script) as address, talking(source(address)) as client:
        assert await client.say("hello") == "You said: hello"


async def test_a_restarted_house_takes_the_conversation_up_again(tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    script = "[{on: setup, match: fresh, connection: 2, do: [close: {code: 1011, reason: not resumed}]}]"
    async with brain(tmp_path, script=script) as address:
        for _ in range(2):
            async with talking(source(address, "gemini"), handles=Handles(path)) as client:
                assert await client.say("hello") == "You said: hello"
    assert path.stat().st_mode & 0o777 == 0o600
    assert "key" not in json.loads(path.read_text())["gemini"]


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"gemini": {"value": 1}}', b'{"gemini": null}'])
def test_a_broken_file_of_handles_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "conversations.json"
    path.write_bytes(content)
    handles = Handles(path)
    endpoint = Endpoint("gemini", "m", key="k")
    assert handles.get(endpoint) is None
    handles.keep(endpoint, "h")
    assert Handles(path).get(endpoint) == "h"
    assert Handles(path).get(Endpoint("gemini", "m", key="another")) is None
    assert Handles(path).get(Endpoint("gemini", "n", key="k")) is None
    later = datetime.now() + timedelta(hours=3)
    assert Handles(path, lambda: later).get(endpoint) is None


async def test_over_the_limit_the_embedded_brain_answers_and_the_ledger_knows_why(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    purse = Purse(Limits(ledger, hard_usd=0.003), [Price("embedded-", 1, 1, 1, 1, 1)])
    async with (
        brain(tmp_path / "a") as paid,
        brain(tmp_path / "b") as free,
        talking(source(paid, "gemini", model="gemini-x"), source(free), purse=purse) as client,
    ):
        for _ in range(20):
            assert await client.say("tell me " + "more " * 60)
            await asyncio.sleep(0.3)
            if client.count(LinkUp) > 1:
                break
        assert [m.brain for m in client.seen if isinstance(m, LinkUp)] == ["gemini", "embedded"]
        assert "limit of 0.003 dollars" in next(m.reason for m in client.seen if isinstance(m, LinkDown))
        assert 0 < ledger.spent()[0] <= 0.003
        counted = [m.usd for m in client.seen if isinstance(m, Usage)]
        assert sum(counted) == pytest.approx(ledger.spent()[0])


async def test_after_a_rest_a_large_conversation_is_begun_anew_from_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "REBUILD_TOKENS", 1)
    house = House()
    async with (
        brain(tmp_path, house=house) as address,
        talking(source(address, "gemini", model="gemini-x"), rest_seconds=0.3) as client,
    ):
        assert await client.say("hello") == "You said: hello"
        await until(lambda: len(house.minds) == 2)
        await until(lambda: house.minds[1].recalled == ["hello"])
        assert await client.say("again") == "You said: again"
        assert client.count(LinkDown) == client.count(TurnLost) == 0


async def test_a_resumed_conversation_that_has_forgotten_everything_is_told_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "REBUILD_TOKENS", 100)
    house = House()
    counted = "send: {usageMetadata: {promptTokenCount: 9000, responseTokenCount: 1, totalTokenCount: 9001}}"
    script = f"""
    - {{on: text, match: hello, do: [normal, {counted}]}}
    - {{on: text, match: bye, connection: 1, do: [abort]}}
    """
    async with brain(tmp_path, house=house, script=script) as address, talking(source(address)) as client:
        await client.say("hello")
        while (await client.until(Usage)).prompt != 9000:
            pass
        assert await client.say("bye") == "You said: bye"
        await until(lambda: house.minds[-1].recalled == ["hello", "bye"])


async def test_a_brain_that_has_lost_its_voice_gets_a_fresh_link(tmp_path: Path) -> None:
    script = """
    - {on: text, connection: 1, do: [turn_complete]}
    - {on: setup, match: resumed, do: [close: {code: 1011, reason: it must be fresh}]}
    """
    async with brain(tmp_path, script=script) as address, talking(source(address)) as client:
        for _ in range(link_module.MUTE_TURNS):
            assert await client.say("hello") == ""
        assert await client.say("hello") == "You said: hello"


async def test_a_link_that_is_only_half_there_is_changed_before_anybody_speaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "PROBE_SECONDS", 0.2)
    monkeypatch.setattr(link_module, "PONG_SECONDS", 0.2)
    script = """
    - {on: setup, connection: 1, do: [normal, stall]}
    - {on: text, connection: 1, do: [hang]}
    """
    async with brain(tmp_path, script=script) as address, talking(source(address)) as client:
        assert await client.session.ready(5)
        await asyncio.sleep(2)
        assert await client.say("hello") == "You said: hello"
        assert client.count(Replayed) == client.count(TurnLost) == 0
