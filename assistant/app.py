"""Composition root: configuration → parts → one TaskGroup. The only file that knows everybody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from assistant import faults, store
from assistant.briefing import setup
from assistant.bus import Bus
from assistant.config import Config
from assistant.conversation import Conversation
from assistant.errors import ConfigError, LinkError
from assistant.home.brokers import Broker, broker
from assistant.home.finds import Finds
from assistant.home.furniture import Furniture
from assistant.home.host import PluginHost
from assistant.home.lately import Lately
from assistant.home.link import Link
from assistant.home.pins import Pins
from assistant.home.pretend import PretendHome
from assistant.home.registry import Registry
from assistant.home.search import search_tool
from assistant.household.entities import Identity
from assistant.household.room import Room
from assistant.live.brains import Source
from assistant.live.embedded import EmbeddedBrain
from assistant.live.endpoint import Endpoint, gemini_endpoint
from assistant.live.handles import Handles
from assistant.live.options import checked
from assistant.live.purse import Purse
from assistant.live.session import Session
from assistant.loader import PREFIX
from assistant.money import Ledger, Limits, Price
from assistant.tools.dispatch import Dispatcher
from assistant.tools.house import house_tools
from assistant.watchdog import watched

log = logging.getLogger(__name__)

FIRST_REPORTS_SECONDS = 3.0
QUIET_SECONDS, LONGEST_UNREST_SECONDS = 0.3, 3.0
"""Discovery comes in bursts: the brain is told when one is over, or when it will not end."""

Progress = Callable[[str], None]


class Known:
    """The assistant as its owner's home knows it."""

    def __init__(self, config: Config, state: Path) -> None:
        wanted = config.home.announce
        self.own = Identity(store.identity(state), wanted.name, wanted.area)
        self.room = Room(state / "room.json")
        self.linked = asyncio.Event()
        """Set whenever the link to the broker is up again."""

    def link(self, ours: Broker, state: Path, *, announced: bool) -> Link:
        """The way to the broker; who was announced is missed there when it is gone."""
        will = (self.own.topic("availability"), "offline") if announced else None
        return Link(ours.address, client_id=store.client_ids(state), will=will, on_online=self.linked.set)


@dataclass
class House:
    """Everything that runs, for the command that uses it."""

    config: Config
    bus: Bus
    broker: Broker
    link: Link
    furniture: Furniture
    finds: Finds
    lately: Lately
    purse: Purse
    dispatcher: Dispatcher
    conversation: Conversation
    session: Session
    brain: EmbeddedBrain | None
    state: Path
    known_as: Known
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the home has another device, or one less."""
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the first burst of discovery is over."""
    ears_open: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by whoever uses the house: the heavy SDK is loaded only once the microphone is open."""

    @property
    def registry(self) -> Registry:
        """Its devices by name."""
        return self.furniture.registry


Use = Callable[[House], Awaitable[int]]


async def run(
    config: Config, use: Use, *, progress: Progress = lambda _line: None, announced: bool = False
) -> int:
    """Build the house, let ``use`` live in it, and take it down again; returns what ``use`` returned.

    A house that is ``announced`` says on the broker when it is gone.
    """
    asyncio.get_running_loop().set_exception_handler(faults.in_the_loop)
    state = store.folder(config.state_dir)
    furniture = Furniture()
    furniture.load(config)
    progress("Starting the message broker ...")
    async with broker(config.mqtt, state=state) as ours:
        house = _built(config, ours, state, furniture, announced=announced)
        with watched(PREFIX):
            return await _lived_in(house, use, progress)


def _built(config: Config, ours: Broker, state: Path, furniture: Furniture, *, announced: bool) -> House:
    """Every part, joined to the others; nothing runs yet."""
    bus, known_as = Bus(), Known(config, state)
    link = known_as.link(ours, state, announced=announced)
    host = PluginHost(link, bus)
    pins = Pins(state / "pins.json")
    host.finds = Finds(host, furniture.registry, furniture.table, wishes=config.home.devices, pins=pins)
    furniture.attach(host)
    brain = EmbeddedBrain(config.brain, state) if config.brain.use != "gemini" else None
    dispatcher = Dispatcher(furniture.table, furniture.registry, bus)
    furniture.table.add_all([*house_tools(dispatcher), search_tool(furniture.registry)])
    lately = Lately(state / "lately.json")
    dispatcher.asked_for = lately.note
    news = asyncio.Event()
    host.finds.changed = news.set
    purse = _purse(config, state, thrifty=news.set)
    told = setup(config.gemini, furniture, lately.names, thrifty=purse.thrifty)
    session = Session(_sources(config, brain), told, Handles(state / "conversations.json"), purse)
    conversation = Conversation(session, dispatcher, bus)
    conversation.read_aloud = brain.read_aloud if brain else None
    return House(
        config=config,
        bus=bus,
        broker=ours,
        link=link,
        furniture=furniture,
        finds=host.finds,
        lately=lately,
        purse=purse,
        dispatcher=dispatcher,
        conversation=conversation,
        session=session,
        brain=brain,
        state=state,
        news=news,
        known_as=known_as,
    )


async def _lived_in(house: House, use: Use, progress: Progress) -> int:
    async with asyncio.TaskGroup() as tasks:
        running: list[asyncio.Task[None]] = [
            tasks.create_task(house.link.run(), name="mqtt"),
            tasks.create_task(house.broker.keep(), name="broker"),
        ]
        if house.config.home.pretend:
            progress("Furnishing a pretend home ...")
            running.append(tasks.create_task(PretendHome(house.broker.address).run(), name="pretend home"))
        for plugin in house.furniture.plugins:
            running.append(tasks.create_task(plugin.keep_alive(), name=plugin.title))
        if house.brain is not None:
            progress("Waking the embedded brain ...")
            running.append(tasks.create_task(house.brain.run(), name="brain"))
        running.append(tasks.create_task(_talk(house), name="session"))
        running.append(tasks.create_task(house.conversation.run(), name="conversation"))
        try:
            return await use(house)
        finally:
            house.lately.save()
            for task in running:
                task.cancel()


async def _talk(house: House) -> None:
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
            house.lately.save()
            thrifty = house.purse.thrifty
            house.session.renew(
                setup(house.config.gemini, house.furniture, house.lately.names, thrifty=thrifty)
            )
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
    gemini = gemini_endpoint(checked(config.gemini)) if config.brain.use != "embedded" else None
    if gemini is not None:
        sources.append(lambda: _there(gemini))
    if brain is not None:
        sources.append(brain.endpoint)
    if not sources:
        raise ConfigError(
            "brain.use is gemini, but there is no key: set GEMINI_API_KEY (or gemini.project for Vertex AI)"
        )
    return sources


def _purse(config: Config, state: Path, *, thrifty: Callable[[], None]) -> Purse:
    money = config.money
    limits = Limits(
        Ledger(state),
        soft_usd=money.daily_soft_usd,
        hard_usd=money.daily_usd,
        month_usd=money.monthly_usd,
        turns_per_minute=money.turns_per_minute,
        connects_per_hour=money.connections_per_hour,
    )
    return Purse(limits, [Price(**price.model_dump()) for price in money.prices], thrifty=thrifty)


async def _there(endpoint: Endpoint) -> Endpoint:
    return endpoint


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
