"""What a model knows is told to it, what it does not know never is; dead models have successors."""

from __future__ import annotations

import logging

import pytest
from google.genai import types

from assistant.config import GeminiConfig
from assistant.errors import ConfigError
from assistant.live.models import MODELS, abilities, known, retired, voices
from assistant.live.options import Options, checked
from assistant.live.parsing import Parser
from assistant.live.session import Briefing, Setup
from assistant.live.wishes import connect_config

OLD = "gemini-2.5-flash-native-audio-preview-12-2025"


def test_every_option_is_known_by_some_model() -> None:
    offered = frozenset().union(*(row.options for row in MODELS.values()))
    assert offered == set(Options.__dataclass_fields__)
    assert all(row.alpha_options <= row.options for row in MODELS.values())
    assert all(bool(row.thinking_levels) == ("thinking_level" in row.options) for row in MODELS.values())


def test_names_in_every_spelling() -> None:
    assert abilities("models/gemini-3.8-live") == abilities("gemini-3.8-live")
    assert abilities("gemini-2.5-flash-native-audio-latest") == abilities(OLD)
    assert abilities("something-new").options == frozenset()


@pytest.mark.parametrize("model", ["gemini-live-2.5-flash-preview", "gemini-2.0-flash-live-001"])
def test_a_dead_model_is_told_and_its_successor_taken(model: str, caplog: pytest.LogCaptureFixture) -> None:
    gone = retired(model)
    assert gone is not None
    assert gone.successor in known()
    with caplog.at_level(logging.WARNING):
        assert checked(GeminiConfig(model=model)).model == gone.successor
    assert "was shut down on 2025-12-09" in caplog.text


@pytest.mark.parametrize(
    ("wished", "problem"),
    [
        ({"thinking_level": "low"}, "gemini-3.8-live does not know this; gemini-3.8-live-extended-thinking"),
        ({"affective_dialog": True}, "does not know this"),
        ({"model": OLD, "affective_dialog": True}, "v1alpha only"),
        ({"model": "gemini-3.8-live-extended-thinking", "thinking_level": "minimal"}, "low, medium, high"),
        ({"temperature": 0.5}, "gemini.temperature"),
        ({"proactive_audio": False}, "gemini.proactive_audio"),
        ({"top_p": 0.5}, "gemini.top_p"),
        ({"voice": "puck"}, "there is no voice 'puck'; there are Puck"),
    ],
)
def test_what_does_not_fit_is_refused_before_connecting(wished: dict[str, object], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        checked(GeminiConfig.model_validate(wished))


def test_only_what_was_wished_is_in_the_setup() -> None:
    plain = connect_config(Setup(Briefing("Hi.")), "gemini-3.8-live", None)
    unset = (
        "temperature",
        "thinking_config",
        "proactivity",
        "enable_affective_dialog",
        "safety_settings",
        "tools",
    )
    assert all(getattr(plain, name) is None for name in unset)
    wished = GeminiConfig(
        model=OLD,
        api_version="v1alpha",
        language="de-DE",
        google_search=True,
        media_resolution="low",
        safety="few",
        temperature=0.4,
        top_p=0.9,
        top_k=40,
        turn_coverage="everything",
        thinking_budget=0,
        affective_dialog=True,
        proactive_audio=True,
    )
    made = connect_config(Setup(Briefing("Hi."), options=Options.of(checked(wished))), OLD, None)
    told = made.model_dump(exclude_none=True, mode="json")
    assert (told["temperature"], told["top_p"], told["top_k"]) == (0.4, 0.9, 40)
    assert told["realtime_input_config"]["turn_coverage"] == "TURN_INCLUDES_ALL_INPUT"
    assert told["thinking_config"] == {"thinking_budget": 0}
    assert told["media_resolution"] == "MEDIA_RESOLUTION_LOW"
    assert told["enable_affective_dialog"] is True
    assert told["proactivity"] == {"proactive_audio": True}
    assert told["input_audio_transcription"]["language_codes"] == ["de-DE"]
    assert {setting["threshold"] for setting in told["safety_settings"]} == {"BLOCK_ONLY_HIGH"}
    assert "google_search" in told["tools"][0]
    embedded = connect_config(Setup(Briefing("Hi."), options=Options.of(wished)), "embedded", None)
    assert embedded.temperature is None
    assert embedded.tools is None


def test_a_server_that_listens_for_itself_is_told_how() -> None:
    wished = GeminiConfig(
        turn_taking="server", vad_start="low", vad_end="high", vad_prefix_ms=40, vad_silence_ms=500
    )
    made = connect_config(
        Setup(Briefing("Hi."), options=Options.of(checked(wished))), "gemini-3.8-live", None
    )
    told = made.model_dump(exclude_none=True, mode="json")["realtime_input_config"]
    assert told["automatic_activity_detection"] == {
        "start_of_speech_sensitivity": "START_SENSITIVITY_LOW",
        "end_of_speech_sensitivity": "END_SENSITIVITY_HIGH",
        "prefix_padding_ms": 40,
        "silence_duration_ms": 500,
    }
    with pytest.raises(ConfigError, match=r"gemini.vad_start counts only where the server listens"):
        checked(GeminiConfig(vad_start="low"))


def test_who_may_stay_silent_is_not_called_mute() -> None:
    assert abilities("gemini-3.8-live").may_stay_silent, "always proactive"
    assert not abilities(OLD).may_stay_silent
    assert abilities(OLD, proactive=True).may_stay_silent
    assert not abilities("embedded").may_stay_silent


def test_a_model_that_nobody_knows_is_told_before_connecting(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        checked(GeminiConfig(model="gemini-3.8-liv"))
        assert "gemini-3.8-liv is a model unknown to us (gemini.model); is it gemini-3.8-live" in caplog.text
        caplog.clear()
        checked(GeminiConfig(model="models/gemini-3.8-live"))
        checked(GeminiConfig(model="house-model", base_url="https://gateway.home:8443"))
    assert caplog.text == ""


@pytest.mark.parametrize(
    "wrong", [{"model": ""}, {"model": "two words"}, {"base_url": "ftp://x"}, {"base_url": "gateway.home"}]
)
def test_what_can_be_no_model_and_no_address_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="String should match pattern"):
        GeminiConfig.model_validate(wrong)


def test_another_servers_voices_are_its_own_business() -> None:
    config = GeminiConfig(voice="alloy", base_url="https://gateway.home:8443")
    assert checked(config) is config
    assert len(voices()) == 30


def test_thoughts_are_logged_and_never_spoken(caplog: pytest.LogCaptureFixture) -> None:
    parts = [{"text": "The user wants\nlight.", "thought": True}, {"text": "not a thought"}]
    frame = types.LiveServerMessage.model_validate({"server_content": {"model_turn": {"parts": parts}}})
    with caplog.at_level("INFO"):
        assert list(Parser().messages(frame)) == []
    assert "thought: The user wants?light." in caplog.text
    assert "not a thought" not in caplog.text
