"""Robot vacuums that run Valetudo, by its Homie-like topics: ``<base>/<robot>/<capability>/<property>``.

The map itself is never listened to: it is large, and nothing here looks at pictures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
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
    Role,
    Told,
    Values,
    Writer,
    decoded,
    properties,
    slug,
    words,
)

STATUS, BATTERY = "StatusStateAttribute/status", "BatteryStateAttribute/level"
SEGMENTS, FAN = "MapData/segments", "FanSpeedControlCapability/preset"
OPERATIONS = {"start": "START", "stop": "STOP", "pause": "PAUSE", "dock": "HOME"}
STATES = {
    "init": True, "ready": True, "alert": True, "sleeping": True, "lost": False, "disconnected": False,
}  # fmt: skip
SPEEDS = ("off", "min", "low", "medium", "high", "turbo", "max")
SELECTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "WaterUsageControlCapability/preset": ("water", ("off", "min", "low", "medium", "high", "max")),
    "OperationModeControlCapability/preset": ("mode", ("mop", "vacuum", "vacuum_and_mop", "vacuum_then_mop")),
    "CarpetSensorModeControlCapability/mode": ("carpet sensor mode", ("lift", "avoid", "off")),
}
"""What is chosen from words: its name, and the words where ``$format`` does not tell the robot's own."""
SWITCHES = {
    "KeyLockCapability/enabled": "key lock",
    "CarpetModeControlCapability/enabled": "carpet mode",
    "ObstacleAvoidanceControlCapability/enabled": "obstacle avoidance",
    "PetObstacleAvoidanceControlCapability/enabled": "pet obstacle avoidance",
    "CollisionAvoidantNavigationControlCapability/enabled": "collision avoidance",
}
VOLUME = "SpeakerVolumeControlCapability/value"
CM2, SECONDS = 1e-4, 1 / 60
MEASURED: Mapping[str, tuple[Property, float]] = {
    "CurrentStatisticsCapability/area": (
        Property("cleaned_area", float, "square metres", role=Role.SENSOR),
        CM2,
    ),
    "CurrentStatisticsCapability/time": (
        Property("cleaned_for", float, "minutes", role=Role.SENSOR),
        SECONDS,
    ),
    "TotalStatisticsCapability/area": (
        Property("total_area", float, "square metres", role=Role.DIAGNOSTIC),
        CM2,
    ),
    "TotalStatisticsCapability/time": (
        Property("total_time", float, "minutes", role=Role.DIAGNOSTIC),
        SECONDS,
    ),
    "TotalStatisticsCapability/count": (Property("total_count", float, "times", role=Role.DIAGNOSTIC), 1),
    "WifiConfigurationCapability/signal": (Property("signal", float, "dBm", role=Role.DIAGNOSTIC), 1),
}
WORDED = {
    "StatusStateAttribute/error_description": "error",
    "DockStatusStateAttribute/status": "dock",
    "BatteryStateAttribute/status": "charging",
}
GROUPS = {"AttachmentStateAttribute": bool, "DockComponentStateAttribute": str}
CONSUMABLES = "ConsumableMonitoringCapability"
HEARD = (
    *(STATUS, BATTERY, SEGMENTS, FAN, VOLUME, *SELECTS, *SWITCHES, *MEASURED, *WORDED),
    *(f"{where}/$format" for where in (FAN, *SELECTS)),
    *(f"{group}/+" for group in (*GROUPS, CONSUMABLES)),
    *("$name", "$state", "$nodes", "+/$name", f"{CONSUMABLES}/+/$unit"),
)
UNSUPPORTED = {
    "ValetudoEvents": "what the robot asks is answered on its own page",
    "ManualControlCapability": "nobody drives a robot by voice",
}


GO_TO = Property("go_to", str, writable=True, readable=False, role=Role.SETTING, title="place on the map")
ZONE = Property("clean_zone", str, writable=True, readable=False, role=Role.SETTING, title="zone of the map")


class Valetudo(Overheard):
    """``topic`` is the prefix that is set in Valetudo's MQTT settings."""

    rank: ClassVar[int] = 70
    most_devices: ClassVar[int] = 50
    topic: str = "valetudo"

    @hears(*(f"{{topic}}/+/{where}" for where in HEARD))
    def _says(self, payload: bytes, topic: str) -> None:
        robot, _, where = topic[len(self.topic) + 1 :].partition("/")
        consumed = where.startswith(CONSUMABLES) and payload.isdigit() and int(payload[:9]) > 100
        telling = where == SEGMENTS or where.endswith(("$name", "$nodes", "$format", "$unit"))
        self.overhear(robot, topic, payload, traits=["seconds"] if consumed else [], telling=telling)

    def described(self, device: str, told: Told) -> Found | None:
        """A robot, once it has told its status."""
        robot = Robot(f"{self.topic}/{device}", told)
        if not robot.tells(STATUS):
            return None
        name = robot.text("$name") or device
        return Found(
            id=f"valetudo {device}",
            name=name,
            parts=(robot.vacuum(), *robot.settings(), *robot.sensors(), *robot.buttons(), *robot.places()),
            availability=(Availability(f"{robot.base}/$state", lambda payload: STATES.get(words(payload))),),
            same_as=frozenset({f"ha:{device}"}),
            model="Valetudo",
            unsupported=robot.no_rooms()
            | {where: why for where, why in UNSUPPORTED.items() if where in robot.nodes},
        )


@dataclass(frozen=True)
class Robot:
    """What one robot has told, and its parts."""

    base: str
    told: Told

    def tells(self, where: str) -> bool:
        """Whether it has this property."""
        return f"{self.base}/{where}" in self.told.last

    def text(self, where: str) -> str:
        """What it said there last; nothing when that cannot be read."""
        return self.told.last.get(f"{self.base}/{where}", b"").decode(errors="replace").strip()

    @property
    def nodes(self) -> set[str]:
        """Its capabilities, as far as it lists them."""
        listed = {node.strip("[]") for node in self.text("$nodes").split(",")}
        heard = {topic[len(self.base) + 1 :].partition("/")[0] for topic in self.told.last}
        return listed | heard

    def options(self, where: str, usual: tuple[str, ...]) -> tuple[str, ...]:
        """The words of an enumeration."""
        told = [word.strip() for word in self.text(f"{where}/$format").split(",") if word.strip()]
        return tuple(told[:30]) or usual

    def vacuum(self) -> Part:
        """The robot itself: its status, fan speed and rooms."""
        owned = [properties.STATUS, properties.BATTERY]
        readers = {f"{self.base}/{STATUS}": _as("status"), f"{self.base}/{BATTERY}": _as("battery")}
        if self.tells(FAN) or self.tells(f"{FAN}/$format"):
            owned.append(properties.PRESET.but(options=self.options(FAN, SPEEDS)))
            readers[f"{self.base}/{FAN}"] = _as("preset")
        if rooms := self._rooms():
            owned.append(Property("rooms", str, options=tuple(rooms), writable=True, readable=False))
        clean = f"{self.base}/MapSegmentationCapability/clean/set"
        operation = f"{self.base}/BasicControlCapability/operation/set"
        actions = {name: [Command(operation, word)] for name, word in OPERATIONS.items()}
        if not self.tells("$nodes") or "LocateCapability" in self.nodes:
            actions["locate"] = [Command(f"{self.base}/LocateCapability/locate/set", "PERFORM")]

        def write(wanted: Values) -> list[Command]:
            orders = []
            if "preset" in wanted:
                orders.append(Command(f"{self.base}/{FAN}/set", str(wanted["preset"])))
            if "rooms" in wanted:
                ids = [rooms[room] for room in str(wanted["rooms"]).split("\n")]
                orders.append(Command(clean, json.dumps({"segment_ids": ids, "iterations": 1})))
            return orders

        return Part("vacuum", "vacuum", tuple(owned), readers, write, actions)

    def no_rooms(self) -> dict[str, str]:
        """Its map without any rooms is but a picture."""
        blind = "MapData" in self.nodes and not self._rooms()
        return {"MapData": "pictures do not come this way"} if blind else {}

    def places(self) -> Iterator[Part]:
        """Points and rectangles of the map, in its own units."""
        for node, ending, own, message in (
            ("GoToLocationCapability", "go/set", GO_TO, _point),
            ("ZoneCleaningCapability", "start/set", ZONE, _zone),
        ):
            if node in self.nodes:
                topic = f"{self.base}/{node}/{ending}"
                yield Part(
                    own.name, "setting", (own,), write=_sending(topic, own.name, message), role=Role.SETTING
                )

    def _rooms(self) -> dict[str, str]:
        """Room → segment; two of the same name are told apart by their numbers."""
        try:
            told = decoded(self.text(SEGMENTS).encode() or b"{}")
        except ValueError:
            return {}
        rooms: dict[str, str] = {}
        for key, name in list(told.items())[:100] if isinstance(told, dict) else ():
            spoken = " ".join(str(name or f"room {key}").split())[:60]
            rooms[spoken if spoken not in rooms else f"{spoken} {key}"] = str(key)
        return rooms

    def settings(self) -> Iterator[Part]:
        """Water, mode, volume and the switches."""
        for where, (name, usual) in SELECTS.items():
            if self.tells(where) or self.tells(f"{where}/$format"):
                yield self._setting(
                    where, Property(slug(name), str, options=self.options(where, usual), title=name)
                )
        for where, name in SWITCHES.items():
            if self.tells(where):
                yield self._setting(where, Property(slug(name), bool, title=name))
        if self.tells(VOLUME):
            yield self._setting(VOLUME, Property("speaker_volume", int, "percent", 0, 100, tolerance=1))

    def _setting(self, where: str, own: Property) -> Part:
        topic = f"{self.base}/{where}"

        def write(wanted: Values) -> list[Command]:
            value = wanted[own.name]
            return [
                Command(f"{topic}/set", {True: "ON", False: "OFF"}[value] if own.type is bool else str(value))
            ]

        owned = (own.but(writable=True, role=Role.SETTING),)
        return Part(where, "setting", owned, {topic: _as(own.name)}, write, role=Role.SETTING)

    def sensors(self) -> Iterator[Part]:
        """What it measures and what it is made of."""
        for where, (own, scale) in MEASURED.items():
            if self.tells(where):
                yield self._sensor(where, own, scale)
        for where, name in WORDED.items():
            if self.tells(where):
                yield self._sensor(where, Property(name, str, role=Role.SENSOR))
        for topic in sorted(self.told.last):
            group, _, name = topic[len(self.base) + 1 :].partition("/")
            if group in GROUPS and name and "$" not in name:
                spoken = name.replace("_", " ").replace("-", " ")
                own = Property(slug(name), GROUPS[group], role=Role.DIAGNOSTIC, title=spoken)
                yield self._sensor(f"{group}/{name}", own)
            elif group == CONSUMABLES and name and "/" not in name and "$" not in name:
                yield self._consumable(topic, name)

    def _consumable(self, topic: str, name: str) -> Part:
        """Seconds that are left on some robots, percent on others."""
        timed = (
            "seconds" in self.told.traits.get(topic, ()) and self.text(f"{CONSUMABLES}/{name}/$unit") != "%"
        )
        spoken = name.replace("_", " ").replace("-", " ")
        own = Property(f"{slug(name)}_left", float, role=Role.DIAGNOSTIC, title=f"{spoken} left")
        own = own.but(unit="hours") if timed else own.but(unit="percent", low=0, high=100)
        return self._sensor(f"{CONSUMABLES}/{name}", own, 1 / 3600 if timed else 1)

    def _sensor(self, where: str, own: Property, scale: float = 1) -> Part:
        return Part(where, "sensor", (own,), {f"{self.base}/{where}": _as(own.name, scale)}, role=own.role)

    def buttons(self) -> Iterator[Part]:
        """What the dock does when it is told."""
        if "AutoEmptyDockManualTriggerCapability" in self.nodes:
            topic = f"{self.base}/AutoEmptyDockManualTriggerCapability/trigger/set"
            yield Part(
                "empty", "button", actions={"press": [Command(topic, "PERFORM")]},
                name="empty the dust bin", role=Role.SETTING,
            )  # fmt: skip


def _numbers(text: str, count: int) -> list[int]:
    """``2500, 2600``: so many whole numbers.

    Raises:
        ValueError: they are not.
    """
    found = [int(number) for number in re.findall(r"-?\d{1,6}", text)]
    if len(found) != count:
        raise ValueError(f"expected {count} numbers")
    return found


def _point(text: str) -> object:
    x, y = _numbers(text, 2)
    return {"coordinates": {"x": x, "y": y}}


def _zone(text: str) -> object:
    left, top, right, bottom = _numbers(text, 4)
    corners = {"pA": (left, top), "pB": (right, top), "pC": (right, bottom), "pD": (left, bottom)}
    points = {name: {"x": x, "y": y} for name, (x, y) in corners.items()}
    return {"zones": [{"points": points}], "iterations": 1}


def _sending(topic: str, name: str, message: Callable[[str], object]) -> Writer:
    return lambda wanted: [Command(topic, json.dumps(message(str(wanted[name]))))]


def _as(name: str, scale: float = 1) -> Reader:
    def read(payload: bytes) -> Values:
        text: Any = words(payload)
        return {name: float(text) * scale if scale != 1 else text}

    return read
