"""What is typed to the house is the house's: a plugin gets an error instead of a line, its programs nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from assistant.keyboard import ENDED
from tests.cli.test_bad_input import assistant

GREEDY = """
import os, subprocess, sys
from assistant.keyboard import own_input, withhold
withhold(), withhold()
for read in (input, sys.stdin.readline, sys.stdin.read, sys.stdin.readlines, lambda: next(sys.stdin)):
    try:
        print(read())
    except EOFError as error:
        print(error)
print(os.read(0, 9), subprocess.run(["cat"], capture_output=True).stdout, sys.stdin.isatty())
print(next(own_input()), end="")
"""


def test_only_the_house_reads_what_is_typed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", GREEDY],
        input="turn on the lamp\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines() == [*[ENDED] * 5, "b'' b'' False", "turn on the lamp"]


def test_a_program_without_standard_input_begins(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "--version"], preexec_fn=lambda: os.close(0), timeout=60
    )
    assert done.returncode == 0


def test_a_file_that_reads_while_it_is_loaded_is_told_where(tmp_path: Path) -> None:
    file = tmp_path / "greedy.py"
    file.write_text('"""Greedy."""\nNAME = input("Who are you? ")\n')
    done = assistant(tmp_path / "state", "plugin", "check", str(file), stdin=b"turn on the lamp\n")
    assert done.returncode == 1
    assert f"greedy.py:2: EOFError: {ENDED}" in done.stdout.decode() + done.stderr.decode()
