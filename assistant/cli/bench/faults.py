"""What the user loses when the link to the cloud's brain breaks: every fault played in a whole house."""

from __future__ import annotations

import asyncio
import json
import sys
import time
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant import briefing
from assistant import config as configuration
from assistant.app import House
from assistant.audio.messages import Frame, FromAudio, GateClosed, GateOpened, SpeechBegan, SpeechStopped
from assistant.audio.recording import frames
from assistant.cli.bench.figures import Figures
from assistant.cli.bench.living import in_house
from assistant.cli.bench.proxy import Break, fault_proxy
from assistant.cli.bench.voice import RECORDING
from assistant.conversation import Conversation
from assistant.events import CommandSent, Event, Offline, Online, Problem, Spoke
from assistant.live.endpoint import Endpoint
from assistant.live.session import Session
from assistant.tools.dispatch import Dispatcher

ROWS = Path(__file__).parent.parent / "data" / "faults.toml"
MODEL = "gemini-3.8-live"
LIGHT, SENTENCE, NEXT = "kitchen light", "turn on the kitchen light", "turn off the kitchen light"
FRAME_SECONDS = 0.02
ROW_SECONDS = 90.0
STRAGGLERS_SECONDS = 0.3
"""What comes twice comes soon after."""


@dataclass(frozen=True)
class Fault:
    """One row: what goes wrong, what the user does meanwhile, and what must come of it."""

    name: str
    cloud: str = ""
    network: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""
    trust: str = ""
    user: str = "speaks"
    idle: float = 0.0
    at_once: bool = False
    expect: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Outcome:
    """What came of a fault.

    ``listening`` is the longest time without a link, ``waited`` the time from the last word to the end of the
    answer, or of what was said instead; both in seconds.
    """

    lost: int
    actions: int
    answers: int
    listening: float
    told: tuple[str, ...]
    brain: str
    goes_on: bool
    waited: float = 0.0

    def wrong(self, fault: Fault) -> list[str]:
        """What is not as it must be, in words."""
        wanted = {"lost": 0, "actions": 1, "brain": "gemini", "told": "", **fault.expect}
        found = [
            f"{key} is {getattr(self, key)}, not {wanted[key]}"
            for key in ("lost", "actions", "brain")
            if getattr(self, key) != wanted[key]
        ]
        told = " ".join(self.told)
        if wanted["told"] not in told or (told and not wanted["told"]):
            found.append(f"the user was told {told!r}, not {wanted['told']!r}")
        if self.answers > 1:
            found.append(f"one sentence was answered {self.answers} times")
        if not self.goes_on:
            found.append("the next sentence was not done, or not once")
        return found


def rows() -> list[Fault]:
    """Every fault there is."""
    return [Fault(**row) for row in tomllib.loads(ROWS.read_text(encoding="utf-8"))["fault"]]


async def faults(config: configuration.Config, figures: Figures, _rounds: int) -> None:
    """Play them all, one line each."""

    async def use(house: House) -> None:
        for fault in rows():
            outcome = await played(fault, house)
            told = " ".join(outcome.told)
            item = {"event": "fault", "name": fault.name, "lost": outcome.lost, "actions": outcome.actions}
            item |= {"listening_s": round(outcome.listening, 3), "told": told, "brain": outcome.brain}
            item |= {"waited_s": round(outcome.waited, 2)}
            figures.output.tell(item | {"wrong": outcome.wrong(fault)})
            figures.output.note(
                f"{fault.name:<60}{outcome.lost:>3} lost{outcome.actions:>3} done"
                f"{outcome.listening:>7.2f} s{outcome.waited:>7.2f} s  {outcome.brain:<9}{told}"
            )
            for problem in outcome.wrong(fault):
                figures.output.note(f"    {problem}")

    await in_house(config, use)


async def played(fault: Fault, house: House) -> Outcome:
    """One fault on a session, conversation and dispatcher of its own, in a house that goes on."""
    assert house.brain is not None, "the house needs the embedded brain as its second"
    async with AsyncExitStack() as stack:
        endpoint = await stack.enter_async_context(_cloud(fault, house))

        async def cloud() -> Endpoint:
            return endpoint

        told = briefing.setup(house.config.gemini, house.furniture, [])
        session = Session([cloud, house.brain.endpoint], told)
        conversation = Conversation(session, _dispatcher(house), house.bus)
        news = stack.enter_context(house.bus.subscribed(CommandSent, Offline, Online, Problem, Spoke))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        running = [tasks.create_task(session.run()), tasks.create_task(conversation.run())]
        stack.callback(lambda: [task.cancel() for task in running])
        async with asyncio.timeout(ROW_SECONDS):
            return await _lived_through(fault, session, conversation, news)


async def _lived_through(
    fault: Fault, session: Session, conversation: Conversation, news: asyncio.Queue[Event]
) -> Outcome:
    if not fault.at_once:
        await session.ready(ROW_SECONDS)
        await asyncio.sleep(fault.idle)
    ended = [time.perf_counter()]
    if fault.user == "speaks":
        await conversation.listen(_speaking(ended))
    else:
        await conversation.ask(SENTENCE)
    waited = time.perf_counter() - ended[-1]
    await asyncio.sleep(STRAGGLERS_SECONDS)
    during = _drained(news)
    actions = sum(isinstance(event, CommandSent) for event in during)
    answers = sum(isinstance(event, Spoke) for event in during)
    told = [event.reason for event in during if isinstance(event, Offline)]
    told += [event.text for event in during if isinstance(event, Problem)]
    await session.ready(ROW_SECONDS)
    went_on = await conversation.ask(NEXT)
    await asyncio.sleep(STRAGGLERS_SECONDS)
    after = _drained(news)
    brains = [event.brain for event in (*during, *after) if isinstance(event, Online)]
    return Outcome(
        lost=0 if actions else len(SENTENCE.split()),
        actions=actions,
        answers=answers,
        listening=max(session.gaps.all, default=0.0),
        told=tuple(told),
        brain=brains[-1] if brains else "none",
        goes_on=went_on and sum(isinstance(event, CommandSent) for event in after) == 1,
        waited=waited,
    )


def _dispatcher(house: House) -> Dispatcher:
    return Dispatcher(house.furniture.table, house.registry, house.bus)


def _drained(news: asyncio.Queue[Event]) -> list[Event]:
    events: list[Event] = []
    with suppress(asyncio.QueueEmpty):
        while True:
            events.append(news.get_nowait())
    return events


async def _speaking(ended: list[float]) -> AsyncIterator[FromAudio]:
    """What the audio process tells of somebody who says the sentence, as fast as people do."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    yield GateOpened("push")
    yield SpeechBegan()
    for frame in frames(RECORDING):
        due += FRAME_SECONDS
        await asyncio.sleep(due - loop.time())
        yield Frame(frame)
    ended.append(time.perf_counter())
    yield SpeechStopped()
    yield GateClosed(spoken=True)


@asynccontextmanager
async def _cloud(fault: Fault, house: House) -> AsyncIterator[Endpoint]:
    """A brain that stands for Gemini, as the daemon finds it."""
    folder = house.state / "cloud"
    folder.mkdir(exist_ok=True)
    script = folder / "script.yaml"
    script.write_text(fault.cloud, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "assistant.brain", "--state", str(folder), "--script", str(script)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        there = json.loads(await process.stdout.readline())
        port = int(there["url"].rpartition(":")[2])
        async with fault_proxy(("127.0.0.1", port), Break(**fault.network)) as way:
            trusted = Path(there["certificate"])
            if fault.trust == "nobody":
                trusted = house.state / "brain" / trusted.name
            url = fault.address or f"https://127.0.0.1:{way}"
            yield Endpoint("gemini", MODEL, key="bench", base_url=url, certificate=trusted)
    finally:
        process.stdin.close()
        await process.wait()
