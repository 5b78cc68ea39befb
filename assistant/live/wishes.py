"""What a link is set up with, in the SDK's types: only what the model knows and the owner wished."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from google.genai import types

from assistant.live.models import Abilities, abilities
from assistant.live.options import Options
from assistant.tools.schema import Declaration

if TYPE_CHECKING:
    from assistant.live.session import Briefing, Setup

SAFETY = {
    "none": "BLOCK_NONE",
    "few": "BLOCK_ONLY_HIGH",
    "some": "BLOCK_MEDIUM_AND_ABOVE",
    "most": "BLOCK_LOW_AND_ABOVE",
}
COVERAGE = {
    "speech": types.TurnCoverage.TURN_INCLUDES_ONLY_ACTIVITY,
    "everything": types.TurnCoverage.TURN_INCLUDES_ALL_INPUT,
    "speech and video": types.TurnCoverage.TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO,
}
HARMS = tuple(
    types.HarmCategory(f"HARM_CATEGORY_{harm}")
    for harm in ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
)


def connect_config(setup: Setup, model: str, handle: str | None) -> types.LiveConnectConfig:
    """The setup of one link."""
    able = abilities(model)
    wished = wished_of(setup, able)
    languages = [wished.language] if wished.language else None
    return types.LiveConnectConfig(
        response_modalities=[types.Modality.AUDIO],
        speech_config=types.SpeechConfig(
            voice_config=types.VoiceConfig(
                prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name=setup.voice)
            )
        ),
        system_instruction=told(setup, able).instruction,
        tools=tools_of(setup, able) or None,
        input_audio_transcription=types.AudioTranscriptionConfig(language_codes=languages),
        output_audio_transcription=types.AudioTranscriptionConfig(),
        session_resumption=types.SessionResumptionConfig(handle=handle),
        realtime_input_config=types.RealtimeInputConfig(
            automatic_activity_detection=_listening(wished),
            turn_coverage=COVERAGE.get(wished.turn_coverage),
        ),
        context_window_compression=types.ContextWindowCompressionConfig(
            trigger_tokens=setup.trigger_tokens,
            sliding_window=types.SlidingWindow(target_tokens=setup.trigger_tokens // 2),
        ),
        **_manner(wished),
    )


def _listening(wished: Options) -> types.AutomaticActivityDetection:
    """Who notices that somebody speaks."""
    if not wished.server_listens:
        return types.AutomaticActivityDetection(disabled=True)
    start, end = wished.vad_start.upper(), wished.vad_end.upper()
    return types.AutomaticActivityDetection(
        start_of_speech_sensitivity=types.StartSensitivity(f"START_SENSITIVITY_{start}") if start else None,
        end_of_speech_sensitivity=types.EndSensitivity(f"END_SENSITIVITY_{end}") if end else None,
        prefix_padding_ms=wished.vad_prefix_ms,
        silence_duration_ms=wished.vad_silence_ms,
    )


def told(setup: Setup, able: Abilities) -> Briefing:
    """What this model hears of the house."""
    if not (able.reads_free and setup.whole):
        return setup.brief
    whole = setup.whole
    if not setup.lately:
        return whole
    return replace(whole, instruction=f"{whole.instruction}\n\n{setup.lately}")


def fixed(setup: Setup) -> tuple[object, ...]:
    """What is settled when a link is made."""
    return setup.voice, setup.options, setup.trigger_tokens


def wished_of(setup: Setup, able: Abilities) -> Options:
    """The options that this model knows."""
    return setup.options if able.options else Options()


def tools_of(setup: Setup, able: Abilities) -> list[Any]:
    """Everything it may call, in the SDK's form."""
    declared = [declaration(each, able) for each in told(setup, able).declarations]
    searching = wished_of(setup, able).google_search
    tools: list[Any] = [types.Tool(google_search=types.GoogleSearch())] if searching else []
    return tools + ([types.Tool(function_declarations=declared)] if declared else [])


def _manner(wished: Options) -> dict[str, Any]:
    """How the model is to look, think and speak; what was not wished stays out of the setup."""
    manner: dict[str, Any] = {}
    if wished.media_resolution:
        manner["media_resolution"] = types.MediaResolution(
            f"MEDIA_RESOLUTION_{wished.media_resolution.upper()}"
        )
    if wished.safety:
        threshold = types.HarmBlockThreshold(SAFETY[wished.safety])
        manner["safety_settings"] = [types.SafetySetting(category=c, threshold=threshold) for c in HARMS]
    if wished.temperature is not None:
        manner["temperature"] = wished.temperature
    if wished.top_p is not None:
        manner["top_p"] = wished.top_p
    if wished.top_k is not None:
        manner["top_k"] = float(wished.top_k)
    if wished.thinking_level or wished.thinking_budget is not None or wished.thoughts:
        level = wished.thinking_level.upper()
        manner["thinking_config"] = types.ThinkingConfig(
            include_thoughts=wished.thoughts or None,
            thinking_budget=wished.thinking_budget,
            thinking_level=types.ThinkingLevel(level) if level else None,
        )
    if wished.affective_dialog:
        manner["enable_affective_dialog"] = True
    if wished.proactive_audio is not None:
        manner["proactivity"] = types.ProactivityConfig(proactive_audio=wished.proactive_audio)
    return manner


def declaration(declared: Declaration, able: Abilities) -> types.FunctionDeclaration:
    """One tool with an explicit schema; Live handles that form best.

    The model waits for what devices report, lest it says "done" too early (P9), but not for slow tools.
    """
    behavior = types.Behavior.BLOCKING if able.declares_blocking else None
    if declared.slow and able.async_tools:
        behavior = types.Behavior.NON_BLOCKING
    return types.FunctionDeclaration(
        name=declared.name,
        description=declared.text(),
        parameters=schema(declared.schema()) if declared.parameters else None,
        behavior=behavior,
    )


def schema(json_schema: dict[str, Any]) -> types.Schema:
    """Our subset of JSON Schema as the SDK's own type."""
    properties = {name: schema(inner) for name, inner in json_schema.get("properties", {}).items()}
    return types.Schema(
        type=types.Type(json_schema["type"].upper()),
        description=json_schema.get("description"),
        enum=json_schema.get("enum"),
        minimum=json_schema.get("minimum"),
        maximum=json_schema.get("maximum"),
        items=schema(json_schema["items"]) if "items" in json_schema else None,
        properties=properties or None,
        required=json_schema.get("required") or None,
    )
