"""Which sound device is meant by a name, as PortAudio finds it; the nearest where none is."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

MOST_SHOWN = 8
RECORDING = ".wav"
NUMBER = re.compile(r"(?<=\S )\(hw:\d+,")
"""Of a card, after its name: another one when it was plugged in elsewhere, or the machine began anew."""


def unmeant(name: str, what: str, names: Sequence[str]) -> str:
    """Why no single microphone or speaker (``what``) of these ``names`` is meant; "" when one is."""
    found = meant(name, names)
    if len(found) == 1 or name.casefold() in [each.casefold() for each in found]:
        return ""
    if found:
        return f"{name!r} names more than one {what}; there are: {_shown(found)}"
    return f"there is no {what} {name!r}; {nearest(name, names)}"


def is_recorded(device: str) -> bool:
    """Whether a device's name is that of a WAV file."""
    return device.lower().endswith(RECORDING)


def meant(name: str, names: Sequence[str]) -> list[str]:
    """Those of the ``names`` that are called so or, when none is, in which its words stand in their order; at
    last those that differ in their card's number only."""
    called = [each for each in names if each.casefold() == name.casefold()]
    found = called or [each for each in names if _fits(name, each)]
    return found or [each for each in names if _unnumbered(each) == _unnumbered(name)]


def nearest(name: str, names: Sequence[str]) -> str:
    """The one that was probably meant, or all there are, in words."""
    folded = {each.casefold(): each for each in names}
    firsts = {each.casefold().replace(":", " ").split()[0]: each for each in names if each.strip(" :")}
    for known in (folded, firsts):
        if near := difflib.get_close_matches(name.casefold(), known, 1, 0.5):
            return f"the nearest is {known[near[0]]!r}"
    return f"there are: {_shown(names)}"


def _unnumbered(name: str) -> str:
    return NUMBER.sub("(hw:,", name.casefold())


def _fits(name: str, device: str) -> bool:
    """Whether the words of a name stand in a device's in their order."""
    place, whole = 0, device.casefold()
    for word in name.casefold().split():
        found = whole.find(word, place)
        if found < 0:
            return False
        place = found + len(word)
    return True


def _shown(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:MOST_SHOWN]))
