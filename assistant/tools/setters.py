"""Which call brings a state field to a value: for "put it back" and for setting by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

PAIRS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"on": ("turn_on", "turn_off"), "locked": ("lock", "unlock"), "open": ("open", "close")}
)
"""Field → the verb for true and the verb for false."""
VALUES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "brightness": ("turn_on", "brightness"),
        "color": ("turn_on", "color"),
        "color_temperature": ("set_color_temperature", "color_temperature"),
        "effect": ("set_effect", "effect"),
        "position": ("set_position", "position"),
        "tilt": ("set_tilt", "tilt"),
        "target": ("set_temperature", "temperature"),
        "target_humidity": ("set_humidity", "humidity"),
        "mode": ("set_mode", "mode"),
        "preset": ("set_preset", "preset"),
        "fan_mode": ("set_fan_mode", "fan_mode"),
        "speed": ("set_speed", "speed"),
        "oscillating": ("set_oscillation", "oscillating"),
        "volume": ("set_volume", "volume"),
        "source": ("select_source", "source"),
    }
)
"""Field → verb and its parameter."""

Wish = tuple[str, dict[str, Any]]


def setter(field: str, value: Any, verbs: Collection[str]) -> Wish | None:
    """The verb (of those that the device has) and its arguments; None when there is none."""
    if field in PAIRS:
        verb = PAIRS[field][0 if value in (True, "on", "true", "yes") else 1]
        return (verb, {}) if verb in verbs else None
    if field in VALUES and VALUES[field][0] in verbs:
        verb, parameter = VALUES[field]
        return verb, {parameter: value}
    return ("set_option", {"option": field, "value": str(value)}) if "set_option" in verbs else None


def restoring(before: Mapping[str, Any], after: Mapping[str, Any], verbs: Collection[str]) -> list[Wish]:
    """The calls that bring a device from one state back to an earlier one, as far as it has verbs for it."""
    changed = {
        field: value for field, value in before.items() if value is not None and after.get(field) != value
    }
    if before.get("on") is False:
        # A lamp that was off is off again; setting its old brightness would switch it on.
        changed = {"on": False} if "on" in changed else {}
    elif "brightness" in changed or "color" in changed:
        changed.pop("on", None)
    wishes = [
        setter(field, value, verbs)
        for field, value in changed.items()
        if field in PAIRS or field in VALUES or field in after
    ]
    return [wish for wish in wishes if wish is not None and wish[0] != "set_option"]
