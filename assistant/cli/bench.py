"""`assistant bench`: what this machine does, as figures beside what we aim at."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant import config as configuration
from assistant.app import House, furnished, run
from assistant.audio.process import started
from assistant.audio.recording import FRAME_BYTES, frames
from assistant.cli.output import Output, logging_to_stderr
from assistant.errands import Errands
from assistant.errors import UsageError
from assistant.events import CommandSent, Event, Heard, Spoke, ToolCalled, ToolFinished, Woke
from assistant.home.link import Link

RECORDING = Path(__file__).parent / "data" / "turn_on_the_kitchen_light.wav"
LOUD = 500
IDLE_SECONDS = 2.0
SETTLING_SECONDS = 1.5
START_SECONDS = 60.0
COMMANDS = "zigbee2mqtt/kitchen light/set"
PAIR = ("turn on the kitchen light", "turn off the kitchen light")


@dataclass
class Figures:
    """Measured values by name, told as one line each."""

    output: Output
    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        """One more measurement."""
        self.values.setdefault(name, []).append(value)

    def tell(self, name: str, unit: str, aim: float) -> None:
        """The line of one figure; nothing when it could not be measured."""
        values = sorted(self.values.get(name, []))
        if not values:
            self.output.note(f"{name:<44} not measured")
            return
        p50 = round(statistics.median(values), 3)
        p95 = round(values[min(len(values) - 1, round(0.95 * (len(values) - 1)))], 3)
        item = {
            "event": "figure",
            "name": name,
            "unit": unit,
            "p50": p50,
            "p95": p95,
            "n": len(values),
            "aim": aim,
        }
        self.output.tell(item)
        self.output.note(f"{name:<44}{p50:>10.2f}{p95:>10.2f}{aim:>10.2f} {unit:<6}n={len(values)}")


def bench(options: argparse.Namespace) -> int:
    """Measure the parts asked for, or all."""
    logging_to_stderr(quiet=True)
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        raise UsageError(f"there is no part {sorted(unknown)[0]!r} to measure; there are: {', '.join(PARTS)}")
    if options.rounds < 1:
        raise UsageError("--rounds must be at least 1")
    figures = Figures(Output(as_json=options.json))
    figures.output.note(f"{'figure':<44}{'p50':>10}{'p95':>10}{'aim':>10}")
    for part in options.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="assistant-bench-") as folder:
            environment = {"ASSISTANT_STATE_DIR": folder, "ASSISTANT_BRAIN": "embedded"}
            config = configuration.load(configuration.shipped(), environment)
            asyncio.run(PARTS[part](config, figures, options.rounds))
    figures.output.tell({"event": "done"})
    return 0


async def _in_house(config: configuration.Config, use: Callable[[House], Awaitable[None]]) -> None:
    async def living(house: House) -> int:
        house.ears_open.set()
        await furnished(house)
        await house.session.ready(START_SECONDS)
        await use(house)
        return 0

    await run(config, living)


async def home(config: configuration.Config, figures: Figures, rounds: int) -> None:
    """Tool call → command at the broker → confirm, typed, on the pretend home."""

    async def use(house: House) -> None:
        seen: list[float] = []
        watcher = Link(house.broker.address, client_id="bench")
        watcher.subscribe(
            "zigbee2mqtt/kitchen light/set", lambda _topic, _payload: seen.append(time.monotonic())
        )
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(watcher.run())
            await watcher.ready()
            for number in range(rounds):
                seen.clear()
                times = await _timed(house, PAIR[number % 2])
                if {ToolCalled, CommandSent, ToolFinished} <= times.keys() and seen:
                    figures.add("tool call → command at the broker", 1000 * (seen[0] - times[ToolCalled]))
                    figures.add("command → confirm", 1000 * (times[ToolFinished] - times[CommandSent]))
            watching.cancel()

    await _in_house(config, use)
    figures.tell("tool call → command at the broker", "ms", 1)
    figures.tell("command → confirm", "ms", 3)


async def _timed(house: House, sentence: str) -> dict[type[Event], float]:
    """When each kind of event was first told."""
    times: dict[type[Event], float] = {}
    kinds = {cls.event: cls for cls in (Woke, Heard, ToolCalled, CommandSent, ToolFinished, Spoke)}

    def note(item: dict[str, Any]) -> None:
        if (kind := kinds.get(item["event"])) is not None:
            times.setdefault(kind, time.monotonic())

    await Errands(house).handle({"do": "say", "text": sentence}, note)
    return times


class FirstSample:
    """A mouth that only notes when it was first given speech."""

    def __init__(self) -> None:
        self.at: float | None = None

    def play(self, pcm: bytes) -> None:
        """Speech."""
        self.at = self.at or time.monotonic()

    def flush(self) -> None:
        """Nothing to forget."""

    async def finish(self) -> None:
        """Nothing to wait for."""


async def ears(config: configuration.Config, figures: Figures, rounds: int) -> None:
    """End of speech → command and → first sample of the answer, by voice through the embedded brain."""
    quiet_after = _end_of_speech(RECORDING)

    async def use(house: House) -> None:
        for _ in range(rounds):
            mouth = FirstSample()
            house.conversation.mouths.append(mouth)
            times: dict[type[Event], float] = {}
            with house.bus.subscribed(Woke, CommandSent) as news:
                async with (
                    started(config.audio, file=RECORDING, push=True) as audio,
                    asyncio.TaskGroup() as tasks,
                ):
                    noting = tasks.create_task(_noted(news, times))
                    await house.conversation.listen(audio.messages())
                    noting.cancel()
            house.conversation.mouths.remove(mouth)
            if Woke in times and CommandSent in times:
                spoken_at = times[Woke] + quiet_after
                figures.add("end of speech → MQTT command", 1000 * (times[CommandSent] - spoken_at))
                if mouth.at is not None:
                    figures.add("end of speech → first answer sample", 1000 * (mouth.at - spoken_at))

    await _in_house(config, use)
    figures.tell("end of speech → MQTT command", "ms", 500)
    figures.tell("end of speech → first answer sample", "ms", 700)


async def _noted(news: asyncio.Queue[Event], times: dict[type[Event], float]) -> None:
    while True:
        event = await news.get()
        times.setdefault(type(event), time.monotonic())


def _end_of_speech(recording: Path) -> float:
    """Seconds into a recording after which it is quiet."""
    import numpy as np

    loud = [np.abs(np.frombuffer(frame, "<i2")).max() > LOUD for frame in frames(recording)]
    return (max(n for n, is_loud in enumerate(loud) if is_loud) + 1) * FRAME_BYTES / 32_000


async def session(config: configuration.Config, figures: Figures, rounds: int) -> None:
    """Cold start of the real program, then what its processes need while nobody speaks."""
    for number in range(rounds):
        await _start_once(config, figures, idle_rounds=rounds if number == 0 else 0)
    figures.tell("cold start → listening", "s", 3)
    figures.tell("memory of the daemon", "MB", 110)
    figures.tell("memory of the brain", "MB", 80)
    figures.tell("memory of the audio process", "MB", 90)
    figures.tell("processor while idle: daemon", "%", 1)
    figures.tell("processor while idle: brain", "%", 1)


async def _start_once(config: configuration.Config, figures: Figures, *, idle_rounds: int) -> None:
    began = time.monotonic()
    environment = {**os.environ, "ASSISTANT_STATE_DIR": str(config.state_dir), "ASSISTANT_BRAIN": "embedded"}
    command = [sys.executable, "-m", "assistant", "run", "--json", "--config", str(configuration.shipped())]
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_SECONDS):
            async for line in process.stdout:
                if b'"online"' in line:
                    figures.add("cold start → listening", time.monotonic() - began)
                    break
        await _weigh(process.pid, config, figures)
        await _idle(process.pid, figures, idle_rounds)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()


def _family(pid: int) -> dict[str, int]:
    family = {"daemon": pid}
    family.update(("brain", child) for child, words in _children(pid) if "assistant.brain" in words)
    return family


async def _weigh(pid: int, config: configuration.Config, figures: Figures) -> None:
    """Memory once everything has been loaded."""
    async with started(config.audio, file=RECORDING, push=False) as audio:
        await asyncio.sleep(SETTLING_SECONDS)
        figures.add("memory of the audio process", _resident(audio.pid))
    for name, each in _family(pid).items():
        figures.add(f"memory of the {name}", _resident(each))


async def _idle(pid: int, figures: Figures, rounds: int) -> None:
    """Processor time while nobody speaks, second by second."""
    family = _family(pid)
    for _ in range(rounds):
        before = {name: _seconds_of(each) for name, each in family.items()}
        await asyncio.sleep(IDLE_SECONDS)
        for name, each in family.items():
            used = _seconds_of(each) - before[name]
            figures.add(f"processor while idle: {name}", 100 * used / IDLE_SECONDS)


def _children(pid: int) -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").iterdir():
        with suppress(OSError, IndexError):
            if entry.name.isdigit() and _stat(int(entry.name))[1] == str(pid):
                yield int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on (the name before may hold anything)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _resident(pid: int) -> float:
    """Resident memory in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _seconds_of(pid: int) -> float:
    """Processor time so far."""
    return sum(map(int, _stat(pid)[11:13])) / os.sysconf("SC_CLK_TCK")


PARTS: dict[str, Callable[[configuration.Config, Figures, int], Coroutine[Any, Any, None]]] = {
    "home": home,
    "ears": ears,
    "session": session,
}
