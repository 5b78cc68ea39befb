"""What the audio process takes at this machine's own microphone and speaker, or those of a sound server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from assistant import config as configuration
from assistant.app import House
from assistant.audio.messages import FromAudio, Ready, Trouble
from assistant.audio.process import Audio, started
from assistant.cli.bench.echo import STORY
from assistant.cli.bench.figures import Figures
from assistant.cli.bench.living import START_SECONDS, in_house
from assistant.cli.bench.machine import resident, seconds_of
from assistant.errors import AudioError

LOOK_SECONDS, LEARNING_SECONDS = 10.0, 4.0
"""Processor time is told in hundredths of a second; an echo is learnt within two."""
IDLE, SPEAKING = "audio process while idle", "audio process while speaking"


async def sound(config: configuration.Config, figures: Figures, rounds: int) -> None:
    """Processor and memory while it listens, and while it speaks aloud: ``rounds`` seconds of each."""
    story = b""

    async def use(house: House) -> None:
        nonlocal story
        assert house.brain is not None, "the bench's brain is the embedded one"
        story = await house.brain.read_aloud(STORY)

    await in_house(config, use)
    try:
        async with started(config.audio) as audio:
            messages = audio.messages()
            async with asyncio.timeout(START_SECONDS):
                await _opened(messages)
            async with asyncio.TaskGroup() as tasks:
                hearing = tasks.create_task(_heard(messages))
                await _watch(audio, figures, rounds, story)
                hearing.cancel()
    except (AudioError, TimeoutError) as error:
        figures.untold("audio process", str(error) or "the sound system does not answer")
        return
    figures.tell(IDLE, "%", 6)
    figures.tell(SPEAKING, "%", 6)
    figures.tell("memory of the audio process with its echo canceller", "MB", 90)


async def _watch(audio: Audio, figures: Figures, rounds: int, story: bytes) -> None:
    looks = max(round(rounds / LOOK_SECONDS), 1)
    await asyncio.sleep(LEARNING_SECONDS)
    for _ in range(looks):
        figures.add(IDLE, await _share(audio.pid))
    saying = looks * LOOK_SECONDS + LEARNING_SECONDS
    audio.play(story * (1 + round(saying * 48_000 / len(story))))
    await asyncio.sleep(LEARNING_SECONDS)
    for _ in range(looks):
        figures.add(SPEAKING, await _share(audio.pid))
    figures.add("memory of the audio process with its echo canceller", resident(audio.pid))


async def _opened(messages: AsyncIterator[FromAudio]) -> None:
    async for message in messages:
        match message:
            case Ready():
                return
            case Trouble(text, fatal=True):
                raise AudioError(text)
    raise AudioError("it ended before it heard anything")


async def _heard(messages: AsyncIterator[FromAudio]) -> None:
    async for _ in messages:
        pass


async def _share(pid: int) -> float:
    """Percent of a core."""
    before = seconds_of(pid)
    await asyncio.sleep(LOOK_SECONDS)
    return 100 * (seconds_of(pid) - before) / LOOK_SECONDS
