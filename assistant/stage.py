"""What is being said in the house: the present turn, where it is heard, and what ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from assistant.bus import Bus
from assistant.events import Interrupted, Problem, Silenced, Spoke
from assistant.mouths import BYTES_PER_SECOND, HouseMouths
from assistant.own_voice import QUIETLY, Manner, OwnVoice
from assistant.phases import Phase, Phases
from assistant.turn import Turn


class Stage:
    """The only owner of the present turn; ``heard_only`` is told which share of an answer was heard."""

    def __init__(self, bus: Bus, heard_only: Callable[[float], None]) -> None:
        self._bus, self._heard_only = bus, heard_only
        self.turn = Turn()
        self.turn.over.set()
        self.phases = Phases(bus)
        self.mouths = HouseMouths()
        self.own_voice = OwnVoice(self.mouths, bus, self.announce)
        self.stale = False
        """What comes now is the rest of an answer that the user has spoken over."""

    @property
    def phase(self) -> Phase:
        """What the house is doing now."""
        return self.phases.now

    def engaged(self) -> bool:
        """Whether somebody is listened to or answered; who only listens to an announcement is not."""
        return not self.phases.is_quiet and not (self.phase is Phase.SPEAKING and self.turn.own)

    def begin(self, room: str, *, heard_near: str, told_heard: bool = False) -> Turn:
        """A new turn, asked in a room and answered there or, when it has no speaker, somewhere."""
        self.turn = Turn(room, self.mouths.reached(heard_near), told_heard=told_heard)
        return self.turn

    async def announce(self, text: str, speech: bytes, how: Manner = QUIETLY) -> None:
        """Play speech of 24 kHz mono s16le once nobody talks there; no brain takes part."""
        await self._turn_come(how)
        if not how.wanted():
            return
        mouths = self.mouths.of(heard_in := self.mouths.reached(how.room))
        if not mouths:
            self._bus.publish(Problem("An announcement came, but there is no speaker that could play it."))
            return
        turn = Turn(how.room, heard_in, own=True, own_bytes=len(speech), told_heard=True, ended=True)
        if not self._talk_is_elsewhere(heard_in):
            self.turn = turn
            self.phases.enter(Phase.SPEAKING, heard_in)
        for start in range(0, len(speech), BYTES_PER_SECOND):
            mouths.play(speech[start : start + BYTES_PER_SECOND])
        self._bus.publish(Spoke(text, round(len(speech) / BYTES_PER_SECOND, 2)))
        await self.finish(turn, follow_up=how.follow_up)

    def _talk_is_elsewhere(self, room: str) -> bool:
        return room != "" and self.engaged() and self.phases.room not in ("", room)

    async def _turn_come(self, how: Manner) -> None:
        """Wait until nobody talks there or, after so long, break off what is being said."""
        if self._talk_is_elsewhere(self.mouths.reached(how.room)):
            return
        try:
            async with asyncio.timeout(how.patience):
                await self.phases.quiet()
        except TimeoutError:
            self.break_off()
            await self.phases.quiet()

    async def finish(self, turn: Turn, *, follow_up: bool = True) -> None:
        """The turn is over when its answer has been heard, not when it has been sent."""
        if turn.written:
            self.phases.rest()
            await self.own_voice.tell(turn.spoken.strip(), turn.heard_in)
        await self.mouths.finish_in(turn.heard_in, asked_in=turn.room or turn.heard_in, follow_up=follow_up)
        turn.over.set()
        if turn is self.turn:
            self.phases.rest()

    def stop(self) -> None:
        """Be silent at once; the rest of the answer is not heard, and what rings ends."""
        self._bus.publish(Silenced())
        self.break_off()
        if len(self.mouths.rooms) > 1:
            self.mouths.of("").flush()  # what was said in another room meanwhile

    def break_off(self) -> None:
        """Nobody wants to hear the rest of the answer."""
        if self.phase in (Phase.SPEAKING, Phase.THINKING):
            self.stop_speaking()
            self.turn.stopped = True
            self.turn.close()
            self.phases.enter(Phase.IDLE)

    def spoken_over(self, room: str) -> None:
        """Somebody begins to speak: what is heard there ends; an announcement in another room goes on.

        The mouth there has fallen silent by itself, and drops everything until it is told that we know.
        """
        if not (self.turn.own and self.turn.heard_in not in ("", room)):
            self.stop_speaking()
        if room in self.mouths.rooms:
            self.mouths.rooms[room].flush()

    def stop_speaking(self) -> None:
        """Fall silent in the middle of a word, and know how much of it was heard."""
        if self.phase is not Phase.SPEAKING:
            return
        turn = self.turn
        own, said = turn.own_bytes / BYTES_PER_SECOND, turn.audio_bytes / BYTES_PER_SECOND
        mouths = self.mouths.of(turn.heard_in)
        heard = min(mouths.heard(), own + said)
        mouths.flush()
        if said:
            self._heard_only(max(heard - own, 0) / said)
            self.stale = not turn.generated and not turn.ended
        self._bus.publish(Interrupted(round(heard, 2)))
