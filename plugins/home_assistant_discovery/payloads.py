"""Discovery payloads of both forms as entities: abbreviations and ``~`` expanded, shared keys handed down."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.api.sources import decoded

READ = frozenset({"device", "icon", "entity_picture", "object_id", "default_entity_id", "~"})
"""Keys that nobody asks for once an entity is known."""
LONGEST_SHARED = 100
LARGEST = 64 * 1024
LARGEST_DEVICE = 256 * 1024
MOST_ENTITIES = 200
"""Of one device."""
SHARED = (
    "availability", "availability_mode", "availability_template", "availability_topic", "payload_available",
    "payload_not_available", "state_topic", "command_topic", "qos", "encoding", "origin",
)  # fmt: skip
MORE_ALIASES = {
    # What devices in the field still send and Home Assistant no longer lists.
    "clrm": "color_mode",
    "ent_cat": "entity_category",
    "object_id": "object_id",
    "obj_id": "object_id",
    "name_tpl": "name_template",
    "bri": "brightness",
    "fx": "effect",
    "fx_lst": "effect_list",
    "fanspd_t": "fan_speed_topic",
    "batt_lev_t": "battery_level_topic",
    "pl_disa": "payload_disarm",
    "spds": "speeds",
}


@dataclass(frozen=True, slots=True)
class Device:
    """What an entity says about the device that it is part of."""

    name: str = ""
    area: str = ""
    model: str = ""
    names: tuple[str, ...] = ()
    """Identifiers and connections, best first."""
    same_as: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Entity:
    """One discovered entity."""

    component: str
    object_id: str
    config: Mapping[str, Any]
    device: Device = field(default_factory=Device)

    @property
    def id(self) -> str:
        """Unique within its device."""
        unique = self.config.get("unique_id")
        own = unique if isinstance(unique, str) and unique else self.object_id
        return f"{self.component}.{own[:120]}"


class BadPayload(ValueError):
    """A discovery payload that cannot be used; the text says why."""


def entities(component: str, object_id: str, payload: bytes) -> list[Entity]:
    """The entities that a discovery message describes; none when it only removes some.

    Raises:
        BadPayload: it describes nothing.
    """
    if len(payload) > (LARGEST_DEVICE if component == "device" else LARGEST):
        raise BadPayload(f"it is larger than {LARGEST // 1024} kB")
    described = _decoded(payload)
    config = expanded(described)
    if component == "device":
        return [_slim(entity) for entity in _components(config, described.get("~"))]
    return [_slim(Entity(component, object_id, config, device_of(config.get("device"))))]


def _slim(entity: Entity) -> Entity:
    """What is kept for as long as the device is there: without what was read already, texts shared."""
    kept = {sys.intern(key): _kept(value) for key, value in entity.config.items() if key not in READ}
    return replace(entity, config=kept, device=_same_device(entity.device))


def _kept(value: Any) -> Any:
    """The same places of availability are named with every entity of a device."""
    if isinstance(value, str):
        return sys.intern(value) if len(value) <= LONGEST_SHARED else value
    if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
        with contextlib.suppress(ValueError, TypeError, RecursionError):
            return _same_places(json.dumps(value))
    return value


@lru_cache(maxsize=256)
def _same_places(text: str) -> Any:
    return json.loads(text)


@lru_cache(maxsize=256)
def _same_device(device: Device) -> Device:
    return device


def migrates(payload: bytes) -> bool:
    """Whether a message only announces that its entity will come in a device's message."""
    try:
        config = decoded(payload)
    except (ValueError, RecursionError):
        return False
    return isinstance(config, dict) and (
        config.get("migrate_discovery") is True or config.get("migr_discvry") is True
    )


def _decoded(payload: bytes) -> dict[str, Any]:
    try:
        config = decoded(payload)
    except (ValueError, RecursionError) as error:
        raise BadPayload(f"it is no JSON: {str(error)[:80]}") from error
    if not isinstance(config, dict):
        raise BadPayload("it is no JSON object")
    return config


def _components(config: dict[str, Any], base: Any) -> Iterator[Entity]:
    device = device_of(config.get("device"))
    if not device.names:
        raise BadPayload("it has no device with identifiers")
    shared = {key: config[key] for key in SHARED if key in config}
    handed_down = {"~": base} if isinstance(base, str) else {}
    yield from _of_device(config, device, shared, handed_down)
    children = config.get("child_devices")
    for child in children[:MOST_ENTITIES] if isinstance(children, list) else ():
        if isinstance(child, dict):
            own = expanded(_abbreviated(child, "device"))
            known = device_of({"suggested_area": device.area, **own})
            if known.names:
                yield from _of_device(own, known, shared, handed_down)


def _of_device(
    config: dict[str, Any], device: Device, shared: dict[str, Any], handed_down: dict[str, Any]
) -> Iterator[Entity]:
    components = config.get("components")
    for key, own in list(components.items())[:MOST_ENTITIES] if isinstance(components, dict) else ():
        if not isinstance(own, dict):
            continue
        own = expanded({**handed_down, **own})
        platform = own.pop("platform", None)
        if isinstance(platform, str) and own:  # only the platform: the entity is removed
            yield Entity(platform, key, {**shared, **own}, device)


def expanded(config: Mapping[str, Any]) -> dict[str, Any]:
    """With long keys, and with the base topic in place of ``~``."""
    known = _abbreviated(config, "entity")
    base = known.pop("~", None)
    for key, table in (("device", "device"), ("origin", "origin")):
        if isinstance(known.get(key), dict):
            known[key] = _abbreviated(known[key], table)
    places = known.get("availability")
    if isinstance(places, dict):
        places = [places]
    if isinstance(places, list):
        known["availability"] = [_abbreviated(p, "entity") for p in places[:20] if isinstance(p, dict)]
    if isinstance(base, str) and base:
        _rebase(known, base)
        for place in known["availability"] if isinstance(places, list) else ():
            _rebase(place, base)
    return known


def _rebase(config: dict[str, Any], base: str) -> None:
    for key, value in config.items():
        if isinstance(value, str) and key.endswith("topic"):
            if value.startswith("~"):
                config[key] = base + value[1:]
            elif value.endswith("~"):
                config[key] = value[:-1] + base


def _abbreviated(config: Mapping[str, Any], table: str) -> dict[str, Any]:
    long = _tables()[table]
    return {long.get(key, key): value for key, value in config.items()}


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "abbreviations.json").read_text())
    tables["entity"] = {**MORE_ALIASES, **tables["entity"]}
    tables["device"] = {**tables["device"], "cmps": "components"}
    return tables


def device_of(described: Any) -> Device:
    """The device block, whatever is wrong in it left out."""
    if not isinstance(described, dict):
        return Device()
    identifiers = described.get("identifiers")
    many = identifiers if isinstance(identifiers, list) else [identifiers]
    ids = [str(one) for one in many[:20] if isinstance(one, str | int) and str(one)]
    pairs = described.get("connections")
    connections = [
        (pair[0], pair[1])
        for pair in (pairs[:20] if isinstance(pairs, list) else ())
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
    ]
    return Device(
        name=_line(described.get("name")),
        area=_line(described.get("suggested_area")),
        model=" ".join(filter(None, (_line(described.get("manufacturer")), _line(described.get("model"))))),
        names=(*ids, *(f"{kind}:{value}" for kind, value in connections)),
        same_as=frozenset([*map(_known_as, ids), *(_connected_as(*pair) for pair in connections)]),
    )


def _known_as(identifier: str) -> str:
    if identifier.startswith("zigbee2mqtt_0x"):
        return identifier.removeprefix("zigbee2mqtt_").lower()
    return f"ha:{identifier}"


def _connected_as(kind: str, value: str) -> str:
    bare = value.replace(":", "").replace("-", "").lower()
    return bare if kind == "mac" and len(bare) == 12 else f"ha:{kind}:{value}"


def _line(value: Any) -> str:
    """One line of text; the house cleans it further."""
    return " ".join(str(value).split())[:120] if isinstance(value, str | int | float) else ""
