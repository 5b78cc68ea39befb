"""Connecting, keys, resuming, growing old, changing the home in mid-session."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import websockets
from google.genai import errors, types

from assistant.errors import BrainError
from tests.brain.stand_ins import (
    Hoarse,
    House,
    SmallEar,
    SmallMind,
    answer,
    brain,
    client,
    connected,
    say,
    trust,
    turn,
)

LIVE = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
SETUP = json.dumps({"setup": {"model": "models/m"}})


def resumption(handle: str | None = None) -> dict[str, Any]:
    return {"session_resumption": {"handle": handle}}


async def test_the_setup_is_complete_before_the_mind_is_open(tmp_path: Path) -> None:
    async with brain(tmp_path, house=House(delay=5)) as address:
        began = asyncio.get_running_loop().time()
        async with connected(address):
            assert asyncio.get_running_loop().time() - began < 2


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (LIVE, {"x-goog-api-key": "k"}),
        (f"{LIVE}?key=k", {}),
        (f"{LIVE}?access_token=k", {}),
        (f"{LIVE}Constrained", {"Authorization": "Token k"}),
        (f"/{LIVE}", {"x-goog-api-key": "k"}),
        (f"/some/prefix{LIVE}", {"x-goog-api-key": "k"}),
        (LIVE.replace("v1beta", "v1"), {"x-goog-api-key": "k"}),
    ],
)
async def test_paths_and_keys_that_open_a_session(tmp_path: Path, path: str, headers: dict[str, str]) -> None:
    async with brain(tmp_path, keys=frozenset({"k"})) as address:
        url = address.url.replace("https", "wss") + path
        async with websockets.connect(url, ssl=trust(address), additional_headers=headers, proxy=None) as raw:
            await raw.send(SETUP)
            assert await raw.recv() == b'{"setupComplete":{}}'


async def test_a_bad_key_is_refused_after_the_upgrade(tmp_path: Path) -> None:
    async with brain(tmp_path, keys=frozenset({"good"})) as address:
        with pytest.raises(errors.APIError) as caught:
            async with connected(address, key="bad"):
                pass
        assert (caught.value.code, caught.value.details) == (
            1007,
            "API key not valid. Please pass a valid API key.",
        )


async def test_another_address_is_not_found(tmp_path: Path) -> None:
    async with brain(tmp_path) as address:
        with pytest.raises(websockets.InvalidStatus) as caught:
            async with websockets.connect(
                address.url.replace("https", "wss") + "/elsewhere", ssl=trust(address), proxy=None
            ):
                pass
        assert caught.value.response.status_code == 404


async def test_a_model_that_is_not_served(tmp_path: Path) -> None:
    async with brain(tmp_path, models=frozenset({"models/other"})) as address:
        with pytest.raises(errors.APIError) as caught:
            async with connected(address):
                pass
        assert caught.value.code == 1008
        assert "is not found" in caught.value.details


async def test_a_mind_that_cannot_open_ends_the_connection(tmp_path: Path) -> None:
    class Broken(House):
        async def open_mind(self, setup: Any, *, cache: Path, whisper: Path | None) -> Any:
            raise BrainError("The language model cannot be read.")

    async with brain(tmp_path, house=Broken()) as address, connected(address) as session:
        with pytest.raises(errors.APIError) as caught:
            await turn(session)
        assert caught.value.code == 1011


async def test_what_fails_while_it_speaks_is_told_by_its_own_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with brain(tmp_path, voice=Hoarse()) as address, connected(address) as session:
        await say(session, "hello")
        with pytest.raises(errors.APIError) as caught:
            await turn(session)
        assert caught.value.code == 1011
    assert [each.message for each in caplog.records if each.levelname == "ERROR"] == [
        "the voice hoarse does not speak"
    ]


async def test_handles_come_when_idle_and_resume_with_the_same_mind(tmp_path: Path) -> None:
    house = House()
    async with brain(tmp_path, house=house, strict=True) as address:
        async with connected(address, resumption()) as session:
            first = await turn(session, until="resumable")
            await say(session, "hello")
            heard = await turn(session)
            assert heard.order[0] == "busy"
            later = await turn(session, until="resumable")
            assert first.handles != later.handles
        async with connected(address, resumption(later.handles[0])) as session:
            await say(session, "again")
            assert (await turn(session)).said == "You said: again"
            usage = (await turn(session, until="usage")).usage
            assert usage is not None
            assert (usage.prompt_token_count or 0) > 5
    assert len(house.minds) == 1


async def test_no_handle_while_a_tool_runs(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, connected(address, resumption()) as session:
        await say(session, "turn on lamp")
        asked = await turn(session, until="tool_call")
        assert asked.order[-2:] == ["busy", "tool_call"]
        await answer(session, *asked.calls)
        assert (await turn(session, until="turn_complete")).order[0] != "resumable"
        assert (await turn(session, until="resumable")).handles


async def test_an_unknown_handle_is_refused(tmp_path: Path) -> None:
    async with brain(tmp_path) as address:
        with pytest.raises(errors.APIError) as caught:
            async with connected(address, resumption("stale")):
                pass
        assert (caught.value.code, caught.value.details) == (1008, "Requested entity was not found.")


async def test_strict_brains_refuse_to_resume_beside_the_older_socket(tmp_path: Path) -> None:
    async with brain(tmp_path, strict=True) as address, connected(address, resumption()) as session:
        handle = (await turn(session, until="resumable")).handles[0]
        with pytest.raises(errors.APIError) as caught:
            async with connected(address, resumption(handle)):
                pass
        assert caught.value.code == 1011


async def test_old_connections_are_warned_then_cut(tmp_path: Path) -> None:
    async with (
        brain(tmp_path, connection_seconds=0.3, go_away_seconds=0.2) as address,
        connected(address) as session,
    ):
        assert (await turn(session, until="go away 0.2s")).order == ["go away 0.2s"]
        with pytest.raises(errors.APIError) as caught:
            await turn(session)
        assert caught.value.code == 1008
        assert "GoAway" in caught.value.details


async def test_a_context_update_opens_a_new_mind(tmp_path: Path) -> None:
    house = House()
    async with brain(tmp_path, house=house) as address, connected(address) as session:
        await say(session, "hello")
        await turn(session)
        tool = types.Tool(function_declarations=[types.FunctionDeclaration(name="open")])
        await session.send_context_update(tools=[tool])
        await session.send_context_update(system_instruction="Devices by area")
        await say(session, "hello")
        await turn(session)
    assert house.minds[-1].setup["tools"] == [{"functionDeclarations": [{"name": "open"}]}]
    assert house.minds[-1].setup["systemInstruction"]["parts"] == [{"text": "Devices by area"}]


async def test_turns_without_an_end_are_context(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, connected(address) as session:
        for role, text in (("user", "my name is Ann"), ("model", "hello Ann"), ("user", "and now")):
            content = types.Content(role=role, parts=[types.Part(text=text)])
            await session.send_client_content(turns=content, turn_complete=False)
        await session.send_client_content(turn_complete=True)
        assert (await turn(session)).said == "You said: and now"
        await session.send_client_content(turn_complete=True)
        with pytest.raises(errors.APIError) as caught:
            await turn(session)
        assert caught.value.code == 1007
        assert "No turn to complete" in caught.value.details


async def test_text_modality(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, connected(address, {"response_modalities": ["TEXT"]}) as session:
        await say(session, "hello")
        heard = await turn(session)
        assert (heard.said, heard.audio) == ("You said: hello", b"")


@pytest.mark.filterwarnings("ignore::google.genai._common.ExperimentalWarning")
async def test_an_ephemeral_token_opens_one_session(tmp_path: Path) -> None:
    async with (
        brain(tmp_path, keys=frozenset({"secret"})) as address,
        client(address, version="v1alpha", key="secret") as made,
    ):
        token = await made.aio.auth_tokens.create(config={"uses": 1})
        assert token.name
        async with connected(address, version="v1alpha", key=token.name) as session:
            await say(session, "hello")
            assert (await turn(session)).said == "You said: hello"
        with pytest.raises(errors.APIError) as caught:
            async with connected(address, version="v1alpha", key=token.name):
                pass
        assert caught.value.code == 1007


async def test_the_end_of_the_brain_is_said(tmp_path: Path) -> None:
    async with asyncio.timeout(5):
        running = brain(tmp_path)
        address = await running.__aenter__()
        async with connected(address) as session:
            await running.__aexit__(None, None, None)
            with pytest.raises(errors.APIError) as caught:
                await turn(session)
        assert (caught.value.code, caught.value.details) == (1001, "going away")


async def test_a_changed_home_is_understood_at_once_and_heard_with_the_ear_of_before(tmp_path: Path) -> None:
    """Learning the sounds of new names takes seconds; nobody is to wait for them."""

    @dataclass
    class Slow(SmallMind):
        async def open_ear(self) -> None:
            if "new" in str(self.setup.get("systemInstruction")):
                await asyncio.sleep(30)

        def borrow(self, other: SmallMind) -> bool:
            self.ear = other.ear
            return True

    class Learning(House):
        async def open_mind(self, setup: Any, *, cache: Path, whisper: Path | None) -> Slow:
            return Slow(setup, SmallEar(self.heard))

    manual = {"realtime_input_config": {"automatic_activity_detection": {"disabled": True}}}
    house = Learning()
    async with (
        asyncio.timeout(10),
        brain(tmp_path, house=house) as address,
        connected(address, manual) as session,
    ):
        await say(session, "hello")
        assert (await turn(session)).said == "You said: hello"
        await session.send_context_update(system_instruction="new")
        await say(session, "hello again")
        assert (await turn(session)).said == "You said: hello again"
        await session.send_realtime_input(activity_start=types.ActivityStart())
        await session.send_realtime_input(
            audio=types.Blob(data=bytes(6400), mime_type="audio/pcm;rate=16000")
        )
        await session.send_realtime_input(activity_end=types.ActivityEnd())
        assert "2 tenths" in (await turn(session)).said
