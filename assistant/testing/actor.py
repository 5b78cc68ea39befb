"""A device in a test: its firmware is a few rules, and it can be slow, deaf or lying."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.home.address import Address
from assistant.home.link import Link

Reports = Mapping[str, Any]
"""Topic → what is said there; a mapping goes as JSON."""
Firmware = Callable[[str], Reports | None]
"""What a command's payload makes the device report; None: nothing."""
Rule = Firmware | Reports | Sequence[Mapping[Any, Reports]]
Rules = Mapping[str, Rule]
"""Command topic → firmware, or reports in which ``{payload}`` stands for the command's, or a list of
commands, each with its reports."""

NUMBERS = itertools.count(1)


class Actor:
    """Obeys commands and reports.

    ``slow`` is how many seconds it thinks first; ``deaf`` hears no command; ``lying`` answers with what it
    reported last, for nothing has happened.
    """

    def __init__(self, where: Address | str, rules: Rules) -> None:
        self.slow = 0.0
        self.deaf = self.lying = False
        self.heard: list[tuple[str, str]] = []
        """Commands it has had, topic and payload."""
        self._link = Link(where, client_id=f"actor-{next(NUMBERS)}")
        self._commands: asyncio.Queue[tuple[str, str, Rule]] = asyncio.Queue()
        self._last: dict[str, Reports] = {}
        for topic, firmware in rules.items():
            self._link.subscribe(topic, self._hears(firmware), retained=False)

    async def ready(self) -> None:
        """Wait until it is there."""
        await self._link.ready()

    async def says(self, topic: str, payload: Any, *, retain: bool = False) -> None:
        """It reports something by itself."""
        await self._link.publish(topic, as_payload(payload), retain=retain, qos=1)

    async def run(self) -> None:
        """Be there until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._link.run(), name="actor")
            while True:
                await self._obey(*await self._commands.get())

    def _hears(self, firmware: Rule) -> Callable[[str, bytes], None]:
        def heard(topic: str, payload: bytes) -> None:
            text = payload.decode(errors="replace")
            self.heard.append((topic, text))
            if not self.deaf:
                self._commands.put_nowait((topic, text, firmware))

        return heard

    async def _obey(self, topic: str, payload: str, firmware: Rule) -> None:
        await asyncio.sleep(self.slow)
        if self.lying:
            reports = self._last.get(topic, {})
        elif callable(firmware):
            reports = firmware(payload) or {}
        else:
            told = firmware if isinstance(firmware, Mapping) else _told_by(firmware, payload)
            reports = {where: _filled(what, payload) for where, what in told.items()}
        self._last[topic] = reports
        for where, what in reports.items():
            await self.says(where, what)


def _told_by(commands: Sequence[Mapping[Any, Reports]], payload: str) -> Reports:
    """What the list says of this command; a device that does not know it says nothing."""
    said = (pair for command in commands for pair in command.items())
    return next((reports for command, reports in said if as_payload(command) == payload), {})


def as_payload(value: Any) -> str:
    """What goes over the wire: text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def _filled(what: Any, payload: str) -> Any:
    if isinstance(what, str):
        return what.replace("{payload}", payload)
    if isinstance(what, Mapping):
        return {key: _filled(value, payload) for key, value in what.items()}
    return what
