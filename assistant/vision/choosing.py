"""Which screen was meant: by name, alias or area; the nearest one when none was named."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.errors import ToolError
from assistant.showing import Screen
from assistant.tools.sentences import listed

LITTLE = re.compile(r"\b(on|in|at|to|the|my|our|only|just|screen|display|monitor|panel)\b")
EVERYWHERE = {"everywhere", "all", "all s", "every", "all of them", "both"}
ON = re.compile(r"(.+) on (?:(?:the|my|our) )?([\w' -]{1,40}?)", re.IGNORECASE | re.DOTALL)
IN = re.compile(r"(.+) in (?:the|my|our) ([\w' -]{1,40}?)", re.IGNORECASE | re.DOTALL)
"""A unicorn in *a* hall is in the picture."""
NONE_OPEN = (
    "No screen is open. Open the dashboard's address with /screen/kitchen in a browser where you want one."
)


def folded(text: str) -> str:
    """For comparing: "on the kitchen screen" is "kitchen"."""
    return " ".join(LITTLE.sub(" ", text.casefold().replace("screens", "screen")).split())


def chosen(screens: Sequence[Screen], spoken: str, *, area: str, last: str) -> list[Screen]:
    """The screens meant; ``area`` is where somebody asked, ``last`` the screen used last.

    Raises:
        ToolError: there is none of that name, nobody would see it, or it is not clear which.
    """
    wanted = folded(spoken)
    if not wanted:
        return [_nearest(screens, area, last)]
    if wanted in EVERYWHERE or spoken.casefold().strip() in EVERYWHERE:
        found = [screen for screen in screens if not screen.absence]
        if not found:
            raise ToolError(NONE_OPEN)
        return found
    found = [screen for screen in screens if wanted in _names(screen)] or [
        screen for screen in screens if wanted == folded(screen.area)
    ]
    if not found:
        options = tuple(screen.name for screen in screens)
        has = f"; there is {listed(list(options))}" if options else ""
        raise ToolError(f"There is no {wanted} screen{has}.", options=options)
    there = [screen for screen in found if not screen.absence]
    if not there:
        raise ToolError(found[0].absence)
    return there


def placed(screens: Sequence[Screen], words: str, spoken: str, *, areas: bool) -> tuple[str, str]:
    """What is to be seen and where: "a cat on the tv" is a cat there, a boat on the lake stays on it. With
    ``areas`` a unicorn in the hall is one on the screen there, if there is one."""
    if spoken:
        return words, spoken
    found = ON.fullmatch(words.strip())
    if found and any(named(each, found[2]) for each in screens):
        return found[1], found[2]
    found = IN.fullmatch(words.strip())
    if found and areas and known(screens, found[2]):
        return found[1], found[2]
    return words, spoken


def named(screen: Screen, spoken: str) -> bool:
    """Whether a screen is called so."""
    return folded(spoken) in _names(screen)


def known(screens: Sequence[Screen], spoken: str) -> bool:
    """Whether a screen is called so, or hangs in an area that is."""
    return any(named(each, spoken) or folded(each.area) == folded(spoken) for each in screens)


def _names(screen: Screen) -> set[str]:
    return {folded(name) for name in (screen.name, *screen.aliases)}


def _nearest(screens: Sequence[Screen], area: str, last: str) -> Screen:
    there = [screen for screen in screens if not screen.absence]
    if not there:
        raise ToolError(screens[0].absence if len(screens) == 1 else NONE_OPEN)
    near = [screen for screen in there if area and folded(screen.area) == folded(area)]
    if near or len(there) == 1:
        return (near or there)[0]
    before = [screen for screen in there if screen.name == last]
    if before:
        return before[0]
    names = tuple(screen.name for screen in there)
    raise ToolError(f"On which screen: {' or '.join(names)}?", options=names)
