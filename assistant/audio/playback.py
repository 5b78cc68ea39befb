"""What of an answer has been heard, and when it is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from assistant.audio.messages import EndOfReply, FromAudio, Played, Progress, Trouble
from assistant.audio.mouth import Mouth, Standstill

PROGRESS_BYTES = 4800
"""The daemon hears of every 100 ms that were played."""
SOONEST_SECONDS = 0.01


class Playback:
    """Looks at the mouth now and then, and tells the daemon; ``follow_up`` is called at an answer's end."""

    def __init__(self, send: Callable[[Iterable[FromAudio]], None], follow_up: Callable[[], None]) -> None:
        self._send, self._follow_up = send, follow_up
        self._told = Progress(0, 0)
        self._standstill = Standstill()
        self._looked = 0.0
        self.reply: EndOfReply | None = None
        """The answer that has come to its end, when all of it has been heard."""
        self.stuck = False
        """The speaker takes nothing any more."""

    def look(self, mouth: Mouth) -> None:
        """Not for each frame of a microphone that has hung and gives many at once."""
        now = time.monotonic()
        if self.stuck or now - self._looked < SOONEST_SECONDS:
            return
        self._looked = now
        if self._standstill.seen(mouth):
            self._send([Trouble("the speaker takes nothing any more", fatal=True)])
            self.stuck = True
        if mouth.taken - self._told.taken >= PROGRESS_BYTES:
            self._tell_progress(mouth)
        if self.reply is not None and mouth.left() == 0:
            self.finish(mouth, follow_up=self.reply.follow_up)

    def finish(self, mouth: Mouth, *, follow_up: bool) -> None:
        """All has been heard that will be; of what was cut short nobody waits for a follow-up."""
        self._tell_progress(mouth)
        if self.reply is not None:
            reply, self.reply = self.reply, None
            self._send([Played(reply.number)])
            if follow_up:
                self._follow_up()

    def _tell_progress(self, mouth: Mouth) -> None:
        self._told = Progress(mouth.taken, mouth.played)
        self._send([self._told])
