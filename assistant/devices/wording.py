"""Values in words."""

from __future__ import annotations

from typing import Any

from assistant.devices.properties import Property

TRUTH_WORDS = {
    "on": ("on", "off"),
    "open": ("open", "closed"),
    "locked": ("locked", "unlocked"),
    "motion": ("seeing somebody move", "seeing nobody"),
    "presence": ("seeing somebody", "seeing nobody"),
    "leak": ("wet", "dry"),
    "smoke": ("smelling smoke", "smelling no smoke"),
    "gas": ("smelling gas", "smelling no gas"),
    "battery_low": ("low on battery", "not low on battery"),
    "online": ("connected", "disconnected"),
    "tamper": ("tampered with", "not tampered with"),
}


def phrase(own: Property, value: Any) -> str:
    """One value as it is spoken after "is": ``on``, ``30 percent open``, ``at set point 21.5 degrees``."""
    if isinstance(value, bool):
        yes, no = TRUTH_WORDS.get(own.name, (own.spoken, f"not {own.spoken}"))
        return yes if value else no
    if own.type is str:
        return str(value).replace("_", " ")
    unit = f" {own.unit}" if own.unit else ""
    shown = f"{value:g}{unit}"
    return shown if own.name == "position" else f"at {own.spoken} {shown}"
