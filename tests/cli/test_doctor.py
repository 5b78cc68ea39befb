"""`assistant doctor --live`: what is fit, and what is not in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.audio.recording import frames
from assistant.cli.doctor import HOME, RECORDING, TURN_ON
from assistant.live.endpoint import Endpoint
from assistant.live.examination import Finding, examined
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


async def test_all_is_well(tmp_path: Path) -> None:
    found = await findings(tmp_path)
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
    assert assistant(tmp_path / "state", "doctor").returncode == 2
