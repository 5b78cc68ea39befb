"""A command that is forked from a waiting process is like one that is started anew."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assistant import store
from tests.cli.test_bad_input import environment
from tests.cli.test_daemon import wait_until
from tests.parts import warm


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (("--version",), b""),
        (("say", "-"), b"\xff"),
        (("say", ""), b""),
        (("check", "--json", "--config", "here.yaml"), b""),
    ],
)
def test_it_tells_the_same_and_ends_the_same(tmp_path: Path, words: tuple[str, ...], stdin: bytes) -> None:
    (tmp_path / "here.yaml").write_text("plugins: []\nx: ${NOWHERE}\n")
    cold = [sys.executable, "-m", "assistant", *words]
    new, forked = (
        subprocess.run(
            started, input=stdin, capture_output=True, cwd=tmp_path, timeout=90, check=False,
            env=environment(tmp_path / "state", ASSISTANT_AUDIO__INPUT=""),
        )
        for started in (cold, warm.command(*words))
    )  # fmt: skip
    assert (forked.returncode, forked.stderr) == (new.returncode, new.stderr)
    assert forked.stdout.partition(b'"t"')[0] == new.stdout.partition(b'"t"')[0]


def test_a_command_whose_caller_is_killed_ends(tmp_path: Path) -> None:
    with subprocess.Popen(
        warm.command("run", "--json"), env=environment(tmp_path / "state"),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    ) as caller:  # fmt: skip
        wait_until(lambda: (tmp_path / "state" / "control.sock").exists(), 60)
        caller.kill()
    assert caller.returncode == -signal.SIGKILL
    wait_until(lambda: not store.holder(tmp_path / "state"), 60)
