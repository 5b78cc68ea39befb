"""The kinds of device with their verbs, for plugins whose devices stand in the configuration."""

from assistant.devices.configured import Configured
from assistant.devices.kinds.climate import Thermostat
from assistant.devices.kinds.light import Light
from assistant.devices.kinds.media import MediaPlayer
from assistant.devices.kinds.openings import Lock, Opening
from assistant.devices.kinds.power import Fan, Switched
from assistant.devices.kinds.robots import Vacuum
from assistant.devices.kinds.sensor import Sensor

__all__ = [
    "Configured",
    "Fan",
    "Light",
    "Lock",
    "MediaPlayer",
    "Opening",
    "Sensor",
    "Switched",
    "Thermostat",
    "Vacuum",
]
