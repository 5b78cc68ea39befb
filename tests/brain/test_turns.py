"""Text, speech, tools and interruptions as the SDK sees them."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import Any

import pytest
from google.genai import errors, types

from tests.brain.stand_ins import House, answer, brain, connected, say, turn

MANUAL = {"realtime_input_config": {"automatic_activity_detection": {"disabled": True}}}
NON_BLOCKING = {
    "tools": [{"function_declarations": [{"name": "turn_on", "behavior": types.Behavior.NON_BLOCKING}]}]
}
SOUND = bytes(3200)


async def speak(session: Any, tenths: int) -> None:
    await session.send_realtime_input(activity_start=types.ActivityStart())
    for _ in range(tenths):
        await session.send_realtime_input(audio=types.Blob(data=SOUND, mime_type="audio/pcm;rate=16000"))
    await session.send_realtime_input(activity_end=types.ActivityEnd())


@pytest.mark.parametrize("version", ["v1", "v1beta", "v1alpha"])
async def test_a_text_turn_on_every_version(tmp_path: Path, version: str) -> None:
    async with brain(tmp_path) as address, connected(address, version=version) as session:
        await say(session, "hello there")
        heard = await turn(session)
        assert heard.said == "You said: hello there"
        assert heard.order == list_of(
            heard.order, ["caption", "audio", "generation_complete", "turn_complete"]
        )
        assert len(heard.audio) == len(heard.said) * 480


def list_of(order: list[str], ends: list[str]) -> list[str]:
    """Captions and audio alternate; then come the ends, each once."""
    middle = order[: -(len(ends) - 2)]
    assert all(a == b for a, b in zip(middle, itertools.cycle(ends[:2]), strict=False))
    return [*middle, *ends[2:]]


async def test_turn_end_brings_idle_and_usage(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, connected(address) as session:
        await say(session, "hello")
        last = (await turn(session)).raw[-1].server_content
        assert last is not None
        assert last.interaction_status == types.InteractionStatus.IDLE
        heard = await turn(session, until="usage")
        assert heard.usage is not None
        assert heard.usage.response_token_count == round(len("You said: hello") * 0.01 * 25)


async def test_spoken_with_manual_activity(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, connected(address, MANUAL) as session:
        await speak(session, 7)
        heard = await turn(session)
        assert heard.heard == "7 tenths"
        assert heard.said == "You said: 7 tenths"
        assert heard.order[0] == "heard"


async def test_speech_before_the_mind_is_ready_is_not_lost(tmp_path: Path) -> None:
    async with (
        brain(tmp_path, house=House(delay=0.3)) as address,
        connected(address, MANUAL) as session,
    ):
        await speak(session, 5)
        assert (await turn(session)).heard == "5 tenths"


async def test_a_blocking_call_waits_for_its_answer(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, connected(address) as session:
        await say(session, "turn on kitchen light")
        asked = await turn(session, until="tool_call")
        assert [(c.name, c.args) for c in asked.calls] == [("turn_on", {"device": "kitchen light"})]
        await answer(session, *asked.calls)
        heard = await turn(session)
        assert heard.said == "The kitchen light is on."
        assert heard.order[-1] == "turn_complete"


async def test_two_calls_are_answered_in_one_sentence(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, connected(address) as session:
        await say(session, "turn on lamp and fan")
        asked = await turn(session, until="tool_call")
        assert len(asked.calls) == 2
        for call in reversed(asked.calls):
            await answer(session, call)
        assert (await turn(session)).said == "The lamp is on. The fan is on."


async def test_a_non_blocking_call_lets_the_talk_go_on(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, connected(address, NON_BLOCKING) as session:
        await say(session, "turn on lamp")
        asked = await turn(session, until="turn_complete")
        assert asked.order == ["tool_call", "generation_complete", "turn_complete"]
        assert asked.raw[-1].server_content is not None
        assert asked.raw[-1].server_content.interaction_status == types.InteractionStatus.IN_PROGRESS
        await answer(session, *asked.calls, scheduling=types.FunctionResponseScheduling.WHEN_IDLE)
        assert (await turn(session)).said == "The lamp is on."


async def test_a_silent_answer_is_not_spoken(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, connected(address, NON_BLOCKING) as session:
        await say(session, "turn on lamp")
        asked = await turn(session, until="turn_complete")
        await answer(session, *asked.calls, scheduling=types.FunctionResponseScheduling.SILENT)
        heard = await turn(session)
        assert (heard.said, heard.order) == ("", ["usage", "turn_complete"])


async def test_an_urgent_answer_cuts_speech_off(tmp_path: Path) -> None:
    async with (
        brain(tmp_path, playback_pace=1.0) as address,
        connected(address, NON_BLOCKING) as session,
    ):
        await say(session, "turn on lamp")
        asked = await turn(session, until="turn_complete")
        await say(session, "tell me something long " * 20)
        await turn(session, until="generation_complete")
        await answer(session, *asked.calls, scheduling=types.FunctionResponseScheduling.INTERRUPT)
        cut = await turn(session)
        assert cut.order == ["interrupted", "turn_complete"]
        assert (await turn(session)).said == "The lamp is on."


async def test_an_answer_that_continues_is_told_piece_by_piece(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, connected(address, NON_BLOCKING) as session:
        await say(session, "turn on lamp")
        asked = await turn(session, until="turn_complete")
        await answer(session, *asked.calls, response={"text": "Warming up."}, will_continue=True)
        assert (await turn(session, until="turn_complete")).said == "Warming up."
        await answer(session, *asked.calls)
        assert (await turn(session)).said == "The lamp is on."


async def test_a_tool_that_never_answers_is_withdrawn(tmp_path: Path) -> None:
    async with brain(tmp_path, tool_seconds=0.05) as address, connected(address) as session:
        await say(session, "turn on lamp")
        heard = await turn(session)
        assert heard.order[:2] == ["tool_call", "cancelled"]
        assert heard.cancelled == [heard.calls[0].id]
        assert "too long" in heard.said
        await answer(session, *heard.calls)
        await say(session, "still there")
        assert (await turn(session)).said == "You said: still there"


async def test_an_unknown_call_id_ends_the_connection(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, connected(address) as session:
        await answer(session, types.FunctionCall(id="nobody", name="turn_on", args={"device": "x"}))
        with pytest.raises(errors.APIError) as caught:
            await turn(session)
        assert (caught.value.code, caught.value.details) == (1008, "Requested entity was not found.")


async def test_new_text_interrupts_speech(tmp_path: Path) -> None:
    async with brain(tmp_path, playback_pace=1.0) as address, connected(address) as session:
        await say(session, "a long story " * 30)
        await turn(session, until="audio")
        await session.send_realtime_input(text="stop it")
        cut = await turn(session)
        assert cut.order[-2:] == ["interrupted", "turn_complete"]
        assert (await turn(session, until="generation_complete")).said == "You said: stop it"


async def test_speech_during_a_blocking_call_withdraws_it(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, connected(address, MANUAL) as session:
        await say(session, "turn on lamp")
        asked = await turn(session, until="tool_call")
        await speak(session, 3)
        cut = await turn(session)
        assert cut.order == ["cancelled", "interrupted", "turn_complete"]
        assert cut.cancelled == [asked.calls[0].id]
        assert (await turn(session)).said == "You said: 3 tenths"


async def test_no_interruption_when_the_client_wants_none(tmp_path: Path) -> None:
    config = {
        "realtime_input_config": {
            "automatic_activity_detection": {"disabled": True},
            "activity_handling": types.ActivityHandling.NO_INTERRUPTION,
        }
    }
    async with brain(tmp_path, playback_pace=0.2) as address, connected(address, config) as session:
        await say(session, "a long story " * 5)
        await turn(session, until="audio")
        await speak(session, 2)
        first = await turn(session)
        assert first.order[-2:] == ["generation_complete", "turn_complete"]
        assert (await turn(session)).said == "You said: 2 tenths"


async def test_strict_brains_want_silence_during_a_blocking_call(tmp_path: Path) -> None:
    async with brain(tmp_path, strict=True) as address, connected(address, MANUAL) as session:
        await say(session, "turn on lamp")
        await turn(session, until="tool_call")
        await session.send_realtime_input(audio=types.Blob(data=SOUND, mime_type="audio/pcm;rate=16000"))
        with pytest.raises(errors.APIError) as caught:
            await turn(session)
        assert caught.value.code == 1008


async def test_silence_is_an_answer(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, connected(address) as session:
        await say(session, "psst")
        assert (await turn(session)).order == ["generation_complete", "turn_complete"]


async def test_the_turn_is_complete_when_its_playback_is(tmp_path: Path) -> None:
    async with brain(tmp_path, playback_pace=1.0) as address, connected(address) as session:
        loop = asyncio.get_running_loop()
        await say(session, "hello")
        await turn(session, until="audio")
        began = loop.time()
        heard = await turn(session)
        assert heard.order[-1] == "turn_complete"
        assert loop.time() - began == pytest.approx(0.15, abs=0.05)
