"""What a change of links costs, and our own share of the way of a sound: `assistant bench session`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from websockets.asyncio.server import ServerConnection

from assistant import briefing
from assistant import config as configuration
from assistant.app import House
from assistant.audio.messages import Frame, FromAudio, GateClosed, GateOpened, SpeechBegan, SpeechStopped
from assistant.audio.recording import frames
from assistant.cli.bench import gauge as gauges
from assistant.cli.bench.figures import Figures
from assistant.cli.bench.gauge import Gauge, OnFrame, gauge
from assistant.cli.bench.living import in_house
from assistant.cli.bench.voice import RECORDING, FirstSample
from assistant.conversation import Conversation
from assistant.live.endpoint import Endpoint
from assistant.live.session import Session
from assistant.tools.dispatch import Dispatcher

MODEL = "gemini-3.8-live"
FRAME_SECONDS = 0.02
FRAMES = 50
BREAK_AT = 25
WARNING_SECONDS = 10.2
READY_SECONDS = 10.0

MIC, SPEAKER = "microphone frame → server, over TLS", "server's speech → mouth, over TLS"
SWAP, SWAP_LOST = (
    "link changed on a warning: nobody listens",
    "link changed on a warning: frames lost or doubled",
)
CUT, CUT_LOST = "link cut: nobody listens", "link cut: frames lost or doubled"
FAILOVER = "link lost for good → embedded brain's answer"


@dataclass
class Room:
    """One conversation on a link that can be measured, the embedded brain behind it."""

    gauge: Gauge
    session: Session
    conversation: Conversation
    mouth: FirstSample

    async def say(self, sounds: Iterable[bytes]) -> list[float]:
        """Speak at the pace of speech; when each frame was given away."""
        given: list[float] = []
        await self.session.ready(READY_SECONDS)
        await self.conversation.listen(_spoken(sounds, given))
        return given


async def session(config: configuration.Config, figures: Figures, rounds: int) -> None:
    """Play utterances of numbered frames over links that are sound, warned of, cut, and gone."""

    async def use(house: House) -> None:
        for _ in range(rounds):
            async with _room(house) as room:
                await _sound(room, figures)
                await _swapped(room, figures)
                await _cut(room, figures)
                await _gone(room, figures)

    await in_house(config, use)
    figures.tell(MIC, "ms", 5)
    figures.tell(SPEAKER, "ms", 5)
    figures.tell(SWAP, "ms", 50)
    figures.tell(SWAP_LOST, "", 0)
    figures.tell(CUT, "ms", 50)
    figures.tell(CUT_LOST, "", 0)
    figures.tell(FAILOVER, "ms", 1500)


async def _sound(room: Room, figures: Figures) -> None:
    given = await room.say(gauges.frame(number) for number in range(FRAMES))
    for sent, came in zip(given, room.gauge.utterances[-1].at, strict=True):
        figures.add(MIC, 1000 * (came - sent))
    if room.mouth.at is not None:
        figures.add(SPEAKER, 1000 * (room.mouth.at - room.gauge.answered_at))


async def _swapped(room: Room, figures: Figures) -> None:
    async def warn(gauge: Gauge, socket: ServerConnection, count: int) -> None:
        if count == BREAK_AT:
            gauge.on_frame = gauges.nothing
            await gauges.go_away(socket, WARNING_SECONDS)

    await _broken(room, warn, figures, SWAP, SWAP_LOST)


async def _cut(room: Room, figures: Figures) -> None:
    async def cut(gauge: Gauge, socket: ServerConnection, count: int) -> None:
        if count == BREAK_AT:
            gauge.on_frame = gauges.nothing
            socket.transport.abort()

    await _broken(room, cut, figures, CUT, CUT_LOST)


async def _broken(room: Room, act: OnFrame, figures: Figures, gap: str, lost: str) -> None:
    """One utterance whose link ends within it: what its last link heard, against what was said."""
    room.gauge.on_frame = act
    await room.say(gauges.frame(number) for number in range(FRAMES))
    heard = room.gauge.utterances[-1].numbers
    figures.add(gap, 1000 * room.session.gaps.all[-1])
    figures.add(lost, len(set(range(FRAMES)) ^ set(heard)) + len(heard) - len(set(heard)))


async def _gone(room: Room, figures: Figures) -> None:
    """The cloud dies when the sentence is over and takes nobody back; its answer comes from the house."""
    died = 0.0

    async def die(gauge: Gauge, socket: ServerConnection) -> None:
        nonlocal died
        gauge.refuses, died = True, time.perf_counter()
        socket.transport.abort()

    room.gauge.before_answer = die
    room.mouth.at = None
    await room.say(frames(RECORDING))
    if room.mouth.at is not None:
        figures.add(FAILOVER, 1000 * (room.mouth.at - died))


@asynccontextmanager
async def _room(house: House) -> AsyncIterator[Room]:
    assert house.brain is not None, "the house needs the embedded brain as its second"
    second = house.brain.endpoint
    there = (await second()).certificate
    assert there is not None, "the embedded brain has a certificate of its own"
    async with AsyncExitStack() as stack:
        measured, endpoint = await stack.enter_async_context(gauge(there, MODEL))

        async def first() -> Endpoint:
            return endpoint

        session = Session([first, second], briefing.setup(house.config.gemini, house.furniture, []))
        dispatcher = Dispatcher(house.furniture.table, house.registry, house.bus)
        conversation = Conversation(session, dispatcher, house.bus)
        mouth = FirstSample()
        conversation.mouths.append(mouth)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        running = [tasks.create_task(session.run()), tasks.create_task(conversation.run())]
        stack.callback(lambda: [task.cancel() for task in running])
        yield Room(measured, session, conversation, mouth)


async def _spoken(sounds: Iterable[bytes], given: list[float]) -> AsyncIterator[FromAudio]:
    loop = asyncio.get_running_loop()
    due = loop.time()
    yield GateOpened("push")
    yield SpeechBegan()
    for sound in sounds:
        due += FRAME_SECONDS
        await asyncio.sleep(due - loop.time())
        given.append(time.perf_counter())
        yield Frame(sound)
    yield SpeechStopped()
    yield GateClosed(spoken=True)
