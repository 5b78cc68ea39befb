"""Lamps: on and off, dimmable, coloured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from assistant.api import Range
from assistant.api.kinds import Light
from assistant.api.sources import Part, Values, colours, properties

from .base import OnTopic, Settings, part, switched, within


def _on(report: Mapping[str, Any]) -> dict[str, Any]:
    return {"on": switched(report["state"])} if "state" in report else {}


def _state(values: Values) -> dict[str, Any]:
    return {"state": "OFF" if values.get("on") is False else "ON"}


class MqttLight(OnTopic, Light):
    """A lamp that is on or off."""

    @classmethod
    def described(cls, own: Settings) -> Part:
        return part(own, "light", (properties.ON,), _on, _state)


class MqttDimmableLight(OnTopic, Light):
    """A lamp with a brightness. ``scale`` is the firmware's value for 100 percent."""

    scale: Annotated[int, Range(1, 65535)] = 254

    @classmethod
    def described(cls, own: Settings) -> Part:
        return part(
            own, "light", (properties.ON, properties.BRIGHTNESS),
            lambda report: _dimmed(report, own["scale"]), lambda values: _dim(values, own["scale"]),
        )  # fmt: skip


def _dimmed(report: Mapping[str, Any], scale: int) -> dict[str, Any]:
    values = _on(report)
    if (told := report.get("brightness")) is not None:
        values["brightness"] = within("brightness", round(float(told) * 100 / scale))
    return values


def _dim(values: Values, scale: int) -> dict[str, Any]:
    message = _state(values)
    if "brightness" in values:
        message["brightness"] = max(round(values["brightness"] * scale / 100), 1)
    return message


class MqttColourLight(OnTopic, Light):
    """A lamp with a brightness and a colour."""

    scale: Annotated[int, Range(1, 65535)] = 254

    @classmethod
    def described(cls, own: Settings) -> Part:
        return part(
            own,
            "light",
            (properties.ON, properties.BRIGHTNESS, properties.COLOR),
            lambda report: {**_dimmed(report, own["scale"]), **_coloured(report)},
            lambda values: {**_dim(values, own["scale"]), **_color(values)},
        )


def _color(values: Values) -> dict[str, Any]:
    name = values.get("color")
    if name is None:
        return {}
    if name in colours.WHITES:
        return {"color_temp": colours.kelvin(colours.WHITES[name])}
    return {"color": {"hex": colours.hex_of(name)}}


def _coloured(report: Mapping[str, Any]) -> dict[str, Any]:
    """The nearest colour name; nothing when what is told cannot be read."""
    told, mired = report.get("color"), report.get("color_temp")
    if report.get("color_mode") == "color_temp" or not isinstance(told, Mapping):
        white = isinstance(mired, int | float) and mired > 0
        return {"color": _white(float(mired))} if white and mired is not None else {}
    try:
        if "hex" in told:
            return {"color": colours.named_hex(str(told["hex"]))}
        if "hue" in told:
            return {"color": colours.named_hs(float(told["hue"]), float(told["saturation"]))}
        return {"color": colours.named_xy(float(told["x"]), float(told["y"]))}
    except (LookupError, TypeError, ValueError, ArithmeticError):
        return {}


def _white(mired: float) -> str:
    kelvin = 1_000_000 / mired
    return min(colours.WHITES, key=lambda name: abs(1e6 / colours.WHITES[name] - 1e6 / kelvin))
