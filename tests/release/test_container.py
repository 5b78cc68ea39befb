"""The Containerfile names what there is; building it needs an engine and a network, which tests do not."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from pathlib import Path

from release.wheels import PYTHONS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Containerfile").read_text()


def test_it_is_made_of_what_the_project_has() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (extras,) = re.findall(r'"/src\[([\w,]+)\]"', TEXT)
    assert set(extras.split(",")) <= set(project["optional-dependencies"])
    bases = re.findall(r"^FROM python:(\d+\.\d+)-slim-\w+", TEXT, re.MULTILINE)
    assert len(set(bases)) == 1
    assert set(bases) <= set(PYTHONS), "whose wheels are known"
    assert "--constraint /src/constraints.txt" in TEXT


def test_it_has_the_system_parts_of_the_debian_package() -> None:
    control = (ROOT / "release" / "debian" / "control").read_text()
    (names,) = re.findall(r"install --yes --no-install-recommends ([\w -]+)", TEXT)
    assert [name for name in names.split() if name not in control] == []


def test_what_the_build_needs_is_not_left_out_of_it() -> None:
    left_out = (ROOT / ".containerignore").read_text().split()
    needed = [
        "assistant",
        "plugins",
        "systemd",
        "config.yaml",
        "pyproject.toml",
        "constraints.txt",
        "README.md",
    ]
    needed += ["LICENSE", "NOTICE"]
    assert all((ROOT / name).exists() for name in needed)
    assert [name for name in needed for pattern in left_out if fnmatch.fnmatch(name, pattern)] == []
