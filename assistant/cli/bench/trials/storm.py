"""Thousands of sentences to a real daemon, and a fault every few seconds, by chance that can be repeated."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from assistant import config as configuration
from assistant.cli.bench.figures import SHORT, Figures
from assistant.cli.bench.trials.daemon import Answer
from assistant.cli.bench.trials.injections import INJECTIONS, VICTIM, Injection
from assistant.cli.bench.trials.promises import Promises, Sentence, order, sentence
from assistant.cli.bench.trials.world import BUDGET_USD, LAMPS, READY_SECONDS, World, world
from assistant.money import Ledger

TURNS_A_ROUND = 500
TURNS_A_FAULT = 36
CLEARED_SECONDS = 10.0
"""P5: so long after a fault a light must work again."""
GIVE_UP_SECONDS = 60.0
AGAIN_SECONDS = 0.1
LATE_SECONDS = 0.3
"""What comes twice comes soon after."""
WARM_TURNS = 400
"""Of each life: caches fill, pools grow."""
TIMER_SECONDS = 9 * 3600
LEAST_LOOKS = 3
LEAST_LOOKS_IN_ALL, LEAST_TURNS = 24, 2000
"""With fewer, what a process happens to have moves a slope more than any leak that matters."""
TOLD = ("say it again", "wait a moment")
"""What was lost, or is too much for one lamp, and told so, is no broken promise."""


@dataclass
class Life:
    """What the daemon had at each look, from one start to its end."""

    turns: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    tasks: list[float] = field(default_factory=list)
    threads: list[float] = field(default_factory=list)
    files: list[float] = field(default_factory=list)


def slope(lives: list[Life], what: str) -> float | None:
    """Growth in 1000 turns, within lives: a new process begins anew. None when it is too short to tell."""
    rise = run = turns = 0.0
    looks = 0
    for life in lives:
        values: list[float] = getattr(life, what)
        if len(values) >= LEAST_LOOKS:
            looks, turns = looks + len(values), turns + life.turns[-1] - life.turns[0]
            x, y = statistics.fmean(life.turns), statistics.fmean(values)
            rise += sum((a - x) * (b - y) for a, b in zip(life.turns, values, strict=True))
            run += sum((a - x) ** 2 for a in life.turns)
    if looks < LEAST_LOOKS_IN_ALL or turns < LEAST_TURNS:
        return None
    return 1000 * rise / run if run else 0.0


class Storm:
    """One run: all that follows from its seed, except how fast the machine is."""

    def __init__(self, there: World, seed: int) -> None:
        self.promises = Promises()
        self.lives: list[Life] = []
        self.faults: Counter[str] = Counter()
        self.recoveries: list[tuple[float, str]] = []
        self.turns = self.answered = 0
        self._world = there
        self._chance = random.Random(seed)
        self._born = 0
        self._before: tuple[Sentence, Answer, int] | None = None

    async def run(self, turns: int) -> None:
        """Talk until so many sentences have been said."""
        if not self.lives:
            await self.begin_life()
        while self.turns < turns:
            await self.talk(self._chance.randint(TURNS_A_FAULT // 2, TURNS_A_FAULT * 3 // 2))
            await self.strike(self._chance.choice(INJECTIONS))
        await self.end()

    async def talk(self, turns: int) -> None:
        """Sentences while all is well."""
        for _ in range(turns):
            await self.turn()

    async def end(self) -> None:
        """What can be judged only now."""
        await self._settle()
        self.promises.look("P8", self.spent() <= BUDGET_USD, f"{self.spent():.2f} dollars were spent")

    async def begin_life(self) -> None:
        """A daemon has started: wait until it is of use, and have it remember something."""
        self.lives.append(Life())
        self._born = self.turns
        await self._works_within(READY_SECONDS)
        await self._timers(first=len(self.lives) == 1)

    async def turn(self, fault: str = "") -> None:
        """One sentence, and a look at what came of it."""
        self.turns += 1
        await self._settle(0.0)
        said = sentence(self._chance, self._world)
        since = len(self._world.commands)
        answer = await self._world.daemon.say(said.text)
        self._before = said, answer, since
        fine = not said.lamp or self._world.lit(said.lamp) is said.on
        self.answered += fine
        if not fault or said.lamp != VICTIM:
            kept = fine or any(words in answer.trouble + answer.text for words in TOLD)
            words = f"{said.text!r} during {fault!r} → {answer.text!r} {answer.trouble!r}"
            self.promises.look("P1", kept, words)

    async def strike(self, fault: Injection) -> None:
        """A fault, sentences while it lasts, and the way back."""
        self.faults[fault.name] += 1
        world = self._world
        async with fault.inject(world):
            await self._during(fault)
        began = time.perf_counter()
        if not fault.ends and not world.daemon.alive:  # as systemd would
            self.promises.look("P3", False, f"ended during {fault.name!r}: {world.daemon.last_words}")
            await world.daemon.start()
        if world.daemon.starts > len(self.lives):
            await self.begin_life()
        back = await self._works_within(GIVE_UP_SECONDS)
        took = time.perf_counter() - began
        self.recoveries.append((took, fault.name))
        self.promises.look("P5", back and took <= CLEARED_SECONDS, f"{took:.1f} s after {fault.name!r}")
        ended = f"ended after {fault.name!r}: {world.daemon.last_words}"
        self.promises.look("P3", world.daemon.alive, ended)
        await self._look()

    async def _during(self, fault: Injection) -> None:
        clock = asyncio.get_running_loop().time
        until = clock() + fault.lasts
        while (left := until - clock()) > 0:
            if fault.ends or not fault.works:
                await asyncio.sleep(left)
            else:
                await self.turn(fault.name)

    async def _works_within(self, seconds: float) -> bool:
        """Switch lamps, among them the one that has been ill, until each has obeyed."""
        clock = asyncio.get_running_loop().time
        until = clock() + seconds
        for lamp in (VICTIM, *self._chance.sample(tuple(LAMPS), 2)):
            while True:
                await self._settle(0.0)
                said, since = order(lamp, on=not self._world.lit(lamp)), len(self._world.commands)
                answer = await self._world.daemon.say(said.text)
                self._before = said, answer, since
                if answer.ok and self._world.lit(lamp) is said.on:
                    break
                if clock() > until:
                    return False
                await asyncio.sleep(AGAIN_SECONDS)
        return True

    async def _settle(self, seconds: float = LATE_SECONDS) -> None:
        """Judge the sentence before, now that all its commands have come."""
        await asyncio.sleep(seconds)
        if self._before is not None:
            said, answer, since = self._before
            self.promises.after(said, answer, self._world.commands[since:], self._world)
            self._before = None

    async def _timers(self, *, first: bool) -> None:
        """P4: what was set in the first life is there in all."""
        name, args = (
            ("set_timer", {"seconds": TIMER_SECONDS, "name": "egg"}) if first else ("timers_left", {})
        )
        request = {"do": "call", "tool": name, "args": args, "id": f"life {len(self.lives)}"}
        answer = await self._world.daemon.ask(request)
        text = " ".join(str(item.get("text")) for item in answer.items)
        self.promises.look("P4", answer.ok and "egg timer" in text, f"in life {len(self.lives)}: {text!r}")

    async def _look(self) -> None:
        """P6: what the process has, once it is warm."""
        life, daemon = self.lives[-1], self._world.daemon
        if self.turns - self._born < WARM_TURNS or not daemon.alive:
            return
        if tasks := await self._world.count_tasks():
            life.turns.append(self.turns)
            life.memory.append(daemon.memory())
            life.tasks.append(tasks)
            life.threads.append(daemon.threads())
            life.files.append(daemon.files())

    def spent(self) -> float:
        """P8: what the ledger says, in dollars."""
        ledger = Ledger(self._world.daemon.state)
        months = {path.stem[-7:] for path in self._world.daemon.state.glob("ledger-*.jsonl")}
        return sum(row.usd for month in months for row in ledger.rows(month))


async def storm(config: configuration.Config, figures: Figures, rounds: int) -> None:
    """``rounds`` times 500 sentences; the same seed brings the same sentences and faults."""
    began = time.perf_counter()
    figures.output.note(f"seed {figures.seed}")
    async with world(Path(config.state_dir)) as there:
        run = Storm(there, figures.seed)
        for number in range(1, rounds + 1):
            before = len(run.promises.broken)
            await run.run(number * TURNS_A_ROUND)
            faults, broken = sum(run.faults.values()), run.promises.broken
            figures.output.note(f"{run.turns} sentences, {faults} faults, {len(broken)} promises broken")
            for words in broken[before:]:  # a storm that is ended early has told what it found
                figures.output.note(f"  {words}")
        _told(figures, run, time.perf_counter() - began)


def _grown(figures: Figures, lives: list[Life]) -> None:
    """P6: what the daemon has more of with every thousand sentences."""
    needed = f"{SHORT}; it takes {LEAST_LOOKS_IN_ALL} looks at warm processes over {LEAST_TURNS} sentences"
    for name, what, unit, aim in (
        ("memory of the daemon", "memory", "MB/1000", 0.5),
        ("its tasks", "tasks", "1/1000", 0),
        ("its threads", "threads", "1/1000", 0),
        ("its open files", "files", "1/1000", 0),
    ):
        grown = slope(lives, what)
        if grown is None:
            figures.untold(name, needed)
        else:
            figures.add(name, grown)
            figures.tell(name, unit, aim)


def _told(figures: Figures, run: Storm, seconds: float) -> None:
    for name, count in sorted(run.faults.items()):
        took = [each for each, of in run.recoveries if of == name]
        item = {"event": "trial", "name": name, "times": count, "back_s": round(max(took), 2)}
        figures.output.tell(item)
        usual, longest = statistics.median(took), max(took)
        figures.output.note(f"{name:<40}{count:>4} times, back after {usual:.2f} s, at most {longest:.2f} s")
    for name, value, unit, aim in (
        ("sentences", run.turns, "", 10_000),
        ("sentences that did what they said", run.answered, "", run.turns),
        ("faults", sum(run.faults.values()), "", 200),
        ("seconds between faults", seconds / max(1, sum(run.faults.values())), "s", 5),
        ("spent", run.spent(), "$", BUDGET_USD),
        ("starts of the daemon", len(run.lives), "", 1),
        *((f"looks at {name}", count, "", 1.0) for name, count in sorted(run.promises.looked.items())),
        ("promises broken", len(run.promises.broken), "", 0),
    ):
        figures.add(name, value)
        figures.tell(name, unit, aim)
    _grown(figures, run.lives)
    for words in run.promises.broken:
        figures.output.note(f"    {words}")
