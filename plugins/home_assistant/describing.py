"""Entities that belong together, as one device of the house."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.api.sources import Found, Part, Role

from .domains import DOMAINS
from .registries import Registries
from .sketch import Sketch, Unsupported

ROLES: Mapping[str, Role] = {"config": Role.SETTING, "diagnostic": Role.DIAGNOSTIC}
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


@dataclass
class Describer:
    """What Home Assistant holds now, as devices."""

    registries: Registries
    states: Mapping[str, State]

    def found(self, found_id: str, entities: Sequence[str]) -> tuple[Found, dict[str, Sketch]] | None:
        """What the house is shown of them, and how each is read; None when there is nothing to show."""
        told = self.registries
        parts: list[Part] = []
        sketches: dict[str, Sketch] = {}
        unsupported: dict[str, str] = {}
        _, device = told.device_of(next(iter(entities)))
        if str(device.get("model")) == "voice assistant" and _identified(device, "assistant_"):
            return None  # no assistant operates itself, or another one
        name = str(device.get("name_by_user") or device.get("name") or "")
        does = any(self._shows(entity) and entity.partition(".")[0] not in DETAILS for entity in entities)
        for entity in entities:
            try:
                part, sketch = self._part(entity, name, Role.SENSOR if does else Role.MAIN)
            except Unsupported as reason:
                unsupported[entity] = str(reason)
                continue
            except UNREADABLE as error:
                unsupported[entity] = f"its attributes cannot be read: {error}"
                continue
            sketches[entity] = sketch
            parts.append(part)
        if not parts:
            return None
        mains = [part for part in parts if part.id.partition(".")[0] not in DETAILS] or parts
        own = str(self.states[mains[0].id].attributes.get("friendly_name") or "")
        found = Found(
            id=found_id,
            name=own if (len(mains) == 1 and own) or not name else name,
            parts=tuple(parts),
            area=told.area_of(mains[0].id),
            aliases=told.aliases.get(mains[0].id, ()) if len(mains) == 1 else (),
            same_as=frozenset(_known_as(device)),
            model=" ".join(str(device.get(key) or "") for key in ("manufacturer", "model")).strip()[:120],
            unsupported=unsupported,
        )
        return found, sketches

    def _shows(self, entity: str) -> bool:
        about = str(self.states[entity].attributes.get("device_class") or "")
        return entity.partition(".")[0] in DOMAINS and not self.registries.hidden(entity, about)

    def _part(self, entity: str, device: str, sensing: Role) -> tuple[Part, Sketch]:
        """``sensing`` is the role of what only reports: beside a lamp its power is a detail."""
        now = self.states[entity]
        draw = DOMAINS.get(entity.partition(".")[0])
        if draw is None:
            raise Unsupported("the house knows no such kind of device")
        if reason := self.registries.hidden(entity, str(now.attributes.get("device_class") or "")):
            raise Unsupported(reason)
        category = str(self.registries.entities.get(entity, {}).get("entity_category") or "")
        ordinary = sensing if entity.partition(".")[0] in REPORTING else Role.MAIN
        sketch = Sketch(entity, now.attributes, self.registries.fahrenheit, ROLES.get(category, ordinary))
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
