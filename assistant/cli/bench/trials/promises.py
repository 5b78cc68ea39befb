"""Watching the promises: after each sentence, and after each fault."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from assistant.cli.bench.trials.daemon import Answer
from assistant.cli.bench.trials.world import LAMPS, World

UNKNOWN = ("stable light", "sauna", "zebra lamp")
LOCK = "unlock the front door"
ODD = 0.04
"""So many of the sentences name what is unknown, or forbidden."""


@dataclass(frozen=True)
class Sentence:
    """What is said, and what may come of it: ``lamp`` is none when nothing may happen."""

    text: str
    lamp: str = ""
    on: bool = False
    promise: str = "P7"

    @property
    def topic(self) -> str:
        """Where its command may go."""
        return f"zigbee2mqtt/{self.lamp}/set"


def sentence(chance: random.Random, world: World) -> Sentence:
    """Mostly a lamp is switched to what it is not; now and then something that must do nothing."""
    if chance.random() < ODD:
        if chance.random() < 0.5:
            return Sentence(f"turn on the {chance.choice(UNKNOWN)}", promise="P10")
        return Sentence(LOCK, promise="P11")
    lamp = chance.choice(tuple(LAMPS))
    return order(lamp, on=not world.lit(lamp))


def order(lamp: str, *, on: bool) -> Sentence:
    """The sentence that switches a lamp."""
    return Sentence(f"turn {'on' if on else 'off'} the {lamp}", lamp, on)


@dataclass
class Promises:
    """Counts what was looked at, and keeps what was broken, in words."""

    looked: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def look(self, promise: str, kept: bool, words: str) -> None:
        """One look at one promise."""
        self.looked[promise] += 1
        if not kept:
            self.broken.append(f"{promise}: {words}")

    def after(self, said: Sentence, answer: Answer, commands: list[tuple[str, str]], world: World) -> None:
        """What one sentence led to; ``commands`` are those until the next sentence began."""
        if said.lamp:
            alien = [topic for topic, _ in commands if topic != said.topic]
            self.look("P7", len(commands) <= 1, f"{said.text!r} led to {commands}")
            self.look("P10", not alien, f"{said.text!r} led to {alien}")
            done = f"the {said.lamp} is {'on' if said.on else 'off'}" in answer.text.lower()
            done = done or any(answer.results)
            self.look("P9", not done or world.lit(said.lamp) is said.on, f"{said.text!r} → {answer.text!r}")
        else:
            self.look(said.promise, not commands, f"{said.text!r} led to {commands}")
