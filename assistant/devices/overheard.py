"""Devices that announce nothing: what they say is overheard, topic by topic, and tells what they are."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from assistant.devices.found import Command, Found
from assistant.devices.reading import UNREADABLE
from assistant.devices.source import Source
from assistant.errors import LinkError
from assistant.plugin import Host

log = logging.getLogger(__name__)

BURST_SECONDS = 0.1
"""How long a burst of messages is collected before its devices are shown."""
AGAIN_SECONDS = 5.0
"""After so long a question is asked again that found no broker."""
MOST_TOPICS, MOST_TRAITS = 400, 64
"""Of one device, and of one of its topics."""
MOST_BYTES, LONGEST_BYTES = 4 * 1024 * 1024, 16 * 1024
"""Of everything that a source keeps, and of one message of it."""
MOST_QUESTIONS = 1000


@dataclass
class Told:
    """What one device has said: the last message of each topic, and the traits that any of them has shown."""

    last: dict[str, bytes] = field(default_factory=dict)
    traits: dict[str, set[str]] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()
    """Topics that the house itself listens to by now."""
    news: dict[str, None] = field(default_factory=dict)
    """Topics whose last message said something that the house could not read yet, the latest last."""
    outline: object = None


class Overheard(Source):
    """A source whose devices do not say what they are.

    A subclass passes on what it hears by ``overhear`` and makes a device of it in ``described``. Whoever may
    write to the topics could fill the memory, so devices, topics and bytes are counted. Its parts have no
    ``topics`` for pinning: they grow as the device speaks, and stay below the topics that its id names.
    """

    most_devices: ClassVar[int] = 200

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._told: dict[str, Told] = {}
        self._bytes = 0
        self._dirty: dict[str, None] = {}
        self._questions: dict[Command, None] = {}
        self._ids: dict[str, str] = {}
        self._news = asyncio.Event()
        self._later: list[Callable[[], None]] = []

    def attach(self, host: Host) -> Callable[[], None]:
        """Bind to the house; what is listened to later ends with it too."""
        close = super().attach(host)

        def close_all() -> None:
            close()
            while self._later:
                self._later.pop()()

        return close_all

    def listen(self, topic: str, method: Callable[..., None]) -> None:
        """Hear a topic that is only known now; the method is like one with ``@hears``."""
        self._later.append(self.host.subscribe(topic, self._receiver(method)))

    def described(self, device: str, told: Told) -> Found | None:
        """The device as far as it is known; None while that is too little to show."""
        raise NotImplementedError

    def overhear(
        self, device: str, topic: str, payload: bytes, *, traits: Iterable[str] = (), telling: bool = False
    ) -> None:
        """Keep a message. What makes the device be described anew: a topic or a trait (a key of the report,
        for example) that it has not had so far, and another payload on a topic that is ``telling``.
        """
        if len(payload) > LONGEST_BYTES:
            self.complain(f"{self.title}: {topic[:120]} is ignored, longer than {LONGEST_BYTES // 1024} kB")
            return
        told = self._told.get(device)
        if told is None and len(self._told) >= self.most_devices:
            self.complain(
                f"{self.title}: more than {self.most_devices} devices; the rest is left out", "most"
            )
            return
        told = told or Told()
        before = told.last.get(topic)
        if before is None and (
            len(told.last) >= MOST_TOPICS or self._bytes + len(topic) + len(payload) > MOST_BYTES
        ):
            self.complain(f"{self.title}: {device[:60]} has too many topics; the rest is left out", device)
            return
        self._told[device] = told
        known = told.traits.setdefault(topic, set())
        fresh = set(traits) - known if len(known) < MOST_TRAITS else set()
        if before is None or fresh or (telling and before != payload):
            self.again(device)
        known |= fresh
        if before is None or fresh:
            told.news.pop(topic, None)
            told.news[topic] = None
        # What the house reads by itself is not kept, unless it is to be told again: then the newest is.
        if telling or topic in told.news or topic not in told.shown:
            self._bytes += len(payload) - (len(before) if before is not None else -len(topic))
            told.last[topic] = payload

    def told(self, device: str) -> Mapping[str, bytes]:
        """The last messages of a device by topic."""
        return self._told[device].last if device in self._told else {}

    def again(self, device: str) -> None:
        """Describe a device anew: something is known that was not."""
        if device in self._told:
            self._dirty[device] = None
            self._news.set()

    def gone(self, device: str) -> None:
        """A device has taken itself back."""
        if told := self._told.pop(device, None):
            self._bytes -= sum(len(topic) + len(payload) for topic, payload in told.last.items())
        self._dirty.pop(device, None)
        if found_id := self._ids.pop(device, None):
            self.forget(found_id)

    def ask(self, topic: str, payload: str = "") -> None:
        """Send a question as soon as there is a broker."""
        if len(self._questions) < MOST_QUESTIONS:
            self._questions[Command(topic, payload)] = None
            self._news.set()

    async def run(self) -> None:
        """Show what has changed, a burst at a time, and ask what there is to ask."""
        while True:
            await self._news.wait()
            self._news.clear()
            await asyncio.sleep(BURST_SECONDS)
            try:
                await self.catch_up()
            except LinkError as error:
                log.debug("%s: %s", self.title, error)
                await asyncio.sleep(AGAIN_SECONDS)
                self._news.set()

    async def catch_up(self) -> None:
        """Show what has changed, giving way to others between two devices, and ask.

        Raises:
            LinkError: there is no broker; what was not asked will be asked the next time.
        """
        while self._dirty or self._questions:
            while self._dirty:
                self._settle(next(iter(self._dirty)))
                await asyncio.sleep(0)
            if self._questions:
                question = next(iter(self._questions))
                await self.send(question)
                self._questions.pop(question, None)

    def _settle(self, device: str) -> None:
        del self._dirty[device]
        told = self._told[device]
        try:
            found = self.described(device, told)
        except UNREADABLE as error:
            self.complain(f"{self.title}: {device[:60]} is left out: {error}", (device, type(error)))
            return
        if found is None:
            return
        if (outline := _outline(found)) != told.outline:
            told.outline = outline
            if (before := self._ids.get(device, found.id)) != found.id:
                self.forget(before)
            self._ids[device] = found.id
            self.show(found)
        told.shown = frozenset(topic for part in found.parts for topic in part.readers)
        told.shown |= {one.topic for one in found.availability}
        for topic in [topic for topic in told.news if topic in told.shown]:
            del told.news[topic]
            self.retell(found.id, topic, told.last[topic])


def _outline(found: Found) -> object:
    """What distinguishes one description from another: all but its functions."""
    parts = [
        (part.id, part.kind, part.properties, *map(frozenset, (part.readers, part.actions)), part.name)
        for part in found.parts
    ]
    places = [one.topic for one in found.availability]
    rest = (found.name, found.area, found.model, found.same_as, found.hidden, dict(found.unsupported))
    return parts, places, rest
