"""What the command line prints."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from assistant.__main__ import main
from assistant.cli.output import Output
from assistant.errors import AssistantError


def test_one_clock_for_the_whole_process(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=True).tell({"event": "online", "brain": "embedded"})
    assert main(["check", "--json", "--config", "/nowhere.yaml"]) == 78
    times = [json.loads(line)["t"] for line in capsys.readouterr().out.splitlines()]
    assert len(times) == 3
    assert times == sorted(times)
    assert times[0] > 0


def test_what_others_wrote_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=False).tell({"event": "spoke", "text": "A \u202ecat\x1b]0;title\x07 in\ntwo lines"})
    assert capsys.readouterr().out == "A ?cat?]0;title? in\ntwo lines\n"
    assert main(["hear", "\u202e\x1b]0;title\x07\udcff.wav"]) == 1
    assert capsys.readouterr().err.startswith("assistant: ??]0;title??.wav: cannot be read")


def test_what_rings_is_a_sentence_on_a_terminal_and_as_it_is_for_scripts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rang = {"event": "spoke", "text": "the egg timer is done"}
    Output(as_json=False).tell(rang)
    assert capsys.readouterr().out == "The egg timer is done\n"
    Output(as_json=True).tell(rang)
    assert json.loads(capsys.readouterr().out)["text"] == "the egg timer is done"


def test_p3_an_output_that_somebody_has_closed_ends_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "out").open("w") as closed:
        pass
    monkeypatch.setattr(sys, "stdout", closed)
    Output(as_json=True, must=False).tell({"event": "spoke", "text": "x"})
    with pytest.raises(AssistantError, match="the output cannot be written: I/O operation on closed file"):
        Output(as_json=True).tell({"event": "spoke", "text": "x"})
