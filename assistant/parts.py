"""The larger parts of a house, each joined to what it needs; `app` joins them to each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant.atelier import captioner
from assistant.bus import Bus
from assistant.config import Config
from assistant.conversation import Conversation
from assistant.home.furniture import Furniture
from assistant.home.host import PluginHost
from assistant.home.search import search_tool
from assistant.household.known import Known
from assistant.household.loudness import loudness_tools
from assistant.household.planning import plan_tools
from assistant.household.plans import Plans, plans_of
from assistant.household.voice import HouseVoice
from assistant.live.brains import Source
from assistant.live.embedded import EmbeddedBrain
from assistant.live.endpoint import Endpoint, gemini_endpoint
from assistant.live.options import checked
from assistant.live.purse import Purse
from assistant.money import Ledger, Limits, Price
from assistant.tools.dispatch import Dispatcher
from assistant.tools.house import house_tools
from assistant.vision.part import Vision
from assistant.vision.tools import camera_tools
from assistant.vision.watching import Watch


def planned(
    dispatcher: Dispatcher, furniture: Furniture, host: PluginHost, bus: Bus, known_as: Known
) -> Plans:
    """The house's own tools, among them those of what is done later."""
    plans = plans_of(furniture, dispatcher.journal, bus, host)
    furniture.table.add_all(
        [
            *house_tools(dispatcher),
            search_tool(furniture.registry),
            *plan_tools(plans),
            *loudness_tools(known_as.rooms),
        ]
    )
    return plans


def spoken(conversation: Conversation, brain: EmbeddedBrain | None, bus: Bus, known_as: Known) -> HouseVoice:
    """What the house says by itself, in the embedded brain's voice, and where."""
    conversation.floor.usual = known_as.room.place.room
    conversation.calling.rooms = {room.place.room: room.place for room in known_as.rooms}
    conversation.own_voice.read_aloud = brain.read_aloud if brain else None
    voice = HouseVoice(conversation.own_voice, bus, known_as.named)
    voice.lately, voice.push, voice.aloud = conversation.floor.lately, known_as.push, known_as.ringing
    voice.quiet = conversation.phases.quiet
    for room in known_as.rooms:
        room.changed = bus.publish
    conversation.taken = voice.takes
    return voice


def seeing(
    config: Config, host: PluginHost, purse: Purse, sources: list[Source], furniture: Furniture
) -> Vision:
    """The cameras, and the tools that look through them."""
    vision = Vision(config, host.folder, host.clock, purse, host.tell)
    vision.asks(sources)
    vision.describer.captioner = lambda: captioner(furniture)
    vision.watch = Watch(vision.describer, vision.memory, host, host.clock)
    furniture.table.add_all(camera_tools(vision))
    return vision


def brains(config: Config, brain: EmbeddedBrain | None) -> list[Source]:
    """Gemini first when there is a way to reach it, then the embedded brain."""
    sources: list[Source] = []
    gemini = gemini_endpoint(checked(config.gemini)) if config.brain.use != "embedded" else None
    if gemini is not None:
        sources.append(lambda: _there(gemini))
    if brain is not None:
        sources.append(brain.endpoint)
    if not sources:
        problem = "there is no key: set GEMINI_API_KEY (or gemini.project for Vertex AI)"
        raise config.brain.mistake(f"brain.use is gemini, but {problem}", "use")
    return sources


def purse_of(config: Config, state: Path, *, thrifty: Callable[[], None]) -> Purse:
    """What may be spent, and what has been."""
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
