"""Thousands of turns over hundreds of links in one process: what grows, what is lost, what is miscounted."""

from __future__ import annotations

import asyncio
import gc
import os
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

from websockets.asyncio.server import ServerConnection

from assistant import config as configuration
from assistant.brain.certificate import certificate
from assistant.cli.bench.figures import SHORT, Figures
from assistant.cli.bench.gauge import Gauge, gauge, go_away
from assistant.cli.bench.machine import resident
from assistant.live.endpoint import Endpoint
from assistant.live.handles import Handles
from assistant.live.messages import Message, Say, TurnDone, TurnLost, Usage
from assistant.live.purse import Purse
from assistant.live.session import Briefing, Session, Setup
from assistant.money import Ledger, Limits, Price, Row, Totals

MODEL = "gemini-3.8-live"
PRICES = (Price("gemini-", text_in=1, audio_in=3, picture_in=3, text_out=5, audio_out=12),)
TURNS_A_ROUND = 500
TURNS_A_LINK = 12
SAMPLES = 40
LEAST_TURNS = 2000
"""In fewer, what a process happens to have says nothing of what it loses."""
MEMORY = "memory grows, both ends in one process"
WARM = 0.25
"""Of the samples: caches fill, pools grow."""
TURN_SECONDS = 20.0
LIMIT = 10**9


@dataclass
class Watch:
    """What the process had at each look."""

    turns: list[int] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)

    def look(self, turns: int) -> None:
        """Note everything now."""
        gc.collect()
        self.turns.append(turns)
        self.at.append(time.perf_counter())
        self.memory.append(resident(os.getpid()))
        self.tasks.append(len(asyncio.all_tasks()))
        self.threads.append(threading.active_count())
        self.files.append(len(list(Path("/proc/self/fd").iterdir())))

    def growth(self, values: list[float] | list[int]) -> float | None:
        """A 1000 turns, once all is warm; None after too few of them."""
        cold = int(len(self.turns) * WARM)
        turns, warm = self.turns[cold:], values[cold:]
        if len(turns) < 2 or turns[-1] - turns[0] < LEAST_TURNS:
            return None
        return 1000 * statistics.linear_regression(turns, warm).slope


async def soak(config: configuration.Config, figures: Figures, rounds: int) -> None:
    """``rounds`` times 500 typed turns; the link ends after each dozen, every time in another way."""
    pem, _ = certificate(config.state_dir / "brain", lambda: datetime.now(UTC))
    async with gauge(pem, MODEL) as (server, endpoint):
        _make_it_leave(server)
        ledger = Ledger(config.state_dir)
        session = _session(config, endpoint, ledger)
        watch, seen = Watch(), dict[type[Message], int]()
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(session.run())
            await _talk(session, rounds * TURNS_A_ROUND, watch, seen)
            await session.settle(TURN_SECONDS)
            running.cancel()
        month = datetime.now().astimezone().strftime("%Y-%m")
        _told(figures, server, list(ledger.rows(month)), watch, seen)


def _make_it_leave(server: Gauge) -> None:
    """At the end of each dozen of turns, in turn: cut before or after the answer, closed, warned."""
    ways = cycle(("cut before", "cut after", "closed", "warned"))
    way, answered = next(ways), 0

    async def before(_server: Gauge, socket: ServerConnection) -> None:
        nonlocal way, answered
        if answered >= TURNS_A_LINK and way == "cut before":
            way, answered = next(ways), 0
            socket.transport.abort()

    async def after(_server: Gauge, socket: ServerConnection) -> None:
        nonlocal way, answered
        answered += 1
        if answered < TURNS_A_LINK or way == "cut before":
            return
        match way:
            case "cut after":
                socket.transport.abort()
            case "closed":
                await socket.close(1011, "Internal error encountered.")
            case "warned":
                await go_away(socket, 10.0)
        way, answered = next(ways), 0

    server.before_answer, server.after_answer = before, after


def _session(config: configuration.Config, endpoint: Endpoint, ledger: Ledger) -> Session:
    async def there() -> Endpoint:
        return endpoint

    limits = Limits(ledger, turns_per_minute=LIMIT, connects_per_hour=LIMIT)
    handles = Handles(config.state_dir / "handles.json")
    return Session([there], Setup(Briefing("Be brief.")), handles, Purse(limits, PRICES))


async def _talk(session: Session, turns: int, watch: Watch, seen: dict[type[Message], int]) -> None:
    for number in range(turns):
        if number % max(turns // SAMPLES, 1) == 0:
            watch.look(number)
        session.post(Say(f"This is sentence number {number}."))
        async with asyncio.timeout(TURN_SECONDS):
            async for message in session.messages():
                seen[type(message)] = seen.get(type(message), 0) + 1
                if isinstance(message, TurnDone | TurnLost):
                    break
    watch.look(turns)


def _told(
    figures: Figures,
    server: Gauge,
    rows: Sequence[Row],
    watch: Watch,
    seen: dict[type[Message], int],
) -> None:
    totals, asked = Totals(), watch.turns[-1]
    for row in rows:
        totals.add(row)
    for name, value, unit, aim in (
        ("turns", asked, "", 10_000),
        ("changes of the link", server.connections - 1, "", 500),
        ("turns in a second", asked / (watch.at[-1] - watch.at[0]), "1/s", 50),
        ("turns not answered", asked - seen.get(TurnDone, 0), "", 0),
        ("turns told as lost", seen.get(TurnLost, 0), "", 0),
        ("bills missing in the ledger", server.tokens["turns"] - totals.turns, "", 0),
        ("bills heard and not written down", seen.get(Usage, 0) - totals.turns, "", 0),
        ("tokens in, ledger less server", totals.tokens_in - server.tokens["heard"], "", 0),
        ("tokens out, ledger less server", totals.tokens_out - server.tokens["said"], "", 0),
        ("tasks more than after warming up", _more(watch.tasks), "", 0),
        ("threads more than after warming up", _more(watch.threads), "", 0),
        ("open files more than after warming up", _more(watch.files), "", 2),
    ):
        figures.add(name, value)
        figures.tell(name, unit, aim)
    if (grown := watch.growth(watch.memory)) is None:
        figures.untold(MEMORY, f"{SHORT}; it takes {LEAST_TURNS} warm turns")
    else:
        figures.add(MEMORY, grown)
        figures.tell(MEMORY, "MB/1000", 0.5)


def _more(counts: list[int]) -> int:
    """At the end, against the most that was there while warming up."""
    cold = max(int(len(counts) * WARM), 1)
    return max(counts[-1] - max(counts[:cold]), 0)
