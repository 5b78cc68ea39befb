"""The source: every exposed entity of a Home Assistant, as the device that it belongs to."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from assistant.api.sources import Command, Found, LinkError, Part, Role, Source, secret

from .connection import Connection, WrongToken, connected
from .domains import DOMAINS
from .registries import MOST_ENTITIES, Registries, read
from .sketch import Sketch, Unsupported

BACK_OFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
SETTLING_SECONDS = 0.5
ENTITY = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
ROLES: Mapping[str, Role] = {"config": Role.SETTING, "diagnostic": Role.DIAGNOSTIC}
CHANGES = ("entity_registry_updated", "device_registry_updated", "area_registry_updated")
PASSING = frozenset(
    {
        "brightness", "color_mode", "color_temp", "color_temp_kelvin", "hs_color", "rgb_color", "rgbw_color",
        "rgbww_color", "xy_color", "effect", "current_position", "current_tilt_position", "temperature",
        "current_temperature", "current_humidity", "humidity", "hvac_action", "fan_mode", "preset_mode",
        "percentage", "oscillating", "battery_level", "fan_speed", "status", "volume_level",
        "is_volume_muted", "media_title", "media_position", "media_position_updated_at", "entity_picture",
        "source", "event_type", "changed_by", "last_triggered",
    }
)  # fmt: skip
"""Attributes that say how a device is, not what it can do."""
REPORTING = frozenset({"sensor", "binary_sensor", "event"})
DETAILS = REPORTING | {"number", "select", "text", "button"}
"""Domains that are a detail of a device that does something."""
UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)


@dataclass
class State:
    """One entity now."""

    state: str = "unknown"
    attributes: dict[str, Any] = field(default_factory=dict)

    def abilities(self) -> str:
        """What of it decides which part it becomes."""
        lasting = {name: value for name, value in self.attributes.items() if name not in PASSING}
        return json.dumps(lasting, sort_keys=True, default=str)


class HomeAssistant(Source):
    """Shows what Home Assistant exposes to voice assistants; commands are its services."""

    rank: ClassVar[int] = 10
    way: ClassVar[str] = "Home Assistant"

    url: str
    """For example ``http://homeassistant.local:8123``."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._connection: Connection | None = None
        self._states: dict[str, State] = {}
        self._sketches: dict[str, tuple[str, Sketch]] = {}
        self._members: dict[str, list[str]] = {}
        self._registries = Registries()
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Keep a connection, for ever; a wrong token is said once and not tried again."""
        token = secret("home-assistant-token", ("HOME_ASSISTANT_TOKEN",), os.environ, "token")
        if not token:
            self.complain(
                "Home Assistant needs a token: make one in your profile there, and put it into"
                " HOME_ASSISTANT_TOKEN or the file ~/.config/assistant/home-assistant-token (mode 0600)"
            )
            return
        failures = 0
        while True:
            try:
                await self._once(token)
                failures = 0
            except WrongToken as error:
                self.complain(str(error))
                return
            except LinkError as error:
                self.complain(str(error), same=type(error))
                failures += 1
            wait = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)]
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))

    async def send(self, command: Command) -> None:
        """Call a service; what Home Assistant holds of the entity afterwards is a report.

        No event comes for a state that stays as it is, so a lamp that was on already would not confirm it.

        Raises:
            NotTaken: Home Assistant refuses; the text is its own.
            LinkError: it is away.
        """
        if self._connection is None:
            raise LinkError("Home Assistant is away")
        domain, _, service = command.topic.partition(".")
        data = json.loads(command.payload)
        entity = data.pop("entity_id")
        await self._connection.ask(
            "call_service", domain=domain, service=service, service_data=data, target={"entity_id": entity}
        )
        self._tell(entity)

    async def _once(self, token: str) -> None:
        address = re.sub(r"^http", "ws", self.url.rstrip("/")) + "/api/websocket"
        async with connected(address, token) as connection, asyncio.TaskGroup() as tasks:
            connection.on_garbage = lambda problem: self.complain(problem, same="garbage")
            reading = tasks.create_task(connection.read())
            failure = await self._served(connection)
            reading.cancel()
        self._connection = None
        for found_id in self._members:
            self.report_presence(found_id, False)
        if failure is not None:
            raise failure

    async def _served(self, connection: Connection) -> LinkError | None:
        """Until the connection ends; a failure is returned, for a group of tasks would wrap it."""
        try:
            self._registries = await read(connection)
            if self._registries.problem:
                self.complain(self._registries.problem)
            self._states = {}
            listening: list[int] = []
            connection.on_event = lambda number, event: self._take(event, states=number not in listening)
            for kind in CHANGES:
                listening.append(await connection.subscribe("subscribe_events", event_type=kind))
            await connection.subscribe("subscribe_entities")
            self._connection = connection
            await self._follow(connection)
        except LinkError as error:
            return error
        except UNREADABLE as error:
            return LinkError(f"Home Assistant said something that cannot be read: {error}")
        return None

    async def _follow(self, connection: Connection) -> None:
        """Describe the devices anew whenever something about them has changed, and they have settled."""
        while not connection.lost.is_set():
            try:
                async with asyncio.timeout(1):
                    await self._changed.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(SETTLING_SECONDS)
            self._changed.clear()
            self._registries = await read(connection)
            self._describe()

    def _take(self, event: dict[str, Any], *, states: bool) -> None:
        """A compressed event: added, changed and removed entities (subscribe_entities)."""
        if not states:
            self._changed.set()
            return
        for entity, told in (event.get("a") or {}).items():
            if ENTITY.fullmatch(entity) and len(self._states) < MOST_ENTITIES:
                self._states[entity] = State(str(told["s"]), dict(told.get("a") or {}))
                self._changed.set()
        for entity, change in (event.get("c") or {}).items():
            if entity in self._states:
                self._change(entity, change)
        for entity in event.get("r") or ():
            self._states.pop(entity, None)
            self._changed.set()

    def _change(self, entity: str, change: dict[str, Any]) -> None:
        now = self._states[entity]
        before = now.abilities()
        more, less = change.get("+") or {}, change.get("-") or {}
        now.state = str(more.get("s", now.state))
        now.attributes.update(more.get("a") or {})
        for name in less.get("a") or ():
            now.attributes.pop(name, None)
        if now.abilities() != before:
            self._changed.set()
        self._tell(entity)

    def _tell(self, entity: str) -> None:
        """Report an entity as Home Assistant holds it."""
        now, (found_id, sketch) = self._states.get(entity), self._sketches.get(entity, ("", None))
        if now is None or sketch is None:
            return
        try:
            values = sketch.values(now.state, now.attributes)
        except UNREADABLE as error:
            self.complain(f"{entity} reports what cannot be read: {error}", same=entity)
            return
        there = any(
            self._states[one].state != "unavailable" for one in self._members[found_id] if one in self._states
        )
        self.report_presence(found_id, there)
        self.report(found_id, entity, values)

    def _describe(self) -> None:
        """All devices anew: who shares a device in the registry is one."""
        groups: dict[str, list[str]] = defaultdict(list)
        for entity in self._states:
            groups[self._registries.device_of(entity)[0]].append(entity)
        shown = {f"home_assistant {device}" for device in groups}
        for gone in set(self._members) - shown:
            self.forget(gone)
            del self._members[gone]
        for device, entities in groups.items():
            found_id = f"home_assistant {device}"
            if found := self._found(found_id, entities):
                self._members[found_id] = entities
                self.show(found)
                for entity in entities:
                    self._tell(entity)

    def _found(self, found_id: str, entities: Iterable[str]) -> Found | None:
        told = self._registries
        parts: list[Part] = []
        unsupported: dict[str, str] = {}
        _, device = told.device_of(next(iter(entities)))
        if str(device.get("model")) == "voice assistant" and _identified(device, "assistant_"):
            return None  # no assistant operates itself, or another one
        name = str(device.get("name_by_user") or device.get("name") or "")
        does = any(self._shows(entity) and entity.partition(".")[0] not in DETAILS for entity in entities)
        for entity in entities:
            self._sketches.pop(entity, None)
            try:
                part, sketch = self._part(entity, name, Role.SENSOR if does else Role.MAIN)
            except Unsupported as reason:
                unsupported[entity] = str(reason)
                continue
            except UNREADABLE as error:
                unsupported[entity] = f"its attributes cannot be read: {error}"
                continue
            self._sketches[entity] = found_id, sketch
            parts.append(part)
        if not parts:
            return None
        mains = [part for part in parts if part.id.partition(".")[0] not in DETAILS] or parts
        own = str(self._states[mains[0].id].attributes.get("friendly_name") or "")
        return Found(
            id=found_id,
            name=own if (len(mains) == 1 and own) or not name else name,
            parts=tuple(parts),
            area=told.area_of(mains[0].id),
            aliases=told.aliases.get(mains[0].id, ()) if len(mains) == 1 else (),
            same_as=frozenset(_known_as(device)),
            model=" ".join(str(device.get(key) or "") for key in ("manufacturer", "model")).strip()[:120],
            unsupported=unsupported,
        )

    def _shows(self, entity: str) -> bool:
        about = str(self._states[entity].attributes.get("device_class") or "")
        return entity.partition(".")[0] in DOMAINS and not self._registries.hidden(entity, about)

    def _part(self, entity: str, device: str, sensing: Role) -> tuple[Part, Sketch]:
        """``sensing`` is the role of what only reports: beside a lamp its power is a detail."""
        now = self._states[entity]
        draw = DOMAINS.get(entity.partition(".")[0])
        if draw is None:
            raise Unsupported("the house knows no such kind of device")
        if reason := self._registries.hidden(entity, str(now.attributes.get("device_class") or "")):
            raise Unsupported(reason)
        category = str(self._registries.entities.get(entity, {}).get("entity_category") or "")
        ordinary = sensing if entity.partition(".")[0] in REPORTING else Role.MAIN
        sketch = Sketch(entity, now.attributes, self._registries.fahrenheit, ROLES.get(category, ordinary))
        kind = draw(sketch)
        name = str(now.attributes.get("friendly_name") or entity)
        return sketch.part(kind, name.removeprefix(device).strip() if device else ""), sketch


def _identified(device: Mapping[str, Any], beginning: str) -> bool:
    pairs = device.get("identifiers") or ()
    return any(str(pair[-1]).startswith(beginning) for pair in pairs if isinstance(pair, list) and pair)


def _known_as(device: Mapping[str, Any]) -> Iterable[str]:
    """The names that the same device has with the sources on MQTT."""
    for pair in device.get("identifiers") or ():
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair):
            known = pair[1].removeprefix("zigbee2mqtt_") if "zigbee2mqtt_0x" in pair[1] else f"ha:{pair[1]}"
            yield known.lower() if known.startswith("0x") else known
    for pair in device.get("connections") or ():
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair):
            bare = pair[1].replace(":", "").replace("-", "").lower()
            yield bare if pair[0] == "mac" and len(bare) == 12 else f"ha:{pair[0]}:{pair[1]}"
