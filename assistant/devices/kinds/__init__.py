"""The kinds of device: household word → the class with its verbs."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.devices.composed import FoundDevice
from assistant.devices.kinds.climate import Thermostat
from assistant.devices.kinds.details import Button, Detailed, Scene
from assistant.devices.kinds.light import Light
from assistant.devices.kinds.media import MediaPlayer
from assistant.devices.kinds.openings import Alarm, Entrance, Lock, Opening, Valve
from assistant.devices.kinds.power import Fan, Humidifier, Siren, Switched
from assistant.devices.kinds.robots import Mower, Vacuum
from assistant.devices.kinds.sensor import Sensor

CLASSES: tuple[type[FoundDevice], ...] = (
    Light,
    Switched,
    Fan,
    Humidifier,
    Siren,
    Opening,
    Entrance,
    Valve,
    Lock,
    Alarm,
    Thermostat,
    Vacuum,
    Mower,
    MediaPlayer,
    Button,
    Scene,
    Detailed,
    Sensor,
)
KINDS: Mapping[str, type[FoundDevice]] = {
    kind: cls for cls in CLASSES for kind in vars(cls).get("verbs_of", ())
}


def kind_class(kind: str) -> type[FoundDevice]:
    """The class for a part's kind; what is unknown can still tell its values and take its settings."""
    return KINDS.get(kind, Sensor if kind.endswith(("sensor", "detector", "meter")) else Detailed)
