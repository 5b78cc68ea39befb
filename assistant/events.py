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
    """A gate opened, in a ``room``. ``by`` is the wake word, ``push``, ``follow-up`` or ``text``."""

    event: ClassVar[str] = "woke"
    by: str
    room: str = ""


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
class ClipSent(Event):
    """A clip of a camera leaves the house: so many ``seconds`` and ``bytes`` are on their way to the
    ``brain``."""

    event: ClassVar[str] = "clip_sent"
    camera: str
    seconds: float
    bytes: int
    brain: str


@dataclass(frozen=True)
class CameraGazed(Event):
    """The brain that talks ``began`` or ``ended`` to see through a camera: so many ``pictures`` left the
    house in so many ``seconds``; ``reason`` says why it ended early."""

    event: ClassVar[str] = "gaze"
    camera: str
    state: str
    pictures: int = 0
    seconds: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class CameraChanged(Event):
    """A camera is now ``live``, ``silent`` (its picture stands still), ``away`` or ``private``; ``reason``
    says why."""

    event: ClassVar[str] = "camera"
    name: str
    state: str
    reason: str = ""


@dataclass(frozen=True)
class CameraSaw(Event):
    """Something happened before a camera and was described: ``text``, how important (0 to 3), and what
    was there (person, vehicle, parcel ...); ``at`` is when, in seconds since 1970."""

    event: ClassVar[str] = "saw"
    camera: str
    text: str
    importance: int = 1
    things: tuple[str, ...] = ()
    at: float = 0.0


@dataclass(frozen=True)
class ConsentWanted(Event):
    """A call waits for the user's consent: ``by`` a ``yes``, the ``pin`` or a ``screen``, for so many
    ``seconds``."""

    event: ClassVar[str] = "consent"
    id: str
    text: str
    by: str
    seconds: float


@dataclass(frozen=True)
class ConsentEnded(Event):
    """The question is over: ``given``, ``refused``, or ``dropped`` because nobody answered or went on."""

    event: ClassVar[str] = "consent_ended"
    id: str
    outcome: str


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
class RoomChanged(Event):
    """A room's switches are now like this; told as well when its microphone was opened.

    ``volume`` and ``sensitivity`` in percent; ``room`` bears a name even where there is only one.
    """

    muted: bool
    volume: int
    sensitivity: int
    room: str = ""


@dataclass(frozen=True)
class PhaseChanged(Event):
    """The assistant is now ``idle``, ``listening``, ``thinking`` or ``speaking``.

    ``room``: there, and idle in the others; "" is everywhere.
    """

    phase: str
    room: str = ""


@dataclass(frozen=True)
class Silenced(Event):
    """Somebody asked for silence, by the stop button or by word."""
