"""Every scripted fault as the SDK shows it, and what a bad script says."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
import websockets
from google.genai import errors, types

from assistant.brain.script import STEPS, load, read
from assistant.errors import BrainError
from tests.brain.stand_ins import answer, brain, client, connected, say, trust, turn

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "brain-scripts.md"


async def refused(address: Any, **how: Any) -> Exception:
    with pytest.raises((errors.APIError, websockets.WebSocketException, OSError)) as caught:
        async with connected(address, **how):
            pass
    return caught.value


async def after_text(tmp_path: Path, steps: str) -> Exception:
    """The exception of `receive` after a text that the script answers with these steps."""
    async with (
        brain(tmp_path, script=f"[{{on: text, do: [{steps}]}}]") as address,
        connected(address) as session,
    ):
        await say(session, "hello")
        with pytest.raises((errors.APIError, ValueError, TypeError)) as caught:
            await turn(session)
        return caught.value


@pytest.mark.parametrize("status", [401, 403, 404, 429, 503])
async def test_an_http_status_at_the_handshake(tmp_path: Path, status: int) -> None:
    async with brain(tmp_path, script=f"[{{on: connect, do: [http: {status}]}}]") as address:
        error = await refused(address)
        assert isinstance(error, websockets.InvalidStatus)
        assert error.response.status_code == status


async def test_a_fault_on_one_connection_only(tmp_path: Path) -> None:
    script = "[{on: connect, connection: 1, do: [http: 503]}]"
    async with brain(tmp_path, script=script) as address:
        await refused(address)
        async with connected(address) as session:
            await say(session, "hello")
            assert (await turn(session)).said == "You said: hello"


async def test_a_hang_before_the_setup_is_complete(tmp_path: Path) -> None:
    async with brain(tmp_path, script="[{on: setup, do: [hang]}]") as address:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3), connected(address):
                pass


async def test_a_resume_is_refused(tmp_path: Path) -> None:
    script = """
    - on: setup
      match: resumed
      do: [close: {code: 1007, reason: Request contains an invalid argument.}]
    """
    async with brain(tmp_path, script=script) as address:
        error = await refused(address, config={"session_resumption": {"handle": "h"}})
        assert isinstance(error, errors.APIError)
        assert (error.code, error.details) == (1007, "Request contains an invalid argument.")


@pytest.mark.parametrize("code", [1000, 1001, 1007, 1008, 1011])
async def test_close_codes(tmp_path: Path, code: int) -> None:
    error = await after_text(tmp_path, f"close: {{code: {code}, reason: because}}")
    assert isinstance(error, errors.APIError)
    assert (error.code, error.details) == (code, "because")


async def test_a_cut_cable(tmp_path: Path) -> None:
    error = await after_text(tmp_path, "abort")
    assert isinstance(error, errors.APIError)
    assert error.code == 1006


async def test_a_frame_of_unknown_keys_is_a_type_error(tmp_path: Path) -> None:
    assert isinstance(await after_text(tmp_path, "send: {error: {code: 500}}"), TypeError)


async def test_a_frame_that_is_not_json_is_a_value_error(tmp_path: Path) -> None:
    assert isinstance(await after_text(tmp_path, "send_text: nonsense"), ValueError)


async def test_quota_as_a_frame(tmp_path: Path) -> None:
    error = await after_text(tmp_path, "send: {code: 429, message: quota, status: RESOURCE_EXHAUSTED}")
    assert isinstance(error, errors.ClientError)
    assert error.code == 429


async def test_a_frame_that_is_too_large(tmp_path: Path) -> None:
    error = await after_text(tmp_path, "oversize: 17000000")
    assert isinstance(error, errors.APIError)
    assert error.code == 1006


async def test_go_away_phantom_interruption_and_doubled_ends(tmp_path: Path) -> None:
    script = "[{on: text, do: [go_away: 5, interrupted, say: Hi., turn_complete]}]"
    async with brain(tmp_path, script=script) as address, connected(address) as session:
        await say(session, "hello")
        heard = await turn(session)
        assert heard.order[:2] == ["go away 5s", "interrupted"]
        assert heard.said == "Hi."
        assert (await turn(session)).order == ["usage", "turn_complete"]


async def test_a_pong_that_never_comes(tmp_path: Path) -> None:
    async with brain(tmp_path, script="[{on: text, do: [stall, say: Hi.]}]") as address:
        url = f"{address.url.replace('https', 'wss')}/ws/google.ai.generativelanguage.v1."
        context = trust(address)
        async with websockets.connect(
            f"{url}GenerativeService.BidiGenerateContent?key=k",
            ssl=context,
            proxy=None,
            ping_interval=0.05,
            ping_timeout=0.1,
        ) as raw:
            await raw.send('{"setup":{"model":"models/m"}}')
            await raw.recv()
            await asyncio.sleep(0.2)
            await raw.send('{"realtimeInput":{"text":"hello"}}')
            with pytest.raises(websockets.ConnectionClosedError, match="keepalive ping timeout"):
                async for _ in raw:
                    pass


async def test_scripted_calls_and_their_answers(tmp_path: Path) -> None:
    script = """
    - {on: text, match: lamp, times: 1, do: [tool_call: {name: turn_on, args: {device: lamp}}]}
    - {on: text, match: both, do: [tool_call: [{name: a, id: x}, {name: b, id: y}], cancel_calls]}
    - {on: tool_response, match: turn_off, do: [say: Off.]}
    """
    async with brain(tmp_path, script=script) as address, connected(address) as session:
        await say(session, "the lamp please")
        asked = await turn(session, until="tool_call")
        await answer(session, *asked.calls)
        assert (await turn(session)).said == "The lamp is on."
        await say(session, "the lamp please")
        assert (await turn(session)).said == "You said: the lamp please"
        await say(session, "both")
        assert (await turn(session, until="cancelled")).cancelled == ["x", "y"]


async def test_scripted_answers_to_speech_and_tools(tmp_path: Path) -> None:
    script = """
    - {on: audio, do: [tool_call: {name: turn_off, args: {device: fan}}]}
    - {on: tool_response, match: turn_off, do: [say: Off it goes.]}
    """
    config = {"realtime_input_config": {"automatic_activity_detection": {"disabled": True}}}
    async with brain(tmp_path, script=script) as address, connected(address, config) as session:
        await session.send_realtime_input(activity_start=types.ActivityStart())
        await session.send_realtime_input(activity_end=types.ActivityEnd())
        asked = await turn(session, until="tool_call")
        await answer(session, *asked.calls)
        assert (await turn(session)).said == "Off it goes."


async def test_rest_faults(tmp_path: Path) -> None:
    script = """
    - on: rest
      match: generateContent
      times: 1
      do: [wait: 0.01, http: {status: 429, message: Over quota, headers: {retry-after: 7}}]
    """
    async with brain(tmp_path, script=script) as address, client(address) as made:
        with pytest.raises(errors.ClientError, match="Over quota") as caught:
            await made.aio.models.generate_content(model="m", contents="hi")
        assert caught.value.status == "RESOURCE_EXHAUSTED"
        answer = await made.aio.models.generate_content(model="m", contents="hi")
        assert answer.text == "You said: hi"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on: text", "s.yaml:1: a list of rules"),
        ("- on: text\n  do: [\n", "s.yaml:3: "),
        ("- hello", "s.yaml:1: a rule with 'on' and 'do' is expected"),
        ("- on: texts\n  do: []", "s.yaml:1: 'texts' is no event; one of connect, setup, text"),
        ("- on: text", "s.yaml:1: a rule needs 'on'"),
        ("- on: text\n  do: hang", "s.yaml:2: 'do' needs a list of steps"),
        ("- on: text\n  do: []\n  whenever: 1", "s.yaml:3: 'whenever' is unknown"),
        ("- on: text\n  do: []\n  times: 0", "s.yaml:3: 'times' needs a whole number from 1"),
        ("- on: text\n  do:\n  - sya: hi", "s.yaml:3: 'sya' is no step"),
        ("- on: text\n  do:\n  - say: 1", "s.yaml:3: 'say' needs a sentence"),
        ("- on: text\n  do:\n  - {say: a, wait: 1}", "s.yaml:3: a step has exactly one name"),
        ("- on: text\n  do:\n  - close: 1006", "s.yaml:3: 'close' needs a close code"),
        ("- on: text\n  do:\n  - send: {at: 2026-01-01}", "s.yaml:3: 'send' needs the JSON object"),
        ("- on: text\n  do:\n  - wait: -1", "s.yaml:3: 'wait' needs a number of seconds"),
        ("- on: text\n  do:\n  - http: 200", "s.yaml:3: 'http' needs an HTTP status"),
        ("- &a [*a]", "s.yaml:1: a rule with 'on' and 'do' is expected"),
        ("- on: !!python/object x\n  do: []", "s.yaml:1: a plain value is expected"),
    ],
)
def test_bad_scripts_say_where(text: str, expected: str) -> None:
    with pytest.raises(BrainError, match="^" + re.escape(expected)):
        read(text, "s.yaml")


def test_scripts_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BrainError, match=r"none\.yaml cannot be read"):
        load(tmp_path / "none.yaml")
    (tmp_path / "s.yaml").write_bytes(b"\xff\xff")
    with pytest.raises(BrainError, match="cannot be read"):
        load(tmp_path / "s.yaml")
    assert read("# nothing").rules == []


def test_the_examples_in_the_document_are_scripts() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(examples) > 3
    for example in examples:
        assert read(example).rules
    for name in STEPS:
        assert f"`{name}`" in text
