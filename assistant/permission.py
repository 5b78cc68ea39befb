"""The policy of one house, its PIN, and where its calls wait for the user, made of the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from assistant.bus import Bus
from assistant.config import Config
from assistant.consent import Consent
from assistant.conversation import Conversation
from assistant.device import Device
from assistant.devices.composed import FoundDevice
from assistant.devices.trust import talks
from assistant.home.furniture import Furniture
from assistant.tools.dispatch import Dispatcher
from assistant.tools.policy.judge import Asker, Policy, Rules
from assistant.tools.policy.pin import Pin
from assistant.wallclock import WallClock


def checked(config: Config) -> None:
    """Whether consent can be given as it is wanted.

    Raises:
        ConfigError: consent is wanted on a screen, and there are no pages.
    """
    if "screen" in _ways(config) and not config.web.enabled:
        raise config.policy.mistake(
            "policy: what is to be confirmed on a screen needs the pages, and web.enabled is false; "
            "write pin, or let the pages be"
        )


def advice(config: Config) -> Iterator[str]:
    """What its owner should still do, in sentences."""
    if "pin" in _ways(config) and not pin_of(config, config.state_dir).is_set:
        yield "policy: no PIN is set yet, so what needs one is refused; set it with: assistant pin set"


def _ways(config: Config) -> set[str]:
    return {config.policy.security, *config.policy.devices.values()}


def policy_of(config: Config, furniture: Furniture) -> Policy:
    """What may be done in this house on somebody's word."""
    wanted = config.policy
    devices = {" ".join(name.casefold().split()): way for name, way in wanted.devices.items()}
    policy = Policy(
        Asker.VOICE,
        Rules(wanted.security, devices, wanted.answer_seconds),
        lambda: any(device.states.get("at_home") is True for device in furniture.registry.devices),
    )

    def strangers() -> bool:
        unseen = config.gemini.google_search  # what it finds there, only the brain reads
        others = unseen or bool(furniture.table.strangers(()))
        return others or any(map(_talks, furniture.registry.devices))

    policy.strangers = strangers
    return policy


def _talks(device: Device) -> bool:
    """Whether somebody on the network has given a device a name that is more than a name."""
    return isinstance(device, FoundDevice) and talks(device.name, device.area, *device.aliases)


def pin_of(config: Config, state: Path) -> Pin:
    """The household's PIN."""
    wanted = config.policy
    return Pin(state, WallClock().read, tries=wanted.pin_tries, minutes=wanted.pin_lock_minutes)


def consent_in(conversation: Conversation, dispatcher: Dispatcher, bus: Bus, pin: Pin) -> Consent:
    """Where calls wait for the user; after the questions of plugins, it takes the next words."""
    consent = Consent(dispatcher, bus, pin, conversation.own_voice.tell)
    plugins_take = conversation.taken
    conversation.taken = lambda text, room: plugins_take(text, room) or consent.takes(text, room)
    conversation.unheard.wanted = lambda: consent.awaits_pin
    return consent
