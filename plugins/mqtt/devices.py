"""Plugs, fans, blinds, heating, locks, televisions and vacuums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assistant.api import Percent, Topic
from assistant.api.kinds import Configured, Fan, Lock, MediaPlayer, Opening, Switched, Thermostat, Vacuum
from assistant.api.sources import Command, Part, Property, Role, Values, properties, words

from .base import OnTopic, Settings, part, sent, switched, within

ON_OFF = {True: "ON", False: "OFF"}
LOCKS = {"LOCK": True, "LOCKED": True, "UNLOCK": False, "UNLOCKED": False}
PLAYS = {"playing": True, "paused": False, "on": None, "idle": None, "off": False}
"""What the words of a report's ``state`` say about playing; all but ``off`` mean that it is on."""
OPERATIONS = {"start": "START", "pause": "PAUSE", "stop": "STOP", "dock": "HOME"}


class MqttSwitch(OnTopic, Switched):
    """On and off. ``key`` is the field of the report; ``plain`` sends ON instead of {"state": "ON"}."""

    key: str = "state"
    plain: bool = False

    @classmethod
    def described(cls, own: Settings) -> Part:
        key = own["key"]

        def write(values: Values) -> Mapping[str, Any] | str:
            word = ON_OFF[values["on"]]
            return word if own["plain"] else {key: word}

        return part(
            own, "switch", (properties.ON,), lambda r: {"on": switched(r[key])} if key in r else {}, write
        )


class MqttFan(OnTopic, Fan):
    """On, off and a speed; ``speed_key`` is the field of the speed."""

    speed_key: str = "speed"

    @classmethod
    def described(cls, own: Settings) -> Part:
        key = own["speed_key"]

        def read(report: dict[str, Any]) -> Values:
            values = {"on": switched(report["state"])} if "state" in report else {}
            told = report.get(key)
            return values if told is None else {**values, "speed": within("speed", told)}

        def write(values: Values) -> Mapping[str, Any]:
            speed = {key: values["speed"]} if "speed" in values else {}
            return {"state": ON_OFF[values.get("on", True)], **speed}

        return part(own, "fan", (properties.ON, properties.SPEED), read, write)


class MqttBlinds(OnTopic, Opening):
    """Something that opens and closes by degrees; ``tolerance`` is what its motor is out by."""

    tolerance: Percent = 2

    @classmethod
    def described(cls, own: Settings) -> Part:
        position = properties.POSITION.but(tolerance=own["tolerance"])

        def read(report: dict[str, Any]) -> Values:
            told = report.get("position")
            return {} if told is None else {"position": within("position", told)}

        made = part(own, "blinds", (position,), read, lambda values: {"position": values["position"]})
        moves: dict[str, Mapping[str, Any]] = {
            "open": {"position": 100}, "close": {"position": 0}, "stop": {"state": "STOP"},
        }  # fmt: skip
        return replace(made, actions={name: sent(own, message) for name, message in moves.items()})


class MqttThermostat(OnTopic, Thermostat):
    """A set point and a measured temperature. ``key`` is the set point's field in reports and commands."""

    key: str = "occupied_heating_setpoint"

    @classmethod
    def described(cls, own: Settings) -> Part:
        keys = {own["key"]: "target", "local_temperature": "temperature"}

        def read(report: dict[str, Any]) -> Values:
            return {
                ours: within(theirs, report[theirs], -100, 100)
                for theirs, ours in keys.items()
                if report.get(theirs) is not None
            }

        owned = (properties.TARGET, properties.TEMPERATURE)
        return part(own, "thermostat", owned, read, lambda values: {own["key"]: values["target"]})


class MqttLock(OnTopic, Lock):
    """A lock that says LOCK or UNLOCK."""

    @classmethod
    def described(cls, own: Settings) -> Part:
        def read(report: dict[str, Any]) -> Values:
            word = report.get("state")
            return {"locked": LOCKS[word]} if isinstance(word, str) and word in LOCKS else {}

        def write(values: Values) -> Mapping[str, Any]:
            return {"state": "LOCK" if values["locked"] else "UNLOCK"}

        return part(own, "lock", (properties.LOCKED,), read, write)


class MqttMediaPlayer(OnTopic, MediaPlayer):
    """Power, play and pause, volume, next and previous track: commands are words in ``state``."""

    @classmethod
    def described(cls, own: Settings) -> Part:
        owned = (
            properties.ON, Property("playing", bool), properties.STATUS, properties.VOLUME,
            Property("track", str, role=Role.SENSOR),
        )  # fmt: skip

        def read(report: dict[str, Any]) -> Values:
            word = report.get("state")
            values: dict[str, Any] = {}
            if word is not None:
                values = {"playing": PLAYS[word], "on": word != "off", "status": word}
            if report.get("volume") is not None:
                values["volume"] = within("volume", report["volume"])
            return values if report.get("track") is None else {**values, "track": report["track"]}

        def write(values: Values) -> Mapping[str, Any]:
            state = {"state": ON_OFF[values["on"]].lower()} if "on" in values else {}
            return {**state, **({"volume": values["volume"]} if "volume" in values else {})}

        said = {"play": "play", "pause": "pause", "stop": "pause", "next": "next", "previous": "previous"}
        actions = {name: sent(own, {"state": word}) for name, word in said.items()}
        return replace(part(own, "media player", owned, read, write), actions=actions)


class MqttVacuum(Configured, Vacuum):
    """A vacuum; ``topic`` is its Valetudo prefix, for example ``valetudo/robot``."""

    topic: Topic

    @classmethod
    def described(cls, own: Settings) -> Part:
        base = own["topic"]
        operation = f"{base}/BasicControlCapability/operation/set"
        return Part(
            "main", "vacuum", (properties.STATUS, properties.BATTERY),
            {
                f"{base}/StatusStateAttribute/status": lambda payload: {"status": words(payload)},
                f"{base}/BatteryStateAttribute/level": lambda payload: {
                    "battery": within("battery", float(words(payload)))
                },
            },
            actions={name: [Command(operation, word)] for name, word in OPERATIONS.items()},
        )  # fmt: skip
