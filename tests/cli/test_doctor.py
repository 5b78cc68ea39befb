"""`assistant doctor --live`: what is fit, and what is not in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.audio.recording import frames
from assistant.cli.doctor import HOME, RECORDING, TURN_ON
from assistant.live.endpoint import Endpoint
from assistant.live.examination import Finding, examined
from assistant.live.models import known
from assistant.live.session import Briefing, Setup
from assistant.prompts import instruction
from tests.brain.stand_ins import brain
from tests.cli.test_bad_input import assistant, events

SPEECH = list(frames(RECORDING))[:20]


async def findings(tmp_path: Path, script: str | None = None, model: str = "embedded") -> list[Finding]:
    async with brain(tmp_path, script=script) as address:
        endpoint = Endpoint("embedded", model, key="k", base_url=address.url, certificate=address.certificate)
        setup = Setup(Briefing(instruction(HOME), (TURN_ON,)), connect_seconds=2)
        return [finding async for finding in examined(endpoint, setup, SPEECH)]


@pytest.mark.parametrize("model", ["embedded", *known()])
async def test_all_is_well(tmp_path: Path, model: str) -> None:
    found = await findings(tmp_path, model=model)
    assert [(each.step, each.ok) for each in found] == [
        ("model", True),
        ("link", True),
        ("turn", True),
        ("resumption", True),
    ]
    assert 'It heard "4 tenths"' in found[2].text


@pytest.mark.parametrize(
    ("script", "model", "step", "told"),
    [
        (None, "gemini-9", "model", "has no model gemini-9; it has gemini-3.8-live"),
        ("[{on: rest, do: [http: 403]}]", "embedded", "model", "."),
        ("[{on: setup, do: [hang]}]", "embedded", "link", "does not answer"),
        (
            "[{on: setup, do: [close: {code: 1007, reason: API key not valid.}]}]",
            "embedded",
            "link",
            "API key",
        ),
        ("[{on: audio, do: [abort]}]", "embedded", "turn", "was lost"),
        (
            "[{on: setup, match: resumed, do: [close: {code: 1008, reason: Requested entity was not found.}]}]",
            "embedded",
            "resumption",
            "is gone",
        ),
    ],
)
async def test_the_first_fault_is_one_sentence(
    tmp_path: Path, script: str | None, model: str, step: str, told: str
) -> None:
    last = (await findings(tmp_path, script, model))[-1]
    assert (last.step, last.ok) == (step, False)
    assert told in last.text
    assert "\n" not in last.text


def test_without_a_key_the_embedded_brain_is_examined(tmp_path: Path) -> None:
    done = assistant(tmp_path / "state", "doctor", "--live", "--json")
    assert done.returncode == 0
    assert [each["ok"] for each in events(done) if each["event"] == "finding"] == [True] * 4


def test_at_a_glance_each_fault_is_a_line_with_what_to_do_and_no_secret_leaves(tmp_path: Path) -> None:
    settings, kept = tmp_path / "config.yaml", tmp_path / "bundle.json"
    settings.write_text(
        "plugins: [clock, weather]\nhome: {pretend: false}\n"
        'mcp: [{name: books, command: [x, --token, "quite-a-secret"], enabled: false}]\n'
    )
    state, secret = tmp_path / "state", "quite-a-secret"
    done = assistant(
        *(state, "doctor", "--json", "--config", settings, "--bundle", kept),
        ASSISTANT_MQTT_URL=f"mqtt://ada:{secret}@127.0.0.1:1",
        GEMINI_API_KEY="AIza-not-to-be-seen",
        ASSISTANT_BRAIN="auto",
        ASSISTANT_GEMINI_BASE_URL="https://127.0.0.1:1",
    )
    assert done.returncode == 1
    found = {each["step"]: each for each in events(done) if each["event"] == "finding"}
    assert {name for name, each in found.items() if not each["ok"]} >= {"plugins", "cloud", "broker"}
    assert found["python"]["ok"]
    assert found["state"]["ok"]
    assert "weather: not configured" in found["plugins"]["text"]
    assert "no way to it" in found["cloud"]["text"]
    assert "127.0.0.1:1" in found["broker"]["text"]
    told = kept.read_text()
    assert json.loads(told)["plugins"] == ["clock", "weather"]
    assert json.loads(told)["servers"] == ["books"]
    assert secret not in told + done.stdout.decode() + done.stderr.decode()
    assert "not-to-be-seen" not in told + done.stdout.decode()
    assert kept.stat().st_mode & 0o077 == 0


def test_a_recording_is_no_sound_card_that_could_be_examined(tmp_path: Path) -> None:
    done = assistant(tmp_path / "state", "doctor", "--audio", ASSISTANT_AUDIO__INPUT=str(RECORDING))
    told = (done.stdout + done.stderr).decode()
    assert f"'{RECORDING}' is a recording" in told
    assert "no microphone" not in told
    assert done.returncode == 0


def test_cameras_that_nobody_has_configured_are_told_as_such(tmp_path: Path) -> None:
    done = assistant(tmp_path / "state", "cameras")
    assert done.returncode == 1
    assert b"No camera is configured; an entry under cameras" in done.stderr
    assert done.stdout == b""
