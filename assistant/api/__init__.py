"""The plugin author's whole vocabulary."""

from assistant.device import Device, state
from assistant.errors import PluginError, ToolError
from assistant.events import StateChanged
from assistant.plugin import Plugin, hears, tool
from assistant.tools.dispatch import Answer
from assistant.tools.telling import tell
from assistant.tools.vocabulary import Area, Celsius, Choice, Percent, Range, Risk, Topic, Unit

__all__ = [
    "Answer",
    "Area",
    "Celsius",
    "Choice",
    "Device",
    "Percent",
    "Plugin",
    "PluginError",
    "Range",
    "Risk",
    "StateChanged",
    "ToolError",
    "Topic",
    "Unit",
    "hears",
    "state",
    "tell",
    "tool",
]
