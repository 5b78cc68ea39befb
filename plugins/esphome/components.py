"""ESPHome's components as parts, as far as their topics prove what they can."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from assistant.api.sources import (
    Command,
    Part,
    Property,
    Reader,
    Role,
    Values,
    decoded,
    properties,
    slug,
    words,
)

from .light import light

Build = Callable[[str, str, set[str]], Part]
"""Of the component's topic, its object id, and what has been heard: sub-topics and traits."""
SWITCHED = {"ON": True, "OFF": False}
OPENINGS = {"open": True, "closed": False, "opening": None, "closing": None, "unknown": None}
LOCKS = {"LOCKED": True, "UNLOCKED": False}
ALARM = {"arm_home": "ARM_HOME", "arm_away": "ARM_AWAY", "arm_night": "ARM_NIGHT", "disarm": "DISARM"}
MODES = ("off", "auto", "heat_cool", "heat", "cool", "fan_only", "dry")
OSCILLATION = {True: "oscillate_on", False: "oscillate_off"}
MEANINGS = {
    "door": "open", "window": "open", "contact": "open", "gate": "open", "motion": "motion", "pir": "motion",
    "occupancy": "presence", "presence": "presence", "leak": "leak", "moisture": "leak", "water": "leak",
    "smoke": "smoke", "gas": "gas", "vibration": "vibration", "tamper": "tamper", "status": "online",
}  # fmt: skip
"""What a binary sensor tells, by the last word of its name: nothing else does."""


def traits_of(component: str, topic: str, payload: bytes) -> list[str]:
    """What one message proves besides its topic."""
    if component == "light":
        report = decoded(payload)
        if not isinstance(report, dict):
            raise TypeError("expected a JSON object")
        colour = report.get("color")
        inner = [f"color.{key}" for key in colour] if isinstance(colour, dict) else []
        return [*map(str, report), *inner]
    if component == "sensor":
        try:
            _number(words(payload))
        except ValueError:
            return ["text"]
    return []


def _number(text: str) -> float | None:
    """None for ``nan``, which a sensor says that has measured nothing.

    Raises:
        ValueError: it is no number.
    """
    number = float(text)
    return number if math.isfinite(number) else None


@dataclass(frozen=True)
class Way:
    """A component's topics."""

    base: str

    def reads(self, name: str, meant: Callable[[str], Any] = str, ending: str = "state") -> dict[str, Reader]:
        """One value from one topic."""

        def read(payload: bytes) -> Values:
            return {name: meant(words(payload))}

        return {f"{self.base}/{ending}": read}

    def sends(self, payload: str, ending: str = "command") -> Command:
        """One command."""
        return Command(f"{self.base}/{ending}", payload)


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _lamp(base: str, name: str, traits: set[str]) -> Part:
    return light(base, _spoken(name), traits)


def _switch(base: str, name: str, _traits: set[str]) -> Part:
    way = Way(base)
    return Part(
        f"switch_{name}", "switch", (properties.ON,), way.reads("on", SWITCHED.__getitem__),
        lambda wanted: [way.sends("ON" if wanted["on"] else "OFF")], name=_spoken(name),
    )  # fmt: skip


def _binary(base: str, name: str, _traits: set[str]) -> Part:
    meaning = MEANINGS.get(name.rpartition("_")[2], slug(name))
    own = Property(meaning, bool, role=Role.DIAGNOSTIC if meaning == "online" else Role.SENSOR)
    readers = Way(base).reads(meaning, SWITCHED.__getitem__)
    return Part(f"binary_sensor_{name}", "sensor", (own,), readers, name=_spoken(name), role=own.role)


def _sensor(base: str, name: str, traits: set[str]) -> Part:
    """A number when it has only ever said numbers; in which unit it does not tell."""
    if "text" in traits:
        own = Property(slug(name), str, role=Role.SENSOR)
        readers = Way(base).reads(own.name, lambda text: None if text == "nan" else text)
    else:
        own = Property(slug(name), float, role=Role.SENSOR)
        readers = Way(base).reads(own.name, _number)
    return Part(f"sensor_{name}", "sensor", (own,), readers, role=Role.SENSOR)


def _fan(base: str, name: str, traits: set[str]) -> Part:
    way = Way(base)
    owned, readers = [properties.ON], way.reads("on", SWITCHED.__getitem__)
    if "speed_level" in traits:
        owned.append(Property("speed_level", int, low=0, high=100, writable=True, role=Role.SETTING))
        readers |= way.reads("speed_level", int, "speed_level/state")
    if "oscillation" in traits:
        owned.append(properties.OSCILLATING)
        readers |= way.reads("oscillating", lambda text: text == "oscillate_on", "oscillation/state")

    def write(wanted: Values) -> list[Command]:
        orders = [way.sends("ON" if wanted["on"] else "OFF")] if "on" in wanted else []
        if "speed_level" in wanted:
            orders.append(way.sends(str(wanted["speed_level"]), "speed_level/command"))
        if "oscillating" in wanted:
            orders.append(way.sends(OSCILLATION[wanted["oscillating"]], "oscillation/command"))
        return orders

    return Part(f"fan_{name}", "fan", tuple(owned), readers, write, name=_spoken(name))


def _cover(base: str, name: str, traits: set[str]) -> Part:
    """Without a report of its position, and of its state, it cannot be said where it is."""
    way = Way(base)
    kind = "garage door" if "garage" in name else "gate" if name.endswith("gate") else "blinds"
    return replace(_opening(way, traits), id=f"cover_{name}", kind=kind, name=_spoken(name))


def _valve(base: str, name: str, traits: set[str]) -> Part:
    return replace(_opening(Way(base), traits), id=f"valve_{name}", kind="valve", name=_spoken(name))


def _opening(way: Way, traits: set[str]) -> Part:
    owned: list[Property] = [properties.OPEN]
    readers = way.reads("open", OPENINGS.__getitem__)
    for own, ending in ((properties.POSITION, "position"), (properties.TILT, "tilt")):
        if ending in traits:
            owned.append(own)
            readers |= way.reads(own.name, float, f"{ending}/state")

    def write(wanted: Values) -> list[Command]:
        return [way.sends(str(value), f"{name}/command") for name, value in wanted.items()]

    actions = {word: [way.sends(word.upper())] for word in ("open", "close", "stop")}
    return Part("", "blinds", tuple(owned), readers, write, actions)


def _climate(base: str, name: str, traits: set[str]) -> Part:
    """Any set point that is sensible may be wished: the topics do not tell the ends."""
    way = Way(base)
    known: Mapping[str, tuple[Property, Callable[[str], Any]]] = {
        "current_temperature": (properties.TEMPERATURE, _number),
        "current_humidity": (properties.HUMIDITY, _number),
        "target_temperature": (properties.TARGET.but(high=35), _number),
        "mode": (properties.MODE.but(options=MODES), str),
        "fan_mode": (properties.FAN_MODE, str.lower),
        "preset": (properties.PRESET, str.lower),
        "action": (Property("action", str, role=Role.SENSOR), str),
    }
    has = {ending: pair for ending, pair in known.items() if ending in traits}
    readers: dict[str, Reader] = {}
    for ending, (own, meant) in has.items():
        readers |= way.reads(own.name, meant, f"{ending}/state")
    places = {own.name: ending for ending, (own, _) in has.items()}

    def write(wanted: Values) -> list[Command]:
        return [way.sends(_text(value), f"{places[key]}/command") for key, value in wanted.items()]

    owned = tuple(own for own, _ in has.values())
    return Part(f"climate_{name}", "thermostat", owned, readers, write, name=_spoken(name))


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _setting(type: type[float] | type[str]) -> Build:
    """Numbers, selects and texts: any value may be wished, the node refuses what it does not know."""

    def build(base: str, name: str, _traits: set[str]) -> Part:
        way = Way(base)
        own = Property(slug(name), type, writable=True, role=Role.SETTING, title=_spoken(name))
        readers = way.reads(own.name, _number if type is float else str)
        return Part(
            f"{base.split('/')[-2]}_{name}", "setting", (own,), readers,
            lambda wanted: [way.sends(_text(wanted[own.name]))], role=Role.SETTING,
        )  # fmt: skip

    return build


def _lock(base: str, name: str, _traits: set[str]) -> Part:
    way = Way(base)

    def read(payload: bytes) -> Values:
        """``LOCKING`` and ``UNLOCKING`` are not there yet."""
        text = words(payload)
        return {"status": text.lower(), "locked": LOCKS.get(text)}

    return Part(
        f"lock_{name}", "lock", (properties.LOCKED, properties.STATUS), {f"{base}/state": read},
        lambda wanted: [way.sends("LOCK" if wanted["locked"] else "UNLOCK")],
        name=_spoken(name),
    )  # fmt: skip


def _alarm(base: str, name: str, _traits: set[str]) -> Part:
    way = Way(base)
    actions = {action: [way.sends(word)] for action, word in ALARM.items()}
    return Part(
        f"alarm_{name}", "alarm", (properties.STATUS,), way.reads("status", str.lower),
        actions=actions, name=_spoken(name),
    )  # fmt: skip


def _event(base: str, name: str, _traits: set[str]) -> Part:
    own = Property(slug(name), str, role=Role.SENSOR)

    def read(payload: bytes) -> Values:
        return {own.name: decoded(payload)["event_type"]}

    return Part(f"event_{name}", "sensor", (own,), {f"{base}/state": read}, role=Role.SENSOR)


def _update(base: str, name: str, _traits: set[str]) -> Part:
    """Installed and newest version; a voice is no way to flash a device."""
    owned = tuple(
        Property(key, str, role=Role.DIAGNOSTIC, title=key.replace("_", " "))
        for key in ("installed_version", "latest_version")
    )

    def read(payload: bytes) -> Values:
        report = decoded(payload)
        newest = report.get("latest_version", report.get("value"))
        return {"installed_version": report.get("installed_version", report.get("current_version")),
                "latest_version": newest}  # fmt: skip

    return Part(f"update_{name}", "sensor", owned, {f"{base}/state": read}, role=Role.DIAGNOSTIC)


DATE, TIME = ("year", "month", "day"), ("hour", "minute", "second")
SHAPES = {DATE: "{:04d}-{:02d}-{:02d}", TIME: "{:02d}:{:02d}:{:02d}",
          (*DATE, *TIME): "{:04d}-{:02d}-{:02d} {:02d}:{:02d}:{:02d}"}  # fmt: skip


def _moment(keys: tuple[str, ...]) -> Build:
    """A date, a time, or both: JSON on the wire, words in the house."""

    def build(base: str, name: str, _traits: set[str]) -> Part:
        own = Property(slug(name), str, writable=True, role=Role.SETTING, title=_spoken(name))

        def read(payload: bytes) -> Values:
            report = decoded(payload)
            return {own.name: SHAPES[keys].format(*(int(report.get(key, 0)) for key in keys))}

        def write(wanted: Values) -> list[Command]:
            numbers = [int(number) for number in re.findall(r"\d+", str(wanted[own.name]))]
            if keys[-1] == "second" and len(numbers) == len(keys) - 1:
                numbers.append(0)
            if len(numbers) != len(keys):
                raise ValueError(f"expected something like {SHAPES[keys].format(*[1] * len(keys))}")
            return [Way(base).sends(json.dumps(dict(zip(keys, numbers, strict=True))))]

        component = base.split("/")[-2]
        return Part(
            f"{component}_{name}", "setting", (own,), {f"{base}/state": read}, write, role=Role.SETTING
        )

    return build


BUILDERS: Mapping[str, Build] = {
    "light": _lamp,
    "switch": _switch,
    "binary_sensor": _binary,
    "sensor": _sensor,
    "text_sensor": _sensor,
    "fan": _fan,
    "cover": _cover,
    "valve": _valve,
    "climate": _climate,
    "number": _setting(float),
    "select": _setting(str),
    "text": _setting(str),
    "lock": _lock,
    "alarm_control_panel": _alarm,
    "event": _event,
    "update": _update,
    "date": _moment(DATE),
    "time": _moment(TIME),
    "datetime": _moment((*DATE, *TIME)),
}
