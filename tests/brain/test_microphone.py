"""Where utterances start and end, at which rate, by message or by ear."""

from __future__ import annotations

import itertools
import math
from array import array
from pathlib import Path
from typing import Any

import pytest
from google.genai import errors, types

from assistant.brain.endpoint import (
    Detection,
    Endpointer,
    SpeechEnded,
    SpeechStarted,
    SpeechWent,
    default_vad,
)
from assistant.brain.resample import Resampler
from tests.brain.stand_ins import brain, connected, turn

QUIET, LOUD = bytes(960), b"\x01\x01" * 480


class LoudIsSpeech:
    def is_speech(self, frame: bytes) -> bool:
        return frame != QUIET


def names(endpointer: Endpointer, pcm: bytes) -> list[str]:
    found = [type(event).__name__ for event in endpointer.feed(pcm)]
    return [name for name in found if name != "SpeechWent"]


def buzz(seconds: float, rate: int = 16_000) -> bytes:
    """A voiced sound: harmonics of 120 Hz that swell like syllables."""
    wave = array("h")
    for n in range(int(seconds * rate)):
        t = n / rate
        swell = 0.6 + 0.4 * math.sin(2 * math.pi * 4 * t)
        wave.append(round(1500 * swell * sum(math.sin(2 * math.pi * 120 * k * t) / k for k in range(1, 12))))
    return wave.tobytes()


def test_speech_is_believed_and_ends_after_the_silence_that_was_asked_for() -> None:
    wishes = {"realtimeInputConfig": {"automaticActivityDetection": {"silenceDurationMs": 300}}}
    ears = Endpointer(Detection.of(wishes), LoudIsSpeech())
    assert names(ears, QUIET * 5 + LOUD * 3) == []
    assert names(ears, LOUD) == ["SpeechStarted"]
    assert names(ears, QUIET * 9) == []
    assert names(ears, QUIET) == ["SpeechEnded"]


def test_what_came_just_before_speech_belongs_to_it() -> None:
    wishes = {"realtimeInputConfig": {"automaticActivityDetection": {"prefixPaddingMs": 90}}}
    ears = Endpointer(Detection.of(wishes), LoudIsSpeech())
    (started,) = ears.feed(QUIET * 40 + LOUD * 4)
    assert isinstance(started, SpeechStarted)
    assert started.pcm == QUIET * 7 + LOUD * 4
    assert [type(e) for e in ears.feed(LOUD)] == [SpeechWent]
    assert [type(e) for e in ears.end()] == [SpeechEnded]
    assert list(ears.end()) == []


@pytest.mark.parametrize("nonsense", [None, "x", True, -5, 1e12, [], {}])
def test_nonsense_wishes_fall_back(nonsense: Any) -> None:
    wishes = {"realtimeInputConfig": {"automaticActivityDetection": {"silenceDurationMs": nonsense}}}
    assert Detection.of(wishes).silence_frames in (4, 20)
    assert Detection.of({"realtimeInputConfig": {"automaticActivityDetection": nonsense}}).automatic


def test_the_real_detector_finds_voice_in_silence() -> None:
    ears = Endpointer(Detection(), default_vad())
    assert names(ears, bytes(32_000) + buzz(0.8) + bytes(32_000)) == ["SpeechStarted", "SpeechEnded"]


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 44_100, 48_000])
def test_any_rate_becomes_sixteen_kilohertz(rate: int) -> None:
    tone = array("h", [round(9000 * math.sin(2 * math.pi * 440 * n / rate)) for n in range(rate)])
    resampler = Resampler(rate)
    pcm = tone.tobytes()
    out = array("h", b"".join(resampler.feed(pcm[at : at + 1001]) for at in range(0, len(pcm), 1001)))
    assert len(out) == pytest.approx(16_000, abs=4)
    crossings = sum(a < 0 <= b for a, b in itertools.pairwise(out))
    assert crossings == pytest.approx(440, abs=2)


async def test_a_stream_with_speech_in_it_is_answered(tmp_path: Path) -> None:
    async with brain(tmp_path, voice_activity=True) as address, connected(address) as session:
        sound = bytes(16_000) + buzz(0.9) + bytes(32_000)
        for at in range(0, len(sound), 3200):
            blob = types.Blob(data=sound[at : at + 3200], mime_type="audio/pcm;rate=16000")
            await session.send_realtime_input(audio=blob)
        heard = await turn(session)
        assert heard.said.endswith("tenths")
        assert 9 <= int(heard.heard.split()[0]) <= 22
        kinds = [m.voice_activity.voice_activity_type for m in heard.raw if m.voice_activity]
        assert kinds == [types.VoiceActivityType.ACTIVITY_START, types.VoiceActivityType.ACTIVITY_END]


async def test_the_end_of_the_stream_ends_the_utterance(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, connected(address) as session:
        blob = types.Blob(data=buzz(0.9, 48_000), mime_type="audio/pcm;rate=48000")
        await session.send_realtime_input(audio=blob)
        await session.send_realtime_input(audio_stream_end=True)
        assert (await turn(session)).heard == "9 tenths"


async def test_legacy_media_chunks_are_heard(tmp_path: Path) -> None:
    config = {"realtime_input_config": {"automatic_activity_detection": {"disabled": True}}}
    async with brain(tmp_path) as address, connected(address, config) as session:
        await session.send_realtime_input(activity_start=types.ActivityStart())
        await session.send_realtime_input(media=types.Blob(data=bytes(3200), mime_type="audio/pcm"))
        await session.send_realtime_input(video=types.Blob(data=b"jpeg", mime_type="image/jpeg"))
        await session.send_realtime_input(activity_end=types.ActivityEnd())
        assert (await turn(session)).heard == "1 tenths"


async def test_activity_messages_need_manual_mode(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, connected(address) as session:
        await session.send_realtime_input(activity_start=types.ActivityStart())
        with pytest.raises(errors.APIError) as caught:
            await turn(session)
        assert caught.value.code == 1007
