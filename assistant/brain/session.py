"""One connection from setup to goodbye: every client message finds its part of the brain here."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from assistant.brain.line import Line
from assistant.brain.listening import Listener
from assistant.brain.memory import Conversation, Memory
from assistant.brain.microphone import Microphone
from assistant.brain.parts import Parts
from assistant.brain.player import Player
from assistant.brain.protocols import Setup, Understanding
from assistant.brain.thinking import Thinker
from assistant.brain.turns import Turns, Work
from assistant.brain.wire import (
    ActivityEnd,
    ActivityStart,
    Audio,
    ClientMessage,
    Content,
    ContextUpdate,
    Hangup,
    Picture,
    Said,
    SetUp,
    StreamEnd,
    ToolAnswer,
    ToolAnswers,
    Typed,
    invalid,
    parse,
)
from assistant.errors import BrainError
from assistant.faults import first
from assistant.tokens import text_tokens

log = logging.getLogger(__name__)

IGNORED_GO_AWAY = (
    "Connection aborted because the client failed to close the connection after receiving a GoAway signal"
)
REALTIME = Audio | Picture | Typed | ActivityStart | ActivityEnd | StreamEnd


@dataclass
class Brain:
    """What all connections of one server share."""

    parts: Parts
    memory: Memory
    connections: int = 0
    lines: set[Line] = field(default_factory=set)


async def attend(socket: WebSocket, line: Line, brain: Brain, number: int) -> None:
    """Serve one accepted connection, the ``number``-th, until either side ends it."""
    brain.lines.add(line)
    goodbye = Hangup(1011, "Internal error encountered.")
    try:
        async with asyncio.TaskGroup() as tasks:
            await _Arrival(socket, line, brain, tasks).run(number)
    except* Hangup as hangups:
        hangup = first(hangups)
        goodbye = hangup if isinstance(hangup, Hangup) else goodbye
    except* WebSocketDisconnect:
        log.debug("the client has gone")
    except* BrainError as errors:
        log.error("%s", first(errors))
    finally:
        brain.lines.discard(line)
        await line.close(goodbye.code, goodbye.reason)


class _Arrival:
    """Until the setup is accepted there is no session."""

    def __init__(self, socket: WebSocket, line: Line, brain: Brain, tasks: asyncio.TaskGroup) -> None:
        self._socket = socket
        self._line = line
        self._brain = brain
        self._tasks = tasks

    async def run(self, number: int) -> None:
        """Wait for the setup, then talk."""
        setup = await self._setup()
        served = self._brain.parts.options.models
        if served and setup["model"] not in served:
            raise Hangup(1008, f"{setup['model']} is not found, or is not supported for bidiGenerateContent.")
        found = self._conversation(setup)
        conversation = found if isinstance(found, Conversation) else Conversation()
        kept = conversation.kept_for(setup)
        conversation.setup = setup
        turns = Turns(self._line, self._brain.parts, conversation, self._brain.memory)
        player = Player(self._brain.parts.script, number, self._line, turns)
        session = Session(self._line, self._brain.parts, conversation, turns, player)

        async def welcome() -> None:
            if isinstance(found, Hangup):
                raise found
            await self._line.send({"setupComplete": {}})
            self._tasks.create_task(turns.run())

        with conversation.connected():
            session.think(self._tasks, kept)
            kind = "resumed" if setup.get("sessionResumption", {}).get("handle") else "fresh"
            self._tasks.create_task(_run(player.instead("setup", kind, welcome)))
            self._tasks.create_task(session.listener.run())
            self._tasks.create_task(self._grow_old())
            while True:
                for message in parse(await frame(self._socket)):
                    await session.take(message)

    async def _setup(self) -> Setup:
        while True:
            for message in parse(await frame(self._socket)):
                if isinstance(message, SetUp):
                    return message.setup

    def _conversation(self, setup: Setup) -> Conversation | Hangup:
        """The one to go on with, a new one, or why it cannot be had; a script may overlook the latter."""
        handle = setup.get("sessionResumption", {}).get("handle")
        if not handle:
            return Conversation()
        try:
            return self._brain.memory.find(str(handle), strict=self._brain.parts.options.strict)
        except Hangup as stale:
            return stale

    async def _grow_old(self) -> None:
        """Warn of the end of the connection's life, then end it."""
        options = self._brain.parts.options
        if options.connection_seconds is None:
            return
        warning = min(options.go_away_seconds, options.connection_seconds)
        await asyncio.sleep(options.connection_seconds - warning)
        await self._line.send({"goAway": {"timeLeft": f"{warning:g}s"}})
        await asyncio.sleep(warning)
        raise Hangup(1008, IGNORED_GO_AWAY)


class Session:
    """A conversation under way on one connection."""

    def __init__(
        self, line: Line, parts: Parts, conversation: Conversation, turns: Turns, player: Player
    ) -> None:
        self._line = line
        self._parts = parts
        self._conversation = conversation
        self._turns = turns
        self._player = player
        self._thinker: asyncio.Future[Thinker] = asyncio.get_running_loop().create_future()
        self._tasks: asyncio.TaskGroup | None = None
        self._asked = ""
        self.listener = Listener(self.thinker)
        self._microphone = Microphone(conversation.setup, self)

    def think(self, tasks: asyncio.TaskGroup, kept: Thinker | None = None) -> None:
        """Open the mind in the background; who needs it waits in `thinker`."""
        self._tasks = tasks
        self._thinker = asyncio.get_running_loop().create_future()
        if kept is None:
            tasks.create_task(self._open_mind(self._thinker))
        else:
            self._thinker.set_result(kept)
            tasks.create_task(kept.open_ear(None))  # the last connection may have ended before it was

    async def thinker(self) -> Thinker:
        """The mind, as soon as it is open."""
        return await asyncio.shield(self._thinker)

    async def _open_mind(self, opened: asyncio.Future[Thinker]) -> None:
        parts, before = self._parts, self._conversation.thinker
        mind = await parts.open_mind(self._conversation.setup, cache=parts.cache, whisper=parts.whisper)
        self._conversation.thinker = thinker = Thinker(mind)
        opened.set_result(thinker)
        await thinker.open_ear(before)

    async def take(self, message: ClientMessage) -> None:
        """Do what one message asks for, without waiting for what comes of it."""
        if self._parts.options.strict and self._turns.calls.blocking and isinstance(message, REALTIME):
            raise Hangup(1008, "Operation is not implemented, or supported, or enabled.")
        match message:
            case Audio() | ActivityStart() | ActivityEnd() | StreamEnd():
                await self._sound(message)
            case Picture():
                self._conversation.usage.pictures += 1
            case Typed(text):
                # a blank is how clients nudge models that forgot to answer; this one does not
                if text.strip():
                    self._ask(text)
            case Content(turns, complete):
                self._content(turns, complete)
            case ToolAnswers(answers):
                self._tool_answers(answers)
            case ContextUpdate(changes):
                # the present mind may still read what it was opened with
                self._conversation.setup = {**self._conversation.setup, **changes}
                self.think(self._group)
            case SetUp():
                raise invalid("setup is only allowed as the first message.")

    async def _sound(self, message: Audio | ActivityStart | ActivityEnd | StreamEnd) -> None:
        match message:
            case Audio(pcm, rate):
                await self._microphone.feed(pcm, rate)
            case ActivityStart():
                await self._microphone.activity(True)
            case ActivityEnd():
                await self._microphone.activity(False)
            case StreamEnd():
                await self._microphone.off()

    async def speech_started(self) -> None:
        """The user began to speak."""
        self._turns.user_speaks(True)
        handling = self._conversation.setup.get("realtimeInputConfig", {}).get("activityHandling")
        if handling != "NO_INTERRUPTION":
            self._turns.interrupt()
        self.listener.start()
        await self._activity("ACTIVITY_START")

    def speech(self, pcm16k: bytes) -> None:
        """The user speaks."""
        self._conversation.usage.audio_seconds += len(pcm16k) / 32_000
        self.listener.feed(pcm16k)

    async def speech_ended(self) -> None:
        """The user has finished and wants an answer."""
        heard = self.listener.finish()
        await self._activity("ACTIVITY_END")

        async def understand() -> tuple[Thinker, Understanding]:
            thinker, hearing = await heard
            if hearing.text:
                self._conversation.add(Said("user", hearing.text))
                if "inputAudioTranscription" in self._conversation.setup:
                    await self._line.content(inputTranscription={"text": hearing.text, "finished": True})
            return thinker, await thinker.understand(hearing)

        self._turns.perform(self._player.instead("audio", "", lambda: self._turns.respond(understand)))
        self._turns.user_speaks(False)

    async def _activity(self, kind: str) -> None:
        if self._parts.options.voice_activity:
            offset = f"{self._microphone.seconds:.2f}s"
            await self._line.send({"voiceActivity": {"type": kind, "audioOffset": offset}})

    def _ask(self, text: str) -> None:
        self._conversation.add(Said("user", text))
        self._conversation.usage.text += text_tokens(text)
        self._answer(text)

    def _answer(self, text: str) -> None:
        async def understand() -> tuple[Thinker, Understanding]:
            thinker = await self.thinker()
            return thinker, await thinker.understand(text)

        self._turns.interrupt()
        self._turns.perform(self._player.instead("text", text, lambda: self._turns.respond(understand)))

    def _content(self, turns: tuple[Said, ...], complete: bool) -> None:
        for said in turns:
            self._conversation.add(said)
            self._conversation.usage.text += text_tokens(said.text)
            if said.role == "user":
                self._asked = said.text
        if not complete:
            users = [said.text for said in turns if said.role == "user"]
            self._group.create_task(self._recall(users))
            return
        if not self._asked and not turns:
            raise invalid("No turn to complete.")
        asked, self._asked = self._asked, ""
        self._answer(asked)

    async def _recall(self, texts: list[str]) -> None:
        thinker = await self.thinker()
        for text in texts:
            await thinker.recall(text)

    def _tool_answers(self, answers: tuple[ToolAnswer, ...]) -> None:
        calls = self._turns.calls
        whole = [answer.id for answer in answers if not answer.will_continue]
        scripted = {*calls.scripted(answer.id for answer in answers)}
        if whole:
            calls.take_scripted(*whole)

        async def normal() -> None:
            for answer in answers:
                if answer.id in scripted:
                    text = answer.response.get("text") or answer.response.get("error") or ""
                    await self._turns.say(str(text))
                elif piece := calls.take(answer):
                    self._turns.tell(piece)

        work = self._player.instead("tool_response", " ".join(answer.name for answer in answers), normal)
        if scripted:
            self._turns.perform(work)
        else:
            # the present turn may be waiting for exactly this
            self._group.create_task(_run(work))

    @property
    def _group(self) -> asyncio.TaskGroup:
        assert self._tasks is not None, "think() comes first"
        return self._tasks


async def frame(socket: WebSocket) -> str | bytes:
    """The next frame of the client."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text = message.get("text")
    return text if text is not None else bytes(message.get("bytes") or b"")


async def _run(work: Work) -> None:
    await work()
