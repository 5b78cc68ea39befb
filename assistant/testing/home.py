"""A home in a test: a real broker, real links, the real registry and dispatcher; and nothing outside."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant import prompts
from assistant.brain.home import read_setup
from assistant.brain.understanding import Understander
from assistant.bus import Bus
from assistant.config import PluginEntry
from assistant.device import Device
from assistant.errors import PluginError, UsageError
from assistant.events import CommandSent, Event
from assistant.home.address import Address
from assistant.home.catalogue import by_area, storeys
from assistant.home.finds import Finds
from assistant.home.furniture import Furniture
from assistant.home.host import PluginHost
from assistant.home.keeper import Keeper
from assistant.home.link import Link
from assistant.home.pins import Pins
from assistant.household.planning import plan_tools
from assistant.household.plans import plans_of
from assistant.loader import Loaded, Loader, LoadState
from assistant.looking import look_through
from assistant.plugin import Plugin
from assistant.rooms import Place, asked_from
from assistant.showing import show_through
from assistant.speaking import speak_through
from assistant.testing.actor import Actor, Rules, as_payload
from assistant.testing.broker import broker
from assistant.testing.cameras import Sights
from assistant.testing.clock import Clock
from assistant.testing.pictures import Pictures
from assistant.tools.dispatch import Dispatcher, ToolCall, ToolResult
from assistant.tools.house import house_tools
from assistant.tools.policy.judge import Asker, Made

ARRIVES_SECONDS = 2.0
SPOKEN = Made(Asker.VOICE)


@dataclass
class Said:
    """What one sentence led to."""

    text: str = ""
    """The answer, as it is spoken."""
    calls: list[dict[str, Any]] = field(default_factory=list)
    results: list[ToolResult] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What slow tools said meanwhile."""


class Loudspeaker:
    """The house's voice in a test: keeps what it says; ``answers`` are what questions get, in their order."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self.answers: list[str | None] = []
        self.rooms: list[str] = []
        """Where it said each."""
        self.rang: list[str] = []
        """What of it rang."""
        self.listened: list[str] = []
        """Rooms whose microphone was opened by a press."""
        self._ringing: dict[asyncio.Event, str] = {}

    def say(self, text: str, *, by: str, room: str, urgent: bool) -> bool:
        """Speak; ``by`` is which plugin."""
        self.said.append(text)
        self.rooms.append(room)
        return True

    async def ask(self, question: str, *, by: str, room: str, seconds: float) -> str | None:
        """Ask; the next of ``answers`` is what is heard."""
        self.asked.append(question)
        return self.answers.pop(0) if self.answers else None

    async def ring(self, text: str, *, by: str, room: str, seconds: float) -> bool:
        """Ring until ``hush``."""
        self.say(text, by=by, room=room, urgent=True)
        self.rang.append(text)
        stopped = asyncio.Event()
        self._ringing[stopped] = text
        try:
            async with asyncio.timeout(seconds):
                await stopped.wait()
        except TimeoutError:
            return False
        finally:
            del self._ringing[stopped]
        return True

    def room(self, spoken: str) -> str:
        """Whatever is named is a room."""
        return spoken.strip()

    def listen(self, room: str) -> bool:
        """Note where somebody is listened to."""
        self.listened.append(room)
        return True

    def hush(self) -> list[str]:
        """End all ringing."""
        for stopped in self._ringing:
            stopped.set()
        return list(self._ringing.values())


class Brain:
    """Whoever answers: ``calls`` is a brain that does what the test says, ``hears`` the embedded one."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self.room = ""
        """The room in which it is said; its devices are those of the area of that name."""
        self._ids = (f"test-{n}" for n in itertools.count(1))
        self._known: object = None
        self._understander: Understander | None = None

    async def calls(self, tool: str, **args: Any) -> ToolResult:
        """Call a tool as a brain does, through the schema and the rules of risk."""
        self._home.lend()
        asked_from(Place(self.room, self.room))
        self._home.dispatcher.new_utterance()
        return await self._home.dispatcher.call(ToolCall(next(self._ids), tool, args))

    async def hears(self, text: str) -> Said:
        """What the embedded brain makes of a sentence: its calls are done, its answer is returned."""
        said = Said()
        self._home.lend()
        asked_from(Place(self.room, self.room))
        self._home.dispatcher.new_utterance()
        self._home.dispatcher.heard(text, complete=True)
        understander = self.understander()
        understood = understander.understand(text)

        async def tell(sentence: str) -> None:
            said.told.append(sentence)

        async def call(name: str, args: dict[str, Any]) -> ToolResult:
            return await self._home.dispatcher.call(ToolCall(next(self._ids), name, args, SPOKEN), tell)

        said.calls = [{"name": call.name, "args": dict(call.args)} for call in understood.calls]
        said.results = list(await asyncio.gather(*(call(c["name"], c["args"]) for c in said.calls)))
        said.text = understood.say
        if said.calls:
            said.text = understander.answer(understood, [result.response() for result in said.results])
        return said

    def understander(self) -> Understander:
        """The embedded brain's understanding of the home as it is now."""
        home = self._home
        told = home.furniture.table.declarations()
        known = (
            self.room,
            [d.name for d in told],
            [(d.name, d.area, d.aliases) for d in home.registry.devices],
        )
        if self._understander is None or known != self._known:
            functions = [
                {"name": d.name, "description": d.text(), "parametersJsonSchema": d.schema()} for d in told
            ]
            rooms = ("here", "elsewhere") if self.room else ()
            instruction = prompts.instruction(
                by_area(home.registry.devices, home.registry.areas),
                rooms=rooms,
                storeys=storeys(home.registry),
            )
            setup = {"systemInstruction": instruction, "tools": [{"functionDeclarations": functions}]}
            self._known, self._understander = known, Understander(read_setup(setup), self._now)
        return self._understander

    def _now(self) -> datetime:
        return self._home.clock.now().replace(tzinfo=None)


class Overheard(PluginHost):
    """The plugins' way to the broker, on which somebody listens: ``sent`` is what they have published."""

    sent: list[tuple[str, str]]

    async def publish(self, topic: str, payload: str | bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Send, and note it: topic and payload."""
        await super().publish(topic, payload, qos=qos, retain=retain)
        text = payload.decode(errors="surrogateescape") if isinstance(payload, bytes) else payload
        self.sent.append((topic, text))


class Home:
    """Made by ``opened``."""

    def __init__(self, address: Address, folder: Path, clock: Clock) -> None:
        self.address, self.clock = address, clock
        self.bus, self.voice = Bus(), Loudspeaker()
        self.furniture = Furniture()
        self.registry = self.furniture.registry
        self.link = Link(address, client_id="home")
        self._host = Overheard(self.link, self.bus, folder, clock.wall)
        self.published: list[tuple[str, str]] = []
        """What plugins have published, topic and payload; commands of devices among it."""
        self._host.sent = self.published
        self._host.voice = self.voice
        self._host.finds = Finds(
            self._host, self.registry, self.furniture.table, wishes=[], pins=Pins(folder / "pins.json")
        )
        self.keeper = Keeper(self.furniture, self._host.finds)
        self.dispatcher = Dispatcher(self.furniture.table, self.registry, self.bus)
        self.plans = plans_of(self.furniture, self.dispatcher.journal, self.bus, self._host)
        self.furniture.table.add_all([*house_tools(self.dispatcher), *plan_tools(self.plans)])
        self.furniture.attach(self._host)
        self.brain = Brain(self)
        self.pictures = Pictures(folder, self.furniture, self.dispatcher)
        self.cameras = Sights(clock.wall)
        """Name of a camera → what it sees; none until one is put here."""
        self.folders: list[Path] = []
        """Where plugins that are added by name are looked for, before the shipped ones."""
        self.messages: list[tuple[str, str]] = []
        """All that was said on the broker, topic and payload."""
        self._tasks: list[asyncio.Task[None]] = []
        self._arrived = asyncio.Event()
        self.link.subscribe("#", self._seen, retained=False)

    @classmethod
    @asynccontextmanager
    async def opened(cls, folder: Path, clock: Clock) -> AsyncIterator[Home]:
        """A home while the block lasts; ``folder`` is for what plugins keep."""
        async with broker() as address:
            home = cls(address, folder, clock)
            home.lend()
            home._start(home.link.run())
            home._start(home.keeper.run())
            home._start(home.plans.run())
            await home.link.ready()
            try:
                yield home
            finally:
                await home._end()

    def lend(self) -> None:
        """Give the house's voice, pictures and cameras to this task, and to those that it starts."""
        speak_through(self.voice)
        show_through(self.pictures.studio)
        look_through(self.cameras)

    def _start(self, running: Coroutine[Any, Any, None]) -> None:
        # No TaskGroup: the halves of a fixture may run in different tasks, and a group belongs to one.
        self._tasks.append(asyncio.get_running_loop().create_task(running))

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        for outcome in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome

    async def add(self, plugin: str | Path, **settings: Any) -> Plugin:
        """Load a plugin, by its file or by the name of a shipped one, with its settings.

        Raises:
            PluginError: it cannot be used; the text says why.
        """
        path = Path(plugin)
        if path.name == "__init__.py":
            path = path.parent.with_suffix(".py")
        folders, name = ([path.parent], path.stem) if path.suffix == ".py" else (self.folders, str(plugin))
        loaded = self.put(Loader(folders), PluginEntry(name=name, settings=settings))
        if loaded.state is not LoadState.ENABLED:
            raise PluginError(loaded.reason)
        await self.settle()
        return loaded.plugins[0]

    def put(self, loader: Loader, entry: PluginEntry) -> Loaded:
        """Load one entry; it says itself what became of it."""
        self.furniture.loader = loader
        loaded = self.furniture.add(loader, entry)
        self.furniture.loaded.append(loaded)
        return self.keeper.replace(loaded, loaded)

    def device(self, name: str) -> Device:
        """The device of this name.

        Raises:
            UsageError: there is none.
        """
        for device in self.registry.devices:
            if device.name == name:
                return device
        there = ", ".join(device.name for device in self.registry.devices) or "none"
        raise UsageError(f"there is no device {name!r} in this home; the devices here: {there}")

    async def actor(self, rules: Rules) -> Actor:
        """A device on the broker: command topic → firmware, or what it reports then."""
        actor = Actor(self.address, rules)
        self._start(actor.run())
        await actor.ready()
        return actor

    async def publish(self, topic: str, payload: Any) -> None:
        """Somebody says something on the broker; returns when the home has heard it."""
        before = len(self.messages)
        text = as_payload(payload)
        await self.link.publish(topic, text, qos=1)
        async with asyncio.timeout(ARRIVES_SECONDS):
            while (topic, text) not in self.messages[before:]:
                self._arrived.clear()
                await self._arrived.wait()
        await self.settle()

    async def settle(self) -> None:
        """Let everything happen that is due now."""
        await self.clock.settle()

    def happen(self, event: Event) -> None:
        """A fact on the bus."""
        self.bus.publish(event)

    @asynccontextmanager
    async def commands(self) -> AsyncIterator[list[CommandSent]]:
        """The commands that devices send while the block lasts."""
        found: list[CommandSent] = []
        with self.bus.subscribed(CommandSent) as queue:
            yield found
            while not queue.empty():
                event = queue.get_nowait()
                assert isinstance(event, CommandSent)
                found.append(event)

    def _seen(self, topic: str, payload: bytes) -> None:
        self.messages.append((topic, payload.decode(errors="replace")))
        self._arrived.set()
