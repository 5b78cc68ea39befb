"""Thermostats, air conditioners and water heaters, in degrees Celsius whatever the device counts in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assistant.api.sources import Command, Property, Role, Values, classes, properties

from .config import Config
from .draft import NOTHING, Draft, number_of, shown
from .switches import choice, preset, target_humidity

MODES = ("auto", "off", "cool", "heat", "dry", "fan_only")
HEATER_MODES = ("off", "eco", "electric", "gas", "heat_pump", "high_demand", "performance")
FAN_MODES = ("auto", "low", "medium", "high")
OFF_ON = ("on", "off")
COOLING = frozenset({"cool", "dry", "fan_only"})


class Scale:
    """The temperature scale of one device."""

    def __init__(self, config: Config, low: float, high: float) -> None:
        self._f = config.text("temperature_unit", "C").strip() in classes.FAHRENHEIT
        self._step = config.number("temp_step", 1.0) or 1.0
        self.low = self.house(config.number("min_temp", classes.fahrenheit(low) if self._f else low))
        self.high = self.house(config.number("max_temp", classes.fahrenheit(high) if self._f else high))

    @property
    def own(self) -> Property:
        """The set point."""
        step = self._step * (5 / 9 if self._f else 1)
        return properties.TARGET.but(
            low=self.low, high=self.high, step=step, tolerance=max(0.26, step / 2 + 0.05)
        )

    def house(self, told: Any) -> float:
        """A report in degrees Celsius."""
        return classes.celsius(number_of(told)) if self._f else number_of(told)

    def wire(self, degrees: float) -> str:
        """A wish as the device counts, on one of its steps."""
        told = classes.fahrenheit(degrees) if self._f else degrees
        return shown(round(told / self._step) * self._step)


def climate(draft: Draft) -> str:
    """Set points, modes, presets, fan and swing."""
    config = draft.config
    modes = config.options("modes", MODES)
    _temperatures(draft, Scale(config, 7, 35))
    _modes(draft, modes if "mode_command_topic" in config or "mode_state_topic" in config else ())
    preset(draft, "preset_mode", "preset_modes", template="preset_mode_value_template")
    for key, options, own in (
        ("fan_mode", FAN_MODES, properties.FAN_MODE),
        ("swing_mode", OFF_ON, Property("swing_mode", str, role=Role.SETTING)),
        ("swing_horizontal_mode", OFF_ON, Property("swing_horizontal_mode", str, role=Role.SETTING)),
    ):
        if f"{key}_command_topic" in config or f"{key}_state_topic" in config:
            named = own.but(options=config.options(f"{key}s", options))
            choice(draft, named, key, template=f"{key}_state_template")
    target_humidity(draft)
    draft.has(properties.HUMIDITY)
    draft.reads("humidity", "current_humidity_topic", "current_humidity_template", number_of)
    draft.has(Property("action", str, role=Role.SENSOR))
    draft.reads("action", "action_topic", "action_template")
    return "air conditioner" if COOLING & set(modes) and "modes" in config else "thermostat"


def water_heater(draft: Draft) -> str:
    """A set point and modes."""
    config = draft.config
    _temperatures(draft, Scale(config, 43.3, 60))
    modes = config.options("modes", HEATER_MODES)
    _modes(draft, modes if "mode_command_topic" in config or "mode_state_topic" in config else ())
    return "water heater"


def _temperatures(draft: Draft, scale: Scale) -> None:
    draft.has(properties.TEMPERATURE)
    draft.reads("temperature", "current_temperature_topic", "current_temperature_template", scale.house)
    wanted = (
        ("temperature", scale.own),
        ("temperature_high", scale.own.but(name="target_high", role=Role.SETTING, title="upper set point")),
        ("temperature_low", scale.own.but(name="target_low", role=Role.SETTING, title="lower set point")),
    )
    for key, own in wanted:
        if f"{key}_command_topic" not in draft.config and f"{key}_state_topic" not in draft.config:
            continue
        draft.has(own)
        draft.reads(own.name, f"{key}_state_topic", f"{key}_state_template", scale.house)
        if f"{key}_command_topic" in draft.config:
            draft.writes(own.name, _sender(draft, key, scale))


def _sender(draft: Draft, key: str, scale: Scale) -> Callable[[Any], list[Command]]:
    send = draft.setter(f"{key}_command_topic", f"{key}_command_template")
    return lambda value: [send(scale.wire(value))]


def _modes(draft: Draft, modes: tuple[str, ...]) -> None:
    """A mode other than "off" is on; some have a switch besides."""
    config = draft.config
    power = "power_command_topic" in config
    if modes:
        draft.has(properties.MODE.but(options=modes))
    if power:
        draft.has(properties.ON)
    if where := config.heard("mode_state_topic"):
        known = {mode.casefold(): mode for mode in modes}

        def told(text: str) -> Values:
            mode = None if text.lower() in NOTHING else known.get(text.casefold(), text)
            return {"mode": mode, **({"on": mode and mode != "off"} if power else {})}

        draft.listens(where, config.template("mode_state_template"), ("mode", "on"), told)
    if "mode_command_topic" in config:
        send = draft.setter("mode_command_topic", "mode_command_template")
        draft.writes("mode", lambda mode: [send(mode)])
    if power:
        switch = draft.setter("power_command_topic", "power_command_template")
        on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
        draft.writes("on", lambda value: [switch(on if value else off)])
