"""Zigbee2MQTT, as it describes itself: devices, groups, scenes and renames (2.x, ``bridge/devices``)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from assistant.api import hears
from assistant.api.sources import Availability, Command, Found, Part, Role, Source, decoded

from .exposes import parts_of

Entry = Mapping[str, Any]
INVENTORY_BYTES = 4 * 2**20
"""Of a few hundred devices, each with all that it can do: about 4.4 kB apiece."""
LIGHTING = ("light", "cover", "fan", "climate", "switch", "lock")


class Zigbee2mqtt(Source):
    """``topic`` is the base topic of the Zigbee2MQTT to listen to."""

    # No ``topics`` for pinning: all commands go below the base topic, whatever a device calls itself, and a
    # device that is renamed is no other.
    rank: ClassVar[int] = 80
    topic: str = "zigbee2mqtt"

    def __init__(self, **settings: Any) -> None:
        self._shown: dict[str, str] = {}
        self._devices: dict[str, Entry] = {}
        self._groups: list[Entry] = []
        super().__init__(**settings)

    @hears("{topic}/bridge/devices", largest=INVENTORY_BYTES)
    def _inventory(self, payload: bytes) -> None:
        entries = _objects(payload)
        self._devices = {str(entry["ieee_address"]): entry for entry in entries if "ieee_address" in entry}
        self._refresh()

    @hears("{topic}/bridge/groups", largest=INVENTORY_BYTES)
    def _grouped(self, payload: bytes) -> None:
        self._groups = _objects(payload)
        self._refresh()

    def _refresh(self) -> None:
        """Show what is new or different, forget what is gone."""
        fresh: dict[str, str] = {}
        for ident, found, seen in [*self._found_devices(), *self._found_groups()]:
            fresh[ident] = seen
            if self._shown.get(ident) != seen:
                self.show(found)
        for gone in self._shown.keys() - fresh.keys():
            self.forget(gone)
        self._shown = fresh

    def _found_devices(self) -> Iterator[tuple[str, Found, str]]:
        for ieee, entry in self._devices.items():
            name = str(entry.get("friendly_name") or ieee)
            definition = entry.get("definition")
            parts = parts_of(f"{self.topic}/{name}", definition if isinstance(definition, dict) else {})
            scenes = self._scenes(name, _endpoint_scenes(entry))
            found = Found(
                id=ieee,
                same_as=frozenset({ieee.lower()}),
                model=_model(definition),
                parts=(*_told_apart(parts.found), *scenes),
                unsupported=parts.unsupported,
                hidden=_hidden(entry, definition),
                **self._place(name),
            )
            yield ieee, found, json.dumps(entry, sort_keys=True, default=str)

    def _found_groups(self) -> Iterator[tuple[str, Found, str]]:
        base = "".join(str(ord(letter)) for letter in self.topic)  # as Zigbee2MQTT names itself in discovery
        for group in self._groups:
            if "id" not in group or "friendly_name" not in group:
                continue
            ident, name = f"zigbee group {group['id']}", str(group["friendly_name"])
            definitions = self._member_definitions(group)
            shared = _most_able(definitions)
            parts = parts_of(f"{self.topic}/{name}", {"exposes": shared})
            found = Found(
                id=ident,
                same_as=frozenset({f"ha:zigbee2mqtt_{base}_{group['id']}"}),
                parts=(*parts.found, *self._scenes(name, group.get("scenes", ()))),
                hidden="" if shared else "a group without members that can be switched",
                **self._place(name),
            )
            yield ident, found, json.dumps([group, shared], sort_keys=True, default=str)

    def _member_definitions(self, group: Entry) -> list[Entry]:
        members = [m.get("ieee_address") for m in group.get("members", ()) if isinstance(m, dict)]
        devices = [self._devices[ieee] for ieee in members if ieee in self._devices]
        return [device["definition"] for device in devices if isinstance(device.get("definition"), dict)]

    def _place(self, name: str) -> dict[str, Any]:
        """``living room/ceiling`` is the ceiling of the living room; topics keep the whole name."""
        area, slash, rest = name.rpartition("/")
        return {
            "name": rest if slash and rest else name,
            "area": area.replace("/", " ") if rest else "",
            "availability": (
                Availability(f"{self.topic}/bridge/state", _online),
                Availability(f"{self.topic}/{name}/availability", _online),
            ),
            "availability_mode": "all",
        }

    def _scenes(self, name: str, scenes: Sequence[Entry]) -> Iterator[Part]:
        topic = f"{self.topic}/{name}/set"
        for scene in scenes:
            if isinstance(scene, dict) and "id" in scene:
                recall = Command(topic, json.dumps({"scene_recall": scene["id"]}))
                yield Part(
                    id=f"scene_{scene['id']}",
                    kind="scene",
                    actions={"activate": [recall]},
                    name=str(scene.get("name") or f"scene {scene['id']}"),
                )


def _most_able(definitions: Sequence[Entry]) -> list[Entry]:
    """The one expose of all members that a group is spoken of by: lamps first, colour before white."""
    able: list[Entry] = [
        expose
        for definition in definitions
        for expose in definition.get("exposes", ())
        if isinstance(expose, dict) and expose.get("type") in LIGHTING
    ]
    able.sort(key=lambda e: (LIGHTING.index(e["type"]), -len(e.get("features") or ())))
    return able[:1]


def _objects(payload: bytes) -> list[Entry]:
    entries = decoded(payload) if payload else []
    if not isinstance(entries, list):
        raise TypeError("expected a JSON list")
    return [entry for entry in entries if isinstance(entry, dict)]


def _online(payload: bytes) -> bool | None:
    """``online`` or ``{"state": "online"}``; nothing at all when availability is switched off."""
    text = payload.decode()
    state = decoded(payload).get("state") if text.startswith("{") else text.strip()
    return {"online": True, "offline": False}.get(state)


def _hidden(entry: Entry, definition: object) -> str:
    if entry.get("type") == "Coordinator":
        return "the Zigbee coordinator itself"
    if entry.get("disabled"):
        return "disabled in Zigbee2MQTT"
    if entry.get("interview_state") in ("PENDING", "IN_PROGRESS"):
        return "Zigbee2MQTT is still asking it what it is"
    return "" if isinstance(definition, dict) else "Zigbee2MQTT does not support this model"


def _model(definition: object) -> str:
    if not isinstance(definition, dict):
        return ""
    return f"{definition.get('vendor', '')} {definition.get('model', '')}".strip()


def _endpoint_scenes(entry: Entry) -> list[Entry]:
    ends = entry.get("endpoints")
    ends = ends.values() if isinstance(ends, dict) else ()
    return [scene for end in ends if isinstance(end, dict) for scene in end.get("scenes", ())]


def _told_apart(parts: Sequence[Part]) -> list[Part]:
    """Part ids are unique; a remote's ``action`` is what it is there for."""
    seen: dict[str, int] = {}
    told = []
    for part in parts:
        count = seen[part.id] = seen.get(part.id, 0) + 1
        role = Role.SENSOR if part.id == "action" else part.role
        told.append(replace(part, id=part.id if count == 1 else f"{part.id}_{count}", role=role))
    return told
