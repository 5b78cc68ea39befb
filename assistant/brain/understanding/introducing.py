"""What the embedded brain says of itself: what it can do in this home, with sentences that work here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.brain.home import Home
from assistant.brain.understanding.kinds import FAMILIES, HOUSE_VERBS, family
from assistant.brain.understanding.tables import phrases

HELP = phrases(
    """
    help, help me, what can you do, what can you do for me, what can i say, what can i say to you,
    what can i ask, what can i ask you, what can you help with, what can you help me with, how can you help,
    how can you help me, what do you do, what are you able to do, what do you understand, who are you,
    what are my options, what are you, introduce yourself, how do you work, how does this work
    """
)
HAVE = "(?:are there(?: there)?|are|do (?:i|we|you) have|do you know|can (?:i|you) control|can i use)"
ROLL = re.compile(
    rf"(?:(?:what|which) (?:devices|things) {HAVE}|what can (?:i|you) control|list (?:all |my |our )*devices)"
    r"(?: (?:here|at home|in this home|in my home))?(?: in (?:the |my |our )?(?P<area>.+))?"
)
CONTENTS = re.compile(r"what is in (?:the |my |our )?(?P<area>.+)")
ROOMS = phrases(
    """
    which rooms are there, what rooms are there, which rooms do you know, what rooms do you know,
    which rooms do i have, what rooms do i have, which rooms do we have, what rooms do we have,
    list the rooms, which areas are there, what areas are there, list all rooms, list my rooms
    """
)
MOST_READ = 12
"""Names in one answer: nobody remembers more."""
TRIED = {
    "set_timer": "set a timer for ten minutes",
    "remind": "remind me to call the school at four",
    "add_to_list": "put milk on the shopping list",
    "set_alarm": "wake me at seven",
    "describe_camera_clip": "what happened at the front door",
}
"""Examples that need words of one's own; others are the phrases of tools that need none."""
MOST_KINDS, MOST_EXAMPLES = 5, 4
MEANWHILE = frozenset(
    {"stop_ringing", "cancel_that", "undo", "why", "forget_conversation", "what_is_planned", "cancel_planned"}
)
"""The house's own: they say something only once something has been done."""
NO_ROOMS = "I know no rooms: the devices have no area."
NO_WORLD = "What has nothing to do with this home I leave to the internet brain."


def introduced(home: Home, bare: str) -> str:
    """What it can do, or what there is in the home or in one area of it; "" when neither is asked."""
    return introduction(home) if bare in HELP else _roll(home, bare)


def _roll(home: Home, bare: str) -> str:
    if bare in ROOMS:
        return f"I know {_the(home.areas)}." if home.areas else NO_ROOMS
    asked = ROLL.fullmatch(bare) or CONTENTS.fullmatch(bare)
    areas = {area.casefold(): area for area in home.areas}
    wanted = (asked["area"] or "") if asked else ""
    if asked is None or (wanted and wanted not in areas):
        return ""
    names = [thing.name for thing in home.things if not wanted or thing.area.casefold() == wanted]
    where = f"In the {areas[wanted]} I know " if wanted else "I know "
    if not names:
        return f"{where}no devices."
    if len(names) <= MOST_READ:
        return f"{where}{_the(names)}."
    if home.areas and not wanted:
        return f"I know {len(names)} devices, in {_the(home.areas)}. Ask for one of these."
    return f"{where}{', '.join(names[:MOST_READ])} and {len(names) - MOST_READ} more."


def introduction(home: Home) -> str:
    """Kinds of things, examples, and what it cannot."""
    kinds = [entry.plural[0] for entry in FAMILIES.values() if entry.verbs and _has(home, entry.name)]
    can = f"I work the {_listed(kinds[:MOST_KINDS])}" if kinds else "I know no devices in this home yet"
    examples = [f'"{each}"' for each, _ in zip(_examples(home), range(MOST_EXAMPLES), strict=False)]
    say = f" Say for example {_listed(examples)}." if examples else ""
    return f"{can}.{say} {NO_WORLD}"


def _has(home: Home, name: str) -> bool:
    return any(family(thing.kind).name == name for thing in home.things)


def _examples(home: Home) -> Iterator[str]:
    lamp = next((t.name for t in home.things if "on" in family(t.kind).verbs), "")
    if lamp:
        yield f"turn on the {lamp}"
    tools = [tool for tool in home.tools if tool.name not in HOUSE_VERBS and tool.name not in MEANWHILE]
    yield from (TRIED[tool.name] for tool in tools if tool.name in TRIED)
    for tool in tools:
        if tool.name not in TRIED and (plain := next((p for p in tool.phrases if "{" not in p), "")):
            yield plain


def _the(names: Iterable[str]) -> str:
    return _listed([f"the {name}" for name in names])


def _listed(words: list[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
