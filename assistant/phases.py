"""What the house is doing, and in which room: idle, listening, thinking, speaking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum

from assistant.audio.messages import (
    ALWAYS,
    OFFERS,
    Frame,
    FromAudio,
    GateClosed,
    GateOpened,
    SpeechBegan,
    SpeechStopped,
)
from assistant.bus import Bus
from assistant.events import PhaseChanged


class Phase(Enum):
    """What the house is doing."""

    IDLE = "idle"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"


class Phases:
    """The present phase, its room, and when nobody talks."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._calm = asyncio.Event()
        self._gates: dict[str, bool] = {}
        """Rooms whose gate is open; whether it is only offered."""
        self.now = Phase.IDLE
        self.room = ""
        """Where; "" is everywhere, or nobody knows."""
        self._settle()

    def enter(self, phase: Phase, room: str | None = None) -> None:
        """Go on to a phase, in the same room or in another one, and tell."""
        where = self.room if room is None else room
        if (phase, where) != (self.now, self.room):
            self.now, self.room = phase, where
            self._bus.publish(PhaseChanged(phase.value, where))
        self._settle()

    def heard(self, message: FromAudio, room: str = "") -> None:
        """A gate's own doings: an open one listens, one that is always open only to who speaks."""
        match message:
            case GateOpened(by) if by != ALWAYS:
                self._gates[room] = by in OFFERS
            case SpeechBegan():
                self._gates[room] = False
            case GateClosed(spoken):
                self._gates.pop(room, None)
                if not spoken and self.now is Phase.LISTENING and not self._gates:
                    self.enter(Phase.IDLE)
        self._settle()

    def rest(self) -> None:
        """The answer is over: the user may go on, or the house is idle."""
        if self._gates:
            self.enter(Phase.LISTENING, next(iter(self._gates)) if len(self._gates) == 1 else "")
        else:
            self.enter(Phase.IDLE)

    def in_room(self, room: str) -> Phase:
        """What goes on in one room: idle while it is another one's turn."""
        return self.now if self.room in ("", room) else Phase.IDLE

    def thinks(self) -> bool:
        """Whether somebody waits for an answer."""
        return self.now is Phase.THINKING

    def _settle(self) -> None:
        self._calm.set() if self.is_quiet else self._calm.clear()

    @property
    def is_quiet(self) -> bool:
        """Nobody talks; that somebody might go on is no reason to hold back what rings."""
        offered = bool(self._gates) and all(self._gates.values())
        return self.now is Phase.IDLE or (self.now is Phase.LISTENING and offered)

    async def quiet(self) -> None:
        """Wait until nobody talks."""
        while not self.is_quiet:  # woken, somebody may have begun anew
            await self._calm.wait()


class Unheard:
    """Sentences that are begun while nothing may be passed on: somebody may say a PIN."""

    def __init__(self) -> None:
        self.wanted: Callable[[], bool] = lambda: False
        """Whether nothing that is begun now may be passed on."""
        self.now = False

    def holds(self, message: FromAudio, phases: Phases) -> bool:
        """Whether this belongs to such a sentence; its end is the end of it, and the room is as before."""
        before = self.now
        if isinstance(message, SpeechBegan):
            before = self.now = self.wanted()
        elif isinstance(message, SpeechStopped):
            self.now = False
        held = before and isinstance(message, SpeechBegan | Frame | SpeechStopped)
        if held and phases.now is Phase.LISTENING:
            phases.rest()
        return held
