"""What the audio process and the daemon say to each other; framing in ``assistant.audio.pipe``."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ready:
    """The source is open and delivers; ``source`` names it.

    ``speaks``: whether there is a speaker. ``words``: the wake words that are listened for.
    """

    source: str
    speaks: bool = True
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class GateOpened:
    """From now on frames may leave. ``by``: a wake word, ``push``, ``follow-up``, ``voice``, ``always``.

    ``loud``: how loud the last second was here, in dB below full scale.
    """

    by: str
    loud: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class GateClosed:
    """Nothing leaves any more. ``spoken``: whether something was said, to its end.

    ``frames`` of 20 ms have left, because of ``by``.
    """

    spoken: bool
    by: str = ""
    frames: int = 0


@dataclass(frozen=True)
class SpeechBegan:
    """The user began to speak; frames follow, the first from just before."""


@dataclass(frozen=True)
class Frame:
    """Speech on its way out: 16 kHz mono s16le, 20 ms or a multiple."""

    pcm: bytes


@dataclass(frozen=True)
class SpeechStopped:
    """The user stopped speaking."""


@dataclass(frozen=True)
class SourceEnded:
    """A recording is over (microphones never end)."""


@dataclass(frozen=True)
class Trouble:
    """One clear sentence about the microphone or speaker.

    ``fatal``: the process ends after it; ``for_good``: so would the next one.
    """

    text: str
    fatal: bool = False
    for_good: bool = False


@dataclass(frozen=True)
class Played:
    """Everything that was sent to the speaker has been heard, up to the ``EndOfReply`` of that number."""

    number: int = 0


@dataclass(frozen=True)
class Pulse:
    """Several times a second: the frames that came so far, and the loudest sample since the last pulse."""

    frames: int
    peak: int


@dataclass(frozen=True)
class Sign:
    """To the audio process: play one of the assistant's own sounds (``assistant.audio.signs``)."""

    name: str


@dataclass(frozen=True)
class Progress:
    """How far the speaker is: bytes since the process began that left the queue, and those of them played."""

    taken: int
    played: int


@dataclass(frozen=True)
class OpenGate:
    """To the audio process: open the gate now. ``by`` as in ``GateOpened``."""

    by: str


@dataclass(frozen=True)
class Shut:
    """To the audio process: close the gate, another room is being listened to; with a sign, or with none."""

    sign: str = ""


@dataclass(frozen=True)
class Mute:
    """To the audio process: let nothing leave, whatever happens, until told otherwise."""

    on: bool


@dataclass(frozen=True)
class Volume:
    """To the audio process: how loud to play, 0 (silent) to 100 (as it was spoken)."""

    percent: int


@dataclass(frozen=True)
class Sensitivity:
    """To the audio process: how easily the wake word is heard, 0 to 100; 50 is its model's own threshold."""

    percent: int


@dataclass(frozen=True)
class Play:
    """To the audio process: 24 kHz mono s16le for the speaker."""

    pcm: bytes


@dataclass(frozen=True)
class Flush:
    """To the audio process: forget what has not been played."""


@dataclass(frozen=True)
class EndOfReply:
    """To the audio process: no more will follow; answer ``Played`` and perhaps listen for a follow-up."""

    follow_up: bool = True
    number: int = 0


FromAudio = (
    Ready
    | GateOpened
    | GateClosed
    | SpeechBegan
    | Frame
    | SpeechStopped
    | SourceEnded
    | Trouble
    | Played
    | Progress
    | Pulse
)
ToAudio = OpenGate | Shut | Mute | Volume | Sensitivity | Play | Flush | EndOfReply | Sign
