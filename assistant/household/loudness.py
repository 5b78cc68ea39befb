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
LOUDER = ("can not hear", "hardly", "louder", "up", "raise", "increase", "quiet", "quietly")
"""Who is too quiet is to be louder; so is whom somebody cannot hear."""
SOFTER = (
    "quieter",
    "softer",
    "lower",
    "reduce",
    "decrease",
    "down",
    "loud",
    "loudly",
    "more quietly",
    "more softly",
)
YOURS = ("set your ", "turn your ", "put your ", "your ")
PERCENT = ("", " percent")
LITTLE = ("", " a bit", " a little")
MORE = ("", "a bit ", "a little ", "even ", "still ")
IT = ("volume", "turn it", "turn the volume", "turn that")
LEVELS = {"half": 50, "medium": 50, "full": 100, "maximum": 100, "max": 100, "minimum": 5, "min": 5}
"""Percent, by the words that people have for them; the lowest is still heard."""
LOUDNESS = (
    *(
        f"{put}volume{to} {{percent}}{percent}"
        for put in ("", *YOURS)
        for to in ("", " to")
        for percent in PERCENT
    ),
    *(f"{put}volume{to} {{step={level}}}" for put in ("", *YOURS) for to in ("", " to") for level in LEVELS),
    *(f"{put}{{step={level}}} volume" for put in ("", "speak at ", "talk at ") for level in LEVELS),
    *(f"{speak} {{step=up}}" for speak in ("speak", "talk")),
    *(
        f"{speak} {{step={step}}}"
        for speak in ("speak", "talk", "be", "speak a bit", "speak a little", "talk a bit", "be a bit")
        for step in ("louder", "quieter", "softer")
    ),
    *(f"{speak} {{step=more {how}}}" for speak in ("speak", "talk") for how in ("quietly", "softly")),
    *(f"turn your volume {{step={step}}}{by}" for step in ("up", "down") for by in LITTLE),
    *(f"turn {{step={step}}} your volume{by}" for step in ("up", "down") for by in LITTLE),
    *(
        f"{{step={step}}} your volume{by}"
        for step in ("raise", "increase", "lower", "reduce", "decrease")
        for by in LITTLE
    ),
    *(
        f"{you} too {{step={step}}}"
        for you in ("you are", "that is", "you speak", "you are speaking", "you talk", "you are talking")
        for step in ("loud", "quiet", "loudly", "quietly")
    ),
    # Of the assistant only when somebody has just spoken of its voice; else the television is meant.
    *(f"…{how}{{step={step}}}" for how in MORE for step in ("louder", "quieter", "softer")),
    *(f"…{what} {{step={step}}}{by}" for what in IT for step in ("up", "down") for by in LITTLE),
    "i {step=can not hear} you",
    "i can {step=hardly} hear you",
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
ASKS = (  # with nothing to set it tells: a tool of its own would be billed with every turn
    *(f"what is {own} volume{at}" for own in ("your", "the") for at in ("", " set to", " at")),
    *(f"what volume are you {at}" for at in ("at", "set to", "speaking at")),
    *(
        f"how loud {you}"
        for you in ("are you", "do you speak", "do you talk", "is your voice", "is your volume")
    ),
    *(f"are you {how}" for how in ("muted", "listening", "on mute")),
    "can you hear me",
    "do you hear me",
    *(
        f"is {own} microphone {how}"
        for own in ("the", "your")
        for how in ("on", "off", "muted", "open", "switched on", "switched off", "turned on", "turned off")
    ),
)


def loudness_tools(rooms: Sequence[Room]) -> list[Tool]:
    """What may be set of the rooms: of the one where it is asked for, or of all."""

    def meant() -> list[Room]:
        here = asked_in()
        return [room for room in rooms if room.place.room == here] or list(rooms)

    async def set_own_volume(percent: Percent | None = None, step: str = "") -> str:
        """Set how loud you speak; step: louder or softer."""
        if percent is None and not step:
            return "; ".join(f"{_of(room, meant())}{_told(room)}" for room in meant())
        percent = LEVELS.get(step) if percent is None else percent
        if percent is None and step not in (*LOUDER, *SOFTER):
            raise ToolError("Louder or softer?")
        for room in meant():
            before = room.settings.volume
            by = -STEP if step in SOFTER else STEP
            room.change(volume=percent if percent is not None else min(max(before + by, 0), 100))
        return _loud(meant()[0])

    async def mute_microphone(state: str = "off") -> str:
        """Switch your microphone off."""
        if state in ("on", "unmute"):
            raise ToolError(BY_HAND)
        for room in meant():
            room.change(muted=True)
        return f"My microphone is off. {BY_HAND}"

    return [
        Tool(
            declare(set_own_volume, risk=Risk.COMFORT, phrases=LOUDNESS + ASKS, own_words=True),
            set_own_volume,
            "house",
        ),
        Tool(
            declare(mute_microphone, risk=Risk.COMFORT, phrases=MICROPHONE, own_words=True),
            mute_microphone,
            "house",
        ),
    ]


def _loud(room: Room) -> str:
    now = room.settings.volume
    return f"I speak at {now} percent" if now else "I am silent; only alarms and timers are heard"


def _told(room: Room) -> str:
    if not room.audio.has_microphone:
        ears = "there is no microphone"
    elif room.settings.muted:
        ears = "my microphone is off"
    else:
        ears = "my microphone is on" if room.hears else "I hear no microphone"
    return f"{_loud(room)}, and {ears}"


def _of(room: Room, told: Sequence[Room]) -> str:
    """Before what is said of a room, where several are told."""
    return f"{room.place.room}: " if len(told) > 1 else ""
