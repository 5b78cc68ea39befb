"""Every package has a wheel for a 64-bit Raspberry Pi: nobody compiles numpy on one."""

from __future__ import annotations

import json
import re

import pytest
from packaging.utils import canonicalize_name

from release.wheels import GLIBC, KEPT, PYTHONS, Wheels, pins, wanted

NEWEST = re.compile(r"manylinux_2_(\d+)_aarch64|manylinux(2014)_aarch64")


ANY_VERSION = {"setuptools"}
"""Comes with Python's own environments; colorzero asks for it, whatever it is."""


def runs(tag: str, python: str) -> bool:
    """Whether a wheel of this tag runs on a Pi with this Python and the oldest C library that we mean."""
    interpreters, abi, platforms = tag.split("-")
    minor = int(python.partition(".")[2])
    ours = {"py3", f"cp3{minor}", *(f"cp3{older}" for older in range(2, minor) if abi == "abi3")}
    libraries = [int(a or 17) for a, _ in NEWEST.findall(platforms)]
    fits = platforms == "any" or (bool(libraries) and min(libraries) <= GLIBC)
    return fits and bool(ours & set(interpreters.split(".")))


@pytest.fixture(scope="module")
def kept() -> dict[str, Wheels]:
    found: dict[str, Wheels] = json.loads(KEPT.read_text())
    return found


@pytest.mark.parametrize("python", PYTHONS)
def test_every_pinned_package_has_a_wheel_for_a_pi(kept: dict[str, Wheels], python: str) -> None:
    pinned = {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins(python)}
    found = {name: wheel["version"] for name, wheel in kept[python].items()}
    fresh = {name: version for name, version in pinned.items() if found.get(name, version) != version}
    assert not fresh, "constraints.txt has changed: run python -m release.wheels"
    assert set(found) - ANY_VERSION <= set(pinned), "pin them in constraints.txt, too"
    missing = {canonicalize_name(re.split(r"[^\w.-]", wish)[0]) for wish in wanted()} - set(found)
    assert not missing, "pyproject.toml has changed: run python -m release.wheels"
    assert not {name: wheel["tag"] for name, wheel in kept[python].items() if not runs(wheel["tag"], python)}


@pytest.mark.parametrize(
    ("tag", "fits"),
    [
        ("py3-none-any", True),
        ("cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64", True),
        ("cp39-abi3-manylinux_2_28_aarch64", True),
        ("py3-none-manylinux_2_35_aarch64", True),
        ("py3-none-manylinux_2_39_aarch64", False),
        ("cp312-cp312-manylinux_2_17_aarch64", False),
        ("cp312-abi3-manylinux_2_28_aarch64", False),
        ("cp311-cp311-manylinux_2_17_x86_64", False),
        ("cp311-cp311-linux_armv7l", False),
        ("py2-none-any", False),
    ],
)
def test_which_wheels_run_on_bookworm(tag: str, fits: bool) -> None:
    assert runs(tag, "3.11") is fits
