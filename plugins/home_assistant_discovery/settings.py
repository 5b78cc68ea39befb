"""What is set to a value, or just pressed: numbers, choices, texts, dates, buttons, scenes."""

from __future__ import annotations

from typing import Any

from assistant.api.sources import Command, Property, Role, classes, slug

from .config import Unsupported
from .draft import Draft, number_of, shown


def _setting(draft: Draft, fallback: str, **facts: Any) -> Property:
    name = draft.name or draft.config.text("device_class").replace("_", " ") or fallback
    return draft.has(Property(slug(name), role=Role.SETTING, title=name.casefold(), **facts))


def number(draft: Draft) -> str:
    """A number within a range; degrees Fahrenheit become Celsius."""
    config = draft.config
    low, high = config.scale("min", "max", (0, 100))
    step = abs(config.number("step", 1.0)) or 1.0
    unit = config.text("unit_of_measurement")
    change = unit in classes.FAHRENHEIT and config.text("device_class") == "temperature"
    ends = (classes.celsius(low), classes.celsius(high)) if change else (low, high)
    reset = config.text("payload_reset", "None")
    own = _setting(
        draft, "number", type=float, unit=classes.unit_word(unit), low=min(ends), high=max(ends), step=step,
        tolerance=step / 2,
    )  # fmt: skip

    def read(text: str) -> float | None:
        if text == reset:
            return None
        return classes.celsius(number_of(text)) if change else number_of(text)

    draft.reads(own.name, "state_topic", "value_template", read)
    send = draft.setter("command_topic", "command_template")

    def write(value: Any) -> list[Command]:
        wanted = classes.fahrenheit(value) if change else float(value)
        stepped = low + round((wanted - low) / step) * step
        text = shown(stepped)
        return [send(int(text) if text.lstrip("-").isdigit() else number_of(text))]

    draft.writes(own.name, write)
    return "number"


def select(draft: Draft) -> str:
    """One of some options."""
    options = draft.config.options("options")
    if not options:
        raise Unsupported("it has no options")
    own = _setting(draft, "choice", type=str, options=options)
    draft.reads(own.name, "state_topic", "value_template")
    send = draft.setter("command_topic", "command_template")
    draft.writes(own.name, lambda value: [send(value)])
    return "select"


def text(draft: Draft) -> str:
    """Any text; dates and times are texts, too."""
    own = _setting(draft, draft.component, type=str)
    if draft.config.text("mode") != "password":  # which nobody should hear
        draft.reads(own.name, "state_topic", "value_template")
    send = draft.setter("command_topic", "command_template")
    draft.writes(own.name, lambda value: [send(value)])
    return "text"


def notify(draft: Draft) -> str:
    """A text that goes out; nothing comes back."""
    own = _setting(draft, "message", type=str)
    send = draft.setter("command_topic", "command_template")
    draft.writes(own.name, lambda value: [send(value)])
    return "text"


def button(draft: Draft) -> str:
    """Something to press."""
    send = draft.setter("command_topic", "command_template")
    if draft.role is Role.MAIN and draft.config.text("device_class") in ("restart", "update", "identify"):
        draft.role = Role.SETTING
    draft.does("press", [send(draft.config.text("payload_press", "PRESS"))])
    return "button"


def scene(draft: Draft) -> str:
    """Something to call up."""
    draft.does("activate", [draft.command("command_topic", draft.config.text("payload_on", "ON"))])
    return "scene"
