"""Component → how its entities become parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .climate import climate, water_heater
from .draft import Draft
from .lights import light
from .openings import alarm, cover, lock, valve
from .robots import mower, vacuum
from .sensors import binary_sensor, event, sensor, tracker, trigger, update
from .settings import button, notify, number, scene, select, text
from .switches import fan, humidifier, siren, switch

BUILDERS: Mapping[str, Callable[[Draft], str]] = {
    "alarm_control_panel": alarm,
    "binary_sensor": binary_sensor,
    "button": button,
    "climate": climate,
    "cover": cover,
    "date": text,
    "datetime": text,
    "device_automation": trigger,
    "device_tracker": tracker,
    "event": event,
    "fan": fan,
    "humidifier": humidifier,
    "lawn_mower": mower,
    "light": light,
    "lock": lock,
    "notify": notify,
    "number": number,
    "scene": scene,
    "select": select,
    "sensor": sensor,
    "siren": siren,
    "switch": switch,
    "text": text,
    "time": text,
    "update": update,
    "vacuum": vacuum,
    "valve": valve,
    "water_heater": water_heater,
}
"""Each returns the household kind of the part."""
UNSUPPORTED: Mapping[str, str] = {
    "camera": "pictures do not come this way",
    "image": "pictures do not come this way",
    "infrared": "infrared codes are nothing to say",
    "tag": "tags have no state",
}
STANDALONE = frozenset(
    [
        "alarm_control_panel",
        "climate",
        "cover",
        "fan",
        "humidifier",
        "lawn_mower",
        "light",
        "lock",
        "siren",
        "vacuum",
        "valve",
        "water_heater",
    ]
)
"""Components beside which a switch with a name of its own is a setting."""
