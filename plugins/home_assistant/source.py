"""The source: every exposed entity of a Home Assistant, as the device that it belongs to."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
from collections import defaultdict
from typing import Any, ClassVar

from assistant.api.sources import Command, LinkError, Source, secret

from .connection import Connection, WrongToken, connected
from .describing import UNREADABLE, Describer, State
from .registries import MOST_ENTITIES, Registries, read
from .sketch import Sketch

BACK_OFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
SETTLING_SECONDS = 0.5
ENTITY = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
CHANGES = (
    "entity_registry_updated",
    "device_registry_updated",
    "area_registry_updated",
    "floor_registry_updated",
)


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
        describer = Describer(self._registries, self._states)
        before, self._members, self._sketches = self._members, {}, {}
        for device, entities in groups.items():
            found_id = f"home_assistant {device}"
            if described := describer.found(found_id, entities):
                found, sketches = described
                self._members[found_id] = entities
                self._sketches |= {entity: (found_id, sketch) for entity, sketch in sketches.items()}
                self.show(found)
                for entity in entities:
                    self._tell(entity)
        self.show_floors(self._registries.floors)
        self.show_areas(self._registries.area_names)
        for gone in set(before) - set(self._members):
            self.forget(gone)
