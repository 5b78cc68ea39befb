"""What is switched on and off: switches, sirens, fans, humidifiers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from assistant.api.sources import Command, Property, Role, Values, decoded, properties, slug

from .config import Unsupported
from .draft import Draft, number_of, one_of


def on_off(draft: Draft, *, template: str = "value_template", name: str = "on") -> None:
    """On and off from a state topic with words of its own."""
    config = draft.config
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    meanings = {config.text("state_on", on): True, config.text("state_off", off): False}
    draft.reads(name, "state_topic", template, one_of(meanings))


def switch(draft: Draft) -> str:
    """A switch; a detail of a lamp or lock is one of its settings."""
    config = draft.config
    if "permit join" in draft.name.casefold():
        raise Unsupported("it would open the network to strangers")
    setting = draft.role is not Role.MAIN or not draft.primary
    name = slug(draft.name) if setting and draft.name else "on"
    draft.has(Property(name, bool, title=draft.name.casefold() if setting else ""))
    if setting and draft.role is Role.MAIN:
        draft.role = Role.SETTING
        draft.has(Property(name, bool, title=draft.name.casefold()))
    on_off(draft, name=name)
    send = draft.setter("command_topic", "command_template")
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    draft.writes(name, lambda value: [send(on if value else off)])
    if setting:
        return "setting"
    return "outlet" if config.text("device_class") == "outlet" else "switch"


def siren(draft: Draft) -> str:
    """Noise; without templates it speaks JSON."""
    config = draft.config
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    meanings = one_of({config.text("state_on", on): True, config.text("state_off", off): False})
    draft.has(properties.ON)

    def told(text: str) -> bool | None:
        if text.startswith("{"):
            state = decoded(text.encode()).get("state")
            return None if state is None else bool(meanings(str(state)))
        return bool(meanings(text))

    draft.reads("on", "state_topic", "state_value_template", told)
    turn_on = draft.setter("command_topic", "command_template")
    off_template = "command_off_template" if "command_off_template" in config else "command_template"
    turn_off = draft.setter("command_topic", off_template)

    wire = _siren_ways(draft)

    def write(values: Values) -> list[Command]:
        value = values.get("on", True)
        word = on if value else off
        more = {key: way(values[name]) for name, (key, way) in wire.items() if value and name in values}
        if "command_template" not in config and (value or off_template == "command_template"):
            return [draft.command("command_topic", json.dumps({"state": word, **more}))]
        return [(turn_on if value else turn_off)(word, state=word, **more)]

    draft.writes_together(write)
    return "siren"


def _siren_ways(draft: Draft) -> dict[str, tuple[str, Callable[[Any], Any]]]:
    """How it can sound: our property → its variable, and what that wants."""
    config = draft.config
    tones = config.options("available_tones")
    ways: dict[str, tuple[str, Callable[[Any], Any]]] = {}
    if tones:
        draft.has(Property("tone", str, options=tones))
        ways["tone"] = "tone", str
    if config.flag("support_duration", True):
        draft.has(Property("duration", int, "seconds", 1, 1800))
        ways["duration"] = "duration", int
    if config.flag("support_volume_set", True):
        draft.has(properties.VOLUME)
        ways["volume"] = "volume_level", lambda value: round(value / 100, 2)
    return ways


def fan(draft: Draft) -> str:
    """Speed, presets, oscillation and direction where it has them."""
    config = draft.config
    draft.has(properties.ON)
    on_off(draft, template="state_value_template")
    send = draft.setter("command_topic", "command_template")
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    draft.writes("on", lambda value: [send(on if value else off)])
    if "percentage_command_topic" in config:
        _speed(draft)
    preset(draft, "preset_mode", "preset_modes", template="preset_mode_value_template")
    if "oscillation_command_topic" in config:
        yes = config.text("payload_oscillation_on", "oscillate_on")
        no = config.text("payload_oscillation_off", "oscillate_off")
        draft.has(properties.OSCILLATING)
        draft.reads(
            "oscillating", "oscillation_state_topic", "oscillation_value_template",
            one_of({yes: True, no: False}),
        )  # fmt: skip
        swing = draft.setter("oscillation_command_topic", "oscillation_command_template")
        draft.writes("oscillating", lambda value: [swing(yes if value else no)])
    if "direction_command_topic" in config:
        choice(
            draft, Property("direction", str, options=("forward", "reverse"), role=Role.SETTING), "direction"
        )
    return "fan"


def _speed(draft: Draft) -> None:
    config = draft.config
    low, high = config.number("speed_range_min", 1), config.number("speed_range_max", 100)
    steps = high - low + 1
    if steps < 1:
        raise Unsupported("its speed_range is empty")
    reset = config.text("payload_reset_percentage", "None")
    draft.has(properties.SPEED.but(tolerance=max(1, math.ceil(100 / steps))))
    draft.reads(
        "speed", "percentage_state_topic", "percentage_value_template",
        lambda text: None if text == reset else _from_steps(number_of(text), low, steps),
    )  # fmt: skip
    send = draft.setter("percentage_command_topic", "percentage_command_template")
    draft.writes("speed", lambda value: [send(math.ceil(value * steps / 100 + low - 1))])


def _from_steps(told: float, low: float, steps: float) -> int:
    return min(max(int((told - low + 1) * 100 // steps), 0), 100)


def preset(draft: Draft, key: str, options: str, *, template: str, own: Property = properties.PRESET) -> None:
    """A choice among names that the device brings along."""
    names = draft.config.options(options)
    if names and f"{key}_command_topic" in draft.config:
        choice(draft, own.but(options=names), key, template=template)


def choice(draft: Draft, own: Property, key: str, *, template: str = "") -> None:
    """A property with ``<key>_command_topic`` and ``<key>_state_topic``."""
    draft.has(own)
    known = {option.casefold(): option for option in own.options}
    reset = draft.config.text(f"payload_reset_{key}", "None")

    def convert(text: str) -> str | None:
        return None if text == reset else known.get(text.casefold(), text)

    draft.reads(own.name, f"{key}_state_topic", template or f"{key}_value_template", convert)
    if f"{key}_command_topic" in draft.config:
        send = draft.setter(f"{key}_command_topic", f"{key}_command_template")
        draft.writes(own.name, lambda value: [send(value)])


def humidifier(draft: Draft) -> str:
    """A humidity to keep; modes where it has them."""
    config = draft.config
    draft.has(properties.ON)
    on_off(draft, template="state_value_template")
    send = draft.setter("command_topic", "command_template")
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    draft.writes("on", lambda value: [send(on if value else off)])
    target_humidity(draft)
    draft.has(properties.HUMIDITY)
    draft.reads("humidity", "current_humidity_topic", "current_humidity_template", number_of)
    preset(draft, "mode", "modes", template="mode_state_template")
    draft.has(Property("action", str, role=Role.SENSOR))
    draft.reads("action", "action_topic", "action_template")
    return "dehumidifier" if config.text("device_class") == "dehumidifier" else "humidifier"


def target_humidity(draft: Draft) -> None:
    """The humidity that a humidifier or air conditioner should keep."""
    config = draft.config
    if "target_humidity_command_topic" not in config:
        return
    low, high = config.number("min_humidity", 0), config.number("max_humidity", 100)
    draft.has(properties.TARGET_HUMIDITY.but(low=low, high=high))
    reset = config.text("payload_reset_humidity", "None")
    draft.reads(
        "target_humidity", "target_humidity_state_topic", "target_humidity_state_template",
        lambda text: None if text == reset else number_of(text),
    )  # fmt: skip
    send = draft.setter("target_humidity_command_topic", "target_humidity_command_template")
    draft.writes("target_humidity", lambda value: [send(round(value))])
