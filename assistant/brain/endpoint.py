"""Where speech starts and ends in a stream, when the client leaves that to the server."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from assistant.brain.protocols import Setup

FRAME_SECONDS = 0.03
FRAME_BYTES = 960
WINDOW_FRAMES = 8


class Vad(Protocol):
    """Says of a 30 ms frame whether it is speech."""

    def is_speech(self, frame: bytes, /) -> bool: ...


@dataclass(frozen=True)
class SpeechStarted:
    """``pcm`` is the sound just before, so that no first syllable is lost."""

    pcm: bytes


@dataclass(frozen=True)
class SpeechWent:
    """Speech goes on."""

    pcm: bytes


@dataclass(frozen=True)
class SpeechEnded:
    """The user has been silent long enough."""


Found = SpeechStarted | SpeechWent | SpeechEnded


@dataclass(frozen=True)
class Detection:
    """The client's wishes; the defaults are those of a patient house."""

    automatic: bool = True
    voiced_frames: int = 4
    """Of the last eight, before speech is believed."""
    silence_frames: int = 20
    prefix_frames: int = 10

    @classmethod
    def of(cls, setup: Setup) -> Detection:
        """From ``realtimeInputConfig.automaticActivityDetection``."""
        wishes = setup.get("realtimeInputConfig", {}).get("automaticActivityDetection")
        wishes = wishes if isinstance(wishes, dict) else {}
        calm = wishes.get("endOfSpeechSensitivity") == "END_SENSITIVITY_LOW"
        return cls(
            automatic=wishes.get("disabled") is not True,
            voiced_frames=6 if wishes.get("startOfSpeechSensitivity") == "START_SENSITIVITY_LOW" else 4,
            silence_frames=_frames(wishes.get("silenceDurationMs"), 1000 if calm else 600, least=4),
            prefix_frames=_frames(wishes.get("prefixPaddingMs"), 300, least=0),
        )


def _frames(wish: Any, default: int, least: int) -> int:
    usable = isinstance(wish, int | float) and 0 <= wish <= 60_000
    milliseconds = float(wish) if usable else default
    return max(least, round(milliseconds / 1000 / FRAME_SECONDS))


class Endpointer:
    """Finds speech in 16 kHz s16le mono."""

    def __init__(self, detection: Detection, vad: Vad) -> None:
        self._wishes = detection
        self._vad = vad
        self._rest = b""
        self._speaking = False
        self._silent = 0
        self._before: deque[bytes] = deque(maxlen=WINDOW_FRAMES + detection.prefix_frames)
        self._voiced: deque[bool] = deque(maxlen=WINDOW_FRAMES)

    def feed(self, pcm: bytes) -> Iterator[Found]:
        """What these bytes changed."""
        self._rest += pcm
        whole = len(self._rest) - len(self._rest) % FRAME_BYTES
        frames, self._rest = self._rest[:whole], self._rest[whole:]
        for start in range(0, whole, FRAME_BYTES):
            yield from self._frame(frames[start : start + FRAME_BYTES])

    def end(self) -> Iterator[Found]:
        """The stream stops here; what was begun is over."""
        self._rest = b""
        if self._speaking:
            yield self._over()

    def _frame(self, frame: bytes) -> Iterator[Found]:
        voiced = self._vad.is_speech(frame)
        if self._speaking:
            yield SpeechWent(frame)
            self._silent = 0 if voiced else self._silent + 1
            if self._silent >= self._wishes.silence_frames:
                yield self._over()
            return
        self._before.append(frame)
        self._voiced.append(voiced)
        if sum(self._voiced) >= self._wishes.voiced_frames:
            self._speaking = True
            yield SpeechStarted(b"".join(self._before))

    def _over(self) -> SpeechEnded:
        self._speaking = False
        self._silent = 0
        self._before.clear()
        self._voiced.clear()
        return SpeechEnded()


def default_vad() -> Vad:
    """The detector inside pocketsphinx; loaded when the first client leaves the microphone to us."""
    from pocketsphinx import Vad as SphinxVad

    vad: Vad = SphinxVad(SphinxVad.STRICT)
    return vad
