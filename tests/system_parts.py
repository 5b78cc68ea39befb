"""Installs the system programs that tests need when it may (root and apt); says what is missing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = {
    "mosquitto": "mosquitto",
    "chromium": "chromium",
    "espeak-ng": "espeak-ng",
    "flite": "flite",
    "systemd-analyze": "systemd",
    "ip": "iproute2",
    "alsa/pcm_external.h": "libasound2-dev libportaudio2 gcc libc6-dev",
    "pulseaudio": "pulseaudio",
    "pipewire": "pipewire pipewire-pulse wireplumber pulseaudio-utils dbus-daemon libasound2-plugins libportaudio2",
}
"""Program: Debian packages."""


def found(program: str) -> str | None:
    """Where a program or header is; Debian keeps daemons in /usr/sbin, which is not on everybody's PATH."""
    if program.endswith(".h"):
        header = Path("/usr/include") / program
        return str(header) if header.exists() else None
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


def missing() -> list[str]:
    """Names of the programs that are not there."""
    return [program for program in PROGRAMS if found(program) is None]


def main() -> int:
    """Install what is missing, quietly; never fail: the tests themselves report skips."""
    if not (lacking := missing()):
        return 0
    packages = sorted({package for program in lacking for package in PROGRAMS[program].split()})
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.stderr.write(
            f"Tests that need {', '.join(lacking)} will be skipped: apt install {' '.join(packages)}\n"
        )
        return 0
    sys.stderr.write(f"Installing {' '.join(packages)} for the tests ...\n")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        subprocess.run(
            command, env=environment, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
