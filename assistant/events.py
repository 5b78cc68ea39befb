"""Every fact the bus carries, as frozen dataclasses; subscribe by class.

The first block mirrors the JSON events of the command line (docs/events.md): ``event`` is the
class's ``event`` attribute and the fields are the keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Event:
    """A fact, in the past tense."""

    event: ClassVar[str] = ""


@dataclass(frozen=True)
class Woke(Event):
    """The gate opened. ``by`` is the wake word, ``push``, ``follow-up`` or ``text``."""

    event: ClassVar[str] = "woke"
    by: str


@dataclass(frozen=True)
class Heard(Event):
    """What the brain understood the user to have said."""

    event: ClassVar[str] = "heard"
    text: str


@dataclass(frozen=True)
class ToolCalled(Event):
    """The brain asked for a tool."""

    event: ClassVar[str] = "tool_call"
    id: str
    name: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ToolFinished(Event):
    """A tool call ended; ``text`` is the sentence for the user, ``ok`` whether it happened."""

    event: ClassVar[str] = "tool_result"
    id: str
    ok: bool
    text: str


@dataclass(frozen=True)
class CommandSent(Event):
    """A command left for a device."""

    event: ClassVar[str] = "command"
    device: str
    topic: str
    payload: str


@dataclass(frozen=True)
class Reported(Event):
    """A device said what its state is. ``state`` holds only the fields that it reported."""

    event: ClassVar[str] = "report"
    device: str
    state: dict[str, Any]


@dataclass(frozen=True)
class Spoke(Event):
    """The assistant answered. ``audio_s`` is the length of the speech in seconds."""

    event: ClassVar[str] = "spoke"
    text: str
    audio_s: float


@dataclass(frozen=True)
class Interrupted(Event):
    """The user spoke while the assistant did: playback stopped after ``heard_s`` seconds of the answer."""

    event: ClassVar[str] = "interrupted"
    heard_s: float = 0.0


@dataclass(frozen=True)
class Online(Event):
    """A brain is reachable. ``brain`` is ``gemini`` or ``embedded``."""

    event: ClassVar[str] = "online"
    brain: str


@dataclass(frozen=True)
class Offline(Event):
    """No brain is reachable; ``reason`` is a sentence for the user."""

    event: ClassVar[str] = "offline"
    reason: str


@dataclass(frozen=True)
class UsageCounted(Event):
    """Tokens of one turn, as the server reported them."""

    event: ClassVar[str] = "usage"
    prompt_tokens: int
    response_tokens: int
    total_tokens: int
    usd: float = 0.0


@dataclass(frozen=True)
class Problem(Event):
    """Something went wrong and the user should know; one clear sentence."""

    event: ClassVar[str] = "error"
    text: str


@dataclass(frozen=True)
class Done(Event):
    """The request that the command line made is finished."""

    event: ClassVar[str] = "done"


@dataclass(frozen=True)
class StateChanged(Event):
    """One state field of one device has a new value; for plugins that react."""

    device: str
    field: str
    value: Any
    before: Any


@dataclass(frozen=True)
class PhaseChanged(Event):
    """The room is now ``idle``, ``listening``, ``thinking`` or ``speaking``."""

    phase: str
