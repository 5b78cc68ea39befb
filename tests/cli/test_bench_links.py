"""`assistant bench session` and `soak`, a little of each: nothing is lost, doubled, leaked or miscounted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_bad_input import environment

pytestmark = pytest.mark.alone


def measured(tmp_path: Path, part: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "bench", part, "--rounds", "1", "--json"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["name"]: line["p95"] for line in lines if line["event"] == "figure"}


@pytest.mark.speech
def test_a_change_of_links_costs_no_frame(tmp_path: Path) -> None:
    figures = measured(tmp_path, "session")
    assert len(figures) == 7
    assert figures["link changed on a warning: frames lost or doubled"] == 0
    assert figures["link cut: frames lost or doubled"] == 0
    assert 0 < figures["link lost for good → embedded brain's answer"] < 5000


def test_a_saved_plugin_is_in_use_and_known(tmp_path: Path) -> None:
    figures = measured(tmp_path, "reload")
    assert len(figures) == 3
    assert figures["save → in use"] > 0
    assert 0 < figures["first save → the brain knows"] < 10_000


def test_hundreds_of_turns_over_dozens_of_links(tmp_path: Path) -> None:
    figures = measured(tmp_path, "soak")
    assert figures["turns"] == 500
    assert figures["changes of the link"] > 20
    nothing = [name for name in figures if name.startswith(("turns not", "turns told", "bills", "tokens"))]
    grown = [name for name in figures if name.startswith(("tasks", "threads"))]
    assert len(nothing) == 6
    assert {figures[name] for name in nothing} == {0}
    assert len(grown) == 2
    assert {figures[name] for name in grown} == {0}
    assert figures["open files more than after warming up"] <= 2
