"""Composition root: configuration → parts → one TaskGroup. Only it and `parts` know everybody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from assistant import faults, store
from assistant.atelier import displays, studio
from assistant.briefing import setup
from assistant.bus import Bus
from assistant.config import Config, MqttConfig
from assistant.consent import Consent
from assistant.conversation import Conversation
from assistant.errors import LinkError, ToolError
from assistant.home.brokers import Broker, broker
from assistant.home.finds import Finds
from assistant.home.furniture import Furniture
from assistant.home.host import PluginHost
from assistant.home.keeper import Keeper
from assistant.home.lately import Lately
from assistant.home.link import Link
from assistant.home.pins import Pins
from assistant.home.pretend import PretendHome
from assistant.home.registry import Registry
from assistant.household.known import Known
from assistant.household.plans import Plans
from assistant.household.voice import HouseVoice
from assistant.live.embedded import EmbeddedBrain
from assistant.live.handles import Handles
from assistant.live.purse import Purse
from assistant.live.session import Session, Setup
from assistant.live.sight import Sight
from assistant.looking import look_through
from assistant.mcp.servers import Servers
from assistant.ops.health import Health, room_left
from assistant.ops.notify import Notifier
from assistant.parts import brains, planned, purse_of, seeing, spoken
from assistant.permission import consent_in, pin_of, policy_of
from assistant.showing import show_through
from assistant.speaking import speak_through
from assistant.tools.dispatch import Dispatcher
from assistant.vision.part import Vision
from assistant.vision.studio import Studio
from assistant.wallclock import WallClock

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
    furniture: Furniture
    keeper: Keeper
    finds: Finds
    lately: Lately
    purse: Purse
    servers: Servers
    dispatcher: Dispatcher
    conversation: Conversation
    voice: HouseVoice
    session: Session
    brain: EmbeddedBrain | None
    state: Path
    known_as: Known
    vision: Vision
    plans: Plans
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the home has another device, or one less."""
    exchanged: asyncio.Event = field(default_factory=asyncio.Event)
    """Set besides when that was a plugin's doing that is over: a saved file, a quarantine."""
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the first burst of discovery is over."""
    ears_open: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by whoever uses the house: the heavy SDK is loaded only once the microphone is open."""
    consent: Consent = field(init=False)

    def __post_init__(self) -> None:
        pin = pin_of(self.config, self.state)
        self.consent = consent_in(self.conversation, self.dispatcher, self.bus, pin)
        self.keeper.changed = self._exchange_done

    @property
    def registry(self) -> Registry:
        """Its devices by name."""
        return self.furniture.registry

    @cached_property
    def health(self) -> Health:
        """How it is; the daemon's own parts add their questions."""
        made = Health(Notifier(), self._doing)
        made.other["broker"] = lambda: self.link.problem
        made.other["brain"] = lambda: self.session.trouble
        made.other["mcp"] = self.servers.trouble
        made.other["disk"] = room_left(self.state)
        return made

    @cached_property
    def studio(self) -> Studio:
        """Makes pictures and shows them on its screens; the first of the brains is asked to draw."""
        where = brains(self.config, self.brain)[0]
        made = studio(self.config, self.state, where=where, purse=self.purse, dispatcher=self.dispatcher)
        made.painter.away = self.session.away
        made.wall.sources.append(lambda: displays(self.furniture))
        return made

    def _exchange_done(self) -> None:
        """A plugin has gone or come, with all that it has: there is nothing more to wait for."""
        self.exchanged.set()
        self.news.set()

    def _doing(self) -> str:
        """One line for those who look at a service."""
        brain = f"the {self.session.brain} brain answers" if self.session.brain else "no brain answers yet"
        count = len(self.registry.devices)
        devices = f"{count} {'device' if count == 1 else 'devices'}"
        return "; ".join(filter(None, (self.conversation.phase.value, self.known_as.muted, brain, devices)))


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
    async with broker(broker_wished(config), state=state) as ours:
        house = _built(config, ours, state, furniture, announced=announced)
        with house.keeper.watching():
            return await _uncancelled(_lived_in(house, use, progress))


async def _uncancelled(living: Coroutine[None, None, int]) -> int:
    """What it returns; it runs in a task that plugins cannot cancel, which they can this one."""
    task = asyncio.get_running_loop().create_task(living, name="house")
    try:
        return await task
    except asyncio.CancelledError:
        if task.cancelled() or not task.done():
            raise
        return task.result()


def broker_wished(config: Config) -> MqttConfig:
    """A pretend home is furnished on a broker of our own, never on the one of somebody's real devices."""
    if config.mqtt.use_localhost is not None:
        return config.mqtt
    return config.mqtt.model_copy(update={"use_localhost": not config.home.pretend})


def _built(config: Config, ours: Broker, state: Path, furniture: Furniture, *, announced: bool) -> House:
    """Every part, joined to the others; nothing runs yet."""
    bus, known_as = Bus(), Known(config, state)
    link = known_as.link(ours, state, announced=announced)
    host = PluginHost(link, bus, state, WallClock())
    pins = Pins(state / "pins.json")
    host.finds = Finds(host, furniture.registry, furniture.table, wishes=config.home.devices, pins=pins)
    furniture.attach(host)
    brain = EmbeddedBrain(config.brain, state) if config.brain.use != "gemini" else None
    dispatcher = Dispatcher(furniture.table, furniture.registry, bus, policy_of(config, furniture))
    plans = planned(dispatcher, furniture, host, bus, known_as)
    lately, news = Lately(state / "lately.json"), asyncio.Event()
    dispatcher.asked_for = lately.note
    keeper = Keeper(furniture, host.finds)
    servers = Servers(config.mcp, furniture.table)
    host.finds.changed = servers.changed = news.set
    purse = purse_of(config, state, thrifty=news.set)
    sources = brains(config, brain)
    vision = seeing(config, host, purse, sources, furniture)
    told = setup(config.gemini, furniture, lately.names, thrifty=purse.thrifty)
    session = Session(sources, told, Handles(state / "conversations.json"), purse)
    conversation = Conversation(session, dispatcher, bus)
    host.voice = voice = spoken(conversation, brain, bus, known_as)
    return House(
        config=config,
        bus=bus,
        broker=ours,
        link=link,
        furniture=furniture,
        keeper=keeper,
        finds=host.finds,
        lately=lately,
        purse=purse,
        servers=servers,
        dispatcher=dispatcher,
        conversation=conversation,
        voice=voice,
        session=session,
        brain=brain,
        state=state,
        news=news,
        known_as=known_as,
        vision=vision,
        plans=plans,
    )


async def _lived_in(house: House, use: Use, progress: Progress) -> int:
    speak_through(house.voice)
    look_through(house.vision)
    house.vision.show, house.vision.draw = house.studio.put_up, house.studio.likeness
    house.studio.painter.left = house.vision.left
    house.vision.gaze.show = Sight(house.session).show
    house.vision.gaze.foreign = house.dispatcher.policy.saw
    show_through(house.studio)
    house.dispatcher.journal.forgotten = house.session.oblivion.wish
    async with asyncio.TaskGroup() as tasks:
        running: list[asyncio.Task[None]] = [
            tasks.create_task(house.link.run(), name="mqtt"),
            tasks.create_task(house.broker.keep(), name="broker"),
        ]
        if house.config.home.pretend:
            progress("Furnishing a pretend home ...")
            running.append(tasks.create_task(PretendHome(house.broker.address).run(), name="pretend home"))
        running.append(tasks.create_task(house.keeper.run(), name="plugins"))
        running.append(tasks.create_task(house.servers.run(), name="mcp"))
        if house.brain is not None:
            progress("Waking the embedded brain ...")
            running.append(tasks.create_task(house.brain.run(), name="brain"))
        running.append(tasks.create_task(_talk(house), name="session"))
        running.append(tasks.create_task(house.conversation.run(), name="conversation"))
        running.append(tasks.create_task(house.voice.run(), name="voice"))
        running.append(tasks.create_task(house.consent.run(), name="consent"))
        running.append(tasks.create_task(house.vision.run(), name="vision"))
        house.plans.linked = lambda: not house.link.problem
        running.append(tasks.create_task(house.plans.run(), name="plans"))
        running.append(tasks.create_task(house.studio.follow(house.bus), name="pictures"))
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
        house.session.renew(await _told(house))
        # The SDK takes its time to load; the first burst of discovery is over by then.
        tasks.create_task(house.session.run(), name="link")
        with suppress(LinkError):
            await house.link.ready(LONGEST_UNREST_SECONDS)
        house.news.set()
        while True:
            await house.news.wait()
            if not house.exchanged.is_set():
                await _settled(house.news)
            house.news.clear()
            house.exchanged.clear()
            house.finds.pins.save()
            house.lately.save()
            house.session.renew(await _told(house))
            house.settled.set()


async def _told(house: House) -> Setup:
    """What a brain is told of the house as it is now."""
    hung = ""
    with suppress(ToolError):  # a gallery that cannot be read has said so
        hung = await house.studio.store.last_hung()
    thrifty, names = house.purse.thrifty, house.lately.names
    return setup(house.config.gemini, house.furniture, names, thrifty=thrifty, hung=hung)


async def _settled(news: asyncio.Event) -> None:
    """Wait until no more devices come."""
    clock = asyncio.get_running_loop().time
    until = clock() + LONGEST_UNREST_SECONDS
    while news.is_set() and clock() < until:
        news.clear()
        await asyncio.sleep(QUIET_SECONDS)


async def furnished(house: House, *, besides: Collection[str] = ()) -> None:
    """Wait, a little, until the devices ``besides`` these have told their state."""
    try:
        async with asyncio.timeout(FIRST_REPORTS_SECONDS):
            await house.settled.wait()
            with house.bus.subscribed() as news:
                while any(
                    not device.states and device.name not in besides for device in house.registry.devices
                ):
                    await news.get()
    except TimeoutError:
        silent = [device.name for device in house.registry.devices if not device.states]
        log.info("no report yet from %s", ", ".join(silent))
