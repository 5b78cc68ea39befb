"""One room's talk: gate → session → tools and mouth."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Protocol

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
from assistant.tools.dispatch import Dispatcher, ToolCall

ANSWER_SECONDS = 30.0
BYTES_PER_SECOND = 24_000 * 2
LOST = "The connection was lost in the middle of that. Please say it again."
CUT_OFF = "Then the connection was lost."


class Phase(Enum):
    """What the room is doing."""

    IDLE = "idle"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"


class Mouth(Protocol):
    """Where speech goes: 24 kHz mono s16le."""

    def play(self, pcm: bytes) -> None: ...
    def flush(self) -> None: ...
    async def finish(self, *, follow_up: bool = True) -> None: ...


class Mouths(list[Mouth]):
    """All that speak at the same time."""

    def play(self, pcm: bytes) -> None:
        """Queue speech."""
        for mouth in self:
            mouth.play(pcm)

    def flush(self) -> None:
        """Forget what was not heard."""
        for mouth in self:
            mouth.flush()

    async def finish(self, *, follow_up: bool) -> None:
        """Wait until all has been heard."""
        for mouth in list(self):
            await mouth.finish(follow_up=follow_up)


@dataclass
class Turn:
    """One question and its answer so far."""

    heard: str = ""
    told_heard: bool = False
    spoken: str = ""
    audio_bytes: int = 0
    calls: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    """What the tools have answered."""
    generated: bool = False
    being_said: bool = False
    """The user is still speaking: what arrives now cannot be the answer to it."""
    stopped: bool = False
    """Nobody wants to hear the rest."""
    ended: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def close(self) -> None:
        """Nothing more belongs to this turn."""
        self.ended = True
        self.over.set()


class Ends:
    """Which turn an end belongs to: TurnDone comes long after Generated, perhaps in the next turn."""

    def __init__(self) -> None:
        self._due = False

    def broken_off(self) -> None:
        """The user spoke over an answer: its end is still to come."""
        self._due = True

    def of_an_earlier(self, message: Generated | TurnDone, turn: Turn) -> bool:
        """Whether this end is not that of ``turn``, the present one."""
        due = self._due
        self._due = isinstance(message, Generated)
        turn.generated = turn.generated or self._due
        return due and not turn.generated


class Conversation:
    """Joins ears, session, tools and mouths; the only owner of the current turn."""

    def __init__(self, session: Session, dispatcher: Dispatcher, bus: Bus) -> None:
        self._session = session
        self._dispatcher = dispatcher
        self._bus = bus
        self._turn = Turn()
        self._turn.over.set()
        self._phase = Phase.IDLE
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._ends = Ends()
        self.mouths = Mouths()
        self.read_aloud: Callable[[str], Awaitable[bytes]] | None = None
        """A voice that works without the link: text → 24 kHz mono s16le. Raises BrainError."""

    @property
    def phase(self) -> Phase:
        """What the room is doing now."""
        return self._phase

    async def run(self) -> None:
        """Handle what the session says, for ever; tools run beside it."""
        async with asyncio.TaskGroup() as tasks:
            async for message in self._session.messages():
                self._handle(message, tasks)

    async def ask(self, text: str) -> bool:
        """Say typed words and wait for the answer; False when none came."""
        turn = self._begin()
        turn.told_heard = True
        self._dispatcher.journal.heard(text)
        self._bus.publish(Heard(text))
        self._session.post(Say(text))
        self._enter(Phase.THINKING)
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
        while self._phase is not Phase.IDLE:
            await self._quiet.wait()
        if not self.mouths:
            self._bus.publish(Problem("An announcement came, but there is no speaker that could play it."))
            return
        self._turn = turn = Turn(told_heard=True, ended=True)
        self._enter(Phase.SPEAKING)
        for start in range(0, len(speech), BYTES_PER_SECOND):
            self.mouths.play(speech[start : start + BYTES_PER_SECOND])
        self._bus.publish(Spoke(text, round(len(speech) / BYTES_PER_SECOND, 2)))
        await self._finish(turn, follow_up=False)

    async def _apologise(self, text: str) -> None:
        """Tell what the brain cannot tell any more, aloud where there is a voice of our own."""
        self._bus.publish(Problem(text))
        with suppress(BrainError):  # the sentence was shown
            if self.read_aloud is not None and self.mouths:
                await self.announce(text, await self.read_aloud(text))

    def stop(self) -> None:
        """Be silent at once; the rest of the answer is not heard."""
        if self._phase in (Phase.SPEAKING, Phase.THINKING):
            self._stop_speaking()
            self._turn.stopped = True
            self._turn.close()
            self._enter(Phase.IDLE)

    def _hear(self, message: FromAudio) -> None:
        match message:
            case GateOpened(by):
                self._bus.publish(Woke(by))
                if self._phase is not Phase.SPEAKING:
                    self._enter(Phase.LISTENING)
            case SpeechBegan():
                self._stop_speaking()
                self._begin().being_said = True
                self._enter(Phase.LISTENING)
                self._session.post(SpeechStarted())
            case Frame(pcm):
                self._session.post(Audio(pcm))
            case SpeechStopped():
                self._turn.being_said = False
                self._session.post(SpeechEnded())
                self._enter(Phase.THINKING)
            case GateClosed(spoken):
                if not spoken and self._phase is Phase.LISTENING:
                    self._enter(Phase.IDLE)
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
            self._enter(Phase.IDLE)
            await self._apologise("No answer came. Please try again.")
            return False
        return bool(turn.spoken or turn.audio_bytes)

    def _handle(self, message: Message, tasks: asyncio.TaskGroup) -> None:
        match message:
            case Transcribed() | Replayed():
                # After a lost link the same words are heard again, from their beginning.
                self._turn.heard = self._turn.heard + message.text if isinstance(message, Transcribed) else ""
            case Calls(calls):
                self._tell_heard()
                for call in calls:
                    self._turn.calls[call.id] = tasks.create_task(
                        self._run_tool(call, self._turn), name=call.name
                    )
            case CallsCancelled(ids):
                for call_id in ids:
                    if task := self._turn.calls.pop(call_id, None):
                        task.cancel()
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
        if self._turn.being_said or self._turn.stopped:
            return
        if self._turn.over.is_set() and self._phase is Phase.IDLE:
            self._turn = Turn(told_heard=True)  # the answer of a slow tool, long after its question
        self._tell_heard()
        self._enter(Phase.SPEAKING)
        if isinstance(message, SpeechText):
            self._turn.spoken += message.text
            return
        self._turn.audio_bytes += len(message.pcm)
        self.mouths.play(message.pcm)

    async def _run_tool(self, call: ToolCall, turn: Turn) -> None:
        with suppress(asyncio.CancelledError):
            respond = partial(self._session.respond, call.id, call.name)
            result = await self._dispatcher.call(call, lambda text: respond({"text": text}, more=True))
            turn.told.append(result.text)
            if not await respond(result.response()) and turn.over.is_set():
                # Whoever asked still waits for it, though the link that carried the question is gone.
                await self._apologise(f"{result.text} {CUT_OFF}")
        turn.calls.pop(call.id, None)

    def _tell_heard(self) -> None:
        turn = self._turn
        if not turn.told_heard and turn.heard.strip():
            turn.told_heard = True
            self._dispatcher.journal.heard(turn.heard.strip())
            self._bus.publish(Heard(turn.heard.strip()))

    def _end(self, message: Generated | TurnDone | TurnLost, tasks: asyncio.TaskGroup) -> None:
        """An answer is complete when nothing more can come: no tool runs, and it spoke or stayed silent."""
        turn = self._turn
        self._tell_heard()
        if isinstance(message, TurnLost):
            # Whatever was done is done; saying it again could undo it.
            sorry = f"{' '.join(turn.told)} {CUT_OFF}" if turn.told else LOST
            tasks.create_task(self._apologise(sorry), name="apologise")
        elif (
            self._ends.of_an_earlier(message, turn)
            or turn.calls
            or (isinstance(message, Generated) and not turn.audio_bytes)
        ):
            return
        if turn.ended:
            return
        turn.ended = True
        if turn.spoken or turn.audio_bytes:
            seconds = round(turn.audio_bytes / BYTES_PER_SECOND, 2)
            self._bus.publish(Spoke(turn.spoken.strip(), seconds))
        tasks.create_task(self._finish(turn), name="finish speaking")

    async def _finish(self, turn: Turn, *, follow_up: bool = True) -> None:
        """The turn is over when its answer has been heard, not when it has been sent."""
        await self.mouths.finish(follow_up=follow_up)
        turn.over.set()
        if turn is self._turn:
            self._enter(Phase.IDLE)

    def _stop_speaking(self) -> None:
        if self._phase is Phase.SPEAKING:
            self.mouths.flush()
            self._bus.publish(Interrupted())

    def _enter(self, phase: Phase) -> None:
        if phase is not self._phase:
            self._phase = phase
            self._quiet.set() if phase is Phase.IDLE else self._quiet.clear()
            self._bus.publish(PhaseChanged(phase.value))


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
