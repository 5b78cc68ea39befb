"""`python -m release.wheels`: which wheels a Raspberry Pi gets, written to tests/data/wheels/aarch64.json.

It asks pip to resolve what constraints.txt pins for a 64-bit Pi, installs nothing, and keeps names, versions
and tags. tests/release/test_wheels.py fails when a pin has changed and this was not run again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "tests" / "data" / "wheels" / "aarch64.json"
MACHINE = "aarch64"
PYTHONS = ("3.11", "3.13")
"""Of Raspberry Pi OS Bookworm and Trixie."""
GLIBC = 36
"""Bookworm has 2.36."""

Wheels = dict[str, dict[str, str]]


def pins(python: str, machine: str = MACHINE) -> Iterator[Requirement]:
    """What constraints.txt pins for a Python on a machine, without markers."""
    environment = {
        **{key: str(value) for key, value in default_environment().items()},
        "python_version": python,
        "python_full_version": f"{python}.0",
        "platform_machine": machine,
        "sys_platform": "linux",
    }
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            pin = Requirement(line)
            if pin.marker is None or pin.marker.evaluate({**environment, "extra": ""}):
                pin.marker = None
                yield pin


def wanted() -> list[str]:
    """What the project needs, tests and tools included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["dev"]]


def resolved(python: str) -> Wheels:
    """Name → version and tag of the wheel that pip takes."""
    platforms = [f"manylinux_2_{minor}_{MACHINE}" for minor in range(17, GLIBC + 1)]
    with tempfile.TemporaryDirectory() as folder:
        constraints, report = Path(folder) / "constraints.txt", Path(folder) / "report.json"
        constraints.write_text("".join(f"{pin}\n" for pin in pins(python)))
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        command += ["--target", folder, "--report", str(report), "--constraint", str(constraints)]
        # pip compares a package with the Python that runs it, not with the one it is asked for.
        command += ["--ignore-requires-python", "--only-binary=:all:"]
        command += ["--python-version", python, "--implementation", "cp"]
        command += [f"--platform={each}" for each in (*platforms, f"manylinux2014_{MACHINE}")]
        subprocess.run([*command, *wanted()], check=True)
        items = json.loads(report.read_text())["install"]
    return dict(sorted(_wheel(item) for item in items))


def _wheel(item: dict[str, Any]) -> tuple[str, dict[str, str]]:
    file = item["download_info"]["url"].rpartition("/")[2]
    name, version, _, _ = parse_wheel_filename(file)
    return name, {"version": str(version), "tag": file.removesuffix(".whl").split("-", 2)[2]}


def main() -> int:
    """Ask for every Python, and keep the answer."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    KEPT.write_text(json.dumps({python: resolved(python) for python in PYTHONS}, indent=1) + "\n")
    sys.stdout.write(f"wrote {KEPT.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
