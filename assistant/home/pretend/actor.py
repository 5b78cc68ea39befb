"""A pretend device on the network: firmware, a link of its own, and the troubles real ones have."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from assistant.errors import LinkError
from assistant.home.address import Address
from assistant.home.link import Link
from assistant.home.pretend.devices import PretendDevice
from assistant.home.pretend.firmware import Garbage, Report
from assistant.home.pretend.zigbee import Sensor

log = logging.getLogger(__name__)

COMMANDS_WAITING = 100


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a device.

    ``deaf`` ignores every command; ``lying`` answers it with a report, but nothing has happened; ``offline``
    has lost its power; ``delay_seconds`` is how long it thinks before it obeys.
    """

    delay_seconds: float = 0.0
    deaf: bool = False
    lying: bool = False
    offline: bool = False


class Actor:
    """Obeys commands one after the other and reports what it really did."""

    def __init__(self, device: PretendDevice, where: Address | str, *, speed: float = 1.0) -> None:
        self.device = device
        self.firmware = device.firmware(device.topic)
        self._speed = speed
        self._trouble = Trouble()
        self._troubled = asyncio.Event()
        self._announced = asyncio.Event()
        self._online = asyncio.Event()
        self._changed = asyncio.Event()
        self._commands: asyncio.Queue[tuple[str, str]] = asyncio.Queue(COMMANDS_WAITING)
        availability = self.firmware.availability
        self._link = Link(
            where,
            client_id=f"pretend-{device.name.replace(' ', '-')}",
            will=(availability.topic, availability.offline),
            on_online=self._online.set,
        )
        for pattern in self.firmware.filters:
            self._link.subscribe(pattern.format(topic=device.topic), self._hear)

    @property
    def trouble(self) -> Trouble:
        """What is wrong with it at the moment; may be set at any time."""
        return self._trouble

    @trouble.setter
    def trouble(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self._troubled.set()

    async def ready(self, timeout: float = 5.0) -> None:
        """Wait until it has said what state it is in."""
        await self._link.ready(timeout)
        async with asyncio.timeout(timeout):
            await self._announced.wait()

    async def sense(self, **values: Any) -> None:
        """Something happens to a sensor: somebody walks by, a door opens."""
        if not isinstance(self.firmware, Sensor):
            raise TypeError(f"the {self.device.name} is no sensor")
        self.firmware.values.update(values)
        await self._report()

    async def run(self) -> None:
        """Be there until cancelled, except while ``trouble`` says offline."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._until(offline=False)
                presence = tasks.create_task(self._be_there(), name=self.device.name)
                await self._until(offline=True)
                presence.cancel()

    async def _until(self, *, offline: bool) -> None:
        while self._trouble.offline is not offline:
            self._troubled.clear()
            await self._troubled.wait()

    async def _be_there(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._link.run())
                tasks.create_task(self._announce())
                tasks.create_task(self._obey())
                tasks.create_task(self._age())
        finally:
            self._announced.clear()
            while not self._commands.empty():
                self._commands.get_nowait()

    async def _announce(self) -> None:
        """Whenever the link is up (again), say that we are there and how we are."""
        availability = self.firmware.availability
        while True:
            await self._online.wait()
            self._online.clear()
            await self._say(Report(availability.topic, availability.online))
            await self._report()
            self._announced.set()

    def _hear(self, topic: str, payload: bytes) -> None:
        if self._trouble.deaf:
            return
        if self._commands.full():
            self._commands.get_nowait()
        self._commands.put_nowait((topic, payload.decode(errors="replace")))

    async def _obey(self) -> None:
        while True:
            topic, payload = await self._commands.get()
            await asyncio.sleep(self._trouble.delay_seconds)
            try:
                if not self._trouble.lying:
                    self.firmware.obey(topic, payload)
            except Garbage as problem:
                log.debug("The pretend %s ignores a command: %s", self.device.name, problem)
                continue
            self._changed.set()
            await self._report()

    async def _age(self) -> None:
        """Let time pass while there is something that changes with it."""
        clock = asyncio.get_running_loop().time
        pace, since = None, clock()
        while True:
            if pace != (pace := self.firmware.pace()):
                since = clock()
            left = None if pace is None else since + pace / self._speed - clock()
            if left is not None and left <= 0:
                self.firmware.pass_time()
                since = clock()
                await self._report()
                continue
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._changed.wait()

    async def _report(self) -> None:
        for report in self.firmware.reports():
            await self._say(report)

    async def _say(self, report: Report) -> None:
        with suppress(LinkError):  # the whole state is told when the link is back
            await self._link.publish(report.topic, report.payload, retain=report.retain)
