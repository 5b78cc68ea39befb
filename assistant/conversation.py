"""One room's talk: gate → session → tools and mouth."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from enum import Enum

from assistant.audio.messages import (
    Frame,
    FromAudio,
    GateClosed,
    GateOpened,
    SourceEnded,
    SpeechBegan,
    SpeechStopped,
    Trouble,
)
from assistant.bus import Bus
from assistant.calling import Calling
from assistant.errors import BrainError
from assistant.events import (
    Event,
    Heard,
    Interrupted,
    Offline,
    Online,
    PhaseChanged,
    Problem,
    Spoke,
    UsageCounted,
    Woke,
)
from assistant.live.messages import (
    Audio,
    BargedIn,
    CallReleased,
    Calls,
    CallsCancelled,
    Generated,
    LinkDown,
    LinkUp,
    Message,
    Replayed,
    Say,
    Speech,
    SpeechEnded,
    SpeechStarted,
    SpeechText,
    Transcribed,
    TurnDone,
    TurnLost,
    Usage,
)
from assistant.live.session import Session
from assistant.mouths import BYTES_PER_SECOND, Mouths
from assistant.tools.dispatch import Dispatcher
from assistant.turn import Ends, Turn

ANSWER_SECONDS = 30.0


class Phase(Enum):
    """What the room is doing."""

    IDLE = "idle"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"


class Phases:
    """The present phase, and when the room is quiet."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._idle = asyncio.Event()
        self._idle.set()
        self.now = Phase.IDLE

    def enter(self, phase: Phase) -> None:
        """Go on to a phase, and tell."""
        if phase is not self.now:
            self.now = phase
            self._idle.set() if phase is Phase.IDLE else self._idle.clear()
            self._bus.publish(PhaseChanged(phase.value))

    async def quiet(self) -> None:
        """Wait until nobody talks."""
        while self.now is not Phase.IDLE:  # woken, somebody may have begun anew
            await self._idle.wait()


class Conversation:
    """Joins ears, session, tools and mouths; the only owner of the current turn."""

    def __init__(self, session: Session, dispatcher: Dispatcher, bus: Bus) -> None:
        self._session = session
        self._dispatcher = dispatcher
        self._bus = bus
        self._turn = Turn()
        self._turn.over.set()
        self._phases = Phases(bus)
        self._ends = Ends()
        self._calling = Calling(session, dispatcher, tell=self._tell, apologise=self._apologise)
        self._stale = False
        """What comes now is the rest of an answer that the user has spoken over."""
        self.mouths = Mouths()
        session.room = self.mouths.room
        self.read_aloud: Callable[[str], Awaitable[bytes]] | None = None
        """A voice that works without the link: text → 24 kHz mono s16le. Raises BrainError."""

    @property
    def phase(self) -> Phase:
        """What the room is doing now."""
        return self._phases.now

    async def run(self) -> None:
        """Handle what the session says, for ever; tools run beside it."""
        async with asyncio.TaskGroup() as tasks:
            async for message in self._session.messages():
                self._handle(message, tasks)

    async def ask(self, text: str) -> bool:
        """Say typed words and wait for the answer; False when none came."""
        self._stop_speaking()
        turn = self._begin()
        turn.told_heard = True
        self._dispatcher.journal.heard(text)
        self._bus.publish(Heard(text))
        self._session.post(Say(text))
        self._phases.enter(Phase.THINKING)
        return await self._answered(turn)

    async def listen(self, ears: AsyncIterator[FromAudio]) -> bool:
        """Pass on what a microphone or recording hears; whether its last words were answered."""
        answer: asyncio.Task[bool] | None = None
        async with asyncio.TaskGroup() as tasks:
            async for message in ears:
                if isinstance(message, SourceEnded):
                    break
                self._hear(message)
                if isinstance(message, SpeechStopped):
                    answer = tasks.create_task(self._answered(self._turn), name="answer")
        return answer is not None and answer.result()

    async def announce(self, text: str, speech: bytes) -> None:
        """Play what was spoken elsewhere, once nobody talks; no brain takes part, no microphone opens.

        ``speech`` is 24 kHz mono s16le.
        """
        await self._phases.quiet()
        if not self.mouths:
            self._bus.publish(Problem("An announcement came, but there is no speaker that could play it."))
            return
        self._turn = turn = Turn(told_heard=True, ended=True)
        self._phases.enter(Phase.SPEAKING)
        for start in range(0, len(speech), BYTES_PER_SECOND):
            self.mouths.play(speech[start : start + BYTES_PER_SECOND])
        self._bus.publish(Spoke(text, round(len(speech) / BYTES_PER_SECOND, 2)))
        await self._finish(turn, follow_up=False)

    async def _apologise(self, text: str) -> None:
        """Tell that something went wrong, aloud where there is a voice of our own."""
        self._bus.publish(Problem(text))
        await self._read_out(text)

    async def _tell(self, text: str) -> None:
        """Tell what the brain cannot tell any more."""
        if not await self._read_out(text):
            self._bus.publish(Spoke(text, 0.0))

    async def _read_out(self, text: str) -> bool:
        """Say it without the brain's help; whether there was a voice and a speaker."""
        with suppress(BrainError):
            if self.read_aloud is not None and self.mouths:
                await self.announce(text, await self.read_aloud(text))
                return True
        return False

    def stop(self) -> None:
        """Be silent at once; the rest of the answer is not heard."""
        if self.phase in (Phase.SPEAKING, Phase.THINKING):
            self._stop_speaking()
            self._turn.stopped = True
            self._turn.close()
            self._phases.enter(Phase.IDLE)

    def _hear(self, message: FromAudio) -> None:
        match message:
            case GateOpened(by):
                self._bus.publish(Woke(by))
                if self.phase is not Phase.SPEAKING:
                    self._phases.enter(Phase.LISTENING)
            case SpeechBegan():
                self._stop_speaking()
                self._begin().being_said = True
                self._phases.enter(Phase.LISTENING)
                self._session.post(SpeechStarted())
            case Frame(pcm):
                self._session.post(Audio(pcm))
            case SpeechStopped():
                self._turn.being_said = False
                self._session.post(SpeechEnded())
                self._phases.enter(Phase.THINKING)
            case GateClosed(spoken):
                if not spoken and self.phase is Phase.LISTENING:
                    self._phases.enter(Phase.IDLE)
            case Trouble(text):
                self._bus.publish(Problem(text))

    def _begin(self) -> Turn:
        self._turn.close()
        self._turn = Turn()
        self._dispatcher.new_utterance()
        return self._turn

    async def _answered(self, turn: Turn) -> bool:
        """Wait until the answer has been heard, as long as it goes on coming; whether there was one."""
        before = -1
        while not turn.over.is_set() and (turn.ended or turn.calls or turn.audio_bytes > before):
            before = turn.audio_bytes
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    await turn.over.wait()
        if not turn.over.is_set():
            turn.close()
            self._phases.enter(Phase.IDLE)
            await self._apologise("No answer came. Please try again.")
            return False
        return bool(turn.spoken or turn.audio_bytes)

    def _handle(self, message: Message, tasks: asyncio.TaskGroup) -> None:
        if not isinstance(message, Speech | SpeechText | Usage):
            self._stale = False
        match message:
            case Transcribed() | Replayed():
                # After a lost link the same words are heard again, from their beginning.
                self._turn.heard = self._turn.heard + message.text if isinstance(message, Transcribed) else ""
            case Calls() | CallReleased() | CallsCancelled():
                self._tell_heard()
                self._calling.handle(message, self._turn, tasks)
            case Speech() | SpeechText():
                self._speak(message)
            case BargedIn():
                self._ends.broken_off()
                self._stop_speaking()
            case Generated() | TurnDone() | TurnLost():
                self._end(message, tasks)
            case _:
                self._bus.publish(_as_event(message))

    def _speak(self, message: Speech | SpeechText) -> None:
        if self._turn.being_said or self._turn.stopped or self._stale:
            return
        if self._turn.over.is_set() and self.phase is Phase.IDLE:
            self._turn = Turn(told_heard=True)  # the answer of a slow tool, long after its question
        self._tell_heard()
        self._phases.enter(Phase.SPEAKING)
        if isinstance(message, SpeechText):
            self._turn.spoken += message.text
            return
        self._turn.audio_bytes += len(message.pcm)
        self.mouths.play(message.pcm)

    def _tell_heard(self) -> None:
        turn = self._turn
        if not turn.told_heard and turn.heard.strip():
            turn.told_heard = True
            self._dispatcher.journal.heard(turn.heard.strip())
            self._bus.publish(Heard(turn.heard.strip()))

    def _end(self, message: Generated | TurnDone | TurnLost, tasks: asyncio.TaskGroup) -> None:
        turn = self._turn
        self._tell_heard()
        if isinstance(message, TurnLost):
            tasks.create_task(self._lost(turn), name="tell what was lost")
        elif not self._ends.complete(message, turn):
            return
        if turn.ended:
            return
        turn.ended = True
        if turn.spoken or turn.audio_bytes:
            seconds = round(turn.audio_bytes / BYTES_PER_SECOND, 2)
            self._bus.publish(Spoke(turn.spoken.strip(), seconds))
        if not isinstance(message, TurnLost):
            tasks.create_task(self._finish(turn), name="finish speaking")

    async def _lost(self, turn: Turn) -> None:
        sorry = await self._calling.lost(turn)
        self._bus.publish(Problem(sorry))
        await self._finish(turn)
        await self._read_out(sorry)

    async def _finish(self, turn: Turn, *, follow_up: bool = True) -> None:
        """The turn is over when its answer has been heard, not when it has been sent."""
        await self.mouths.finish(follow_up=follow_up)
        turn.over.set()
        if turn is self._turn:
            self._phases.enter(Phase.IDLE)

    def _stop_speaking(self) -> None:
        if self.phase is not Phase.SPEAKING:
            return
        turn = self._turn
        said = turn.audio_bytes / BYTES_PER_SECOND
        heard = min(self.mouths.heard(), said)
        self.mouths.flush()
        if said:
            self._session.heard_only(heard / said)
            self._stale = not turn.generated and not turn.ended
        self._bus.publish(Interrupted(round(heard, 2)))


def _as_event(message: Message) -> Event:
    """What a message about the link means to everybody."""
    match message:
        case LinkUp(brain):
            return Online(brain)
        case LinkDown(reason):
            return Offline(reason)
        case Usage(prompt, response, total, usd=usd):
            return UsageCounted(prompt, response, total, round(usd, 6))
    raise AssertionError(f"{message} belongs to a turn")
