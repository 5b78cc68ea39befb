"""Words that a state says yes or no to: on, open, locked, playing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.brain.home import Thing
from assistant.brain.understanding.kinds import family
from assistant.brain.understanding.meaning import State
from assistant.brain.understanding.tables import spread

TELLING = {
    "on": ("light", "switch", "heater", "fan", "media player"),
    "off": ("light", "switch", "heater", "fan", "media player"),
    "playing": ("media player",),
    "paused": ("media player",),
    "cleaning": ("vacuum",),
    "open": ("door sensor", "window sensor", "blinds", "device"),
    "closed": ("door sensor", "window sensor", "blinds", "device"),
    "locked": ("lock",),
    "unlocked": ("lock",),
}
"""Families that can tell whether a word holds."""
FACTS: Mapping[str, tuple[tuple[str, Any], ...]] = {
    "on": (("on", True), ("playing", True), ("cleaning", True)),
    "off": (("on", False), ("playing", False), ("cleaning", False)),
    "running": (("on", True), ("cleaning", True), ("playing", True)),
    "open": (("open", True), ("position", range(1, 101)), ("contact", False), ("locked", False)),
    "closed": (("open", False), ("position", range(1)), ("contact", True)),
    "locked": (("locked", True),),
    "unlocked": (("locked", False),),
    "playing": (("playing", True),),
    "paused": (("playing", False),),
    "cleaning": (("cleaning", True),),
    "docked": (("docked", True), ("cleaning", False)),
    "motion": (("motion", True), ("occupancy", True)),
}
"""A word of a question, and what a state has to say for "yes"."""
SYNONYMS = spread(
    """
    on: lit, turned on, burning, switched on, left on, still on, turn on
    off: turned off, turn off
    running: running, working, going, spinning, heating, active, started, start
    open: opened, left open, up, ajar, raised, open up
    closed: shut, close, down, lowered
    paused: pause
    locked: secure, lock, lock up
    unlocked: unlock
    docked: home, charging
    cleaning: busy, vacuuming
    """
)


def holds(word: str, state: State) -> bool | None:
    """Whether a state says yes to a word; None when it does not tell."""
    for key, wanted in FACTS.get(word, ()):
        value = state.get(key)
        if value is None:
            continue
        return value in wanted if isinstance(wanted, range) else value is wanted
    return None


def knows(thing: Thing, fact: str) -> bool:
    """Whether a thing of this kind can tell: a lock knows "locked", a sensor knows "open"."""
    return fact not in TELLING or family(thing.kind).name in TELLING[fact]
