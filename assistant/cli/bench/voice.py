"""Hearing, starting and idling: the figures of a house of ordinary size."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from assistant import config as configuration
from assistant.app import House
from assistant.audio.process import started
from assistant.audio.recording import FRAME_BYTES, frames
from assistant.cli.bench.figures import Figures
from assistant.cli.bench.living import START_SECONDS, in_house
from assistant.cli.bench.machine import children, resident, seconds_of
from assistant.events import CommandSent, Event, Woke

RECORDING = Path(__file__).parent.parent / "data" / "turn_on_the_kitchen_light.wav"
LOUD = 500
IDLE_SECONDS = 2.0
SETTLING_SECONDS = 1.5


class FirstSample:
    """A mouth that only notes when it was first given speech."""

    def __init__(self) -> None:
        self.at: float | None = None

    def play(self, pcm: bytes) -> None:
        """Speech."""
        self.at = self.at or time.perf_counter()

    def flush(self) -> None:
        """Nothing to forget."""

    def sign(self, name: str) -> None:
        """No speech."""

    def heard(self) -> float:
        """Nothing is heard."""
        return 0.0

    async def room(self) -> None:
        """There is always room."""

    async def finish(self, *, follow_up: bool = True) -> None:
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

    await in_house(config, use)
    figures.tell("end of speech → MQTT command", "ms", 500)
    figures.tell("end of speech → first answer sample", "ms", 700)


async def _noted(news: asyncio.Queue[Event], times: dict[type[Event], float]) -> None:
    while True:
        event = await news.get()
        times.setdefault(type(event), time.perf_counter())


def _end_of_speech(recording: Path) -> float:
    """Seconds into a recording after which it is quiet."""
    import numpy as np

    loud = [np.abs(np.frombuffer(frame, "<i2")).max() > LOUD for frame in frames(recording)]
    return (max(n for n, is_loud in enumerate(loud) if is_loud) + 1) * FRAME_BYTES / 32_000


async def start(config: configuration.Config, figures: Figures, rounds: int) -> None:
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
    began = time.perf_counter()
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
                    figures.add("cold start → listening", time.perf_counter() - began)
                    break
        await _weigh(process.pid, config, figures)
        await _idle(process.pid, figures, idle_rounds)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()


def _family(pid: int) -> dict[str, int]:
    family = {"daemon": pid}
    family.update(("brain", child) for child, words in children(pid) if "assistant.brain" in words)
    return family


async def _weigh(pid: int, config: configuration.Config, figures: Figures) -> None:
    """Memory once everything has been loaded."""
    async with started(config.audio, file=RECORDING, push=False) as audio:
        await asyncio.sleep(SETTLING_SECONDS)
        figures.add("memory of the audio process", resident(audio.pid))
    for name, each in _family(pid).items():
        figures.add(f"memory of the {name}", resident(each))


async def _idle(pid: int, figures: Figures, rounds: int) -> None:
    """Processor time while nobody speaks, second by second."""
    family = _family(pid)
    for _ in range(rounds):
        before = {name: seconds_of(each) for name, each in family.items()}
        await asyncio.sleep(IDLE_SECONDS)
        for name, each in family.items():
            used = seconds_of(each) - before[name]
            figures.add(f"processor while idle: {name}", 100 * used / IDLE_SECONDS)
