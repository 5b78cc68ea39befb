"""How often the embedded brain does what was said, asks back, or does something else, the louder others are.

Every sentence is said by synthetic voices in quiet, beside one other voice, beside a television, in pink
noise, and cut short in quiet. What must not be is that something is done that nobody asked for.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import which

import numpy as np

from assistant import config as configuration
from assistant.brain.hearing import Ear
from assistant.brain.home import Home, read_setup
from assistant.brain.mind import MEANT, Mind
from assistant.brain.understanding import Understander, Understanding
from assistant.briefing import whole
from assistant.cli.bench.figures import Figures
from assistant.cli.bench.wake import PEOPLE, RATE, SPEECH_LEVEL, Samples, manual, pink, s16
from assistant.home.furniture import Furniture

SENTENCES = """
switch off the hallway light
switch on the hallway light
open the living room blinds
close the living room blinds
lock the front door
switch the heater on
turn off the heater
turn off all the lights
turn the television down
turn the living room lamp on
turn the coffee machine off
send the vacuum home
start the vacuum
set the bedroom lamp to forty percent
set the temperature to twenty one degrees
turn off everything in the living room
turn on the bedroom lamp and the hallway light
is the front door locked
set a timer for ten minutes
make the porch light red
unlock the front door
shut the living room blinds
switch all the lights on
turn the fan off
""".strip().splitlines()
DECIBELS = (20, 15, 10, 5, 0)
BEFORE_SECONDS, AFTER_SECONDS = 0.3, 0.4
"""What the gate lets out around a sentence."""
LOUD = 300
SOFTER_VOICE, MUSIC = 0.5, 0.25
FLOOR_LEVEL = 3
PIECES = (0.45, 0.6, 0.75, 0.9)
TOLD_WORDS, LONGEST_SECONDS = 300, 6.0
RIGHT, ASKED, MISSED, WRONG = "right", "asked back", "not understood", "WRONG AND DONE"
OUTCOMES = {RIGHT: 100.0, ASKED: 0.0, MISSED: 0.0, WRONG: 0.0}
"""With the aims in quiet; in noise only the last can be had."""
MORE = "done to more devices than were said, of all sentences"


@dataclass(frozen=True)
class Trial:
    """A sentence as it comes from the gate: 16 kHz mono s16le."""

    condition: str
    said: str
    pcm: bytes


async def hearing(config: configuration.Config, figures: Figures, rounds: int) -> None:
    """``rounds`` sentences, at most all of them, by every voice of flite that there is."""
    if not which("flite"):
        figures.untold("hearing in noise", "flite, whose voices say the sentences, is not installed")
        return
    home = _told(config)
    with tempfile.TemporaryDirectory(prefix="assistant-bench-") as folder:
        ear = await Ear.open(home, cache=Path(folder))
        await asyncio.to_thread(_count, home, ear, figures, trials(SENTENCES[:rounds], figures.seed))


def _told(config: configuration.Config) -> Home:
    """The house as the embedded brain is told of it."""
    furniture = Furniture()
    furniture.load(config)
    told = whole(furniture)
    declared = [
        {"name": tool.name, "description": tool.text(), "parametersJsonSchema": tool.schema()}
        for tool in told.declarations
    ]
    return read_setup({"systemInstruction": told.instruction, "tools": [{"functionDeclarations": declared}]})


def _count(home: Home, ear: Ear, figures: Figures, said: Iterator[Trial]) -> None:
    counted: dict[str, Counter[str]] = {}
    more_done = sentences = 0
    for trial in said:
        became, more = judged(home, ear, trial)
        counted.setdefault(trial.condition, Counter())[became] += 1
        more_done += more
        sentences += 1
    for condition, outcomes in counted.items():
        for became, aim in OUTCOMES.items():
            name = f"{condition}: {became}"
            figures.add(name, 100 * outcomes[became] / outcomes.total())
            figures.tell(name, "%", aim)
    figures.add(MORE, 100 * more_done / max(sentences, 1))
    figures.tell(MORE, "%", 0.0)


def judged(home: Home, ear: Ear, trial: Trial) -> tuple[str, bool]:
    """What became of a sentence, and whether it was done to many things though it named one."""

    async def the_ear() -> Ear:
        return ear

    mind = Mind(Understander(home, datetime.now), the_ear)
    mind.ear = ear
    ear.start()
    ear.feed(trial.pcm)
    got = mind.understand_heard(ear.finish())
    wanted = Understander(home, datetime.now).understand(trial.said)
    return outcome(wanted, got), got.wide and not wanted.wide


def outcome(wanted: Understanding, got: Understanding) -> str:
    """One of `OUTCOMES`; a part of what was said, or an answer to what nobody asked, is nothing else done."""
    if got.calls and all(call in wanted.calls for call in got.calls):
        return RIGHT
    if not got.reads:
        return WRONG
    return ASKED if got.say.startswith(MEANT.partition("{")[0]) else MISSED


def trials(sentences: Sequence[str], seed: int) -> Iterator[Trial]:
    """Each sentence by each voice, in each condition; of one cut short, what was said may be done."""
    others = Others(seed)
    for number, reader in enumerate(PEOPLE):
        for said in sentences:
            speech = _trimmed(reader.read(said))
            yield Trial("in quiet", said, _among(speech, np.zeros(1, np.float32)))
            for piece in PIECES:
                begun = speech[: round(len(speech) * piece)]
                yield Trial("cut short in quiet", said, _among(begun, np.zeros(1, np.float32)))
            for source, sound in others.around(number):
                for decibels in DECIBELS:
                    name = f"{source} at {decibels} dB"
                    yield Trial(name, said, _among(speech, sound * np.float32(10 ** (-decibels / 20))))


class Others:
    """Who else is to be heard in the room, each as loud as whoever speaks to us; each time something else."""

    def __init__(self, seed: int) -> None:
        self._chance = np.random.default_rng(seed)
        texts = [" ".join(manual(number).split()[:TOLD_WORDS]) for number in range(len(PEOPLE))]
        self._told = [reader.read(text) for reader, text in zip(PEOPLE, texts, strict=True)]

    def around(self, speaker: int) -> Iterator[tuple[str, Samples]]:
        """One after another, without the voice of the speaker: `LONGEST_SECONDS` of each."""
        first, second = self._chance.choice([n for n in range(len(PEOPLE)) if n != speaker], 2, replace=False)
        noise = pink(round(LONGEST_SECONDS * RATE), int(self._chance.integers(2**31))) * SPEECH_LEVEL
        yield "pink noise", noise
        yield "one other voice", self._voice(first)
        programme = self._voice(first) + SOFTER_VOICE * self._voice(second) + MUSIC * noise
        yield "a television", programme * np.float32(SPEECH_LEVEL / np.sqrt(np.mean(programme**2)))

    def _voice(self, number: int) -> Samples:
        told = self._told[number]
        start = int(self._chance.integers(len(told) - round(LONGEST_SECONDS * RATE)))
        return told[start : start + round(LONGEST_SECONDS * RATE)]


def _trimmed(speech: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(speech) > LOUD)
    return speech[loud[0] : loud[-1] + 1]


def _among(speech: Samples, sound: Samples) -> bytes:
    samples = np.pad(speech, [round(seconds * RATE) for seconds in (BEFORE_SECONDS, AFTER_SECONDS)])
    room = pink(len(samples), len(samples)) * np.float32(FLOOR_LEVEL)
    return s16(samples + room + np.resize(sound, len(samples)))
