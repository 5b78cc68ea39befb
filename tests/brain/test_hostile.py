"""Frames that no honest client sends: a close code, no word in the log, and the next client is served."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import websockets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection

from assistant.brain.server import Address
from assistant.brain.wire import DEEPEST, Hangup, camel, camel_key, parse, unbase64
from tests.brain.stand_ins import brain, trust

SETUP = '{"setup":{"model":"models/m"}}'
SURROGATE = '{"realtimeInput":{"text":"\\ud800"}}'


@asynccontextmanager
async def raw(address: Address, setup: str | None = SETUP) -> AsyncIterator[ClientConnection]:
    url = address.url.replace("https", "wss") + "/ws/google.ai.generativelanguage.v1beta"
    async with websockets.connect(
        f"{url}.GenerativeService.BidiGenerateContent?key=k", ssl=trust(address), proxy=None, max_size=None
    ) as connection:
        if setup is not None:
            await connection.send(setup)
            await connection.recv()
        yield connection


async def ending(connection: ClientConnection) -> tuple[int, str]:
    """The close code and reason, after whatever comes before."""
    with suppress(websockets.ConnectionClosed):
        async with asyncio.timeout(5):
            while True:
                await connection.recv()
    return connection.close_code or 0, connection.close_reason or ""


async def still_serves(address: Address) -> None:
    async with raw(address) as connection:
        await connection.send(
            '{"clientContent":{"turns":[{"role":"user","parts":[{"text":"psst"}]}],"turnComplete":true}}'
        )
        assert json.loads(await connection.recv()) == {"serverContent": {"generationComplete": True}}


def audio(**blob: Any) -> str:
    return json.dumps({"realtimeInput": {"audio": blob}})


BAD_AFTER_SETUP = [
    "",
    "nonsense",
    "[]",
    "7",
    "{}",
    '{"a":1}',
    '{"setup":{"model":"models/m"}}',
    '{"setup":{},"clientContent":{}}',
    '{"realtimeInput":7}',
    '{"realtimeInput":{"unknown":1}}',
    '{"realtimeInput":{"text":7}}',
    '{"realtimeInput":{"activityStart":{}}}',
    '{"realtimeInput":{"mediaChunks":{}}}',
    '{"clientContent":{"turns":{}}}',
    '{"clientContent":{"turns":[7]}}',
    '{"clientContent":{"turns":[{"role":"system","parts":[{"text":"x"}]}]}}',
    '{"clientContent":{"turns":[{"parts":[{"text":"x"}]}]}}',
    '{"clientContent":{"turnComplete":"yes"}}',
    '{"toolResponse":{"functionResponses":[{"id":7}]}}',
    '{"toolResponse":{"functionResponses":[{"id":"x","response":7}]}}',
    '{"contextUpdate":{"tools":{"tools":7}}}',
    '{"contextUpdate":{"tools":{"tools":[{"functionDeclarations":[{"name":"x","behavior":[]}]}]}}}',
    '{"contextUpdate":{"systemInstruction":{"parts":[{"text":{}}]}}}',
    '{"realtimeInput":{"text":NaN}}',
    '{"realtimeInput":{"text":' + "9" * 5000 + "}}",
    "[" * 200_000,
    '{"a":' * 500 + "1" + "}" * 500,
    '{"contextUpdate":' + '{"x":' * DEEPEST + "1" + "}" * DEEPEST + "}",
    audio(data="A", mimeType="audio/pcm"),
    audio(data="€€", mimeType="audio/pcm"),
    audio(data=7, mimeType="audio/pcm"),
    audio(data="", mimeType="audio/mp3"),
    audio(data="", mimeType="audio/pcm;rate=5"),
    audio(data="", mimeType=None),
]


@pytest.mark.parametrize("frame", BAD_AFTER_SETUP, ids=range(len(BAD_AFTER_SETUP)))
async def test_bad_frames(tmp_path: Path, frame: str, caplog: pytest.LogCaptureFixture) -> None:
    async with brain(tmp_path) as address:
        async with raw(address) as connection:
            await connection.send(frame)
            code, reason = await ending(connection)
            assert code == 1007
            assert reason
        await still_serves(address)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    "setup",
    [
        '{"setup":7}',
        '{"setup":{}}',
        '{"setup":{"model":"gemini"}}',
        '{"setup":{"model":"models/../x"}}',
        '{"setup":{"model":"models/m","tools":{}}}',
        '{"setup":{"model":"models/m","tools":[{"functionDeclarations":[{}]}]}}',
        '{"setup":{"model":"models/m","sessionResumption":"h"}}',
        '{"setup":{"model":"models/m","systemInstruction":{"parts":{}}}}',
    ],
)
async def test_bad_setups(tmp_path: Path, setup: str) -> None:
    async with brain(tmp_path) as address:
        async with raw(address, setup=None) as connection:
            await connection.send(setup)
            assert (await ending(connection))[0] == 1007
        await still_serves(address)


async def test_messages_before_the_setup_are_ignored(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, raw(address, setup=None) as connection:
        await connection.send('{"realtimeInput":{"text":"early"}}')
        await connection.send(b'{"setup":{"model":"models/m"}}')
        assert await connection.recv() == b'{"setupComplete":{}}'


async def test_half_a_character_is_replaced(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, raw(address) as connection:
        await connection.send(SURROGATE)
        assert b"audio/pcm" in await connection.recv(decode=False)


async def test_a_huge_frame(tmp_path: Path) -> None:
    async with brain(tmp_path) as address:
        async with raw(address) as connection:
            await connection.send("x" * (17 * 2**20))
            assert (await ending(connection))[0] == 1009
        await still_serves(address)


async def test_bytes_that_are_no_websocket(tmp_path: Path) -> None:
    async with brain(tmp_path) as address:
        host, port = "127.0.0.1", int(address.url.rpartition(":")[2])
        for hello in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01" + bytes(100)):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(hello)
            async with asyncio.timeout(5):
                await reader.read()
            writer.close()
        context: ssl.SSLContext = trust(address)
        for hello in (b"\xff\xff\r\n\r\n", b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n"):
            reader, writer = await asyncio.open_connection(host, port, ssl=context)
            writer.write(hello)
            async with asyncio.timeout(5):
                assert b"400" in await reader.readline()
            writer.transport.abort()
        await still_serves(address)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
WORDS = """
setup model tools functionDeclarations name behavior realtime_input realtimeInput audio data mime_type text
video mediaChunks activityStart activityEnd audioStreamEnd client_content turns parts role turnComplete
tool_response functionResponses id response will_continue scheduling contextUpdate systemInstruction
"""
KEYS = st.sampled_from(WORDS.split())
NEAR = st.recursive(
    st.sampled_from(["user", "models/m", "AAAA", "audio/pcm", True, 1, None]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=64) | st.text(max_size=64) | JSON.map(json.dumps) | NEAR.map(json.dumps))
def test_parse_knows_only_messages_and_hangups(frame: str | bytes) -> None:
    try:
        code = 1007 if isinstance(parse(frame), list) else 0
    except Hangup as hangup:
        code = hangup.code
    assert code == 1007


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames=st.lists(NEAR.map(json.dumps) | st.text(max_size=20), min_size=1, max_size=5))
def test_a_brain_survives_any_frames(tmp_path: Path, frames: list[str]) -> None:
    async def attack() -> None:
        async with brain(tmp_path) as address:
            async with raw(address) as connection:
                code = 1007
                try:
                    for frame in frames:
                        await connection.send(frame)
                except websockets.ConnectionClosed as closed:
                    code = closed.rcvd.code if closed.rcvd else 1006
                assert code in (1007, 1008)
            await still_serves(address)

    asyncio.run(attack())


def test_both_spellings_of_keys_and_what_is_left_alone() -> None:
    answer = {"will_continue": True, "response": {"snake_key": {"a_b": 1}}}
    message = {
        "tool_response": {"function_responses": [answer]},
        "labels": {"a_b": "c_d"},
        "parameters": {"properties": {"room_name": {"max_length": 3}}},
        "parameters_json_schema": {"properties": {"room_name": {}}},
    }
    assert camel(message) == {
        "toolResponse": {
            "functionResponses": [{"willContinue": True, "response": {"snake_key": {"a_b": 1}}}]
        },
        "labels": {"a_b": "c_d"},
        "parameters": {"properties": {"room_name": {"maxLength": 3}}},
        "parametersJsonSchema": {"properties": {"room_name": {}}},
    }
    assert camel_key("_private") == "_private"


@pytest.mark.parametrize("text", ["__77AA==", "//77AA==", "__77AA", "//77AA"])
def test_both_base64_alphabets(text: str) -> None:
    assert unbase64(text, "x") == b"\xff\xfe\xfb\x00"
