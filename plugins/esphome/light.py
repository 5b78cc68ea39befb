"""ESPHome's lamps: one JSON object each way; which keys it has shown is what it can."""

from __future__ import annotations

import json
from typing import Any

from assistant.api.sources import Command, Part, Values, colours, decoded, properties

RGB = frozenset({"color.r", "color.g", "color.b"})
STATES = {"ON": True, "OFF": False}
WHITES = ("color_temp", "cold_warm_white", "cwww", "white")
"""Colour modes in which red, green and blue mean nothing."""


def light(base: str, name: str, traits: set[str]) -> Part:
    """A lamp as far as its reports have proved it; a lamp that is off may still hide its colours."""
    owned = [properties.ON]
    if "brightness" in traits:
        owned.append(properties.BRIGHTNESS)
    if "color_temp" in traits:
        owned.append(properties.COLOR_TEMPERATURE)
    if traits >= RGB:
        owned.append(properties.COLOR.but(options=colours.NAMES))
    if "effect" in traits:
        owned.append(properties.EFFECT)

    def write(wanted: Values) -> list[Command]:
        return [Command(f"{base}/command", json.dumps(_order(wanted)))]

    return Part(
        f"light_{base.rpartition('/')[2]}",
        "light",
        tuple(owned),
        {f"{base}/state": _read},
        write,
        name=name,
    )


def _read(payload: bytes) -> Values:
    report = decoded(payload)
    values: dict[str, Any] = {}
    if "state" in report:
        values["on"] = STATES[report["state"]]
    if "brightness" in report:
        values["brightness"] = float(report["brightness"]) / 2.55
    mode, colour = report.get("color_mode"), report.get("color")
    if "color_temp" in report:
        values["color_temperature"] = colours.kelvin(float(report["color_temp"]))
    if mode in WHITES:
        values["color"] = None
    elif isinstance(colour, dict) and {"r", "g", "b"} <= colour.keys():
        red, green, blue = (float(colour[part]) for part in "rgb")
        values["color"] = colours.named_rgb(red, green, blue)
        if mode is not None:
            values["color_temperature"] = None
    if "effect" in report:
        values["effect"] = report["effect"]
    return values


def _order(wanted: Values) -> dict[str, Any]:
    order: dict[str, Any] = {"state": "OFF" if wanted.get("on") is False else "ON"}
    if "brightness" in wanted:
        order["brightness"] = round(wanted["brightness"] * 2.55)
    if "color_temperature" in wanted:
        order["color_temp"] = round(1_000_000 / wanted["color_temperature"])
    if "color" in wanted:
        red, green, blue = colours.rgb_of(str(wanted["color"]))
        order["color"] = {"r": red, "g": green, "b": blue}
    if "effect" in wanted:
        order["effect"] = str(wanted["effect"])
    return order
