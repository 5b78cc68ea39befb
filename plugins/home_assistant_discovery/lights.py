"""Lamps of the basic and the template schema. Scales and units are the configuration's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assistant.api.sources import Command, Values, colours, properties

from .draft import Draft, number_of, percent
from .lamps import COLOR_MODES, Warmth, brightness, effects, named, numbers, to_scale, wire_color
from .light_json import json_light


def light(draft: Draft) -> str:
    """By its schema."""
    schema = draft.config.text("schema", "basic").lower()
    if schema == "json":
        return json_light(draft)
    return template_light(draft) if schema == "template" else basic_light(draft)


def basic_light(draft: Draft) -> str:
    """A topic for each property."""
    config = draft.config
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    switch = draft.setter("command_topic", "")
    draft.has(properties.ON)
    draft.reads("on", "state_topic", "state_value_template", lambda text: _truth(text, on, off))
    styles: dict[str, Callable[[Any], Command]] = {}
    _basic_brightness(draft, styles)
    _basic_colors(draft, styles)
    if "color_temp_command_topic" in config:
        warmth = Warmth(config)
        draft.has(warmth.own)
        draft.reads(
            "color_temperature", "color_temp_state_topic", "color_temp_value_template",
            lambda text: warmth.kelvin(text),
        )  # fmt: skip
        warm = draft.setter("color_temp_command_topic", "color_temp_command_template")
        styles["color_temperature"] = lambda value: warm(warmth.wire(value))
    if "effect_command_topic" in config and effects(draft):
        draft.reads("effect", "effect_state_topic", "effect_value_template")
        styles["effect"] = draft.setter("effect_command_topic", "effect_command_template")
    _basic_mode(draft)
    order = config.text("on_command_type", "last")

    def write(values: Values) -> list[Command]:
        if values.get("on") is False:
            return [switch(off)]
        wanted = dict(values)
        if order == "brightness" and "brightness" in styles:
            wanted.setdefault("brightness", 100)
        commands = [style(wanted[name]) for name, style in styles.items() if name in wanted]
        if order == "brightness" and commands:
            return commands
        return [switch(on), *commands] if order == "first" else [*commands, switch(on)]

    draft.writes_together(write)
    return "light"


def _basic_mode(draft: Draft) -> None:
    """Which of colour and warmth it shows: what the other topic has said last is then history."""
    where = draft.config.topic("color_mode_state_topic")
    color, warmth = draft.knows("color"), draft.knows("color_temperature")
    if not where:
        return

    def told(mode: str) -> Values:
        if mode in ("color_temp", "white"):
            return {"color": "white" if mode == "white" else None} if color else {}
        return {"color_temperature": None} if warmth and mode in COLOR_MODES else {}

    draft.listens(where, draft.config.template("color_mode_value_template"), (), told)


def _truth(text: str, on: str, off: str) -> bool | None:
    if text not in (on, off):
        raise ValueError(f"{text[:40]!r} is neither {on!r} nor {off!r}")
    return text == on


def _basic_brightness(draft: Draft, styles: dict[str, Callable[[Any], Command]]) -> None:
    scale = draft.config.number("brightness_scale", 255)
    if "brightness_command_topic" not in draft.config or scale <= 0:
        return
    draft.has(brightness(scale))
    draft.reads(
        "brightness", "brightness_state_topic", "brightness_value_template",
        lambda text: percent(number_of(text), (0, scale)),
    )  # fmt: skip
    send = draft.setter("brightness_command_topic", "brightness_command_template")
    styles["brightness"] = lambda value: send(to_scale(value, scale))


def _basic_colors(draft: Draft, styles: dict[str, Callable[[Any], Command]]) -> None:
    mode = next((mode for mode in COLOR_MODES if f"{mode}_command_topic" in draft.config), "")
    if not mode:
        return
    draft.has(properties.COLOR)
    parts = 2 if mode in ("hs", "xy") else 3
    draft.reads(
        "color", f"{mode}_state_topic", f"{mode}_value_template",
        lambda text: named(mode, numbers(text, parts)),
    )  # fmt: skip
    send = draft.setter(f"{mode}_command_topic", f"{mode}_command_template")
    names = {"hs": ("hue", "sat"), "xy": ("x", "y")}.get(
        mode, ("red", "green", "blue", "white" if mode == "rgbw" else "cold_white", "warm_white")
    )

    def color(name: str) -> Command:
        values = wire_color(mode, name)
        return send(",".join(f"{value:g}" for value in values), **dict(zip(names, values, strict=False)))

    styles["color"] = color


def template_light(draft: Draft) -> str:
    """Commands from templates with variables, state through one template for each property."""
    config = draft.config
    turn_on = draft.setter("command_topic", "command_on_template")
    turn_off = draft.setter("command_topic", "command_off_template")
    draft.has(properties.ON)
    draft.reads("on", "state_topic", "state_template", lambda text: _truth(text, "on", "off"))
    if "brightness_template" in config:
        draft.has(properties.BRIGHTNESS)
        draft.reads(
            "brightness", "state_topic", "brightness_template", lambda t: percent(number_of(t), (0, 255))
        )
    warmth = Warmth(config)
    if "color_temp_template" in config:
        draft.has(warmth.own)
        draft.reads("color_temperature", "state_topic", "color_temp_template", warmth.kelvin)
    if _template_color(draft):
        draft.has(properties.COLOR)
    if "effect_template" in config and effects(draft):
        draft.reads("effect", "state_topic", "effect_template")

    def write(values: Values) -> list[Command]:
        if values.get("on") is False:
            return [turn_off(None, state="off")]
        return [turn_on(None, **_variables(values, warmth))]

    draft.writes_together(write)
    return "light"


def _variables(values: Values, warmth: Warmth) -> dict[str, Any]:
    """What a template may use; what was not wished is undefined."""
    variables: dict[str, Any] = {"state": "on"}
    if "brightness" in values:
        variables["brightness"] = to_scale(values["brightness"], 255)
    if "color_temperature" in values:
        variables["color_temp"] = warmth.wire(values["color_temperature"])
    if "color" in values:
        red, green, blue = colours.rgb_of(values["color"])
        hue, saturation = colours.hs_of(values["color"])
        variables |= {"red": red, "green": green, "blue": blue, "hue": hue, "sat": saturation}
    if "effect" in values:
        variables["effect"] = values["effect"]
    return variables


def _template_color(draft: Draft) -> bool:
    keys = ("red_template", "green_template", "blue_template")
    if not all(key in draft.config for key in keys):
        return False
    where = draft.config.topic("state_topic")
    templates = [draft.config.template(key) for key in keys]
    if where:

        def read(payload: bytes) -> Values:
            values = [float(template.read(payload)) for template in templates if template]
            return {"color": named("rgb", values)}

        draft.hears(where, ("color",), read)
    return True
