"""What a Zigbee2MQTT device exposes, as parts of a described device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.api.sources import Command, Part, Property, Risk, Role, properties

from .fields import SET, Field, Report, colour, plain, reader, scaled, switched, warmth, writer

MOST_EXPOSES = 200
FURNISHED = frozenset({"light", "switch", "cover", "lock", "climate", "fan"})
COVERS = {
    "curtain": "curtains",
    "garage": "garage door",
    "shutter": "shutter",
    "awning": "awning",
    "window": "window",
}
ALARMS = ("alarm_smoke", "alarm_burglar", "alarm_intruder", "broadcast_alarm", "smoke_alarm", "trigger")
"""What makes the whole house howl, or moves a garage door."""
SOUNDS = frozenset({"melody", "duration", "volume"})
"""Beside a settable ``alarm`` they make a siren."""
NOT_SPOKEN = ("reset", "factory", "_limit", "calibrat", "firmware", "delete")
"""What a misheard word must not do."""
WARNING = {"mode": "emergency", "level": "high", "strobe": False, "duration": 60}


@dataclass
class Parts:
    """What became of the exposes of one device that listens on ``topic``."""

    topic: str
    description: str
    found: list[Part]
    unsupported: dict[str, str]

    def part(self, kind: str, fields: Sequence[Field], *, name: str = "", **more: Any) -> Part:
        """A part with these fields."""
        writable = [field for field in fields if field.own.writable]
        readable = [field for field in fields if field.own.readable]
        ident = f"{kind} {name}".strip() if kind in FURNISHED or kind in COVERS.values() else (name or kind)
        return Part(
            id=ident.replace(" ", "_"),
            kind=kind,
            properties=tuple(field.own for field in fields),
            readers={self.topic: reader(readable)} if readable else {},
            write=writer(self.topic, writable) if writable else None,
            name=name,
            **more,
        )

    def add(self, expose: Report) -> None:
        """Take one expose; what it cannot become is told in ``unsupported``."""
        name = str(expose.get("property") or expose.get("name") or expose.get("type"))
        try:
            parts = list(self._parts(expose))
        except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
            self.unsupported[name] = f"its description cannot be read: {error}"
            return
        if not parts:
            self.unsupported[name] = f"a {expose.get('type')} has no single value"
        if empty := [part for part in parts if not part.properties and not part.actions]:
            self.unsupported[name] = "it has no feature that is known"
            parts = [part for part in parts if part not in empty]
        self.found.extend(parts)

    def _parts(self, expose: Report) -> Iterator[Part]:
        features = {str(feature["name"]): feature for feature in expose.get("features", ())}
        end = str(expose.get("endpoint") or "")
        match expose.get("type"):
            case "light":
                yield from self._with_rest("light", list(_light(features)), features, end)
            case "switch" | "lock" if not str(features["state"]["property"]).startswith("state"):
                yield self._setting(features["state"])
            case "switch":
                yield self._switch(features["state"], end)
            case "cover":
                yield self._cover(features, end)
            case "lock":
                yield self._lock(features)
            case "climate":
                yield from self._with_rest("thermostat", list(_climate(features)), features, "")
            case "fan":
                yield from self._with_rest("fan", list(_fan(features)), features, end)
            case "composite" if expose.get("name") == "warning":
                yield self._siren()
            case _:
                yield from self._plain(expose)

    def _with_rest(
        self, kind: str, fields: Sequence[Field], features: Mapping[str, Report], end: str
    ) -> Iterator[Part]:
        """What the kind knows, and every other feature as a value or a setting of its own."""
        yield self.part(kind, fields, name=end)
        keys = {field.key for field in fields}
        for name, feature in features.items():
            if str(feature.get("property")) not in keys:
                rest = list(self._plain(feature))
                if not rest:
                    self.unsupported[name] = f"a {feature.get('type')} has no single value"
                yield from rest

    def _setting(self, state: Report) -> Part:
        """A switch or a lock that is a setting of something else: a child lock locks no door."""
        title = _words(state["property"])
        own = Property(str(state["property"]), bool, writable=True, role=Role.SETTING, title=title)
        return self.part("setting", [switched(own, state)], name=title, role=Role.SETTING)

    def sounding(self, exposes: Mapping[str, Report]) -> frozenset[str]:
        """Make a siren of an ``alarm`` that can be set and what says how it sounds; the names it took."""
        alarm, melody = exposes.get("alarm"), exposes.get("melody", {})
        if alarm is None or not int(alarm.get("access", 1)) & SET or not SOUNDS & exposes.keys():
            return frozenset()
        tones = tuple(str(tone) for tone in melody.get("values") or ())
        fields = [switched(properties.ON, alarm)]
        if tones:
            own = Property("tone", str, options=tones, writable=True)
            fields.append(Field(own, str(melody["property"]), lambda value, _r: str(value)))
        if lasting := exposes.get("duration"):
            own = Property(
                "duration", int, "seconds", 1, float(lasting.get("value_max", 1800)), writable=True
            )
            fields.append(Field(own, str(lasting["property"])))
        self.found.append(self.part("siren", fields))
        return frozenset({"alarm", "duration", *(("melody",) if tones else ())})

    def _switch(self, state: Report, end: str) -> Part:
        if "valve" in self.description.lower():
            field = switched(properties.OPEN, state)
            sent = {"open": state.get("value_on", "ON"), "close": state.get("value_off", "OFF")}
            return self.part("valve", [field], name=end, actions=self._actions(state, sent))
        risk = Risk.SECURITY if "garage door" in self.description.lower() else Risk.COMFORT
        return self.part("switch", [switched(properties.ON.but(risk=risk), state)], name=end)

    def _cover(self, features: Mapping[str, Report], end: str) -> Part:
        fields = []
        if position := features.get("position"):
            fields.append(scaled(properties.POSITION, position))
        elif state := features.get("state"):
            is_open = {"OPEN": True, "CLOSE": False}
            fields.append(Field(properties.OPEN, state["property"], lambda value, _r: is_open.get(value)))
        if tilt := features.get("tilt"):
            fields.append(scaled(properties.TILT, tilt))
        word = next((kind for stem, kind in COVERS.items() if stem in self.description.lower()), "blinds")
        actions = {"open": "OPEN", "close": "CLOSE", "stop": "STOP"}
        return self.part(word, fields, name=end, actions=self._actions(features["state"], actions))

    def _lock(self, features: Mapping[str, Report]) -> Part:
        fields = [
            switched(properties.LOCKED, {"value_on": "LOCK", "value_off": "UNLOCK", **features["state"]})
        ]
        if told := features.get("lock_state"):
            jammed = {"not_fully_locked": "jammed"}
            fields.append(
                Field(properties.STATUS, told["property"], lambda value, _r: jammed.get(value, value))
            )
        return self.part("lock", fields)

    def _siren(self) -> Part:
        def write(value: Any) -> dict[str, Any]:
            return WARNING if value else {"mode": "stop"}

        return self.part("siren", [Field(properties.ON.but(readable=False), "warning", write=write)])

    def _plain(self, expose: Report) -> Iterator[Part]:
        if expose.get("type") == "composite" and len(expose.get("features", ())) == 1:
            field = _inner(expose, expose["features"][0])
        else:
            field = plain(expose)
        if field is None:
            return
        called = str(expose["property"])
        if field.own.writable and (called in ALARMS or any(word in called for word in NOT_SPOKEN)):
            field = replace(field, own=field.own.but(risk=Risk.SECURITY))
        if not int(expose.get("access", 1)) & 1:
            field = Field(field.own.but(readable=False), field.key, field.read, field.write)
        kind = "setting" if field.own.writable else _sensor(field.own.name)
        yield self.part(kind, [field], name=_words(expose["property"]), role=field.own.role)

    def _actions(self, state: Report, words: Mapping[str, str]) -> dict[str, list[Command]]:
        return {
            action: [Command(f"{self.topic}/set", f'{{"{state["property"]}": "{word}"}}')]
            for action, word in words.items()
        }


def _inner(outer: Report, inner: Report) -> Field | None:
    """The only value of a composite: ``{"color_options": {"execute_if_off": true}}``."""
    field = plain(inner)
    if field is None:
        return None
    key = field.key

    def read(value: Any, report: Report) -> Any:
        return field.read(value[key], report) if isinstance(value, dict) and key in value else None

    return Field(field.own, str(outer["property"]), read, lambda value: {key: field.write(value)})


def _words(name: object) -> str:
    return str(name).replace("_", " ")


def _sensor(name: str) -> str:
    return "door sensor" if name == "open" else "sensor"


def _light(features: Mapping[str, Report]) -> Iterator[Field]:
    for name, feature in features.items():
        match name:
            case "state":
                yield switched(properties.ON, feature)
            case "brightness":
                yield scaled(properties.BRIGHTNESS, feature)
            case "color_temp":
                yield warmth(feature)
            case "color_xy":
                yield colour(feature)
            case "color_hs" if "color_xy" not in features:
                yield colour(feature)


def _climate(features: Mapping[str, Report]) -> Iterator[Field]:
    yield from _set_points(features)
    for name, own in (
        ("local_temperature", properties.TEMPERATURE),
        ("system_mode", properties.MODE),
        ("preset", properties.PRESET),
        ("fan_mode", properties.FAN_MODE),
        ("running_state", properties.STATUS),
    ):
        if feature := features.get(name):
            options = tuple(map(str, feature.get("values", ())))
            writable = own.writable and bool(int(feature.get("access", 1)) & SET)
            yield Field(
                own.but(options=options if own.writable else (), writable=writable), feature["property"]
            )


def _set_points(features: Mapping[str, Report]) -> Iterator[Field]:
    """One, or one to heat up to and one to cool down to."""
    heating = features.get("occupied_heating_setpoint") or features.get("current_heating_setpoint")
    cooling = features.get("occupied_cooling_setpoint") or features.get("current_cooling_setpoint")
    both = heating is not None and cooling is not None
    for feature, name, title in (
        (heating, "target_low", "lower set point"),
        (cooling, "target_high", "upper set point"),
    ):
        if feature is not None:
            own = properties.TARGET.but(
                low=float(feature.get("value_min", 5)), high=float(feature.get("value_max", 30))
            )
            yield Field(
                own.but(name=name, role=Role.SETTING, title=title) if both else own, feature["property"]
            )


def _fan(features: Mapping[str, Report]) -> Iterator[Field]:
    if state := features.get("state"):
        yield switched(properties.ON, state)
    for name in ("speed", "percentage"):
        if speed := features.get(name):
            yield scaled(properties.SPEED, speed)
    if mode := features.get("mode"):
        yield Field(properties.PRESET.but(options=tuple(map(str, mode.get("values", ())))), mode["property"])


def parts_of(topic: str, definition: Report) -> Parts:
    """All parts of a device with this definition (``bridge/devices``), commanded under this topic."""
    exposes = [expose for expose in definition.get("exposes", ()) if isinstance(expose, dict)]
    parts = Parts(topic, str(definition.get("description", "")), [], {})
    taken = parts.sounding({str(expose.get("name")): expose for expose in exposes})
    for expose in exposes[:MOST_EXPOSES]:
        if expose.get("name") not in taken:
            parts.add(expose)
    return parts
