"""Home Assistant's registries: which entities are one device, where it stands, who may speak of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.api.sources import Floor, NotTaken

from .connection import Connection

MOST_ENTITIES = 5000
CHUNK = 500
ADMIN_ONLY = "Home Assistant does not tell who may be spoken of (the token is no administrator's)"

EXPOSED_DOMAINS = frozenset(
    {
        "climate", "cover", "fan", "humidifier", "light", "media_player", "scene", "switch", "todo", "vacuum",
        "water_heater",
    }
)  # fmt: skip
EXPOSED_CLASSES: Mapping[str, frozenset[str]] = {
    "binary_sensor": frozenset(
        {"door", "garage_door", "lock", "motion", "opening", "presence", "window"}
    ),
    "sensor": frozenset(
        {
            "aqi", "carbon_dioxide", "carbon_monoxide", "humidity", "pm10", "pm25", "temperature",
            "volatile_organic_compounds",
        }
    ),
}  # fmt: skip
"""What Home Assistant exposes unless told otherwise (its homeassistant/exposed_entities)."""

Row = Mapping[str, Any]


@dataclass
class Registries:
    """What was read of one home."""

    areas: dict[str, str] = field(default_factory=dict)
    devices: dict[str, Row] = field(default_factory=dict)
    entities: dict[str, Row] = field(default_factory=dict)
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    floors: tuple[Floor, ...] = ()
    area_names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    exposed: dict[str, bool] = field(default_factory=dict)
    fahrenheit: bool = False
    problem: str = ""
    """What could not be read, as a sentence."""

    def hidden(self, entity: str, about: str) -> str:
        """Why an entity must not be spoken of; "" when it may."""
        row = self.entities.get(entity, {})
        if row.get("disabled_by"):
            return "disabled in Home Assistant"
        if row.get("hidden_by"):
            return "hidden in Home Assistant"
        domain = entity.partition(".")[0]
        ordinary = not row.get("entity_category")
        usual = ordinary and (domain in EXPOSED_DOMAINS or about in EXPOSED_CLASSES.get(domain, ()))
        return "" if self.exposed.get(entity, usual) else "not exposed to voice assistants in Home Assistant"

    def device_of(self, entity: str) -> tuple[str, Row]:
        """Id and row of the device that an entity belongs to; of itself when there is none."""
        device = str(self.entities.get(entity, {}).get("device_id") or "")
        return (device, self.devices[device]) if device in self.devices else (entity, {})

    def area_of(self, entity: str) -> str:
        """Where it is: its own area, else its device's."""
        row = self.entities.get(entity, {})
        return self.areas.get(str(row.get("area_id") or self.device_of(entity)[1].get("area_id") or ""), "")


async def read(connection: Connection) -> Registries:
    """Everything there is to know of names and places.

    Raises:
        LinkError: the connection is lost, or Home Assistant refuses what it should tell anybody.
    """
    told = Registries()
    config = await connection.ask("get_config")
    told.fahrenheit = "F" in str((config.get("unit_system") or {}).get("temperature"))
    areas = _rows(await connection.ask("config/area_registry/list"), "area_id")
    told.areas = {key: str(row.get("name") or "") for key, row in areas.items()}
    told.area_names = {str(row.get("name") or ""): _names(row.get("aliases")) for row in areas.values()}
    told.floors = await _floors(connection, areas)
    told.devices = _rows(await connection.ask("config/device_registry/list"), "id")
    told.entities = _rows(await connection.ask("config/entity_registry/list"), "entity_id")
    try:
        listed = (await connection.ask("homeassistant/expose_entity/list"))["exposed_entities"]
        told.exposed = {
            str(entity): bool(by["conversation"])
            for entity, by in listed.items()
            if isinstance(by, dict) and "conversation" in by
        }
    except (NotTaken, TypeError, LookupError, AttributeError):
        told.problem = f"{ADMIN_ONLY}; what it exposes by default is shown"
    told.aliases = await _aliases(connection, list(told.entities))
    return told


async def _floors(connection: Connection, areas: Mapping[str, Row]) -> tuple[Floor, ...]:
    try:
        rows = _rows(await connection.ask("config/floor_registry/list"), "floor_id")
    except NotTaken:  # older than floors are
        return ()
    found = []
    for key, row in rows.items():
        inside = [str(area.get("name") or "") for area in areas.values() if area.get("floor_id") == key]
        level = row.get("level")
        found.append(
            Floor(
                name=str(row.get("name") or ""),
                areas=tuple(inside),
                level=level if type(level) is int else None,
                aliases=_names(row.get("aliases")),
            )
        )
    return tuple(found)


def _names(listed: Any) -> tuple[str, ...]:
    return tuple(name for name in listed if isinstance(name, str)) if isinstance(listed, list) else ()


async def _aliases(connection: Connection, entities: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for start in range(0, len(entities), CHUNK):
        asked = entities[start : start + CHUNK]
        try:
            rows = await connection.ask("config/entity_registry/get_entries", entity_ids=asked)
        except NotTaken:  # an older one; names are enough
            return found
        for entity, row in (rows or {}).items():
            aliases = row.get("aliases") if isinstance(row, dict) else None
            if aliases:
                found[entity] = tuple(str(alias)[:60] for alias in aliases[:10] if isinstance(alias, str))
    return found


def _rows(listed: Any, key: str) -> dict[str, Row]:
    rows: Iterable[Any] = listed[: 4 * MOST_ENTITIES] if isinstance(listed, list) else ()
    return {row[key]: row for row in rows if isinstance(row, dict) and isinstance(row.get(key), str)}
