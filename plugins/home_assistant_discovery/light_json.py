"""The JSON schema of lamps: one message says it all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assistant.api.sources import Command, Values, decoded, properties

from .config import Config
from .draft import Draft, percent
from .lamps import COLOR_MODES, Warmth, brightness, effects, named, to_scale, wire_color

STATES: Mapping[Any, bool | None] = {"ON": True, "OFF": False, None: None}
KEYS = {"hs": ("h", "s"), "xy": ("x", "y")}
RGB = ("r", "g", "b", "w")
RGBWW = ("r", "g", "b", "c", "w")


def modes_of(config: Config) -> frozenset[str]:
    """Its colour modes; older firmware has a flag for each instead."""
    modes = config.options("supported_color_modes")
    if modes:
        return frozenset(modes)
    flags = (mode for mode in (*COLOR_MODES, "color_temp") if config.raw(mode) is True)
    return frozenset([*flags, *(["brightness"] if config.flag("brightness") else [])])


def json_light(draft: Draft) -> str:
    """On, brightness, colour, colour temperature and effect of one topic."""
    config = draft.config
    modes = modes_of(config)
    scale = max(config.number("brightness_scale", 255), 1.0)
    send = draft.setter("command_topic", "")
    color = next((mode for mode in COLOR_MODES if mode in modes), "")
    warmth = Warmth(config)
    draft.has(properties.ON)
    if modes - {"onoff"} or config.flag("brightness"):
        draft.has(brightness(scale))
    if color:
        draft.has(properties.COLOR)
    if "color_temp" in modes:
        draft.has(warmth.own)
    if config.flag("effect"):
        effects(draft)

    def read(payload: bytes) -> Values:
        return _report(decoded(payload), scale, warmth)

    if where := config.topic("state_topic"):
        names = ("on", "brightness", "color", "color_temperature", "effect")
        draft.hears(where, names, lambda payload: {k: v for k, v in read(payload).items() if draft.knows(k)})

    def write(values: Values) -> list[Command]:
        return [send(json.dumps(_message(values, scale, color, warmth)))]

    draft.writes_together(write)
    return "light"


def _message(values: Values, scale: float, color: str, warmth: Warmth) -> dict[str, Any]:
    if values.get("on") is False:
        return {"state": "OFF"}
    message: dict[str, Any] = {"state": "ON"}
    if "brightness" in values:
        message["brightness"] = to_scale(values["brightness"], scale)
    if "color" in values:
        keys = KEYS.get(color, RGBWW if color == "rgbww" else RGB)
        message["color"] = dict(zip(keys, wire_color(color, values["color"]), strict=False))
    if "color_temperature" in values:
        message["color_temp"] = warmth.wire(values["color_temperature"])
    if "effect" in values:
        message["effect"] = values["effect"]
    return message


def _report(report: Any, scale: float, warmth: Warmth) -> dict[str, Any]:
    if not isinstance(report, dict):
        raise ValueError("a report of a lamp is a JSON object")
    values: dict[str, Any] = {}
    if "state" in report:
        if report["state"] not in STATES:
            raise ValueError(f"a lamp is ON or OFF, not {str(report['state'])[:40]!r}")
        values["on"] = STATES[report["state"]]
    if isinstance(report.get("brightness"), int | float) and report["brightness"]:
        values["brightness"] = percent(float(report["brightness"]), (0, scale))
    warm = report.get("color_mode") == "color_temp"
    if isinstance(report.get("color_temp"), int | float) and report.get("color_mode") in (None, "color_temp"):
        values["color_temperature"] = warmth.kelvin(report["color_temp"])
    white = report.get("color_mode") == "white"
    color = "white" if white else _color(report.get("color"), report.get("color_mode"))
    if color and not warm:
        values["color"] = color
    if isinstance(report.get("effect"), str):
        values["effect"] = report["effect"]
    return values


def _color(color: Any, mode: Any) -> str:
    if not isinstance(color, dict):
        return ""
    ways = [("xy", "xy"), ("hs", "hs"), ("rgb", "rgb")]
    ways.sort(key=lambda way: not str(mode).startswith(way[0]))
    for way, keys in ways:
        values = [color.get(key) for key in keys]
        numbers = [float(value) for value in values if isinstance(value, int | float)]
        if len(numbers) == len(keys) and (way != "xy" or numbers[1] > 0):
            return named(way, numbers)
    return ""
