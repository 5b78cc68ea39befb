"""What a session tells the conversation, as plain dataclasses: nothing of the SDK leaves ``live``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from assistant.money import Tokens
from assistant.tools.dispatch import ToolCall


@dataclass(frozen=True)
class Transcribed:
    """A piece of what the user said, as the brain heard it."""

    text: str


@dataclass(frozen=True)
class Speech:
    """A piece of the answer: 24 kHz mono s16le."""

    pcm: bytes


@dataclass(frozen=True)
class SpeechText:
    """A piece of the answer's words."""

    text: str


@dataclass(frozen=True)
class Calls:
    """Tools the brain wants run, at once."""

    calls: tuple[ToolCall, ...]


@dataclass(frozen=True)
class CallsCancelled:
    """Calls whose results nobody waits for any more."""

    ids: tuple[str, ...]


@dataclass(frozen=True)
class CallReleased:
    """The brain waits no longer for this tool: its turn goes on, and the result is told in another way."""

    id: str


@dataclass(frozen=True)
class BargedIn:
    """The user spoke over the answer: playback must stop."""


@dataclass(frozen=True)
class Generated:
    """The answer is complete (its playback may not be)."""


@dataclass(frozen=True)
class TurnDone:
    """The brain waits for the user again."""


@dataclass(frozen=True)
class TurnLost:
    """The link ended in the middle of a turn; the answer will not come."""


@dataclass(frozen=True)
class Replayed:
    """The link ended before anything came back: the next one hears the user's words from their beginning."""


@dataclass(frozen=True)
class Usage:
    """Tokens of one turn, and what they cost in dollars."""

    prompt: int
    response: int
    total: int
    tokens: Tokens = field(default_factory=Tokens)
    usd: float = 0.0


@dataclass(frozen=True)
class LinkUp:
    """A brain answers: ``gemini`` or ``embedded``."""

    brain: str


@dataclass(frozen=True)
class LinkDown:
    """No brain answers now; a sentence for the user."""

    reason: str


@dataclass(frozen=True)
class Handle:
    """Where a later link can take the conversation up again. For the session only."""

    value: str


@dataclass(frozen=True)
class Unknown:
    """Something that the SDK does not know; a newer service may say such things."""


@dataclass(frozen=True)
class GoAway:
    """The server will cut the link in so many seconds. For the session only."""

    seconds: float


@dataclass(frozen=True)
class Say:
    """Outgoing: typed words, as the user's turn."""

    text: str


@dataclass(frozen=True)
class Audio:
    """Outgoing: microphone, 16 kHz mono s16le."""

    pcm: bytes


@dataclass(frozen=True)
class SpeechStarted:
    """Outgoing: the user begins to speak."""


@dataclass(frozen=True)
class SpeechEnded:
    """Outgoing: the user stopped; the brain's turn."""


@dataclass(frozen=True)
class Picture:
    """Outgoing: what a camera sees now, a JPEG beside what is said; never kept for another link."""

    jpeg: bytes


class Delivery(Enum):
    """What became of a tool's result."""

    TAKEN = auto()
    """The brain tells the user."""
    LATE = auto()
    """The brain could not wait for it."""
    GONE = auto()
    """The link that asked is no more."""


Outgoing = Say | Audio | SpeechStarted | SpeechEnded | Picture

Message = (
    Transcribed
    | Speech
    | SpeechText
    | Calls
    | CallsCancelled
    | CallReleased
    | BargedIn
    | Generated
    | TurnDone
    | TurnLost
    | Replayed
    | Usage
    | LinkUp
    | LinkDown
)
