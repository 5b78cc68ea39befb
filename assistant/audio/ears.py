"""Every frame of the microphone on its way to the gate: our own voice taken out, interruptions noticed."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from enum import Enum

import numpy as np
import soxr

from assistant.audio.canceller import Canceller
from assistant.audio.gate import Gate, HearsWake
from assistant.audio.interruption import Finding, Interruption
from assistant.audio.messages import (
    ALWAYS,
    FOLLOW_UP,
    PUSH,
    VOICE,
    FromAudio,
    GateClosed,
    GateOpened,
    SpeechBegan,
)
from assistant.audio.mouth import RATE as MOUTH_RATE
from assistant.audio.mouth import Mouth
from assistant.audio.nearness import Near
from assistant.audio.proof import Proof
from assistant.audio.signs import sign

RATE = 16_000
TEN_MS_BYTES = 320
FRAME_SAMPLES = 320
FULL_SCALE_DB = 90.3
"""Of a square wave of s16le samples."""
TOGETHER = 3
"""Frames, where nothing hurries: a processor that sleeps for 20 ms forgets how to hear, and its second frame
costs half of the first."""
SIGN_FRAMES = 15
"""Who goes on in one breath needs no sign, and is not disturbed by one."""
LOUDNESS_FRAMES = 50
"""A wake word and what is around it: a second."""
OWN_WAKE_FRAMES = 60
"""A wake word that comes within 1.2 s of our having said it ourselves is our own."""
MEMORY_FRAMES = OWN_WAKE_FRAMES + 90
"""The longest wake word takes a second and a half."""
SILENCE = bytes(TEN_MS_BYTES * 50)
"""So that the engine forgets what it heard before."""
QUIET = bytes(MOUTH_RATE // 50 * 2)
"""A frame in which we said nothing."""


class Echo(Enum):
    """What is done about the assistant's own voice in its microphone."""

    CANCELLED = "cancel"
    """By us."""
    DEVICE = "device"
    """By the speakerphone itself."""
    HALF_DUPLEX = "none"
    """Nothing helps: while the assistant speaks, only the wake word or a push interrupts it."""


class Ears:
    """Joins canceller, interruption and gate to the mouth they must know of."""

    def __init__(
        self, gate: Gate, mouth: Mouth, interruption: Interruption, canceller: Canceller | None, echo: Echo
    ) -> None:
        self._gate, self._mouth = gate, mouth
        self._interruption, self._canceller = interruption, canceller
        self._echo = echo
        self._dropping = False
        self._sign_in = self._slips = 0
        self._levels: deque[float] = deque(maxlen=LOUDNESS_FRAMES)
        self._unheard: list[bytes] = []
        """Frames that the gate still has to get."""
        self.proof: Proof | None = None
        self.near: Near | None = None
        self.signs = False
        """Whether it is told by a sound that the wake word was heard, and that nobody said anything."""
        self.frames = 0
        self.peak = 0
        """The loudest sample since it was last looked at; a microphone that lives is never at 0 for long."""

    @property
    def drops_speech(self) -> bool:
        """Whether what still comes to be spoken belongs to an answer that was spoken over."""
        return self._dropping

    @property
    def cancels(self) -> bool:
        """Whether the canceller is wanted, and so has to be told what is played."""
        return self._canceller is not None and self._interruption.wants_canceller

    @property
    def calm(self) -> bool:
        """Whether a few frames later is soon enough: nobody speaks, and nobody is being listened to."""
        return not (self._gate.is_open or self._interruption.suspects or self._mouth.busy)

    def told_to_forget(self) -> None:
        """The daemon knows that it was interrupted: what comes now is new."""
        self._dropping = False

    def hear(self, frame: bytes) -> Iterator[FromAudio]:
        """Take one 20 ms frame of 16 kHz mono s16le.

        While the assistant hears nothing but itself, the gate gets its frames a few at once: without what the
        filter explains by our own sounds, for a canceller takes along what is spoken into them.
        """
        self._measure(frame)
        yield from self.followed(self._gate.offer(not (self._mouth.unheard or self._mouth.speaking)))
        sounding, speaking = self._mouth.sounding, self._mouth.speaking
        if self._mouth.slips != self._slips:
            self._slips = self._mouth.slips
            self._interruption.beware()
        self._interruption.listen(frame)
        cleaned = frame
        if self._canceller is not None and self.cancels and speaking:
            cleaned = self._canceller.cleaned(frame)
        ours = speaking or (sounding and self._interruption.knows_room)  # a tone alone teaches little of it
        self._unheard.append(self._interruption.own_left_out(frame, cleaned) if ours else frame)
        suspects = self._interruption.suspects  # and so the mouth is held, and soon no longer sounding
        if self._gate.is_open or self._gate.is_muted:
            self._interruption.forget()
            if suspects and self._gate.is_muted:
                self._mouth.go_on()
        elif self._echo is Echo.HALF_DUPLEX or not (sounding or suspects):
            self._interruption.around(frame)
        elif speaking or suspects or self._interruption.knows_room:
            yield from self.followed(self._interrupting(frame, cleaned))
            if self._interruption.explains and not suspects and len(self._unheard) < TOGETHER:
                return
        if speaking and self._gate.is_open and self._echo is Echo.HALF_DUPLEX:
            self._unheard.clear()
            return
        yield from self.settled()
        if not (sounding or suspects or self._gate.is_open):
            yield from self._beside(frame)

    def _beside(self, frame: bytes) -> Iterator[FromAudio]:
        """Nobody talks to us, nor we to anybody."""
        if self.near is not None:
            self.near.around(frame)
        if self.proof is not None:
            yield from self.proof.hear(frame)

    def settled(self) -> Iterator[FromAudio]:
        """What waits is heard now: before anything else opens or closes the gate."""
        unheard, self._unheard = self._unheard, []
        for frame in unheard:
            yield from self.followed(self._gate.hear(frame))
            self._sign()

    def _measure(self, frame: bytes) -> None:
        self.frames += 1
        samples = np.frombuffer(frame, "<i2").astype(np.float32)
        self.peak = max(self.peak, int(samples.max(initial=0)), int(-samples.min(initial=0)))
        self._levels.append(float(samples @ samples))

    def refused(self, name: str) -> Iterator[FromAudio]:
        """Another room is being listened to: close, and tell it by a sign, or by none."""
        self._sign_in, self._dropping = 0, False
        signs, self.signs = self.signs, False
        yield from self.followed(self._gate.refused())
        self.signs = signs
        if signs and name:
            self._mouth.sign(sign(name))

    def _loud(self) -> float:
        """The mean power of the last second, in dB below full scale."""
        frames = max(len(self._levels), 1)
        return round(10 * math.log10(max(sum(self._levels) / frames / FRAME_SAMPLES, 1.0)) - FULL_SCALE_DB, 1)

    def _sign(self) -> None:
        self._sign_in = max(self._sign_in - 1, 0)
        if self._sign_in == 1 and self._gate.is_open:
            self._mouth.sign(sign("wake"))

    def _interrupting(self, frame: bytes, cleaned: bytes) -> Iterator[FromAudio]:
        match self._interruption.hear(frame, cleaned):
            case Finding.SUSPECTED:
                self._mouth.hold()
            case Finding.DISMISSED:
                self._mouth.go_on()
            case Finding.BELIEVED:
                *earlier, _ = self._interruption.beginning  # the gate hears the last one itself
                yield from self._gate.interrupted(earlier)

    def followed(self, messages: Iterator[FromAudio]) -> Iterator[FromAudio]:
        """What the gate tells passes here: the mouth stops when it opens, not when the daemon knows of it."""
        ended = False
        for message in messages:
            match message:
                case GateOpened(by):
                    self._mouth.hold()
                    if self.near is not None and by not in (PUSH, FOLLOW_UP, VOICE, ALWAYS):
                        self.near.called()
                    self._sign_in = SIGN_FRAMES if self.signs and by not in (FOLLOW_UP, VOICE, ALWAYS) else 0
                case SpeechBegan():
                    self._sign_in = 0
                    self._dropping = self._mouth.unheard
                    self._mouth.flush()
                case GateClosed(spoken=False, by=by):
                    self._mouth.go_on()
                    ended = by not in (FOLLOW_UP, ALWAYS, VOICE)
            yield GateOpened(message.by, self._loud()) if isinstance(message, GateOpened) else message
        if ended and self.signs and not self._gate.is_open:  # else somebody has called again
            self._mouth.sign(sign("end"))


class OwnWords:
    """Hears the wake words, but not those that the assistant says itself.

    What it says is listened to only when a wake word was heard while it spoke, or shortly after.
    """

    def __init__(self, heard: HearsWake, said: HearsWake) -> None:
        self._heard, self._said = heard, said
        self._queue: deque[bytes] = deque(maxlen=MEMORY_FRAMES)
        self._lately: deque[bytes] = deque(maxlen=MEMORY_FRAMES)
        """What was said during each of the last frames."""
        self._judged = 0
        """For so many frames more the last judgement holds: a word is heard in several."""
        self._is_own = False

    def speaks(self, pcm: bytes) -> None:
        """20 ms that go to the speaker: 24 kHz mono s16le; called on the sound card's thread."""
        self._queue.append(pcm)

    def __call__(self, frame: bytes) -> str:
        """The wake word that somebody else has said, ending in this frame, or nothing."""
        self._lately.append(self._queue.popleft() if self._queue else b"")
        self._judged = max(self._judged - 1, 0)
        word = self._heard(frame)
        if word and not self._judged:
            self._is_own, self._judged = self._has_said_it(), OWN_WAKE_FRAMES
        return "" if self._is_own and self._judged else word

    def _has_said_it(self) -> bool:
        if not any(self._lately):
            return False
        stream = soxr.ResampleStream(MOUTH_RATE, RATE, 1, dtype="int16")
        waiting = bytearray(SILENCE)
        since = OWN_WAKE_FRAMES + 1
        for spoken in (*self._lately, b""):  # a resampler holds back what came last
            since += 1
            waiting += stream.resample_chunk(np.frombuffer(spoken or QUIET, "<i2")).tobytes()
            whole = len(waiting) - len(waiting) % TEN_MS_BYTES
            if whole and self._said(bytes(waiting[:whole])):
                since = 0
            del waiting[:whole]
        return since <= OWN_WAKE_FRAMES
