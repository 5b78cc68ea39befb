"""Ring devices through ring-mqtt: ``ring/<location>/<category>/<device>/<entity>/state`` and ``command``.

The topics bear numbers, no names. Where ring-mqtt's own discovery is on, it knows them and is what shows a
device. Pictures are left alone, and the buttons that call the police or the fire brigade are only looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from assistant.api import hears
from assistant.api.sources import (
    Availability,
    Command,
    Found,
    Overheard,
    Part,
    Property,
    Reader,
    Risk,
    Role,
    Told,
    Values,
    decoded,
    properties,
    words,
)

TRUTHS = {"ON": True, "OFF": False}
LOCKS = {"LOCKED": True, "UNLOCKED": False}
VALVES = {"open": True, "closed": False}
ALARM = {"disarm": "DISARM", "arm_home": "ARM_HOME", "arm_away": "ARM_AWAY"}
BINARY: Mapping[str, Property] = {
    "contact": Property("open", bool),
    "zone": Property("open", bool),
    "tilt": Property("open", bool),
    "motion": Property("motion", bool),
    "ding": Property("ringing", bool, title="ringing"),
    "flood": Property("leak", bool),
    "freeze": Property("freezing", bool),
    "smoke": Property("smoke", bool),
    "co": Property("carbon_monoxide", bool),
    "smoke_alarm": Property("smoke", bool),
    "co_alarm": Property("carbon_monoxide", bool),
    "glassbreak": Property("glass_breaking", bool),
    "panic": Property("panic", bool),
    "snooze": Property("snoozed", bool, role=Role.SENSOR),
    "police": Property("police_called", bool, title="police called"),
    "fire": Property("fire_brigade_called", bool, title="fire brigade called"),
}
"""Entity → what ON means there."""
MEASURED: Mapping[str, Property] = {
    "battery": properties.BATTERY,
    "battery_life": properties.BATTERY,
    "temperature": properties.TEMPERATURE,
    "wireless": Property("signal", float, "dBm", role=Role.DIAGNOSTIC),
}
SETTINGS: Mapping[str, Property] = {
    "volume": Property("volume", int, "percent", 0, 100, tolerance=1),
    "beam_duration": Property("duration", float, "seconds", 0, 32767, title="light duration"),
    "snooze_minutes": Property("snooze_minutes", float, "minutes", 1, 1440),
    "motion_duration": Property("motion_duration", float, "seconds", 10, 180),
    "ding_duration": Property("ding_duration", float, "seconds", 10, 180),
    "snapshot_interval": Property("snapshot_interval", float, "seconds", 10, 604_800),
    "chirp_tone": Property("chirp_tone", str, title="chirp tone"),
    "snapshot_mode": Property("snapshot_mode", str, title="snapshot mode"),
    "motion_detection": Property("motion_detection", bool, risk=Risk.COSTLY),
    "motion_warning": Property("motion_warning", bool),
    "bypass_mode": Property("bypass_mode", str, risk=Risk.SECURITY, title="bypass mode"),
    "live_stream": Property("live_stream", bool),
    "stream": Property("stream", bool, title="live stream"),
    "event_stream": Property("event_stream", bool, title="stream of the event"),
    "event_select": Property("event", str, title="event to look at"),
    "nightlight_enabled": Property("night_light", bool, title="night light"),
}
"""What is set beside the main function. A sensor that is bypassed lets somebody in."""
SOUNDS = {"play_ding_sound": "play the ding sound", "play_motion_sound": "play the motion sound"}
INFO = {"batteryLevel": properties.BATTERY, "tamperStatus": Property("tamper", bool, role=Role.DIAGNOSTIC)}
PICTURES = "pictures and streams do not come this way"
UNSUPPORTED = {
    "take_snapshot": PICTURES, "third_party": "it is told by the alarm itself",
}  # fmt: skip
KINDS = {"light": "light", "siren": "siren", "switch": "switch", "outlet": "switch", "nightlight": "light"}
MODES = ("off", "heat", "cool", "aux")


class RingMqtt(Overheard):
    """``topic`` is ring-mqtt's ``ring_topic``."""

    rank: ClassVar[int] = 20
    topic: str = "ring"

    @hears(
        "{topic}/+/+/+/status", "{topic}/+/+/+/+/state", "{topic}/+/+/+/+/brightness_state",
        "{topic}/+/+/+/+/percent_speed_state", "{topic}/+/+/+/+/mode_state",
        "{topic}/+/+/+/+/temperature_state", "{topic}/+/+/+/+/current_temperature_state",
        "{topic}/+/+/+/+/fan_mode_state",
    )  # fmt: skip
    def _says(self, payload: bytes, topic: str) -> None:
        device = "/".join(topic[len(self.topic) + 1 :].split("/")[:3])
        traits: list[str] = []
        if topic.endswith("/info/state"):
            report = decoded(payload)
            traits = [str(key) for key in report if key in INFO] if isinstance(report, dict) else []
        self.overhear(device, topic, payload, traits=traits)

    @hears("{topic}/+/+/+/snapshot/attributes")
    def _pictured(self, payload: bytes, topic: str) -> None:
        # That there are pictures is known from their times: the pictures themselves are not listened to.
        self.overhear("/".join(topic[len(self.topic) + 1 :].split("/")[:3]), topic, payload)

    def described(self, device: str, told: Told) -> Found | None:
        """A device, once any of its entities has told its state."""
        _, category, number = device.split("/")
        base = f"{self.topic}/{device}"
        endings: dict[str, set[str]] = {}
        for topic in told.last:
            entity, slash, ending = topic[len(base) + 1 :].partition("/")
            if slash:
                endings.setdefault(entity, set()).add(ending)
        parts, unsupported = [], {}
        for entity, heard in sorted(endings.items()):
            made = list(_parts(Entity(f"{base}/{entity}", entity, heard, told)))
            parts += made
            if not made and entity != "info":
                unsupported[entity] = UNSUPPORTED.get(
                    entity, "there is nothing known about entities of this name"
                )
        if not endings:
            return None
        return Found(
            id=f"ring {device}",
            name=f"ring {category} {number[-4:]}",
            parts=tuple(parts),
            availability=(Availability(f"{base}/status", _there),),
            same_as=frozenset({f"ha:{number}"}),
            model="Ring",
            unsupported=unsupported,
        )


def _there(payload: bytes) -> bool | None:
    return {"online": True, "offline": False}.get(words(payload))


@dataclass(frozen=True)
class Entity:
    """One entity's topics, and which of them have been heard."""

    base: str
    name: str
    heard: set[str]
    told: Told

    def reads(self, own: str, meant: Callable[[str], Any] = str, ending: str = "state") -> dict[str, Reader]:
        """One value from one topic."""

        def read(payload: bytes) -> Values:
            return {own: meant(words(payload))}

        return {f"{self.base}/{ending}": read}

    def sends(self, payload: str, ending: str = "command") -> Command:
        """One command."""
        return Command(f"{self.base}/{ending}", payload)


def _parts(entity: Entity) -> Iterator[Part]:
    name = entity.name
    if name in MAKERS:
        yield MAKERS[name](entity)
    elif name in BINARY:
        yield _sensor(entity, BINARY[name], TRUTHS.__getitem__)
    elif name in MEASURED:
        yield _sensor(entity, MEASURED[name], str)
    elif name in SETTINGS:
        yield _setting(entity, SETTINGS[name])
    elif name in SOUNDS:
        yield _sound(entity)
    elif name == "info":
        yield from _info(entity)


def _sound(entity: Entity) -> Part:
    press = {"press": [entity.sends("ON")]}
    spoken = SOUNDS[entity.name]
    return Part(entity.name, "button", actions=press, name=spoken, role=Role.SETTING)


def _alarm(entity: Entity) -> Part:
    actions = {action: [entity.sends(word)] for action, word in ALARM.items()}
    status = (properties.STATUS,)
    return Part(entity.name, "alarm", status, entity.reads("status"), None, actions)


def _switched(entity: Entity) -> Part:
    dims = "brightness_state" in entity.heard
    owned = (properties.ON, properties.BRIGHTNESS) if dims else (properties.ON,)
    readers = entity.reads("on", TRUTHS.__getitem__)
    if dims:
        readers |= entity.reads("brightness", float, "brightness_state")

    def write(wanted: Values) -> list[Command]:
        orders = [entity.sends("ON" if wanted["on"] else "OFF")] if "on" in wanted else []
        if "brightness" in wanted:
            orders.append(entity.sends(str(wanted["brightness"]), "brightness_command"))
        return orders

    part = Part(entity.name, KINDS[entity.name], owned, readers, write)
    return replace(part, name=_apart(entity))


def _apart(entity: Entity) -> str:
    """A camera's light and siren are named, beside whatever else it is."""
    return "" if entity.name == "switch" else entity.name


def _lock(entity: Entity) -> Part:
    def read(payload: bytes) -> Values:
        text = words(payload)
        return {"locked": LOCKS.get(text), "status": text.lower()}

    return Part(
        "lock", "lock", (properties.LOCKED, properties.STATUS), {f"{entity.base}/state": read},
        lambda wanted: [entity.sends("LOCK" if wanted["locked"] else "UNLOCK")],
    )  # fmt: skip


def _fan(entity: Entity) -> Part:
    readers = entity.reads("on", TRUTHS.__getitem__)
    owned: tuple[Property, ...] = (properties.ON,)
    if "percent_speed_state" in entity.heard:
        owned += (properties.SPEED.but(low=0, tolerance=10),)
        readers |= entity.reads("speed", float, "percent_speed_state")

    def write(wanted: Values) -> list[Command]:
        orders = [entity.sends("ON" if wanted["on"] else "OFF")] if "on" in wanted else []
        if "speed" in wanted:
            orders.append(entity.sends(str(max(wanted["speed"], 10)), "percent_speed_command"))
        return orders

    return Part("fan", "fan", owned, readers, write)


def _thermostat(entity: Entity) -> Part:
    known: Mapping[str, tuple[Property, Callable[[str], Any]]] = {
        "mode": (properties.MODE.but(options=MODES), str),
        "temperature": (properties.TARGET.but(low=10, high=37), float),
        "fan_mode": (properties.FAN_MODE, str),
    }
    readers = entity.reads("temperature", float, "current_temperature_state")
    for ending, (own, meant) in known.items():
        readers |= entity.reads(own.name, meant, f"{ending}_state")
    places = {own.name: f"{ending}_command" for ending, (own, _) in known.items()}

    def write(wanted: Values) -> list[Command]:
        return [entity.sends(str(value), places[name]) for name, value in wanted.items()]

    owned = (properties.TEMPERATURE, *(own for own, _ in known.values()))
    return Part("thermostat", "thermostat", owned, readers, write)


def _valve(entity: Entity) -> Part:
    actions = {word: [entity.sends(word.upper())] for word in ("open", "close")}
    readers = entity.reads("open", VALVES.get)
    return Part("valve", "valve", (properties.OPEN,), readers, None, actions)


def _sensor(entity: Entity, own: Property, meant: Callable[[str], Any]) -> Part:
    return Part(entity.name, "sensor", (own,), entity.reads(own.name, meant), role=Role.SENSOR)


def _setting(entity: Entity, own: Property) -> Part:
    meant: Callable[[str], Any] = TRUTHS.__getitem__ if own.type is bool else str

    def write(wanted: Values) -> list[Command]:
        value = wanted[own.name]
        return [entity.sends({True: "ON", False: "OFF"}[value] if own.type is bool else _text(value))]

    mine = own.but(writable=True, role=Role.SETTING)
    readers = entity.reads(own.name, meant)
    return Part(entity.name, "setting", (mine,), readers, write, role=Role.SETTING)


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _info(entity: Entity) -> Iterator[Part]:
    """Battery and tampering, for those that have no entity of their own for it."""
    topic = f"{entity.base}/state"
    known = {key: INFO[key] for key in INFO if key in entity.told.traits.get(topic, ())}

    def read(payload: bytes) -> Values:
        report = decoded(payload)
        values = {own.name: report[key] for key, own in known.items() if key in report}
        return {**values, "tamper": values["tamper"] != "ok"} if "tamper" in values else values

    if known:
        yield Part("info", "sensor", tuple(known.values()), {topic: read}, role=Role.SENSOR)


def _snapshot(entity: Entity) -> Part:
    """When and why there is a new picture; the picture itself is not listened to."""

    def read(payload: bytes) -> Values:
        report = decoded(payload)
        when = datetime.fromtimestamp(float(report["timestamp"])).astimezone()
        return {"snapshot_time": f"{when:%Y-%m-%d %H:%M}", "snapshot_type": report.get("type")}

    owned = tuple(
        Property(name, str, role=Role.DIAGNOSTIC, title=name.replace("_", " "))
        for name in ("snapshot_time", "snapshot_type")
    )
    topic = f"{entity.base}/attributes"
    return Part("snapshot", "sensor", owned, {topic: read}, role=Role.DIAGNOSTIC)


MAKERS: Mapping[str, Callable[[Entity], Part]] = {
    "alarm": _alarm,
    "mode": _alarm,
    "lock": _lock,
    "fan": _fan,
    "thermostat": _thermostat,
    "valve": _valve,
    "snapshot": _snapshot,
    **dict.fromkeys(KINDS, _switched),
}
