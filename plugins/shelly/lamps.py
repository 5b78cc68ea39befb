"""Lamps and relays: ``switch``, ``light``, ``cct``, ``rgb`` … differ in what they can set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.api.sources import Command, Part, Property, Role, Values, colours, properties

from .meters import METERED, metered
from .rpc import Report, Rpc

LAMPS: Mapping[str, str] = {
    "switch": "Switch",
    "light": "Light",
    "cct": "CCT",
    "rgb": "RGB",
    "rgbw": "RGBW",
    "rgbcct": "RGBCCT",
}
"""Component → the namespace of its methods."""
WHITE = Property(
    "white", int, "percent", 0, 100, writable=True, tolerance=1, role=Role.SETTING, title="white channel"
)


def lamp(rpc: Rpc, key: str, report: Report, household: str, settings: Report) -> Part:
    """A relay or lamp with what it measures."""
    kind, _, number = key.partition(":")
    owned = [properties.ON]
    if kind != "switch":
        owned.append(properties.BRIGHTNESS)
    if "ct" in kind:
        low, high = _warmths(settings)
        owned.append(properties.COLOR_TEMPERATURE.but(low=low, high=high))
    if "rgb" in kind:
        owned.append(properties.COLOR.but(options=colours.NAMES))
    if kind == "rgbw":
        owned.append(WHITE)
    measures = [measure for measure in METERED if measure.within(report)]

    def write(wanted: Values) -> list[Command]:
        params: dict[str, Any] = {"id": int(number)}
        for name, value in wanted.items():
            params.update(_param(name, value, modal=kind == "rgbcct"))
        return [rpc.call(f"{LAMPS[kind]}.Set", params)]

    def read(report: Report) -> Values:
        return {**_shown(report), **metered(report, measures)}

    return rpc.part(key, household, (*owned, *(measure.own for measure in measures)), read, write)


def _param(name: str, value: Any, *, modal: bool) -> dict[str, Any]:
    match name:
        case "color":
            mode = {"mode": "rgb"} if modal else {}
            return {"rgb": list(colours.rgb_of(str(value))), **mode}
        case "color_temperature":
            return {"ct": round(value), **({"mode": "cct"} if modal else {})}
        case "white":
            return {"white": round(value * 2.55)}
        case _:
            return {name: value}


def _shown(report: Report) -> Values:
    """A lamp that shows white has no colour, and the other way round."""
    values: dict[str, Any] = {}
    if "output" in report:
        values["on"] = report["output"]
    if report.get("brightness") is not None:
        values["brightness"] = report["brightness"]
    if report.get("ct") is not None:
        values["color_temperature"] = report["ct"]
    if report.get("rgb") is not None:
        red, green, blue = report["rgb"]
        values["color"] = colours.named_rgb(red, green, blue)
    if report.get("white") is not None:
        values["white"] = float(report["white"]) / 2.55
    if (mode := report.get("mode")) in ("rgb", "cct"):
        values["color_temperature" if mode == "rgb" else "color"] = None
    return values


def _warmths(settings: Report) -> tuple[float, float]:
    told = settings.get("ct_range")
    if isinstance(told, list) and len(told) == 2 and all(isinstance(end, int | float) for end in told):
        low, high = float(told[0]), float(told[1])
        if 1000 <= low < high <= 20_000:
            return low, high
    return 2700, 6500
