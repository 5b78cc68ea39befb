"""What the user said: sent in order, kept until it is answered, so that a dying link takes nothing along."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from enum import Enum, auto

from assistant.live.messages import Audio, Outgoing, Picture, Say, SpeechEnded, SpeechStarted

BACKLOG = 1500
"""Items kept: 30 s of microphone."""
REPLAYS = 2
"""An utterance that has taken three links along is itself the trouble."""
STALE_SECONDS = 20.0
"""What nobody could take for so long is not done any more: no lamp turns on when all have gone to bed."""


class Loss(Enum):
    """What the loss of a link means for the turn."""

    NOTHING = auto()
    """Nobody had said anything."""
    REPLAY = auto()
    """The next link gets the utterance from its beginning."""
    LOST = auto()
    """The answer, or what led to it, is gone."""


class Uplink:
    """One speaker's words on their way to whichever brain listens."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._waiting: deque[Outgoing] = deque()
        self._sent: list[Outgoing] = []
        self._whole = True
        self._asked = self._answered = self._cut_off = False
        self._generated = self._done_due = False
        self._replays = 0
        self._said_at = 0.0
        self.to_send = asyncio.Event()
        self.idle = asyncio.Event()
        self.idle.set()
        self.begun: Callable[[], None] = lambda: None
        """Called when the user begins to say something."""

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def asked(self) -> bool:
        """Whether the user has finished and it is the brain's turn."""
        return self._asked

    @property
    def waits_for_answer(self) -> bool:
        """Whether all has been sent and nothing has come back yet."""
        return self._asked and not self._answered and not self.idle.is_set()

    @property
    def stuck(self) -> bool:
        """Whether what the user says has taken so many links along that only another brain can help."""
        return self._replays == REPLAYS and not self.idle.is_set()

    @property
    def begins(self) -> bool:
        """Whether what is sent next is the beginning of something that the user says."""
        return bool(self._waiting) and isinstance(self._waiting[0], Say | SpeechStarted)

    def post(self, item: Outgoing) -> None:
        """Add what the user said.

        The rest of an utterance whose beginning was lost makes no sense to the next link.
        """
        if isinstance(item, Say | SpeechStarted):
            self._sent, self._whole, self._replays = [], True, 0
            self._asked = self._answered = self._cut_off = self._generated = False
            self.begun()
        if self._cut_off:
            return
        if isinstance(item, Picture):  # one that could not be sent yet shows what is no more
            self._waiting = deque(each for each in self._waiting if not isinstance(each, Picture))
        elif not isinstance(item, Audio):
            self.idle.clear()
            self._said_at = self._clock()
        if len(self._waiting) >= BACKLOG:
            self._whole = False
            del self._waiting[min(1, len(self._waiting) - 1)]
        self._waiting.append(item)
        self.to_send.set()

    def next(self) -> Outgoing:
        """The oldest item; it stays here until it is answered."""
        item = self._waiting.popleft()
        if not self.idle.is_set() and not self._answered and not isinstance(item, Picture):
            self._keep(item)
        self._asked = self._asked or isinstance(item, Say | SpeechEnded)
        return item

    def _keep(self, item: Outgoing) -> None:
        self._whole = self._whole and len(self._sent) < BACKLOG
        if self._whole:
            self._sent.append(item)
        else:
            self._sent = []

    def answered(self) -> None:
        """A tool was called, or the answer has begun: from now on saying it again could do it twice (P7)."""
        if self._asked:
            self._answered = True
            self._sent = []

    def link_made(self) -> None:
        """What waited can be sent; ends of turns from before will not come any more."""
        self._done_due = False
        self.to_send.set()

    def generated(self) -> None:
        """The brain has finished its answer; it tells later that the turn is over too."""
        self._generated = self._done_due = True

    def broken_off(self) -> None:
        """The user spoke over it; the end of that turn is still to come."""
        self._done_due = True

    def done(self) -> bool:
        """A turn is over; whether it is the present one, and not an earlier one whose end came late."""
        earlier = self._done_due and not self._generated
        self._done_due = False
        if earlier or not self._asked:
            return False
        self.idle.set()
        self._sent = []
        return True

    async def quiet(self) -> None:
        """Wait until nobody talks."""
        while not self.idle.is_set():  # woken, the user may have begun anew
            await self.idle.wait()

    def lost(self) -> Loss:
        """The link is gone; what was not answered goes to the next one."""
        if self.idle.is_set():
            return Loss.NOTHING
        if self._answered or not self._whole or self._replays == REPLAYS:
            return self._give_up()
        self._replays += bool(self._sent)
        self._waiting.extendleft(reversed(self._sent))
        self._sent, self._asked = [], False
        self.to_send.set()
        return Loss.REPLAY

    def too_old(self) -> bool:
        """Give up what has waited too long for a link; whether there was such a thing."""
        if self.idle.is_set() or self._clock() - self._said_at <= STALE_SECONDS:
            return False
        return self._give_up() is Loss.LOST

    def _give_up(self) -> Loss:
        while self._waiting and not isinstance(self._waiting[0], Say | SpeechStarted):
            self._waiting.popleft()
        self._sent = []
        if self._answered and self._waiting:
            return Loss.NOTHING  # the user has begun anew
        self._waiting.clear()
        self._cut_off = True
        self.idle.set()
        return Loss.LOST
