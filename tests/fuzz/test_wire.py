"""Whatever a server, a camera or a server of tools says: our own messages, or a refusal in a sentence."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from google.genai import types
from hypothesis import given
from hypothesis import strategies as st

from assistant.config import McpTool
from assistant.errors import PluginError, VisionError
from assistant.live.messages import Usage
from assistant.live.parsing import MOST_TOKENS, Parser
from assistant.live.wire import UNREADABLE
from assistant.mcp.schema import declared
from assistant.vision.finding import markup
from tests.fuzz.parts import JSON, QUICK, TEXTS, near, torn

pytestmark = pytest.mark.filterwarnings("ignore:.*is not a valid:UserWarning")
"""The SDK's own word on values that are newer than it is, or nonsense."""

FRAME: dict[str, Any] = {
    "server_content": {
        "input_transcription": {"text": "turn on the light"},
        "output_transcription": {"text": "It is on"},
        "model_turn": {"parts": [{"text": "hm", "thought": True}, {"inline_data": {"data": "AAAA", "mime_type": "audio/pcm;rate=24000"}}]},
        "turn_complete": True, "generation_complete": True, "interrupted": False, "interaction_status": "IDLE",
    },
    "tool_call": {"function_calls": [{"id": "1", "name": "turn_on", "args": {"device": "lamp"}}]},
    "tool_call_cancellation": {"ids": ["1"]},
    "go_away": {"time_left": "50s"},
    "session_resumption_update": {"new_handle": "h", "resumable": True},
    "usage_metadata": {"prompt_token_count": 5, "prompt_tokens_details": [{"modality": "AUDIO", "token_count": 3}]},
}  # fmt: skip


@QUICK
@given(st.lists(near(FRAME), min_size=1, max_size=3))
def test_any_frames_of_a_server_become_messages_or_are_unreadable(frames: list[Any]) -> None:
    parser = Parser()
    for frame in frames:
        try:
            read = types.LiveServerMessage.model_validate(frame)
        except UNREADABLE:
            continue
        for message in parser.messages(read):
            if isinstance(message, Usage):
                assert 0 <= message.total <= MOST_TOKENS
                assert math.isfinite(message.usd)


XML = (
    b'<?xml version="1.0"?><s:Envelope xmlns:s="x"><s:Body a="1"><p:Profile token="t"><p:Name>main</p:Name>'
    b"<p:Resolution><p:Width>640</p:Width></p:Resolution></p:Profile></s:Body></s:Envelope>"
)


@QUICK
@given(
    torn(XML)
    | st.binary(max_size=120)
    | TEXTS.map(lambda text: f"<a b='{text}'>{text}</a>".encode("utf-8", "replace"))
)
def test_any_answer_of_a_camera_is_xml_or_a_sentence(data: bytes) -> None:
    try:
        found = markup.read(data)
    except VisionError as refused:
        assert "\n" not in str(refused)
        return
    assert isinstance(found.said("Body", "Profile", "Name"), str)


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "query": {"type": "string", "description": "what", "enum": ["a", "b"]},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "deep": {"type": "object", "properties": {"x": {"type": ["number", "null"]}}, "required": ["x"]},
        "many": {"type": "array", "items": {"$ref": "#/$defs/one"}},
        "some": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["query"],
    "$defs": {"one": {"type": "boolean"}},
}  # fmt: skip


@QUICK
@given(near(SCHEMA) | JSON, TEXTS, TEXTS)
def test_any_schema_of_a_server_of_tools_is_declared_or_refused(
    schema: Any, name: str, description: str
) -> None:
    for called in (name, "search"):
        try:
            made = declared(called, description, schema, read_only=False, wish=McpTool())
        except PluginError as refused:
            assert "\n" not in str(refused)
            continue
        json.dumps(made.schema(), allow_nan=False)
