"""A pretend Home Assistant on a real WebSocket: its messages are as its developer documentation has them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

TOKEN = "a long-lived token"

AREAS = [
    {"area_id": "kitchen", "name": "Kitchen", "floor_id": "ground", "aliases": ["cookhouse", None]},
    {"area_id": "hall", "name": "Hall", "floor_id": None, "aliases": "none"},
]
FLOORS = [
    {"floor_id": "ground", "name": "Ground floor", "level": 0, "aliases": ["main floor"], "icon": None},
    {"floor_id": "attic", "name": "Attic", "level": None, "aliases": []},
]
DEVICES = [
    {"id": "d1", "name": "Ceiling", "name_by_user": None, "area_id": "kitchen", "manufacturer": "Signify",
     "model": "LCT015", "identifiers": [["mqtt", "zigbee2mqtt_0x00158D0001A2B3C4"]], "connections": []},
    {"id": "d2", "name": "Door", "area_id": "hall", "identifiers": [["zwave_js", "1-7"]],
     "connections": [["mac", "AA:BB:CC:DD:EE:FF"]]},
    {"id": "d3", "name": "Assistant", "area_id": None, "model": "voice assistant",
     "identifiers": [["mqtt", "assistant_12ab"]], "connections": []},
]  # fmt: skip
ENTITIES = [
    {"entity_id": "light.ceiling", "device_id": "d1", "area_id": None, "entity_category": None},
    {"entity_id": "sensor.ceiling_power", "device_id": "d1", "area_id": None, "entity_category": None},
    {"entity_id": "lock.door", "device_id": "d2", "area_id": None, "entity_category": None},
    {"entity_id": "switch.assistant_microphone", "device_id": "d3", "area_id": None, "entity_category": None},
    {"entity_id": "light.secret", "device_id": None, "area_id": None, "hidden_by": "user"},
]
ALIASES = {"light.ceiling": {"aliases": ["big light"]}}
STATES: dict[str, dict[str, Any]] = {
    "light.ceiling": {
        "s": "off",
        "a": {
            "friendly_name": "Ceiling light",
            "supported_color_modes": ["color_temp", "xy"],
            "min_color_temp_kelvin": 2000,
            "max_color_temp_kelvin": 6535,
            "effect_list": ["blink", "colorloop"],
            "supported_features": 44,
        },
    },
    "sensor.ceiling_power": {
        "s": "3.5",
        "a": {
            "friendly_name": "Ceiling power",
            "device_class": "power",
            "unit_of_measurement": "W",
            "state_class": "measurement",
        },
    },
    "lock.door": {"s": "locked", "a": {"friendly_name": "Front door", "supported_features": 0}},
    "switch.assistant_microphone": {"s": "off", "a": {"friendly_name": "Assistant Microphone muted"}},
    "light.secret": {"s": "on", "a": {"friendly_name": "Secret", "supported_color_modes": ["onoff"]}},
}
EXPOSED = {"lock.door": {"conversation": True}, "sensor.ceiling_power": {"conversation": True}}


ANSWERS: dict[str, Any] = {
    "config/area_registry/list": AREAS,
    "config/floor_registry/list": FLOORS,
    "config/device_registry/list": DEVICES,
}


class PretendHomeAssistant:
    """Answers, carries out light services, and lets a test send anything."""

    def __init__(self) -> None:
        self.states = json.loads(json.dumps(STATES))
        self.entities = list(ENTITIES)
        self.exposed: dict[str, Any] | None = dict(EXPOSED)
        self.calls: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = []
        self.lists: dict[str, Any] = json.loads(json.dumps(ANSWERS))
        self.refuses = ""
        self.deaf = False
        self.connections = 0
        self.sockets: list[ServerConnection] = []
        self.unit = "°C"
        self._entities_id = 0
        self._registry_ids: list[int] = []
        self.greeting: Callable[[], str] = lambda: json.dumps(
            {"type": "auth_required", "ha_version": "2026.11"}
        )

    async def attend(self, socket: ServerConnection) -> None:
        """Be there for one client."""
        self.connections += 1
        try:
            await socket.send(self.greeting())
            told = json.loads(await socket.recv())
            good = told == {"type": "auth", "access_token": TOKEN}
            await socket.send(json.dumps({"type": "auth_ok" if good else "auth_invalid"}))
            if not good:
                return
            self.sockets.append(socket)
            async for text in socket:
                await self._answer(json.loads(text), socket)
        except ConnectionClosed:
            return

    async def _answer(self, asked: dict[str, Any], socket: ServerConnection) -> None:
        number, kind = asked["id"], asked["type"]
        known = {
            **self.lists,
            "get_config": {"unit_system": {"temperature": self.unit}},
            "config/entity_registry/list": self.entities,
        }
        problem, result = "", known.get(kind)
        match kind:
            case "config/entity_registry/get_entries":
                result = {one: ALIASES.get(one) for one in asked["entity_ids"]}
            case "homeassistant/expose_entity/list":
                result = {"exposed_entities": self.exposed}
                problem = "" if self.exposed is not None else "Unauthorized"
            case "subscribe_entities":
                self._entities_id = number
            case "subscribe_events":
                self._registry_ids.append(number)
            case "call_service":
                problem = self.refuses
                self.calls.append((asked["domain"], asked["service"], asked["service_data"], asked["target"]))
            case _:
                problem = "" if result is not None else "Unknown command."
        done = {"id": number, "type": "result", "success": not problem, "result": result}
        if problem:
            done["error"] = {"code": "refused", "message": problem}
        await socket.send(json.dumps(done))
        if kind == "subscribe_entities":
            await self.tell({"a": self.states})
        if kind == "call_service" and not problem and not self.deaf:
            await self._carry_out(asked)

    async def _carry_out(self, asked: dict[str, Any]) -> None:
        entity, service, data = asked["target"]["entity_id"], asked["service"], asked["service_data"]
        words = {"turn_on": "on", "turn_off": "off", "lock": "locked", "unlock": "unlocked"}
        change: dict[str, Any] = {}
        if service in words and self.states[entity]["s"] != words[service]:
            change["s"] = self.states[entity]["s"] = words[service]
        if "brightness_pct" in data:
            change["a"] = {"brightness": round(data["brightness_pct"] * 2.55)}
        if change:
            await self.tell({"c": {entity: {"+": change}}})

    async def tell(self, event: dict[str, Any]) -> None:
        """Something has happened to its entities."""
        await self.say(json.dumps({"id": self._entities_id, "type": "event", "event": event}))

    async def registry_changed(self) -> None:
        """Its registry is another now."""
        event = {"event_type": "entity_registry_updated", "data": {}}
        await self.say(json.dumps({"id": self._registry_ids[0], "type": "event", "event": event}))

    async def say(self, frame: str) -> None:
        """Send anything."""
        await self.sockets[-1].send(frame)


@asynccontextmanager
async def home_assistant() -> AsyncIterator[tuple[PretendHomeAssistant, str]]:
    """One on loopback, and its URL."""
    made = PretendHomeAssistant()
    async with serve(made.attend, "127.0.0.1", 0, max_size=2**20, close_timeout=1) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield made, f"http://127.0.0.1:{port}"
