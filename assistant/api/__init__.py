"""The plugin author's whole vocabulary."""

from assistant.device import Device, state
from assistant.errors import PluginError, ToolError
from assistant.events import CameraSaw, Heard, Offline, Online, PhaseChanged, RoomChanged, StateChanged
from assistant.extras import needed
from assistant.looking import Looked, look, snapshot
from assistant.marking import hears, tool
from assistant.plugin import Plugin
from assistant.reacting import at, every, when
from assistant.rooms import asked_in
from assistant.speaking import announce, ask, hush, listen, ring, room_named, say
from assistant.tools.invoking import Answer
from assistant.tools.telling import tell
from assistant.tools.vocabulary import (
    Area,
    Celsius,
    Choice,
    Moment,
    MorningMoment,
    Percent,
    Range,
    Risk,
    Seconds,
    Topic,
    Unit,
)

VERSION = "1.0"
"""Of this vocabulary: the first number changes when plugins must change, the second for what is new."""

__all__ = [
    "VERSION",
    "Answer",
    "Area",
    "CameraSaw",
    "Celsius",
    "Choice",
    "Device",
    "Heard",
    "Looked",
    "Moment",
    "MorningMoment",
    "Offline",
    "Online",
    "Percent",
    "PhaseChanged",
    "Plugin",
    "PluginError",
    "Range",
    "Risk",
    "RoomChanged",
    "Seconds",
    "StateChanged",
    "ToolError",
    "Topic",
    "Unit",
    "announce",
    "ask",
    "asked_in",
    "at",
    "every",
    "hears",
    "hush",
    "listen",
    "look",
    "needed",
    "ring",
    "room_named",
    "say",
    "snapshot",
    "state",
    "tell",
    "tool",
    "when",
]
