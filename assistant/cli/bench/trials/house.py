"""What the user notices when the house itself is ill: every fault once, on a real daemon."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from assistant import config as configuration
from assistant.cli.bench.figures import Figures
from assistant.cli.bench.trials.injections import INJECTIONS, VICTIM, Injection
from assistant.cli.bench.trials.promises import order
from assistant.cli.bench.trials.world import READY_SECONDS, World, world

LIGHT = "kitchen light"
CLEARED_SECONDS = 10.0
"""P5: so long after a fault a light must work again."""
HEALTH_SECONDS, CLOUD_SECONDS = 2.0, 90.0
CRASHES = 300
CRASHING = "kill -9 while it writes"
SHOWN_TEXT = 90


@dataclass(frozen=True)
class Try:
    """One sentence: seconds until done (``None``: not done), whether it tells the truth, a refusal."""

    seconds: float | None
    honest: bool
    words: str


@dataclass
class Outcome:
    """What came of a fault: seconds are ``None`` when it did not work."""

    during: float | None
    back: float | None
    same: bool
    told: tuple[str, ...] = ()
    honest: bool = True

    def wrong(self, fault: Injection) -> list[str]:
        """What is not as it must be, in words."""
        found = []
        if fault.works and self.during is None:
            found.append("no light was switched while it lasted")
        if self.back is None or self.back > CLEARED_SECONDS:
            found.append(f"P5: a light works only after {self.back} s")
        if self.same is fault.ends:
            found.append("the daemon has ended" if fault.works else "the daemon has not ended")
        if fault.told not in " ".join(self.told):
            found.append(f"told {self.told}, not {fault.told!r}")
        if not self.honest:
            found.append("P9: done was said, and it was not")
        return found


async def house(config: configuration.Config, figures: Figures, _rounds: int) -> None:
    """Play them all, one line each; a fault that stops the daemon for good costs the others nothing."""
    async with world(Path(config.state_dir)) as there:
        await _works_within(there, LIGHT, READY_SECONDS)
        for fault in INJECTIONS:
            if "cloud" in fault.name:
                await _answered_by_the_cloud(there)
            outcome = await played(fault, there)
            _tell(figures, fault.name, outcome, outcome.wrong(fault))
    await _crashes(figures)


async def played(fault: Injection, there: World) -> Outcome:
    """One fault, a sentence while it lasts, and the way back."""
    lamp = VICTIM if "device" in fault.name else LIGHT
    there.daemon.told.clear()
    pid, began = there.daemon.pid, time.perf_counter()
    tries: list[Try] = []
    async with fault.inject(there):
        if fault.works:
            tries = [await _once(there, each) for each in dict.fromkeys((LIGHT, lamp))]
        health = await there.daemon.ask({"do": "health"}, HEALTH_SECONDS)
        await asyncio.sleep(max(0.0, began + fault.lasts - time.perf_counter()))
    if not there.daemon.alive:
        await there.daemon.start()
    back = await _works_within(there, lamp, CLEARED_SECONDS * 3)
    troubles = (text for item in health.items for text in item.get("troubles", {}).values())
    spoken = (each.words for each in tries if each.words)
    return Outcome(
        during=tries[0].seconds if tries else None,
        back=back,
        same=pid == there.daemon.pid,
        told=tuple(dict.fromkeys((*spoken, *there.daemon.told, *troubles))),
        honest=all(each.honest for each in tries),
    )


async def _once(there: World, lamp: str) -> Try:
    """Say a sentence."""
    began, on = time.perf_counter(), not there.lit(lamp)
    answer = await there.daemon.say(order(lamp, on=on).text)
    done = there.lit(lamp) is on
    seconds = time.perf_counter() - began if done else None
    return Try(seconds, done or not answer.ok, "" if answer.ok else f"{answer.text} {answer.trouble}".strip())


async def _works_within(there: World, lamp: str, seconds: float) -> float | None:
    """How long it takes until a lamp is switched."""
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        if (await _once(there, lamp)).seconds is not None:
            return time.perf_counter() - began
        await asyncio.sleep(0.05)
    return None


async def _answered_by_the_cloud(there: World) -> None:
    """After a fault the embedded brain goes on for a while: a cloud that nobody uses cannot be missed."""
    clock = asyncio.get_running_loop().time
    until = clock() + CLOUD_SECONDS
    while clock() < until:
        health = await there.daemon.ask({"do": "health"})
        if any("the gemini brain answers" in str(item.get("doing")) for item in health.items):
            return
        await asyncio.sleep(0.5)


async def _crashes(figures: Figures) -> None:
    """In a process of its own, for it forks."""
    with tempfile.TemporaryDirectory(prefix="assistant-bench-") as folder:
        process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "assistant.cli.bench.trials.power",
                folder,
                str(CRASHES),
                str(figures.seed),
            ),
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
    wrong = (
        json.loads(out)
        if process.returncode == 0
        else [f"the writer's keeper ended with {process.returncode}"]
    )
    _tell(figures, f"{CRASHING}, {CRASHES} times", Outcome(None, 0.0, same=True), wrong)


def _tell(figures: Figures, name: str, outcome: Outcome, wrong: list[str]) -> None:
    told = " ".join(outcome.told)
    item = {"event": "trial", "name": name, "during_s": outcome.during, "back_s": outcome.back}
    figures.output.tell(item | {"restarted": not outcome.same, "told": told, "wrong": wrong})
    during, back = _seconds(outcome.during), _seconds(outcome.back)
    figures.output.note(f"{name:<46}{during:>8}{back:>8}  {told[:SHOWN_TEXT]}")
    for problem in wrong:
        figures.output.note(f"    {problem}")


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s"
