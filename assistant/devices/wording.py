"""Values in words."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from assistant.devices.properties import Property, Role

MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
COUNT = "count of "
BY_ITSELF = frozenset({"action", "status", "location"})
"""Texts that need no name before them."""

TRUTH_WORDS = {
    "on": ("on", "off"),
    "open": ("open", "closed"),
    "locked": ("locked", "unlocked"),
    "motion": ("seeing somebody move", "seeing nobody move"),
    "presence": ("seeing somebody", "seeing nobody"),
    "leak": ("wet", "dry"),
    "smoke": ("smelling smoke", "smelling no smoke"),
    "gas": ("smelling gas", "smelling no gas"),
    "battery_low": ("low on battery", "not low on battery"),
    "online": ("connected", "disconnected"),
    "tamper": ("tampered with", "not tampered with"),
    "problem": ("reporting a problem", "reporting no problem"),
    "carbon_monoxide": ("warning of carbon monoxide", "finding no carbon monoxide"),
    "vibration": ("vibrating", "not vibrating"),
    "sound": ("hearing something", "hearing nothing"),
    "light": ("seeing light", "seeing no light"),
    "heat": ("hot", "not hot"),
    "powered": ("powered", "without power"),
    "update_available": ("waiting for an update", "up to date"),
}


def phrase(own: Property, value: Any) -> str:
    """One value as it is spoken after "is": ``on``, ``30 percent open``, ``at set point 21.5 degrees``."""
    if isinstance(value, bool):
        yes, no = TRUTH_WORDS.get(own.name, (own.spoken, f"not {own.spoken}"))
        return yes if value else no
    if own.type is str:
        said = _moment(str(value)) or str(value).replace("_", " ")
        return f"{own.spoken} {said}" if own.role is Role.SENSOR and own.name not in BY_ITSELF else said
    if own.title.startswith(COUNT):
        return f"counting {value:g} {own.title.removeprefix(COUNT)}"
    unit = f" {own.unit}" if own.unit else ""
    shown = f"{value:g}{unit}"
    return shown if own.name == "position" else f"at {own.spoken} {shown}"


def _moment(text: str) -> str:
    """``2026-11-23T10:00:00+00:00`` as it is said, on the clock of this house; "" for anything else."""
    if not MOMENT.fullmatch(text):
        return ""
    try:
        at = datetime.fromisoformat(text)
        at = at.astimezone() if at.tzinfo else at
    except (ValueError, OverflowError, OSError):
        return ""
    return f"{at.day} {at:%B} at {at:%H:%M}"
