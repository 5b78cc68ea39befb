"""The assistant as its owner's home knows it: who it is there, and its rooms."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from assistant import store
from assistant.config import Config
from assistant.home.brokers import Broker
from assistant.home.link import Link
from assistant.household.entities import Identity
from assistant.household.room import Room, rooms
from assistant.rooms import Rooms


class Known:
    """The assistant as its owner's home knows it."""

    def __init__(self, config: Config, state: Path) -> None:
        wanted = config.home.announce
        self.rooms = rooms(config, state)
        self.own = Identity(store.identity(state), wanted.name, wanted.area or self.rooms[0].place.area)
        self.named = Rooms([room.place for room in self.rooms] if config.rooms else ())
        self.linked = [asyncio.Event() for _ in self.rooms]
        """Set, one for each room, whenever the link to the broker is up again."""

    @property
    def room(self) -> Room:
        """The first of its rooms, which many a house has only."""
        return self.rooms[0]

    @property
    def muted(self) -> str:
        """Which of them are muted, in words; "" when none is."""
        muted = [room.place.room for room in self.rooms if room.settings.muted]
        if len(muted) == len(self.rooms):
            return "muted"
        return f"muted in {', '.join(muted)}" if muted else ""

    def push(self, name: str) -> bool:
        """Push to talk in the room of that name, the first when it has none; whether it listens."""
        return next((room for room in self.rooms if room.place.room == name), self.room).push()

    @contextmanager
    def ringing(self, name: str) -> Iterator[None]:
        """Something rings in the room of that name, or in all of them."""
        with ExitStack() as stack:
            for room in self.rooms:
                if name in ("", room.place.room):
                    stack.enter_context(room.ringing())
            yield

    def link(self, ours: Broker, state: Path, *, announced: bool) -> Link:
        """The way to the broker; who was announced is missed there when it is gone."""
        will = (self.own.topic("availability"), "offline") if announced else None
        return Link(ours.address, client_id=store.client_ids(state), will=will, on_online=self._online)

    def _online(self) -> None:
        for linked in self.linked:
            linked.set()
