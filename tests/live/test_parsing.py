"""What a server's frames become: whole samples, sane counts, turns that end once."""

from __future__ import annotations

import math
from array import array
from itertools import pairwise
from typing import Any

import pytest
from google.genai import types

from assistant.live import parsing
from assistant.live.messages import (
    Calls,
    Generated,
    GoAway,
    Handle,
    Message,
    Speech,
    SpeechText,
    Transcribed,
    TurnDone,
    Usage,
)
from assistant.live.parsing import Parser, seconds, told_id

IN_PROGRESS, IDLE = {"interaction_status": "IN_PROGRESS"}, {"interaction_status": "IDLE"}
SAID = {"output_transcription": {"text": "One moment."}}
GENERATED, DONE = {"generation_complete": True}, {"turn_complete": True}


def told(parser: Parser, *contents: dict[str, Any]) -> list[Message | Handle | GoAway]:
    frames = [types.LiveServerMessage.model_validate({"server_content": content}) for content in contents]
    return [message for frame in frames for message in parser.messages(frame)]


def counted(**usage: Any) -> Usage:
    frame = types.LiveServerMessage.model_validate({"usage_metadata": usage})
    (message,) = Parser().messages(frame)
    assert isinstance(message, Usage)
    return message


def sound(pcm: bytes, mime: str = "audio/pcm;rate=24000") -> dict[str, Any]:
    part = {"inline_data": {"data": pcm, "mime_type": mime}}
    return {"model_turn": {"parts": [part]}}


def test_a_sample_may_be_torn_between_two_frames() -> None:
    parser = Parser()
    spoken = told(parser, sound(b"abc"), sound(b"d"), sound(b"efg"))
    assert spoken == [Speech(b"ab"), Speech(b"cd"), Speech(b"ef")]
    assert told(parser, {"interrupted": True}, sound(b"hi"))[1:] == [Speech(b"hi")], "g is forgotten"


@pytest.mark.parametrize("tokens", [-50_000_000, 10**400, 10**15])
def test_p8_no_count_of_tokens_fills_the_purse_or_empties_it(tokens: int) -> None:
    details = [{"modality": "AUDIO", "token_count": tokens}] * 3
    usage = counted(prompt_token_count=tokens, prompt_tokens_details=details, thoughts_token_count=tokens)
    for count in (usage.prompt, usage.tokens.audio_in, usage.tokens.unknown_in, usage.tokens.text_out):
        assert 0 <= count <= parsing.MOST_TOKENS


def test_what_is_a_plausible_count_is_kept() -> None:
    details = [{"modality": "TEXT", "token_count": 332}, {"modality": "AUDIO", "token_count": 165}]
    usage = counted(prompt_token_count=522, prompt_tokens_details=details, response_token_count=42)
    assert (usage.tokens.text_in, usage.tokens.audio_in, usage.tokens.unknown_in) == (332, 165, 25)
    assert usage.tokens.unknown_out == 42


def test_a_turn_in_stages_is_over_when_it_is_idle() -> None:
    parser = Parser(in_stages=True)
    filler = told(parser, SAID, GENERATED, {**DONE, **IN_PROGRESS})
    answer = told(parser, SAID, GENERATED, {**DONE, **IN_PROGRESS}, IDLE)
    assert filler == [SpeechText("One moment.")]
    assert answer == [SpeechText("One moment."), TurnDone()]


def test_a_model_that_is_seen_to_answer_in_stages_is_believed() -> None:
    parser = Parser()
    assert told(parser, {**DONE, **IN_PROGRESS}, SAID, GENERATED) == [SpeechText("One moment.")]


def test_while_a_slow_tool_of_ours_works_the_user_may_go_on() -> None:
    parser = Parser()
    call = types.LiveServerMessage.model_validate(
        {"tool_call": {"function_calls": [{"id": "a", "name": "wash"}]}}
    )
    assert len(list(parser.messages(call))) == 1
    assert told(parser, {**DONE, **IN_PROGRESS}) == [TurnDone()]
    parser.responded("a")
    assert told(parser, {**DONE, **IN_PROGRESS}) == []


def test_a_turn_ends_once() -> None:
    assert told(Parser(), SAID, GENERATED, DONE, IDLE)[1:] == [Generated(), TurnDone()]
    assert told(Parser(), SAID, IDLE)[1:] == [TurnDone()]
    assert told(Parser(), {**SAID, **DONE, **IDLE})[1:] == [TurnDone()]


def test_a_flood_of_words_is_cut() -> None:
    parser = Parser()
    heard = {"input_transcription": {"text": "x" * (parsing.LONGEST_TURN - 1)}}
    assert told(parser, heard, SAID, SAID)[1:] == [SpeechText("O")]
    assert told(parser, DONE, SAID)[1:] == [SpeechText("One moment.")], "the next turn is another matter"
    assert told(parser, DONE, {"input_transcription": {"text": "hi"}})[1:] == [Transcribed("hi")]


@pytest.mark.parametrize(
    ("duration", "is_left"),
    [("50s", 50.0), (" 1.5s ", 1.5), ("0s", 0.0), *((text, 30.0) for text in (None, "", "junk", "-5s"))],
)
def test_when_a_server_will_go(duration: str | None, is_left: float) -> None:
    assert seconds(duration) == is_left


def test_calls_without_an_id_are_told_apart() -> None:
    call = {"function_calls": [{"name": "turn_on"}, {"name": "turn_off", "id": ""}, {"id": "a"}]}
    frame = types.LiveServerMessage.model_validate({"tool_call": call})
    (message,) = Parser().messages(frame)
    assert isinstance(message, Calls)
    ids = [call.id for call in message.calls]
    assert len(set(ids)) == 3
    assert [told_id(each) for each in ids] == ["", "", "a"]


def test_speech_at_another_rate_keeps_its_pitch_and_its_length() -> None:
    rate, hertz = 16_000, 440
    wave = [round(12_000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(rate)]
    pcm = array("h", wave).tobytes()
    pieces = [pcm[at : at + 1001] for at in range(0, len(pcm), 1001)]
    parser = Parser()
    spoken = [
        m.pcm
        for m in told(parser, *(sound(p, "audio/pcm;rate=16000") for p in pieces))
        if isinstance(m, Speech)
    ]
    heard = array("h", b"".join(spoken))
    assert len(heard) == pytest.approx(24_000, abs=2)
    crossings = sum(a < 0 <= b for a, b in pairwise(heard))
    assert crossings == pytest.approx(hertz, abs=1)
    assert max(abs(b - a) for a, b in pairwise(heard)) < 2000, "no click where two frames meet"


@pytest.mark.parametrize(
    "mime",
    ["audio/pcm;rate=0", "audio/pcm;rate=999999", "audio/mpeg", "audio/pcmu", "", "audio/pcm;rate=7999"],
)
def test_what_is_no_speech_of_ours_is_not_played(mime: str) -> None:
    assert told(Parser(), sound(b"abcd", mime)) == []


def test_an_answer_that_is_only_written_is_told_at_its_end_and_a_spoken_one_not_twice() -> None:
    written = {
        "model_turn": {"parts": [{"text": "It is "}, {"text": "done."}, {"text": "hm", "thought": True}]}
    }
    assert told(Parser(), written, written, DONE) == [SpeechText("It is done.It is done."), TurnDone()]
    assert told(Parser(), written, SAID, DONE) == [SpeechText("One moment."), TurnDone()]
    parser = Parser()
    assert told(parser, written, sound(b"abcd"), DONE) == [Speech(b"abcd"), TurnDone()]
    assert told(parser, DONE) == [TurnDone()], "the next turn begins empty"
