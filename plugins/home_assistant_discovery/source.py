"""The source: hears discovery messages, keeps who announced what, and shows each device once per burst."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar

from assistant.api import hears
from assistant.api.sources import Source, secret

from .components import BUILDERS, UNSUPPORTED
from .devices import found_of
from .draft import Owner
from .payloads import MOST_ENTITIES, BadPayload, Entity, entities, migrates

BURST_SECONDS, LONGEST_BURST_SECONDS = 0.05, 1.0
"""A burst of messages is over when none has come for so long; one that does not end is shown meanwhile."""
MOST_DEVICES = 3000
MOST_BYTES = 64 * 1024 * 1024
"""Of all configurations together: whoever may write the discovery topics could fill the memory otherwise."""
OURS = "assistant-household"
"""What an assistant announces of itself bears this as its origin."""
ID = re.compile(r"[a-zA-Z0-9_-]{1,200}")

Claim = tuple[str, str]
"""Topic and entity id."""


@dataclass(slots=True)
class Announcement:
    """What one topic has announced."""

    digest: bytes
    size: int
    claims: list[tuple[str, Claim]] = field(default_factory=list)
    """Device key and claim."""
    migrating: bool = False


class HomeAssistantDiscovery(Source):
    """Finds what announces itself to Home Assistant: ESPHome, Zigbee2MQTT, OpenMQTTGateway and many more."""

    rank: ClassVar[int] = 30
    prefix: str = "homeassistant"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._announced: dict[str, Announcement] = {}
        self._devices: dict[str, dict[Claim, Entity]] = {}
        self._keys: dict[str, str] = {}
        self._bytes = 0
        self._shown: set[str] = set()
        self._dirty: dict[str, None] = {}
        self._news = asyncio.Event()
        self._codes = _codes(
            secret("lock-codes", ("ASSISTANT_LOCK_CODES",), os.environ, "list of lock codes")
        )

    @hears("{prefix}/+/+/config")
    def _hear_short(self, topic: str, payload: bytes) -> None:
        self._heard(topic, payload)

    @hears("{prefix}/+/+/+/config")
    def _hear_long(self, topic: str, payload: bytes) -> None:
        self._heard(topic, payload)

    def _heard(self, topic: str, payload: bytes) -> None:
        component, *ids = topic[len(self.prefix) + 1 :].split("/")[:-1]
        if not all(map(ID.fullmatch, ids)):
            self.complain(f"{self.title}: {topic[:120]!r} is no discovery topic")
            return
        before = self._announced.get(topic)
        if not payload.strip():
            self._withdraw(topic)
        elif before is not None and before.digest == _digest(payload):
            pass  # brokers repeat what they keep
        elif migrates(payload):
            if before is not None:
                before.migrating = True
        elif component != "device" and component not in BUILDERS and component not in UNSUPPORTED:
            self.complain(f"{self.title}: there is no component {component[:40]!r}")
        else:
            self._announce(topic, component, ids[-1], payload)

    def _announce(self, topic: str, component: str, object_id: str, payload: bytes) -> None:
        try:
            described = entities(component, object_id, payload)
        except BadPayload as error:
            self.complain(f"{self.title}: {topic[:120]} is left out: {error}")
            return
        self._withdraw(topic)
        if any(_ours(entity.config.get("origin")) for entity in described):
            return  # no assistant operates itself, or another one
        if self._bytes + len(payload) > MOST_BYTES:
            self.complain(f"{self.title}: there are too many devices; the rest is left out")
            return
        announcement = self._announced[topic] = Announcement(_digest(payload), len(payload))
        self._bytes += announcement.size
        for entity in described:
            key = self._key(topic, entity)
            device = self._devices.get(key, {})
            if len(device) >= MOST_ENTITIES or (not device and len(self._devices) >= MOST_DEVICES):
                self.complain(f"{self.title}: there are too many devices or entities; the rest is left out")
                continue
            claim = topic, entity.id
            self._devices.setdefault(key, device)[claim] = entity
            announcement.claims.append((key, claim))
            self._changed(key)
            for name in entity.device.names:
                self._keys.setdefault(name, key)
        if not announcement.claims:
            self._withdraw(topic)

    def _key(self, topic: str, entity: Entity) -> str:
        """Its device's id: entities with any identifier or connection in common are one device."""
        names = entity.device.names
        known = list(dict.fromkeys(self._keys[name] for name in names if name in self._keys))
        if len(known) == 2:
            self._join(known[1], known[0])
        if names:
            return known[0] if known else f"ha:{names[0][:120]}"
        return f"ha:{entity.id}"

    def _join(self, other: str, key: str) -> None:
        """Two devices turn out to be one: somebody knows both by name."""
        if len(self._devices[key]) + len(self._devices[other]) > MOST_ENTITIES:
            return
        moved = self._devices.pop(other)
        self._devices[key].update(moved)
        self._keys = {name: key if known == other else known for name, known in self._keys.items()}
        for topic, _ in moved:
            claims = self._announced[topic].claims
            claims[:] = [(key if known == other else known, claim) for known, claim in claims]
        self._changed(other)
        self._changed(key)

    def _learn(self, key: str, entity_id: str, name: str, value: Any) -> None:
        """A report has told what an entity's configuration may say."""
        device = self._devices.get(key, {})
        for claim, entity in device.items():
            if entity.id == entity_id and entity.config.get(name) != value:
                device[claim] = replace(entity, config={**entity.config, name: value})
                self._changed(key)

    def _withdraw(self, topic: str) -> None:
        announcement = self._announced.pop(topic, None)
        if announcement is None:
            return
        self._bytes -= announcement.size
        for key, claim in announcement.claims:
            device = self._devices[key]
            del device[claim]
            self._changed(key)
            if not device:
                del self._devices[key]
                self._keys = {name: known for name, known in self._keys.items() if known != key}

    def _changed(self, key: str) -> None:
        self._dirty[key] = None
        self._news.set()

    async def run(self) -> None:
        """Show what has changed, a burst at a time, giving way to others between two devices."""
        while True:
            await self._news.wait()
            await self._burst_over()
            for key in list(self._dirty):
                self._settle(key)
                await asyncio.sleep(0)

    async def _burst_over(self) -> None:
        """A device comes in many messages and its making costs more than their reading: wait for the last."""
        clock = asyncio.get_running_loop().time
        until = clock() + LONGEST_BURST_SECONDS
        while self._news.is_set() and clock() < until:
            self._news.clear()
            await asyncio.sleep(BURST_SECONDS)

    def settle(self) -> None:
        """Show at once what has changed."""
        for key in list(self._dirty):
            self._settle(key)

    def _settle(self, key: str) -> None:
        if key not in self._dirty:
            return
        del self._dirty[key]
        device = self._devices.get(key)
        if device:
            # An entity that is on its way into a device's message gives its id up.
            staying = sorted(device.items(), key=lambda item: self._announced[item[0][0]].migrating)
            owner = Owner(self._codes, partial(self._learn, key))
            found = found_of(key, [(topic, entity) for (topic, _), entity in staying], owner)
            self._shown.add(key)
            self.show(found)
        elif key in self._shown:
            self._shown.discard(key)
            self.forget(key)


def _ours(origin: Any) -> bool:
    return isinstance(origin, dict) and origin.get("name") == OURS


def _codes(text: str) -> dict[str, str]:
    """``unique_id code`` on each line."""
    pairs = (line.rpartition(" ") for line in text.splitlines())
    return {name.strip(): code for name, _, code in pairs if name.strip() and code}


def _digest(payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=16).digest()
