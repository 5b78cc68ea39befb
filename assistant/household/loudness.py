"""The tools by which people set how loud the assistant itself speaks, and switch its microphone off."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.errors import ToolError
from assistant.household.room import Room
from assistant.rooms import asked_in
from assistant.tools.declaring import declare
from assistant.tools.table import Tool
from assistant.tools.vocabulary import Percent, Risk

BY_HAND = "Only a hand switches it on again: its button, the dashboard, or assistant room unmute"
STEP = 15
"""Percentage points: one that is heard to be one."""
LOUDER = ("", "louder", "up", "quiet", "quietly")
"""Who is too quiet is to be louder; so is whom somebody cannot hear."""
SOFTER = ("quieter", "softer", "lower", "down", "loud", "loudly", "more quietly", "more softly")
YOURS = ("set your ", "turn your ", "put your ", "your ")
PERCENT = ("", " percent")
LOUDNESS = (
    *(
        f"{put}volume{to} {{percent}}{percent}"
        for put in ("", *YOURS)
        for to in ("", " to")
        for percent in PERCENT
    ),
    *(
        f"{speak} {{step={step}}}"
        for speak in ("speak", "talk", "be", "speak a bit", "speak a little", "talk a bit", "be a bit")
        for step in ("louder", "quieter", "softer")
    ),
    *(f"{speak} {{step=more {how}}}" for speak in ("speak", "talk") for how in ("quietly", "softly")),
    *(f"turn your volume {{step={step}}}" for step in ("up", "down")),
    *(f"turn {{step={step}}} your volume" for step in ("up", "down")),
    *(
        f"{you} too {{step={step}}}"
        for you in ("you are", "that is", "you speak", "you are speaking", "you talk", "you are talking")
        for step in ("loud", "quiet", "loudly", "quietly")
    ),
    "i can not hear you",
    "i can hardly hear you",
)
SWITCHES = ("turn", "switch")
MICROPHONE = (
    *(
        f"{turn} {{state={state}}} {own} microphone"
        for turn in SWITCHES
        for state in ("off", "on")
        for own in ("the", "your")
    ),
    *(
        f"{turn} {own} microphone {{state={state}}}"
        for turn in SWITCHES
        for state in ("off", "on")
        for own in ("the", "your")
    ),
    *(
        f"{{state={state}}} {what}"
        for state in ("mute", "unmute")
        for what in ("the microphone", "your microphone", "yourself")
    ),
    "stop listening",
    "do not listen",
)


def loudness_tools(rooms: Sequence[Room]) -> list[Tool]:
    """What may be set of the rooms: of the one where it is asked for, or of all."""

    def meant() -> list[Room]:
        here = asked_in()
        return [room for room in rooms if room.place.room == here] or list(rooms)

    async def set_own_volume(percent: Percent | None = None, step: str = "") -> str:
        """Set how loud you speak; step: louder or softer."""
        if percent is None and step not in (*LOUDER, *SOFTER):
            raise ToolError("Louder or softer?")
        for room in meant():
            before = room.settings.volume
            by = -STEP if step in SOFTER else STEP
            room.change(volume=percent if percent is not None else min(max(before + by, 0), 100))
        now = meant()[0].settings.volume
        return f"I speak at {now} percent" if now else "I am silent; only alarms and timers are heard"

    async def mute_microphone(state: str = "off") -> str:
        """Switch your microphone off."""
        if state in ("on", "unmute"):
            raise ToolError(BY_HAND)
        for room in meant():
            room.change(muted=True)
        return f"My microphone is off. {BY_HAND}"

    return [
        Tool(
            declare(set_own_volume, risk=Risk.COMFORT, phrases=LOUDNESS, own_words=True),
            set_own_volume,
            "house",
        ),
        Tool(
            declare(mute_microphone, risk=Risk.COMFORT, phrases=MICROPHONE, own_words=True),
            mute_microphone,
            "house",
        ),
    ]
