"""Whether somebody speaks over the assistant: suspected within a syllable, believed when it is speech."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from functools import partial

from assistant.audio.foretelling import Foretells, Strange
from assistant.audio.gate import IsSpeech
from assistant.audio.levels import Usual, level

LOUD_DBFS = -50.0
LEFT_OVER_DB = -15.0
"""An echo that was cancelled is far weaker than what the microphone heard; a second voice is not."""
ABOVE_BACKGROUND_DB, STILL_ABOVE_DB = 6.0, 3.0
SUSPICIOUS, WINDOW = 2, 3
"""Frames: measured on synthetic speech over synthetic speech, 80 to 120 ms after its first sample and never
without one (echo as loud as the voice, RT60 0.3 s; decision 0025)."""
CANCELLED_DB = 20.0
PROVEN_FRAMES, PROOF_FRAMES = 40, 50
"""A canceller needs a second or two to learn the room; until then its rest looks like somebody."""
EXPLAINED_DB, STANDS_OUT_DB = -8.0, -4.0
UNUSUAL_DB, USUAL_PERCENTILE = 8.0, 90
USUAL_FRAMES, LEARNT_FRAMES = 120, 50
"""A voice as loud as the echo is 0 dB over what was foretold; alone, 999 of 1,000 frames are 8 dB under it. A
speaker that rattles or a room that changes is foretold less well: only what is unusual here counts."""
BELIEVED_FRAMES, DOUBT_FRAMES = 9, 25
"""So much of the half second after the suspicion must be speech; a cough, a plate, a chord is not …"""
ALONE_DB, ALONE_FRAMES, OUTLASTING_FRAMES = 2.0, 3, 5
"""… and go on while we, having stopped, are no longer heard, or for longer than a room takes to fall silent:
one that has just changed does not; nor may it be our own voice at another delay (decision 0032)."""
WARY_FRAMES, HUSH_FRAMES = 75, 12
"""For a second and a half after a slip of the speaker what we have said already counts for nobody: the card
has up to 120 ms of it left, and a room falls silent in as long."""
OWN_FRAMES, OWN_LIKENESS = 15, 16.5
BEFORE_FRAMES = 12
AFRAID_FRAMES = 50
"""After a false alarm nothing is suspected for a second, so that nobody coughs an answer into pieces."""
BACKGROUND_FRAMES = 500
BACKGROUND_PERCENTILE = 90


Cleaned = Callable[[], bytes]
"""What is left of a frame behind the canceller."""


class Finding(Enum):
    """What a frame means for the assistant's own speech."""

    NOTHING = auto()
    SUSPECTED = auto()
    BELIEVED = auto()
    DISMISSED = auto()


class Interruption:
    """Feed it every frame while the assistant can be heard; all frames are 20 ms of 16 kHz mono s16le."""

    def __init__(self, is_speech: IsSpeech, foretells: Foretells | None = None) -> None:
        self._is_speech = is_speech
        self._foretells = foretells
        self._strange = Strange(-math.inf, math.inf, b"", math.inf)
        self._usual = Usual(USUAL_FRAMES, USUAL_PERCENTILE)
        self._lately: deque[bool] = deque(maxlen=WINDOW)
        self._background = Usual(BACKGROUND_FRAMES, BACKGROUND_PERCENTILE)
        self._before: deque[tuple[bytes, bool]] = deque(maxlen=BEFORE_FRAMES + DOUBT_FRAMES + HUSH_FRAMES)
        self._proof: deque[bool] = deque(maxlen=PROOF_FRAMES)
        self._proven = False
        self._doubt = self._doubted_for = 0
        self._speech = self._alone = self._outlasting = 0
        self._loud = LOUD_DBFS
        self._afraid = self._wary = self._hush = 0

    @property
    def suspects(self) -> bool:
        """Whether it is not decided yet."""
        return self._doubt > 0

    @property
    def beginning(self) -> list[bytes]:
        """What was heard since shortly before the suspicion."""
        return [frame for frame, _ in list(self._before)[-BEFORE_FRAMES - self._doubted_for :]]

    def listen(self, raw: bytes) -> None:
        """Every frame of the microphone, whatever is going on: the room is learnt from it."""
        if self._foretells is not None:
            self._strange = self._foretells.strange(raw)

    def beware(self) -> None:
        """The echo may have moved: what is suspected soon may be our own voice."""
        self._wary = WARY_FRAMES

    def around(self, frame: bytes) -> None:
        """What the room sounds like while nobody talks to us: a television stays in the background."""
        self._background.note(level(frame))
        self._before.append((frame, False))

    def hear(self, raw: bytes, cleaned: Cleaned) -> Finding:
        """A frame from the microphone, and what is left of it without the assistant's own voice.

        The latter is asked for only where the filter does not explain the frame; a canceller is dear.
        """
        loudness = level(raw)
        if loudness < LOUD_DBFS:  # and nobody: there is nothing to take out
            cleaned = partial(bytes, raw)
        # What a canceller leaves of two voices is broken; a voice detector does not know it for one.
        somebody = self._strange.rest if self._is_learnt else cleaned()
        ours = self._is_learnt and self._strange.over_db < EXPLAINED_DB
        self._before.append((somebody, ours))
        if self._doubt:
            return self._doubted(somebody, ours)
        self._afraid, self._wary = max(self._afraid - 1, 0), max(self._wary - 1, 0)
        self._lately.append(self._stands_out() or self._is_left_over(loudness, cleaned))
        if self._afraid or sum(self._lately) < SUSPICIOUS:
            if not self._lately[-1]:
                self._note(cleaned)
            return Finding.NOTHING
        self._hush = HUSH_FRAMES if self._wary else 0
        self._doubt = DOUBT_FRAMES + self._hush
        self._doubted_for = self._speech = self._alone = self._outlasting = 0
        self._loud = max(LOUD_DBFS, self._loudest() + STILL_ABOVE_DB)
        self._lately.clear()
        for earlier in [] if self._hush else list(self._before)[-BEFORE_FRAMES:]:
            self._speech = self._speech + 1 if self._is_speech_here(*earlier) else 0
        return Finding.SUSPECTED

    @property
    def _is_learnt(self) -> bool:
        return len(self._usual) >= LEARNT_FRAMES

    def _stands_out(self) -> bool:
        """Whether much of this frame does not follow from what we say, more than is usual here."""
        if not self._is_learnt or not self._is_loud(self._strange.dbfs):
            return False
        return self._strange.over_db > max(STANDS_OUT_DB, self._usual.value + UNUSUAL_DB)

    def _note(self, cleaned: Cleaned) -> None:
        """A frame without anybody; what an untaught canceller leaves is no background."""
        if self._foretells is None:
            if self._proven:
                self._background.note(level(cleaned()))
        elif self._strange.dbfs - self._strange.over_db > LOUD_DBFS:
            self._usual.note(self._strange.over_db)
        else:
            self._background.note(self._strange.dbfs)

    def _is_left_over(self, before: float, cleaned: Cleaned) -> bool:
        """Whether the canceller, once it knows the room, leaves what it would not leave of an echo."""
        explained = self._strange.over_db < EXPLAINED_DB
        if explained and self._proven:
            return False
        after = level(cleaned())
        self._proof.append(before < LOUD_DBFS or before - after > CANCELLED_DB)
        self._proven = self._proven or sum(self._proof) >= PROVEN_FRAMES
        return self._proven and not explained and self._is_loud(after) and after - before > LEFT_OVER_DB

    def _is_loud(self, dbfs: float) -> bool:
        return dbfs > max(LOUD_DBFS, self._loudest() + ABOVE_BACKGROUND_DB)

    def _is_speech_here(self, frame: bytes, ours: bool) -> bool:
        """A television talks, too: only who is louder than what was there before can be meant."""
        return self._is_speech(frame) and not ours and level(frame) > self._loud

    def _doubted(self, somebody: bytes, ours: bool) -> Finding:
        self._doubt -= 1
        self._doubted_for += 1
        speech = self._is_speech_here(somebody, ours) and not self._hush
        self._hush = max(self._hush - 1, 0)
        self._speech += speech
        self._alone += speech and (not self._is_learnt or self._strange.over_db > ALONE_DB)
        self._outlasting += speech and self._strange.over_tail_db > ALONE_DB
        alone = self._alone >= ALONE_FRAMES or self._outlasting >= OUTLASTING_FRAMES
        if self._speech >= BELIEVED_FRAMES and alone:
            self._doubt = 0
            if not self._is_our_own():
                return Finding.BELIEVED
        if self._doubt:
            return Finding.NOTHING
        self._afraid = AFRAID_FRAMES
        return Finding.DISMISSED

    def _is_our_own(self) -> bool:
        """Whether it is our own voice after all, at another place in time, which is learnt anew."""
        if self._foretells is None:
            return False
        is_own = self._foretells.likeness(b"".join(self.beginning[-OWN_FRAMES:])) > OWN_LIKENESS
        if is_own:
            self._foretells.unlearn()
        return is_own

    def forget(self) -> None:
        """Somebody is listened to, or nobody may be: what was suspected, and heard, matters no more."""
        self._doubt = 0
        self._lately.clear()
        self._before.clear()

    def _loudest(self) -> float:
        return self._background.value if len(self._background) >= WINDOW else -math.inf
