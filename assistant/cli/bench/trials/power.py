"""kill -9 in the middle of writing, again and again: what was acknowledged is there, and nothing is half."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from assistant.money import Ledger, Row
from assistant.money.prices import Tokens
from assistant.storage import Storage
from assistant.store import write_atomically

LONGEST_LIFE_SECONDS = 0.03
PADDING = "x" * 3000
"""More than one block is written in one go."""


def crashes(folder: Path, times: int, seed: int) -> list[str]:
    """Kill a writer so many times at moments of chance; returns what was wrong after any of them.

    To be called in a process without threads: it forks.
    """
    chance, wrong = random.Random(seed), list[str]()
    number = 0
    for crash in range(times):
        number = _life(folder, number, chance.uniform(0.0, LONGEST_LIFE_SECONDS))
        for what, seen in _seen(folder).items():
            if not number <= seen <= number + 1:
                wrong.append(f"after crash {crash}: the {what} says {seen}, {number} was acknowledged")
        number += 1
    return wrong


def _life(folder: Path, number: int, seconds: float) -> int:
    """A process writes ever larger numbers until it is killed; returns the last it was told to be safe."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        _write_for_ever(folder, number, lambda done: os.write(theirs, b"%d\n" % done))
    os.close(theirs)
    told = os.read(ours, 64)  # it has begun
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    while more := os.read(ours, 65_536):
        told += more
    os.close(ours)
    return int(told.split()[-1])


def _write_for_ever(folder: Path, number: int, acknowledge: Callable[[int], object]) -> None:
    with suppress(BaseException):
        while True:
            number += 1
            write_atomically(folder / "file.json", json.dumps({"n": number, "padding": PADDING}).encode())
            asyncio.run(Storage(folder / "plugin.sqlite", print).set("n", {"n": number, "padding": PADDING}))
            Ledger(folder).note(_row(number))
            acknowledge(number)
    os._exit(1)


def _row(number: int) -> Row:
    return Row(datetime.now().isoformat(), "gemini", "m", "turn", float(number), Tokens(text_in=number))


def _seen(folder: Path) -> dict[str, int]:
    """What somebody who starts now finds; whatever cannot be read is an error of its own."""
    ledger = Ledger(folder)
    kept = asyncio.run(Storage(folder / "plugin.sqlite", print).get("n"))
    return {
        "file": int(json.loads((folder / "file.json").read_bytes())["n"]),
        "plugin's memory": int(kept["n"]),
        "ledger": int(max(row.usd for row in ledger.rows(datetime.now().strftime("%Y-%m")))),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(crashes(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
