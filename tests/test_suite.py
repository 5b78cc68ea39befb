"""``make test`` looks twice at what fails, and is not fooled by what fails twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ONCE = """
from pathlib import Path

def test_passes_the_second_time():
    seen = Path(__file__).with_name("seen")
    first = not seen.exists()
    seen.touch()
    assert not first
"""
NEVER = "def test_fails():\n    assert False\n"


def suite(folder: Path, **more: str) -> tuple[int, str]:
    (folder / "pytest.ini").write_text(
        "[pytest]\naddopts = -p no:assistant -p no:hypothesispytest\nmarkers =\n    alone\n    partner\n"
    )
    ours = {"PYTHONPATH": str(Path(__file__).parent.parent), "SUITE_AT_ONCE": "1"}
    environment = {**os.environ, **ours, **more}
    done = subprocess.run(
        [sys.executable, "-m", "tests.suite"], cwd=folder, env=environment, capture_output=True, text=True
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        ({"test_a.py": ONCE}, 0, "Passed only when alone, and to be mended: test_a.py::test_passes"),
        ({"test_a.py": ONCE, "test_b.py": NEVER}, 1, "A second look, alone, at: test_a.py::test_passes"),
        ({f"test_{n}.py": NEVER for n in range(6)}, 1, "6 failed"),
    ],
)
def test_what_fails_in_the_crowd_is_looked_at_again(
    tmp_path: Path, files: dict[str, str], code: int, words: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "test_alone.py").write_text("import pytest\n@pytest.mark.alone\ndef test(): pass\n")
    result, told = suite(tmp_path)
    assert (result, words in told, "second look" in told) == (code, True, len(files) < 6), told


def test_nothing_is_compiled_twice(tmp_path: Path) -> None:
    (tmp_path / "test_fine.py").write_text("def test(): pass\n")
    _, told = suite(tmp_path, PYTHONDONTWRITEBYTECODE="1")
    assert [path.name[:9] for path in tmp_path.glob("__pycache__/*.pyc")] == ["test_fine"], told


def test_a_run_that_does_not_end_is_ended(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("import time\n\ndef pytest_sessionfinish():\n    time.sleep(600)\n")
    (tmp_path / "test_fine.py").write_text("def test(): pass\n")
    result, told = suite(tmp_path, SUITE_SECONDS="3")
    assert (result, "have not ended within 3 s" in told) == (1, True), told
