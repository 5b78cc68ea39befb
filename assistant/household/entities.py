"""What the assistant announces of itself: Home Assistant discovery, one message for each entity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant import __version__
from assistant.rooms import Place

ORIGIN = "assistant-household"
"""Our own discovery source leaves out what bears this name: no assistant operates itself, or another one."""
STATES = ("idle", "listening", "thinking", "speaking", "offline")
"""Offline is who has no brain to ask; who is away altogether is unavailable."""
LONGEST_TEXT = 255
"""Home Assistant's text entities take no more."""


@dataclass(frozen=True)
class Identity:
    """Who announces: ``id`` is kept for ever, ``base`` is the first level of all its topics.

    ``house``: the id of the whole, for one of its rooms besides the first.
    """

    id: str
    name: str
    area: str = ""
    house: str = ""

    def of(self, place: Place) -> Identity:
        """One more of its rooms: a thing of its own, there as long as the house is."""
        return Identity(f"{self.id}_{place.key}", f"{self.name} {place.room}", place.area, self.id)

    @property
    def availability(self) -> str:
        """The topic that tells whether it is there at all."""
        return f"assistant/{self.house or self.id}/availability"

    @property
    def base(self) -> str:
        return f"assistant/{self.id}"

    def topic(self, ending: str) -> str:
        """One of its topics."""
        return f"{self.base}/{ending}"


def entities(own: Identity, *, transcripts: bool) -> dict[str, dict[str, Any]]:
    """Discovery payloads by ``component/object``; what was heard and said only where it is wanted.

    What is the house's own is announced with its first room only.
    """
    readings = _readings(own.topic("state"))
    whole = {**readings, **_health(own.topic("state"))}
    found: dict[str, dict[str, Any]] = {
        **({"sensor/state": readings["sensor/state"]} if own.house else whole),
        "switch/mute": _commanded(own, "mute", "Microphone muted", icon="mdi:microphone-off"),
        "number/volume": _commanded(own, "volume", "Volume", **PERCENT),
        "number/sensitivity": _commanded(
            own, "sensitivity", "Wake sensitivity", entity_category="config", **PERCENT
        ),
        "text/say": {"name": "Say", "command_topic": own.topic("say"), "max": LONGEST_TEXT},
        "button/stop": {"name": "Stop", "command_topic": own.topic("stop")},
        "button/push_to_talk": {"name": "Push to talk", "command_topic": own.topic("push_to_talk")},
    }
    if transcripts and not own.house:
        for ending in ("heard", "said"):
            found[f"sensor/{ending}"] = {"name": f"Last {ending}", "state_topic": own.topic(ending)}
    return {place: {**payload, **_shared(own, place)} for place, payload in found.items()}


def _readings(state: str) -> dict[str, dict[str, Any]]:
    """What can only be looked at; ``state`` is the topic that tells it."""
    return {
        "sensor/state": {
            "name": "State",
            "state_topic": state,
            "value_template": "{{ value_json.state }}",
            "device_class": "enum",
            "options": list(STATES),
            "icon": "mdi:account-voice",
        },
        "sensor/brain": {
            "name": "Brain",
            "state_topic": state,
            "value_template": "{{ value_json.brain }}",
            "entity_category": "diagnostic",
        },
        "sensor/cost_today": {
            "name": "Cost today",
            "state_topic": state,
            "value_template": "{{ value_json.cost_today }}",
            "device_class": "monetary",
            "unit_of_measurement": "USD",
            "state_class": "total",
            "entity_category": "diagnostic",
        },
    }


def _health(state: str) -> dict[str, dict[str, Any]]:
    """Whether it is well, and what is the matter."""
    return {
        "binary_sensor/connected": {
            "name": "Brain connected",
            "state_topic": state,
            "value_template": "{{ 'OFF' if value_json.state == 'offline' else 'ON' }}",
            "device_class": "connectivity",
            "entity_category": "diagnostic",
        },
        "sensor/health": {
            "name": "Health",
            "state_topic": state,
            "value_template": "{{ value_json.problem or 'ok' }}",
            "entity_category": "diagnostic",
        },
        "binary_sensor/problem": {
            "name": "Problem",
            "state_topic": state,
            "value_template": "{{ 'ON' if value_json.problem else 'OFF' }}",
            "json_attributes_topic": state,
            "device_class": "problem",
            "entity_category": "diagnostic",
        },
    }


PERCENT: Mapping[str, Any] = {"min": 0, "max": 100, "step": 1, "unit_of_measurement": "%"}


def _commanded(own: Identity, ending: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "state_topic": own.topic(ending),
        "command_topic": own.topic(f"{ending}/set"),
        **more,
    }


def _shared(own: Identity, place: str) -> dict[str, Any]:
    device: dict[str, Any] = {
        "identifiers": [f"assistant_{own.id}"],
        "name": own.name,
        "model": "voice assistant",
        "sw_version": __version__,
    }
    return {
        "unique_id": f"assistant_{own.id}_{place.partition('/')[2]}",
        "availability_topic": own.availability,
        "device": {
            **device,
            **({"suggested_area": own.area} if own.area else {}),
            **({"via_device": f"assistant_{own.house}"} if own.house else {}),
        },
        "origin": {"name": ORIGIN, "sw_version": __version__},
    }
