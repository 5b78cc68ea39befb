"""Whether the house is well: what must live is asked before the watchdog is fed, the rest is only told."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from assistant.ops.notify import Notifier

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
LEAST_FREE = 50 * 2**20
Question = Callable[[], str]
"""What is wrong, as a sentence; "" when all is well."""


class Health:
    """``vital`` parts cannot be well again without a new process; troubles of the others pass by themselves.

    A network, a broker or a brain that is away must not end a house whose lights can be switched by hand.
    """

    def __init__(self, notifier: Notifier, doing: Callable[[], str]) -> None:
        self._notifier, self._doing = notifier, doing
        self._since = time.monotonic()
        self._told = ""
        self.vital: dict[str, Question] = {}
        self.other: dict[str, Question] = {}

    async def run(self) -> None:
        """Feed the watchdog as long as what must live does; this very loop is a part of it."""
        wanted = self._notifier.watchdog_seconds
        pause = min(wanted / 2, LOOK_SECONDS) if wanted else LOOK_SECONDS
        while True:
            if dead := self._asked(self.vital):
                log.error("not fit to live: %s", "; ".join(dead.values()))
            else:
                self._notifier.alive()
            text = self.sentence()
            if text != self._told:
                self._told = text
                self._notifier.status(text)
            await asyncio.sleep(pause)

    def troubles(self) -> dict[str, str]:
        """What is wrong now, by part."""
        return {**self._asked(self.vital), **self._asked(self.other)}

    def sentence(self) -> str:
        """How the house is, in one line."""
        troubles = self.troubles()
        return f"{self._doing()}; {'; '.join(troubles.values())}" if troubles else self._doing()

    def report(self) -> dict[str, object]:
        """For those who ask from outside."""
        return {
            "event": "health",
            "ok": not self.troubles(),
            "up_s": round(time.monotonic() - self._since, 1),
            "doing": self._doing(),
            "troubles": self.troubles(),
        }

    @staticmethod
    def _asked(questions: Mapping[str, Question]) -> dict[str, str]:
        answers = {name: question() for name, question in questions.items()}
        return {name: text for name, text in answers.items() if text}


def room_left(folder: Path) -> Question:
    """Whether the folder can still be written to: cards fill up, and go read-only when they die."""

    def asked() -> str:
        if not os.access(folder, os.W_OK):
            return f"{folder} cannot be written; what is learnt now is forgotten at the next start"
        free = shutil.disk_usage(folder).free
        return f"the disk of {folder} is almost full ({free // 2**20} MB left)" if free < LEAST_FREE else ""

    return asked
