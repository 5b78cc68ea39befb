"""The house's talk: the gates of its rooms → session → tools and mouths."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from assistant.audio.messages import (
    ALWAYS,
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
from assistant.events import (
    Event,
    Heard,
    Offline,
    Online,
    Problem,
    Spoke,
    UsageCounted,
    Woke,
)
from assistant.floor import Floor, Shut
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
from assistant.mouths import BYTES_PER_SECOND
from assistant.own_voice import Manner
from assistant.phases import Phase, Unheard
from assistant.stage import Stage
from assistant.tools.dispatch import Dispatcher
from assistant.turn import Ends, Turn

ANSWER_SECONDS = 30.0

Begun = Callable[[Turn], object]


def _unseen(_turn: Turn) -> None:
    """Nobody looks after the turn."""


class Conversation:
    """Joins ears, session, tools and mouths."""

    def __init__(self, session: Session, dispatcher: Dispatcher, bus: Bus) -> None:
        self._session, self._dispatcher, self._bus = session, dispatcher, bus
        self._stage = stage = Stage(bus, session.heard_only)
        self.phases, self.mouths, self.own_voice = stage.phases, stage.mouths, stage.own_voice
        self.announce, self.stop = stage.announce, stage.stop
        self.ends = Ends()
        session.room = lambda: self.mouths.of("").room()
        self.floor = Floor(stage.engaged)
        own = stage.own_voice
        self.calling = Calling(session, dispatcher, tell=own.tell, apologise=own.apologise)
        self.calling.worked, self.calling.gives = self._finish, self._gives
        self.taken: Callable[[str, str], bool] = lambda _text, _room: False
        """Whether somebody has waited for these words and takes them: then no brain acts on them."""
        self.unheard = Unheard()

    @property
    def phase(self) -> Phase:
        """What the house is doing now."""
        return self.phases.now

    @property
    def _turn(self) -> Turn:
        return self._stage.turn

    def _begin(self, room: str) -> Turn:
        self.ends.cut(self._turn)
        self._turn.close()
        self._dispatcher.new_utterance()
        return self._stage.begin(room, heard_near=room or self.floor.last())

    def _gives(self, turn: Turn) -> None:
        thinks_of_another = self.phases.thinks() and self._turn is not turn
        self.ends.promise(turn, after_this=thinks_of_another or self.ends.is_spoken(self._turn))

    async def run(self) -> None:
        """Handle what the session says, for ever; tools run beside it."""
        async with asyncio.TaskGroup() as tasks:
            async for message in self._session.messages():
                self._handle(message, tasks)

    async def ask(self, text: str, room: str = "", begun: Begun = _unseen) -> bool:
        """Say typed words, as if in a room, and wait for the answer; False when none came.

        ``begun`` is given the turn: its slow tools may work for longer.
        """
        self.floor.typed(room)
        self._stage.stop_speaking()
        begun(turn := self._begin(room))
        turn.told_heard = True
        self._dispatcher.heard(text, complete=True)
        self._bus.publish(Heard(text))
        if self.taken(text, room):
            turn.taken = True
            turn.close()
            return True
        self._session.post(Say(text))
        self.phases.enter(Phase.THINKING, turn.heard_in)
        return await self._answered(turn)

    async def listen(
        self,
        ears: AsyncIterator[FromAudio],
        room: str = "",
        shut: Shut = lambda _sign: None,
        begun: Begun = _unseen,
    ) -> bool:
        """Pass on what a microphone or recording hears; whether its last words were answered.

        ``shut`` closes its gate while another room is listened to. ``begun`` is given its turns.
        """
        answer: asyncio.Task[bool] | None = None
        self.phases.heard(GateClosed(False), room)  # whoever had it open before may be gone without a word
        with self.floor.ear(room, shut) as ear:
            async with asyncio.TaskGroup() as tasks:
                judging = tasks.create_task(self.floor.listen(ear, ears), name="floor")
                async for message in ear.admitted():
                    if isinstance(message, SourceEnded):
                        break
                    self._hear(message, room)
                    if isinstance(message, SpeechBegan):
                        begun(self._turn)
                    if isinstance(message, SpeechStopped):
                        thinking = self.mouths.of(self._turn.heard_in).thinking
                        tasks.create_task(thinking(self._turn.over, self.phases.thinks))
                        answer = tasks.create_task(self._answered(self._turn), name="answer")
                judging.cancel()
            self._gone(room)
        return answer is not None and answer.result()

    def _gone(self, room: str) -> None:
        """An ear has ended or was muted, perhaps in the middle of a sentence: half of one is not acted on."""
        turn = self._turn
        if turn.being_said and turn.room == room:
            turn.being_said, turn.stopped, turn.taken = False, True, True
            turn.close()
            self._session.post(SpeechEnded())
        self.phases.heard(GateClosed(False), room)

    def _hear(self, message: FromAudio, room: str) -> None:
        self.phases.heard(message, room)
        if self.unheard.holds(message, self.phases):
            return
        match message:
            case GateOpened(by):
                self._bus.publish(Woke(by, room))
                if by != ALWAYS and self.phase is not Phase.SPEAKING:
                    self.phases.enter(Phase.LISTENING, room)
            case SpeechBegan():
                self._stage.spoken_over(room)
                turn = self._begin(room)
                turn.being_said = turn.by_ear = True
                self.phases.enter(Phase.LISTENING, room)
                self._session.post(SpeechStarted())
            case Frame(pcm):
                self._session.post(Audio(pcm))
            case SpeechStopped():
                self._turn.being_said = False
                self._session.post(SpeechEnded())
                self.phases.enter(Phase.THINKING)
            case GateClosed(spoken=False):
                self._gone(room)
            case Trouble(text):
                self._bus.publish(Problem(text))

    async def _answered(self, turn: Turn) -> bool:
        """Wait until the answer has been heard, as long as it goes on coming; whether there was one."""
        before = -1
        while not turn.over.is_set() and (turn.ended or turn.calls or turn.audio_bytes > before):
            before = turn.audio_bytes
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    await turn.over.wait()
        if not turn.over.is_set():
            if turn.told:
                self._ended(turn)
            turn.close()
            self.phases.enter(Phase.IDLE)
            if turn.told:  # done is done: who is told to try again does it twice
                if not turn.audio_bytes:
                    await self.own_voice.tell(" ".join(turn.told), turn.heard_in)
                return True
            await self.own_voice.apologise("No answer came. Please try again.", turn.heard_in)
            return False
        return bool(turn.spoken or turn.audio_bytes or turn.taken)

    def _handle(self, message: Message, tasks: asyncio.TaskGroup) -> None:
        if not isinstance(message, Speech | SpeechText | Usage):
            self._stage.stale = False
        match message:
            case Transcribed() | Replayed():
                # After a lost link the same words are heard again, from their beginning.
                self._turn.heard = self._turn.heard + message.text if isinstance(message, Transcribed) else ""
                self._dispatcher.heard(self._turn.heard)
            case Calls() | CallReleased() | CallsCancelled():
                self._tell_heard()
                self.calling.handle(message, self._turn, tasks)
            case Speech() | SpeechText():
                self._speak(message)
            case BargedIn():
                self.ends.broken_off(self._turn)
                self._stage.stop_speaking()
            case Generated() | TurnDone() | TurnLost():
                self._end(message, tasks)
            case _:
                self._bus.publish(_as_event(message))

    def _speak(self, message: Speech | SpeechText) -> None:
        if self._turn.being_said or self._turn.stopped or self._stage.stale:
            return
        if self._turn.over.is_set() and self.phase is Phase.IDLE:
            # The answer of a slow tool, long after its question.
            where = self.floor.last()
            self._stage.begin(where, heard_near=where, told_heard=True)
        self._tell_heard()
        self._turn.unsaid = False
        self.phases.enter(Phase.SPEAKING, self._turn.heard_in)
        if isinstance(message, SpeechText):
            self._turn.spoken += message.text
            return
        self._turn.audio_bytes += len(message.pcm)
        self.mouths.of(self._turn.heard_in).play(message.pcm)

    def _tell_heard(self) -> None:
        turn = self._turn
        if not turn.told_heard and turn.heard.strip():
            turn.told_heard = True
            self._bus.publish(Heard(turn.heard.strip()))
            turn.stopped = turn.taken = turn.taken or self.taken(turn.heard.strip(), turn.room)

    def _end(self, message: Generated | TurnDone | TurnLost, tasks: asyncio.TaskGroup) -> None:
        turn = self._turn
        self._tell_heard()
        if isinstance(message, TurnLost):
            tasks.create_task(self._lost(turn), name="tell what was lost")
            self._ended(turn)
        elif self.ends.complete(message, turn):
            self._finish(turn, tasks)

    def _finish(self, turn: Turn, tasks: asyncio.TaskGroup) -> None:
        """Nothing more comes: let it be heard to its end."""
        if not turn.ended:
            turn.written = bool(turn.spoken) and not turn.audio_bytes
            self.ends.answers += turn.written
            self._ended(turn)
            tasks.create_task(self._stage.finish(turn), name="finish speaking")

    def _ended(self, turn: Turn) -> None:
        if not turn.ended and (turn.spoken or turn.audio_bytes) and not turn.written:
            seconds = round(turn.audio_bytes / BYTES_PER_SECOND, 2)
            self._bus.publish(Spoke(turn.spoken.strip(), seconds))
        turn.ended = True

    async def _lost(self, turn: Turn) -> None:
        sorry = await self.calling.lost(turn)
        self._bus.publish(Problem(sorry))
        await self._stage.finish(turn)
        await self.own_voice.read_out(sorry, Manner(room=turn.heard_in))


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
