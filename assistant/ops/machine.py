"""What this machine has of what the assistant needs: found out without starting any of it."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SBIN = "/usr/sbin:/sbin"
OLDEST = (3, 11)


@dataclass(frozen=True)
class Machine:
    """Facts; paths are "" where there is no such thing."""

    python: tuple[int, int]
    bits: int
    program: str
    """This very assistant, as a service would start it; "" when it has no command."""
    portaudio: bool
    sound: str
    """``pipewire``, ``pulseaudio``, ``alsa`` or ""."""
    mosquitto: str
    systemctl: str
    systemd_runs: bool
    root: bool
    interpreter: str = ""
    """The Python that runs it, behind all links."""


def looked_at(environment: Mapping[str, str] = os.environ) -> Machine:
    """This machine, as this user sees it."""
    path = environment.get("PATH", os.defpath)
    return Machine(
        python=(sys.version_info.major, sys.version_info.minor),
        bits=struct.calcsize("P") * 8,
        program=_program(),
        portaudio=ctypes.util.find_library("portaudio") is not None,
        sound=_sound(environment),
        mosquitto=shutil.which("mosquitto", path=f"{path}:{SBIN}") or "",
        systemctl=shutil.which("systemctl", path=path) or "",
        systemd_runs=Path("/run/systemd/system").is_dir(),
        root=os.geteuid() == 0,
        interpreter=str(Path(sys.executable).resolve()),
    )


def _program() -> str:
    """This environment's command; Debian's own pip puts it elsewhere: then it is what was called."""
    usual, called = Path(sys.prefix) / "bin" / "assistant", Path(sys.argv[0]).absolute()
    return next((str(path) for path in (usual, called) if path.name == usual.name and path.is_file()), "")


def _sound(environment: Mapping[str, str]) -> str:
    runtime = Path(environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    if (runtime / "pipewire-0").exists() or Path("/run/pipewire/pipewire-0").exists():
        return "pipewire"
    if (runtime / "pulse" / "native").exists() or environment.get("PULSE_SERVER"):
        return "pulseaudio"
    cards = Path("/proc/asound/cards")
    return "alsa" if cards.is_file() and "no soundcards" not in cards.read_text() else ""
