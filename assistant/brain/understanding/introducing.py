"""What the embedded brain says of itself: what it can do in this home, with sentences that work here."""

from __future__ import annotations

from collections.abc import Iterator

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
NO_WORLD = "What has nothing to do with this home I leave to the internet brain."


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


def _listed(words: list[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
