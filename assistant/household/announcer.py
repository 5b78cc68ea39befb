"""Publishes what the assistant is and does, and takes what may be asked of it over MQTT."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from assistant.bus import Bus
from assistant.errors import AssistantError, LinkError
from assistant.events import (
    Event,
    Heard,
    Offline,
    Online,
    PhaseChanged,
    Problem,
    RoomChanged,
    Spoke,
    UsageCounted,
)
from assistant.household.entities import LONGEST_TEXT, Identity, entities
from assistant.household.room import Room

log = logging.getLogger(__name__)

JITTER_SECONDS = 1.0
"""After a restart of Home Assistant not everything in the house talks in the same instant."""
MOST_TEXTS = 5
LARGEST_COMMAND = 2048
COMMANDS = ("+/set", "say", "stop", "push_to_talk")
PRESSED = "PRESS"
"""What a button sends; an empty message only clears a topic that a broker has kept."""
FOLLOWED = (PhaseChanged, RoomChanged, Online, Offline, Problem, Heard, Spoke, UsageCounted)


class Link(Protocol):
    """The way to the broker, as far as it is needed here."""

    async def publish(self, topic: str, payload: str, *, retain: bool = False, qos: int = 0) -> None: ...
    def subscribe(
        self, topic_filter: str, callback: Callable[[str, bytes], None], /, *, retained: bool, largest: int
    ) -> Callable[[], None]: ...


@dataclass
class Announcer:
    """One room of an assistant in its owner's home.

    ``linked`` is set whenever the link is up again; ``stop`` silences the assistant, ``say`` speaks a text
    that is not understood, so that it can ask for nothing; ``cost_today`` is in dollars, None when unknown.
    """

    own: Identity
    link: Link
    bus: Bus
    room: Room
    linked: asyncio.Event
    stop: Callable[[], None]
    say: Callable[[str], Awaitable[None]]
    prefix: str = "homeassistant"
    transcripts: bool = False
    cost_today: Callable[[], float | None] = lambda: 0.0

    def __post_init__(self) -> None:
        self._state = {"state": "idle", "brain": "", "problem": ""}
        self._words = {"heard": "", "said": ""}
        self._sent: dict[str, str] = {}
        self._news = asyncio.Event()
        self._texts: asyncio.Queue[str] = asyncio.Queue(MOST_TEXTS)

    async def run(self) -> None:
        """Announce, follow and obey until cancelled."""
        # A command that the broker has kept was meant for another day.
        heard = {self.own.topic(ending): self._obey for ending in COMMANDS}
        undo = [
            self.link.subscribe(topic, callback, retained=False, largest=LARGEST_COMMAND)
            for topic, callback in {**heard, f"{self.prefix}/status": self._born}.items()
        ]
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._publish(), name="announce")
                tasks.create_task(self._wake(), name="linked")
                tasks.create_task(self._follow(), name="follow")
                tasks.create_task(self._speak(), name="say")
        finally:
            for undone in undo:
                undone()

    def _born(self, _topic: str, payload: bytes) -> None:
        if payload == b"online":
            self.linked.set()

    async def _publish(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            if self.linked.is_set():
                self.linked.clear()
                self._sent.clear()
                await asyncio.sleep(random.uniform(0, JITTER_SECONDS))
            try:
                for topic, payload in self._retained().items():
                    if self._sent.get(topic) != payload:
                        await self.link.publish(topic, payload, retain=True)
                        self._sent[topic] = payload
            except LinkError:
                pass  # the link comes back, and then all of it is said again

    def _retained(self) -> dict[str, str]:
        """Everything that the broker is to keep, by topic."""
        own, settings = self.own, self.room.settings
        configs = {
            self._config_topic(place): json.dumps(payload)
            for place, payload in entities(own, transcripts=self.transcripts).items()
        }
        # What was shown while that was wanted is taken back when it no longer is.
        words = {own.topic(name): text if self.transcripts else "" for name, text in self._words.items()}
        return {
            **configs,
            own.availability: "online",
            own.topic("state"): json.dumps({**self._state, "cost_today": self.cost_today()}),
            own.topic("mute"): "ON" if settings.muted else "OFF",
            own.topic("volume"): str(settings.volume),
            own.topic("sensitivity"): str(settings.sensitivity),
            **words,
        }

    def _config_topic(self, place: str) -> str:
        component, _, name = place.partition("/")
        return f"{self.prefix}/{component}/assistant_{self.own.id}/{name}/config"

    async def _follow(self) -> None:
        with self.bus.subscribed(*FOLLOWED) as events:
            while True:
                self._take(await events.get())
                self._news.set()

    async def _wake(self) -> None:
        """The link is up again: say everything."""
        while True:
            await self.linked.wait()
            self._news.set()
            await asyncio.sleep(JITTER_SECONDS)

    def _take(self, event: Event) -> None:
        match event:
            case PhaseChanged(phase, room):
                here = room in ("", self.room.place.room)
                self._state["state"] = phase if here else "idle"
            case Online(brain):
                back = {"state": "idle"} if self._state["state"] == "offline" else {}
                self._state |= {"brain": brain, "problem": "", **back}
            case Offline(reason):
                self._state |= {"state": "offline", "problem": reason[:LONGEST_TEXT]}
            case Problem(text):
                self._state["problem"] = text[:LONGEST_TEXT]
            case Heard(text):
                self._words["heard"] = text[:LONGEST_TEXT]
            case Spoke(text):
                self._words["said"] = text[:LONGEST_TEXT]

    def _obey(self, topic: str, payload: bytes) -> None:
        try:
            self._do(topic.removeprefix(f"{self.own.base}/"), _text(payload))
        except ValueError as error:
            log.warning("%s: ignored, %s.", topic, error)
            self._sent.pop(topic.removesuffix("/set"), None)  # the switch there jumps back
            self._news.set()

    def _do(self, ending: str, word: str) -> None:
        match ending:
            case "mute/set" if word in ("ON", "OFF"):
                self.room.change(muted=word == "ON")
            case "volume/set" | "sensitivity/set":
                self.room.change(**{ending.removesuffix("/set"): _percent(word)})
            case "say":
                self._queue(word)
            case "stop" if word == PRESSED:
                self.stop()
            case "push_to_talk" if word == PRESSED:
                if not self.room.push():
                    log.warning("Push to talk: there is no microphone, or it is muted.")
            case _:
                raise ValueError(f"{word[:40]!r} means nothing here")

    def _queue(self, word: str) -> None:
        text = " ".join("".join(c if c.isprintable() else " " for c in word).split())[:LONGEST_TEXT]
        if not text:
            raise ValueError("there is nothing to say")
        if self._texts.full():
            raise ValueError(f"{MOST_TEXTS} texts wait already")
        self._texts.put_nowait(text)

    async def _speak(self) -> None:
        while True:
            text = await self._texts.get()
            try:
                await self.say(text)
            except AssistantError as error:
                self.bus.publish(Problem(f"{str(error)[:1].upper()}{str(error)[1:]}."))


def _text(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise ValueError("it is no text in UTF-8") from None


def _percent(word: str) -> int:
    try:
        number = float(word)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise ValueError(f"{word[:40]!r} is no percentage")
    return round(number)
