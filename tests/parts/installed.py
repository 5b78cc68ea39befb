"""The program as people install it: the wheel, in an environment of its own that knows nothing of the checkout."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SECONDS = 120
OFFLINE = ("--no-index", "--no-build-isolation", "--disable-pip-version-check", "--quiet")


@dataclass(frozen=True)
class Done:
    """What a command came to: its exit code, and what it said on both streams."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Installed:
    """An environment in ``folder``; people in it have ``home`` for theirs."""

    folder: Path
    home: Path

    def run(self, *words: str | Path, within: Path, more: Mapping[str, str] | None = None) -> Done:
        """A command of the environment, run in a folder, with the variables of a fresh login and ``more``."""
        environment = {
            "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            **(more or {}),
        }
        program = self.folder / "bin" / words[0]
        done = subprocess.run(
            [program, *words[1:]],
            cwd=within, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def pip(self, *words: str | Path, within: Path) -> Done:
        """What pip does here, with nothing from any index."""
        return self.run("python", "-I", "-m", "pip", *words, within=within)


def installed_once(folder: Path) -> Installed:
    """The environment in a folder, made by whoever asks first: tests that run at once share it."""
    made = Installed(folder / "environment", folder / "home")
    ready = folder / "ready"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            made.home.mkdir()
            _make(made, folder)
            ready.touch()
    return made


def _make(made: Installed, folder: Path) -> None:
    """Build the wheel, and install it beside what this environment has already: nothing is downloaded."""
    built = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(built, cwd=ROOT, check=True, capture_output=True, timeout=SECONDS)
    venv.create(made.folder, with_pip=False)
    here = Path(sysconfig.get_path("purelib"))
    there = made.folder / here.relative_to(sys.prefix)
    for part in here.iterdir():
        if part.suffix != ".pth" and part.name.partition("-")[0] != "assistant":
            (there / part.name).symlink_to(part)
    (wheel,) = folder.glob("assistant-*.whl")
    done = made.pip("install", *OFFLINE, wheel, within=folder)
    assert done.code == 0, done.err
