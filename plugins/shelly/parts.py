"""Components of generation 2 and newer as parts: what each reports, and which method sets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from assistant.api.sources import Command, Part, Property, Role, Values, decoded, properties

from .lamps import LAMPS, lamp
from .meters import METERED, measured, metered
from .rpc import Report, Rpc

MOST_COMPONENTS = 128
SILENT = frozenset({"bthomecontrol", "group", "object", "schedule", "script", "service"})
"""Components that are about the device itself or its programs."""
CALIBRATED = {"open": True, "closed": False}
MOVES = {"open": "Cover.Open", "close": "Cover.Close", "stop": "Cover.Stop"}
TARGET = properties.TARGET.but(low=4, high=35)


def found_parts(rpc: Rpc, status: Mapping[str, Report], config: Report) -> tuple[list[Part], dict[str, str]]:
    """All parts of a device, and what became nothing."""
    parts, unsupported = [], {}
    for key in sorted(status, key=lambda key: (key.partition(":")[0], int(key.partition(":")[2]))):
        kind = key.partition(":")[0]
        settings = config.get(key)
        settings = settings if isinstance(settings, dict) else {}
        made = _made(rpc, key, status[key], _Settings(settings, config))
        if made is None and kind not in SILENT:
            unsupported[key] = f"there is nothing known about components of the kind {kind!r}"
        if made is not None:
            several = sum(other.partition(":")[0] == kind for other in status) > 1
            number = int(key.partition(":")[2])
            name = settings.get("name")
            own = str(name) if isinstance(name, str) and name else f"{made.name or kind} {number % 100 + 1}"
            parts.append(replace(made, name=own if name or several else ""))
    return parts, unsupported


@dataclass(frozen=True)
class _Settings:
    """A component's own configuration, and the device's."""

    own: Report
    all: Report

    def number(self, key: str) -> float | None:
        value = self.own.get(key)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def for_light(self, number: int) -> bool:
        """Whether the owner said that a relay switches a lamp."""
        system = self.all.get("sys")
        shown = system.get("ui_data") if isinstance(system, dict) else None
        types = shown.get("consumption_types") if isinstance(shown, dict) else None
        return isinstance(types, list) and number < len(types) and str(types[number]).startswith("light")


def _made(rpc: Rpc, key: str, report: Report, settings: _Settings) -> Part | None:
    kind, _, digits = key.partition(":")
    number = int(digits)
    match kind:
        case "switch":
            return lamp(rpc, key, report, "light" if settings.for_light(number) else "switch", settings.own)
        case _ if kind in LAMPS:
            return lamp(rpc, key, report, "light", settings.own)
        case "cover":
            return _cover(rpc, key, number, report)
        case "input":
            return _input(rpc, key, number, settings)
        case "thermostat":
            return _thermostat(rpc, key, number)
        case "blutrv":
            return _radiator(rpc, key, number)
        case "boolean" | "number" | "enum" | "text" | "button":
            return _virtual(rpc, kind, number, settings)
        case "bthomesensor":
            return measured(rpc, key, report, settings.own.get("obj_id"))
        case _ if kind in SILENT:
            return None
        case _:
            return measured(rpc, key, report)


def _cover(rpc: Rpc, key: str, number: int, report: Report) -> Part:
    """Positions only where it has been calibrated; without, it knows its ends at best."""
    calibrated = bool(report.get("pos_control"))
    owned = [properties.POSITION] if calibrated else [properties.OPEN]
    if "slat_pos" in report:
        owned.append(properties.TILT)
    measures = [measure for measure in METERED if measure.within(report)]

    def read(report: Report) -> Values:
        values: dict[str, Any] = {}
        if report.get("current_pos") is not None:
            values["position"] = report["current_pos"]
        if report.get("state") in ("open", "closed", "stopped"):
            values["open"] = CALIBRATED.get(report["state"])
        if report.get("slat_pos") is not None:
            values["tilt"] = report["slat_pos"]
        return {**values, **metered(report, measures)}

    def write(wanted: Values) -> list[Command]:
        places = {"position": "pos", "tilt": "slat_pos"}
        params = {places[name]: round(value) for name, value in wanted.items()}
        return [rpc.call("Cover.GoToPosition", {"id": number, **params})]

    owned += [measure.own for measure in measures]
    part = rpc.part(key, "blinds", tuple(owned), read, write)
    moves = {name: [rpc.call(method, {"id": number})] for name, method in MOVES.items()}
    return replace(part, actions=moves, name="blinds")


def _input(rpc: Rpc, key: str, number: int, settings: _Settings) -> Part | None:
    """A switch has a state, a button has events; both are what a wall plate is there for."""
    kind = settings.own.get("type")
    spoken = f"input {number + 1}"
    state = Property(f"input_{number + 1}", bool, role=Role.SENSOR, title=spoken)
    action = Property(f"button_{number + 1}", str, role=Role.SENSOR, title=f"button {number + 1}")
    level = Property(
        f"level_{number + 1}", float, "percent", 0, 100, role=Role.SENSOR, title=f"level {number + 1}"
    )
    count = Property(f"count_{number + 1}", float, role=Role.SENSOR, title=f"count {number + 1}")
    owned = {"button": (action,), "analog": (level,), "count": (count,)}.get(str(kind), (state, action))

    def read(report: Report) -> Values:
        counts = report.get("counts")
        given = {state: report.get("state"), level: report.get("percent")}
        given[count] = counts.get("total") if isinstance(counts, dict) else None
        return {own.name: value for own, value in given.items() if value is not None}

    part = rpc.part(key, "sensor", owned, read)
    events = f"{rpc.prefix}/events/rpc"

    def heard(payload: bytes) -> Values:
        return _pressed(payload, key, action.name) or part.readers[events](payload)

    return replace(part, readers={**part.readers, events: heard}, role=Role.SENSOR)


def _pressed(payload: bytes, key: str, name: str) -> Values:
    frame = decoded(payload)
    if frame.get("method") != "NotifyEvent":
        return {}
    pushes = [
        e for e in frame["params"]["events"] if e.get("component") == key and "push" in str(e.get("event"))
    ]
    return {name: str(pushes[-1]["event"]).replace("_", " ")} if pushes else {}


def _thermostat(rpc: Rpc, key: str, number: int) -> Part:
    """The wall display's."""

    def read(report: Report) -> Values:
        keys = {
            "target_C": "target",
            "current_C": "temperature",
            "enable": "on",
            "current_humidity": "humidity",
        }
        return {ours: report[theirs] for theirs, ours in keys.items() if report.get(theirs) is not None}

    def write(wanted: Values) -> list[Command]:
        keys = {"target": "target_C", "on": "enable"}
        config = {keys[name]: value for name, value in wanted.items()}
        return [rpc.call("Thermostat.SetConfig", {"id": number, "config": config})]

    owned = (TARGET, properties.TEMPERATURE, properties.ON, properties.HUMIDITY)
    return rpc.part(key, "thermostat", owned, read, write)


def _radiator(rpc: Rpc, key: str, number: int) -> Part:
    """A radiator valve behind a Bluetooth gateway."""

    def read(report: Report) -> Values:
        keys = {"target_C": "target", "current_C": "temperature", "battery": "battery", "pos": "valve"}
        return {ours: report[theirs] for theirs, ours in keys.items() if report.get(theirs) is not None}

    def write(wanted: Values) -> list[Command]:
        inner = {"id": 0, "target_C": wanted["target"]}
        return [rpc.call("BluTRV.Call", {"id": number, "method": "TRV.SetTarget", "params": inner})]

    valve = Property("valve", int, "percent", 0, 100, role=Role.SENSOR, title="valve")
    owned = (TARGET.but(high=30), properties.TEMPERATURE, properties.BATTERY, valve)
    return replace(rpc.part(key, "thermostat", owned, read, write), name="radiator")


def _virtual(rpc: Rpc, kind: str, number: int, settings: _Settings) -> Part:
    """What the owner, or a script of his, has added."""
    writable = "w" in str(settings.own.get("access", "crw"))
    key = f"{kind}:{number}"
    if kind == "button":
        pressed = rpc.call("Button.Trigger", {"id": number, "event": "single_push"})
        bare = Part(key.replace(":", "_"), "button", actions={"press": [pressed]}, role=Role.SETTING)
        return replace(bare, name="button")
    spoken = settings.own.get("name") or f"{kind} {number - 199}"
    own = Property(f"{kind}_{number}", str, writable=writable, role=Role.SETTING, title=str(spoken))
    options = settings.own.get("options")
    if kind == "boolean":
        own = own.but(type=bool)
    elif kind == "number":
        own = own.but(type=float, low=settings.number("min"), high=settings.number("max"))
    elif kind == "enum" and isinstance(options, list):
        own = own.but(options=tuple(map(str, options[:100])))

    def read(report: Report) -> Values:
        return {own.name: report["value"]} if "value" in report else {}

    def write(wanted: Values) -> list[Command]:
        return [rpc.call(f"{kind.capitalize()}.Set", {"id": number, "value": wanted[own.name]})]

    return replace(rpc.part(key, "setting", (own,), read, write if writable else None), role=Role.SETTING)
