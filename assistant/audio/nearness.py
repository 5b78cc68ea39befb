"""Whether whoever talks to us speaks: a television, or people in the next room, talk all the time."""

from __future__ import annotations

from collections import deque

from assistant.audio.gate import IsSpeech
from assistant.audio.levels import Usual, level

BACKGROUND_FRAMES = 500
LOUD_PERCENT = 90
ABOVE_BACKGROUND_DB, STILL_ABOVE_DB = 6.0, 3.0
BELOW_VOICE_DB, STILL_BELOW_DB = 7.0, 10.0
"""Within a sentence a voice is never softer than this, measured from its loud frames, for more than 180 ms
(synthetic voices): whoever is not louder than the others is heard nevertheless."""
STILL_FRAMES = 25
"""Who has just spoken goes on more easily than somebody begins."""
ENDING_FRAMES = 5
"""The last sounds of a sentence are soft."""
VOICE_FRAMES = 100
CALL_FRAMES = 50
"""A wake word and what is around it: a second. It tells how loud somebody is here."""
JUDGED_FRAMES = 75
"""What was heard within a second and a half may belong to a wake word, and is no background yet."""


class Near:
    """Speech, as a detector knows it, that is not softer than what was to be heard before we were spoken to.

    Frames are 20 ms of 16 kHz mono s16le.
    """

    def __init__(self, is_speech: IsSpeech) -> None:
        self._is_speech = is_speech
        self._background = Usual(BACKGROUND_FRAMES, LOUD_PERCENT)
        self._voice = Usual(VOICE_FRAMES, LOUD_PERCENT)
        self._lately: deque[float] = deque()
        self._silent, self._spoken = STILL_FRAMES, 0

    def around(self, frame: bytes) -> None:
        """What the room sounds like while nobody talks to us, nor we to anybody."""
        self._silent, self._spoken = STILL_FRAMES, 0
        self._lately.append(level(frame))
        if len(self._lately) > JUDGED_FRAMES:
            self._background.note(self._lately.popleft())

    def called(self) -> None:
        """The wake word was heard: so loud is whoever has something to say."""
        self._voice = Usual(VOICE_FRAMES, LOUD_PERCENT)
        for loudness in list(self._lately)[-CALL_FRAMES:]:
            self._voice.note(loudness)
        self._lately.clear()

    def __call__(self, frame: bytes) -> bool:
        """Whether it is somebody who talks to us."""
        if not self._is_speech(frame):
            self._silent += 1
            return False
        loudness = level(frame)
        goes_on = self._silent < STILL_FRAMES
        above, below = (STILL_ABOVE_DB, STILL_BELOW_DB) if goes_on else (ABOVE_BACKGROUND_DB, BELOW_VOICE_DB)
        if loudness > min(self._background.value + above, self._voice.value - below):
            self._silent, self._spoken = 0, self._spoken + 1
            self._voice.note(loudness)
            return True
        self._silent += 1
        return self._spoken > ENDING_FRAMES >= self._silent
