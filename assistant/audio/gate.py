"""The gate, the only door: no microphone byte passes before the wake word or a push opens it (P2)."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.audio.levels import level
from assistant.audio.messages import (
    ALWAYS,
    FOLLOW_UP,
    OFFERS,
    PUSH,
    VOICE,
    Frame,
    FromAudio,
    GateClosed,
    GateOpened,
    SpeechBegan,
    SpeechStopped,
    Trouble,
)

FRAME_MS = 20
ONSET_FRAMES, ONSET_WINDOW = 3, 5
PRE_ROLL_FRAMES = 15
WAKE_LAG_FRAMES = 7
"""A wake word is recognised 140 to 160 ms after its last sound (pymicro-wakeword 2.5, synthetic voices): what
was heard since then is not the wake word any more, but the beginning of what follows it.
"""
SAME_WAKE_FRAMES = 5
"""An engine hears a wake word in two frames of three, for up to 900 ms."""
MAX_SPEECH_MS = 30_000
TOO_LONG = (
    f"Somebody spoke for {MAX_SPEECH_MS // 1000} seconds without a pause; what came after them was not heard."
)
IDLE_WAKES, IDLE_WAKES_MS = 5, 60_000
"""Woken so often in a minute and nobody said anything: something else in the room says the wake word."""
REFUSED_MS = 1500
"""The engine goes on hearing a wake word for a while after its end; who is refused is refused once."""
TORN = (
    "The microphone fell silent in the middle of a word; what was said is not acted on. Please say it again."
)
TORN_DB, LAST_FRAMES = 15.0, 2
"""Before a silence of zeros whoever speaks is far softer than this, measured from their loudest frame (40 dB
and more in synthetic voices); a noise gate, too, cuts off what is soft."""

IsSpeech = Callable[[bytes], bool]
HearsWake = Callable[[bytes], str]
"""A frame → the wake word that ends in it, or nothing."""


@dataclass(frozen=True)
class GateSettings:
    """How long to wait for what, in milliseconds; ``always``: no wake word is needed.

    ``live``: it is a microphone, which may be unplugged in the middle of a word.
    """

    end_silence_ms: int = 350
    window_ms: int = 6000
    follow_up_ms: int = 6000
    always: bool = False
    live: bool = False


class Gate:
    """Closed → open → speech → closed. Feed it every frame; it says what may leave."""

    def __init__(self, settings: GateSettings, is_speech: IsSpeech, hears_wake: HearsWake) -> None:
        self._settings = settings
        self._is_speech = is_speech
        self._hears_wake = hears_wake
        self._muted = False
        self._open_by = ""
        self._waited_ms = 0
        self._window_ms = 0
        self._speaking = False
        self._spoken_ms = 0
        self._silent_ms = self._nothing_ms = 0
        self._loudest = 0.0
        self._last: deque[float] = deque(maxlen=LAST_FRAMES)
        self._before: deque[bytes] = deque(maxlen=PRE_ROLL_FRAMES)
        self._lately: deque[bytes] = deque(maxlen=WAKE_LAG_FRAMES)
        self._voiced: deque[bool] = deque(maxlen=ONSET_WINDOW)
        self._now_ms = 0
        self._idle_wakes: deque[int] = deque(maxlen=IDLE_WAKES)
        self._deaf_until_ms = 0
        self._since_wake = SAME_WAKE_FRAMES
        self._offers = settings.always
        self.frames_out = 0
        """Since the gate was last opened."""

    @property
    def is_open(self) -> bool:
        """Whether frames may leave."""
        return bool(self._open_by)

    @property
    def is_muted(self) -> bool:
        """Whether nothing can open it."""
        return self._muted

    def mute(self, on: bool) -> Iterator[FromAudio]:
        """Hard mute: close at once, whatever is being said, and stay closed until it is lifted."""
        self._muted = on
        if on:
            yield from self.refused()

    def open(self, by: str, window_ms: int | None = None) -> Iterator[FromAudio]:
        """Open for a wake word, a push or a follow-up; a push while it waits begins the wait anew."""
        if self._muted or self._speaking or (self.is_open and by != PUSH):
            return
        if self.is_open and self._open_by not in OFFERS:
            self._waited_ms = 0
            return
        if self.is_open:
            yield from self._close(spoken=False)
        self._open_by = by
        self._waited_ms = self.frames_out = 0
        self._window_ms = self._settings.window_ms if window_ms is None else window_ms
        self._before.clear()
        self._voiced.clear()
        yield GateOpened(by)

    def offer(self, on: bool) -> Iterator[FromAudio]:
        """Where no wake word is needed it is open, but not while we speak: it would hear ourselves."""
        self._offers = on and self._settings.always
        if self._open_by == ALWAYS and not (on or self._speaking):
            yield from self._close(spoken=False)

    def shut(self) -> Iterator[FromAudio]:
        """Something else is to be said: a follow-up window in which nobody has spoken ends."""
        if self._open_by == FOLLOW_UP and not self._speaking:
            yield from self._close(spoken=False)

    def refused(self) -> Iterator[FromAudio]:
        """Nobody is to be listened to: whatever it was opened for, it closes, and half a sentence is none."""
        if self.is_open:
            yield from self._close(spoken=False, for_nothing=False)

    def interrupted(self, frames: Sequence[bytes]) -> Iterator[FromAudio]:
        """Somebody speaks over the assistant, and has begun with these frames."""
        if self._muted or self.is_open:
            return
        yield from self.open(VOICE)
        yield from self._begin(frames)

    def hear(self, frame: bytes) -> Iterator[FromAudio]:
        """Take one 20 ms frame of 16 kHz mono s16le."""
        self._now_ms += FRAME_MS
        if self._muted:  # the engine would go on hearing a word of that time when it is over
            frame = bytes(len(frame))
        wake = self._hears_wake(frame)
        if not self.is_open and self._offers:
            yield from self.open(ALWAYS, IDLE_WAKES_MS)
        self._lately.append(frame)
        if self._is_anew(wake) and self.is_open:  # nobody needs to: that was all of it
            lately = list(self._lately)
            yield from self._close(spoken=False, for_nothing=False)
            self._lately.extend(lately)
        if not self.is_open:
            if wake and not self._muted and self._now_ms >= self._deaf_until_ms:
                yield from self.open(wake)
                # Said in one breath, the sentence has begun already; if nothing more comes, this is dropped.
                self._before.extend(self._lately)
                self._lately.clear()
            return
        voiced = self._is_speech(frame)
        if self._speaking:
            yield from self._while_speaking(frame, voiced)
        else:
            yield from self._while_waiting(frame, voiced)

    def _is_anew(self, wake: str) -> bool:
        """Whether this is not the wake word of before, which the engine goes on hearing."""
        is_anew = wake != "" and self._since_wake >= SAME_WAKE_FRAMES
        self._since_wake = 0 if wake else self._since_wake + 1
        return is_anew

    def _while_waiting(self, frame: bytes, voiced: bool) -> Iterator[FromAudio]:
        self._before.append(frame)
        self._voiced.append(voiced)
        self._waited_ms += FRAME_MS
        if sum(self._voiced) >= ONSET_FRAMES:
            yield from self._begin(self._before)
            self._before.clear()
        elif self._waited_ms >= self._window_ms:
            yield from self._close(spoken=False)

    def _begin(self, frames: Sequence[bytes] | deque[bytes]) -> Iterator[FromAudio]:
        self._speaking, self._spoken_ms, self._silent_ms = True, 0, 0
        self._loudest = -math.inf
        self._idle_wakes.clear()
        yield SpeechBegan()
        for earlier in frames:
            yield self._out(earlier)

    def _while_speaking(self, frame: bytes, voiced: bool) -> Iterator[FromAudio]:
        yield self._out(frame)
        self._spoken_ms += FRAME_MS
        self._silent_ms = 0 if voiced else self._silent_ms + FRAME_MS
        self._note(frame)
        if self._silent_ms >= self._settings.end_silence_ms and self._is_torn():
            yield from self._close(spoken=False, for_nothing=False)
            yield Trouble(TORN)
        elif self._silent_ms >= self._settings.end_silence_ms or self._spoken_ms >= MAX_SPEECH_MS:
            yield SpeechStopped()
            yield from self._close(spoken=True)
            if self._spoken_ms >= MAX_SPEECH_MS:
                yield Trouble(TOO_LONG)

    def _note(self, frame: bytes) -> None:
        if not any(frame):
            self._nothing_ms += FRAME_MS
            return
        self._nothing_ms = 0
        self._last.append(level(frame))
        self._loudest = max(self._loudest, self._last[-1])

    def _is_torn(self) -> bool:
        """Whether nothing but zeros came after a loud sound: half a command may be another one."""
        sudden = max(self._last, default=-math.inf) > self._loudest - TORN_DB
        return self._settings.live and sudden and self._nothing_ms >= self._settings.end_silence_ms

    def follow_up(self) -> Iterator[FromAudio]:
        """The answer has been heard: the user may go on without the wake word."""
        if self._settings.follow_up_ms and not self._settings.always:
            yield from self.open(FOLLOW_UP, self._settings.follow_up_ms)

    def _close(self, *, spoken: bool, for_nothing: bool = True) -> Iterator[FromAudio]:
        by, self._open_by = self._open_by, ""
        self._speaking = False
        self._lately.clear()
        yield GateClosed(spoken, by, self.frames_out)
        if for_nothing and not spoken and by not in (PUSH, FOLLOW_UP, VOICE, ALWAYS):
            yield from self._woken_for_nothing()

    def _woken_for_nothing(self) -> Iterator[FromAudio]:
        self._idle_wakes.append(self._now_ms)
        if len(self._idle_wakes) == IDLE_WAKES and self._now_ms - self._idle_wakes[0] <= IDLE_WAKES_MS:
            self._deaf_until_ms = self._now_ms + IDLE_WAKES_MS
            self._idle_wakes.clear()
            yield Trouble(
                f"Woken {IDLE_WAKES} times in a minute and nobody spoke: the wake word is not listened for "
                "during the next minute. If that happens often, lower its sensitivity."
            )

    def _out(self, frame: bytes) -> Frame:
        self.frames_out += 1
        return Frame(frame)
