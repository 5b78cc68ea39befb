"""A whole daemon whose room is two WAV files: woken, commanded, answered, and its switches pressed from outside."""

from __future__ import annotations

import json
import wave
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soxr

from assistant.audio.proof import SAMPLES
from tests.cli.test_bad_input import assistant, events
from tests.cli.test_daemon import daemon, wait_until

pytestmark = pytest.mark.alone

SPEECH = Path(__file__).parents[1] / "data" / "speech"
LATER_SECONDS = 5


def samples(path: Path) -> npt.NDArray[np.int16]:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def written(path: Path, *parts: npt.NDArray[np.int16]) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.concatenate(parts).tobytes())
    return path


def silence(seconds: float) -> npt.NDArray[np.int16]:
    return np.zeros(round(seconds * 16_000), "<i2")


def told(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines() if line.endswith(b"}")]


@pytest.mark.speech
def test_a_daemon_in_a_recorded_room_answers_aloud_and_obeys_its_switches(tmp_path: Path) -> None:
    heard = written(
        tmp_path / "heard.wav",
        silence(LATER_SECONDS),
        samples(SAMPLES / "hey_jarvis.wav"),
        silence(0.4),
        samples(SPEECH / "cmd_pj_05.wav"),
    )
    spoken, state, out = tmp_path / "spoken.wav", tmp_path / "state", tmp_path / "daemon.out"
    room = {"ASSISTANT_AUDIO__INPUT": str(heard), "ASSISTANT_AUDIO__OUTPUT": str(spoken)}
    with daemon(state, "--json", **room):
        wait_until(lambda: any(each["event"] == "online" for each in told(out)))
        wait_until(lambda: any(each["event"] == "spoke" for each in told(out)), 30)
        kinds = [each["event"] for each in told(out)]
        story = ["woke", "heard", "command", "spoke"]
        assert [kind for kind in kinds if kind in story] == story
        answer = next(each for each in told(out) if each["event"] == "spoke")
        assert answer["audio_s"] > 1
        wait_until(lambda: loud_seconds(spoken) > answer["audio_s"] * 0.6)
        now = pressed(state)
        assert (now["microphone"], now["muted"], now["volume"], now["sensitivity"]) == (True, False, 100, 50)
        wait_until(lambda: pressed(state)["phase"] == "listening")  # the follow-up window
        wait_until(lambda: pressed(state)["phase"] == "idle")
        assert pressed(state, "volume", "30")["volume"] == 30
        assert pressed(state, "push")["microphone"] is True
        wait_until(lambda: [each["by"] for each in told(out) if each["event"] == "woke"][-1] == "push")
        assert pressed(state, "mute")["muted"] is True
        for words, why in (("push", b"cannot listen: it is muted"), ("unmute not", b"takes nothing more")):
            refused = assistant(state, "room", *words.split(), "--json")
            assert (refused.returncode, why in refused.stdout) == (1, True)
        assert b"idle; muted; " in assistant(state, "health", "--json").stdout
        assert pressed(state, "unmute")["muted"] is False


def pressed(state: Path, *words: str) -> dict[str, Any]:
    done = assistant(state, "room", *words, "--json")
    assert done.returncode == 0, done.stderr
    (room,) = [each for each in events(done) if each["event"] == "room"]
    return {key: value for key, value in room.items() if key not in ("t", "event")}


def loud_seconds(path: Path) -> float:
    pcm = soxr.resample(samples(path).astype(np.float32), 24_000, 16_000)
    blocks = pcm[: len(pcm) // 320 * 320].reshape(-1, 320)
    return float((np.sqrt(np.mean(blocks**2, axis=1)) > 300).sum() * 0.02)


@pytest.mark.speech
def test_what_rings_rings_in_time_and_ends_at_the_word_stop_without_a_wake_word(tmp_path: Path) -> None:
    heard = written(
        tmp_path / "heard.wav",
        silence(LATER_SECONDS),
        samples(SAMPLES / "hey_jarvis.wav"),
        silence(0.4),
        samples(SPEECH / "cmd_fl_slt_timer_3s.wav"),
        *[silence(9), samples(SPEECH / "cmd_fl_slt_stop.wav")] * 3,
    )
    settings = tmp_path / "config.yaml"
    settings.write_text(
        "home: {pretend: false, announce: {enabled: false}, sources: []}\nplugins: [timers]\n"
    )
    room = {"ASSISTANT_AUDIO__INPUT": str(heard), "ASSISTANT_AUDIO__OUTPUT": str(tmp_path / "spoken.wav")}
    out = tmp_path / "daemon.out"
    with daemon(tmp_path / "state", "--json", "--config", str(settings), **room):
        wait_until(lambda: "stop_ringing" in [each.get("name") for each in told(out)], 60)
    happened = told(out)
    said = next(each["t"] for each in happened if each.get("name") == "set_timer")
    rang = [each["t"] for each in happened if each.get("text") == "the 3 second timer is done"]
    assert 2.5 < rang[0] - said < 6, "a follow-up window in which nobody speaks holds back nothing"
    woken = [each["by"] for each in happened if each["event"] == "woke"]
    assert woken.count("hey_jarvis") == 1
