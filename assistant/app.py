"""Composition root: configuration → parts → one TaskGroup. The only file that knows everybody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from assistant import faults, store
from assistant.bus import Bus
from assistant.config import Config
from assistant.conversation import Conversation
from assistant.errors import ConfigError, LinkError
from assistant.home.brokers import Broker, broker
from assistant.home.catalogue import by_area
from assistant.home.finds import Finds
from assistant.home.furniture import Furniture
from assistant.home.host import PluginHost
from assistant.home.link import Link
from assistant.home.pins import Pins
from assistant.home.pretend import PretendHome
from assistant.home.registry import Registry
from assistant.live.embedded import EmbeddedBrain
from assistant.live.endpoint import Endpoint, gemini_endpoint
from assistant.live.session import Session, Setup, Source
from assistant.loader import Loaded
from assistant.prompts import instruction
from assistant.tools.dispatch import Dispatcher
from assistant.tools.house import house_tools

log = logging.getLogger(__name__)

FIRST_REPORTS_SECONDS = 3.0
QUIET_SECONDS, LONGEST_UNREST_SECONDS = 0.3, 3.0
"""Discovery comes in bursts: the brain is told when one is over, or when it will not end."""

Progress = Callable[[str], None]


@dataclass
class House:
    """Everything that runs, for the command that uses it."""

    config: Config
    bus: Bus
    broker: Broker
    link: Link
    registry: Registry
    finds: Finds
    dispatcher: Dispatcher
    conversation: Conversation
    session: Session
    loaded: Sequence[Loaded]
    brain: EmbeddedBrain | None
    state: Path
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the home has another device, or one less."""
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the first burst of discovery is over."""
    ears_open: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by whoever uses the house: the heavy SDK is loaded only once the microphone is open."""


Use = Callable[[House], Awaitable[int]]


async def run(config: Config, use: Use, *, progress: Progress = lambda _line: None) -> int:
    """Build the house, let ``use`` live in it, and take it down again; returns what ``use`` returned."""
    asyncio.get_running_loop().set_exception_handler(faults.in_the_loop)
    state = store.folder(config.state_dir)
    bus = Bus()
    furniture = Furniture()
    furniture.load(config)
    progress("Starting the message broker ...")
    async with broker(config.mqtt, state=state) as ours:
        link = Link(ours.address, client_id=store.client_ids(state))
        host = PluginHost(link, bus)
        pins = Pins(state / "pins.json")
        host.finds = Finds(host, furniture.registry, furniture.table, wishes=config.home.devices, pins=pins)
        furniture.attach(host)
        brain = EmbeddedBrain(config.brain, state) if config.brain.use != "gemini" else None
        dispatcher = Dispatcher(furniture.table, furniture.registry, bus)
        furniture.table.add_all(house_tools(dispatcher))
        session = Session(_sources(config, brain), _setup(config, furniture))
        news = asyncio.Event()
        host.finds.changed = news.set
        house = House(
            config=config,
            bus=bus,
            broker=ours,
            link=link,
            registry=furniture.registry,
            finds=host.finds,
            dispatcher=dispatcher,
            conversation=Conversation(session, dispatcher, bus),
            session=session,
            loaded=furniture.loaded,
            brain=brain,
            state=state,
            news=news,
        )
        return await _lived_in(house, furniture, use, progress)


async def _lived_in(house: House, furniture: Furniture, use: Use, progress: Progress) -> int:
    async with asyncio.TaskGroup() as tasks:
        running: list[asyncio.Task[None]] = [
            tasks.create_task(house.link.run(), name="mqtt"),
            tasks.create_task(house.broker.keep(), name="broker"),
        ]
        if house.config.home.pretend:
            progress("Furnishing a pretend home ...")
            running.append(tasks.create_task(PretendHome(house.broker.address).run(), name="pretend home"))
        for plugin in furniture.plugins:
            running.append(tasks.create_task(plugin.keep_alive(), name=plugin.title))
        if house.brain is not None:
            progress("Waking the embedded brain ...")
            running.append(tasks.create_task(house.brain.run(), name="brain"))
        running.append(tasks.create_task(_talk(house, furniture), name="session"))
        running.append(tasks.create_task(house.conversation.run(), name="conversation"))
        try:
            return await use(house)
        finally:
            for task in running:
                task.cancel()


async def _talk(house: House, furniture: Furniture) -> None:
    """Hold the session; when the home changes, the brain learns it."""
    await house.ears_open.wait()
    async with asyncio.TaskGroup() as tasks:
        # The SDK takes its time to load; the first burst of discovery is over by then.
        tasks.create_task(house.session.run(), name="link")
        with suppress(LinkError):
            await house.link.ready(LONGEST_UNREST_SECONDS)
        house.news.set()
        while True:
            await house.news.wait()
            await _settled(house.news)
            house.finds.pins.save()
            house.session.renew(_setup(house.config, furniture))
            house.settled.set()


async def _settled(news: asyncio.Event) -> None:
    """Wait until no more devices come."""
    clock = asyncio.get_running_loop().time
    until = clock() + LONGEST_UNREST_SECONDS
    while news.is_set() and clock() < until:
        news.clear()
        await asyncio.sleep(QUIET_SECONDS)


def _sources(config: Config, brain: EmbeddedBrain | None) -> list[Source]:
    """Gemini first when there is a way to reach it, then the embedded brain."""
    sources: list[Source] = []
    gemini = gemini_endpoint(config.gemini) if config.brain.use != "embedded" else None
    if gemini is not None:
        sources.append(lambda: _there(gemini))
    if brain is not None:
        sources.append(brain.endpoint)
    if not sources:
        raise ConfigError(
            "brain.use is gemini, but there is no key: set GEMINI_API_KEY (or gemini.project for Vertex AI)"
        )
    return sources


async def _there(endpoint: Endpoint) -> Endpoint:
    return endpoint


def _setup(config: Config, furniture: Furniture) -> Setup:
    return Setup(
        instruction=instruction(by_area(furniture.registry.devices)),
        declarations=furniture.table.declarations(),
        voice=config.gemini.voice,
        trigger_tokens=config.gemini.trigger_tokens,
        connect_seconds=config.gemini.connect_seconds,
    )


async def furnished(house: House) -> None:
    """Wait, a little, until the devices have told their state."""
    try:
        async with asyncio.timeout(FIRST_REPORTS_SECONDS):
            await house.settled.wait()
            with house.bus.subscribed() as news:
                while any(not device.states for device in house.registry.devices):
                    await news.get()
    except TimeoutError:
        silent = [device.name for device in house.registry.devices if not device.states]
        log.info("no report yet from %s", ", ".join(silent))
