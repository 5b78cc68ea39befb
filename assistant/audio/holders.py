"""Who holds a sound card: PortAudio leaves out what is held when it looks, so ALSA is asked."""

from __future__ import annotations

import ctypes
import errno
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ALSA = "libasound.so.2"
KERNEL = Path("/proc/asound")
PROCESSES = Path("/proc")
SOMEBODY = "another program"
NONBLOCKING = 1


class Substream(NamedTuple):
    """A card's microphone or speaker: ``address`` as in ALSA (``hw:1,0``), ``owner`` a process or 0."""

    card: str
    address: str
    owner: int


def holder(device: str, kind: str, kernel: Path = KERNEL) -> str:
    """Who has a device open that is called like this; "" when nobody has, or it does not exist.

    ``kind`` is ``input`` or ``output``, ``device`` a name as PortAudio or ALSA has it, or a part of one.
    """
    every = list(_substreams(kind, kernel))
    wanted = device.lower()
    meant = [each for each in every if each.address in wanted or wanted in f"{each.card}: ".lower()]
    if (held := next((each for each in meant if each.owner), None)) is not None:
        return _program(held.owner)
    if meant or not _is_busy(device, kind):
        return ""
    owners = {each.owner for each in every if each.owner}
    return _program(owners.pop()) if len(owners) == 1 else SOMEBODY


def _substreams(kind: str, kernel: Path) -> Iterator[Substream]:
    names = _cards(kernel)
    for status in sorted(kernel.glob(f"card*/pcm*{'c' if kind == 'input' else 'p'}/sub*/status")):
        card, pcm = (int(re.sub(r"\D", "", part)) for part in status.parts[-4:-2])
        owner = re.search(r"^owner_pid\s*:\s*(\d+)", _text(status), re.MULTILINE)
        yield Substream(names.get(card, ""), f"hw:{card},{pcm}", int(owner[1]) if owner else 0)


def _cards(kernel: Path) -> dict[int, str]:
    """The cards' names by their numbers; a line is `` 1 [Mic  ]: USB-Audio - Blue Mic``."""
    lines = re.findall(r"^ *(\d+) \[[^]]*\]: \S+ - (.+)$", _text(kernel / "cards"), re.MULTILINE)
    return {int(number): name.strip() for number, name in lines}


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _program(process: int) -> str:
    name = _text(PROCESSES / str(process) / "comm").strip()
    return f"{name} (process {process})" if name else SOMEBODY


def _is_busy(device: str, kind: str) -> bool:
    """Whether ALSA refuses it because it is held."""
    try:
        alsa = ctypes.CDLL(ALSA)
    except OSError:
        return False
    stream = ctypes.c_void_p()
    way = 0 if kind == "output" else 1
    told = alsa.snd_pcm_open(ctypes.byref(stream), device.encode(), way, NONBLOCKING)
    if not told:
        alsa.snd_pcm_close(stream)
    return bool(told == -errno.EBUSY)
