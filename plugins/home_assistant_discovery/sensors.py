"""What only reports."""

from __future__ import annotations

from typing import Any

from assistant.api.sources import Property, Role, Values, classes, decoded, properties, slug, words

from .config import Unsupported
from .draft import NOTHING, Draft, number_of, one_of

EVENT_KINDS = {"doorbell": "doorbell sensor", "motion": "motion sensor"}
PERCENT_CLASSES = frozenset({"battery", "humidity", "moisture"})


def sensor(draft: Draft) -> str:
    """A number with its unit, or a text."""
    config = draft.config
    unit, about = config.text("unit_of_measurement"), config.text("device_class")
    title = draft.name or about.replace("_", " ") or "value"
    # People ask for the temperature; what the device calls it matters only when there are several.
    name = about if about in classes.KINDS or about == "battery" else slug(title)
    counted = (bool(unit) or "state_class" in config or bool(about)) and about not in classes.WORDS_CLASSES
    if not config.heard("state_topic"):
        raise Unsupported("it has no state_topic")
    if not counted:
        draft.has(Property(name, str, role=Role.SENSOR, title=title.casefold()))
        draft.reads(name, "state_topic", "value_template")
        return "sensor"
    if name == "battery" and unit in ("", "%"):
        draft.has(properties.BATTERY)
    else:
        own = Property(name, float, classes.unit_word(unit), role=Role.SENSOR, title=title.casefold())
        bounded = unit == "%" and about in PERCENT_CLASSES
        draft.has(own.but(low=0.0, high=100.0) if bounded else own)
    convert = (
        (lambda text: round(classes.celsius(number_of(text)), 1)) if unit in classes.FAHRENHEIT else number_of
    )
    draft.reads(name, "state_topic", "value_template", convert)
    return classes.KINDS.get(about, "sensor") if draft.role is Role.MAIN else "sensor"


def binary_sensor(draft: Draft) -> str:
    """A truth with a meaning of its own."""
    config = draft.config
    about = config.text("device_class")
    title = draft.name or about.replace("_", " ") or "value"
    meaning = classes.BINARY.get(about, classes.Meaning(slug(title)))
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    own = Property(meaning.name, bool, title="" if about else title.casefold())
    draft.has(own)
    if "off_delay" in config:  # it says "on", and never "off"
        draft.lapses(meaning.name, config.number("off_delay", 0), meaning.inverted)
    if not draft.reads(
        meaning.name, "state_topic", "value_template",
        one_of({on: not meaning.inverted, off: meaning.inverted}),
    ):  # fmt: skip
        raise Unsupported("it has no state_topic")
    return meaning.kind


def event(draft: Draft) -> str:
    """The last thing that happened: a button's press, a doorbell's ring."""
    kinds = draft.config.options("event_types")
    about = draft.config.text("device_class")
    name = "action" if about else slug(draft.name or "action")
    draft.has(Property(name, str, role=Role.SENSOR, title=(draft.name or "action").casefold()))
    where = draft.config.heard("state_topic")
    if not where or not kinds:
        raise Unsupported("it has no state_topic or no event_types")

    def told(text: str) -> Values:
        happened = decoded(text.encode())
        kind = happened.get("event_type") if isinstance(happened, dict) else None
        if kind not in kinds:
            return {}
        button = happened.get("button")
        return {name: f"{button} {kind}" if isinstance(button, str) else kind}

    draft.listens(where, draft.config.template("value_template"), (name,), told)
    return EVENT_KINDS.get(about, "sensor")


def trigger(draft: Draft) -> str:
    """A button of a remote: ``button_1 button_short_press``."""
    config = draft.config
    if config.text("automation_type") != "trigger":
        raise Unsupported("only triggers are automations")
    where, template, payload = (
        config.heard("topic"),
        config.template("value_template"),
        config.text("payload"),
    )
    if not where:
        raise Unsupported("it has no topic")
    happened = " ".join(filter(None, (config.text("subtype"), config.text("type")))) or "trigger"
    draft.has(Property("action", str, role=Role.SENSOR))

    def told(text: str) -> Values:
        return {"action": happened} if not payload or text == payload else {}

    draft.listens(where, template, ("action",), told)
    return "sensor"


def tracker(draft: Draft) -> str:
    """Whether something or somebody is at home, or in which zone."""
    config = draft.config
    home, away = config.text("payload_home", "home"), config.text("payload_not_home", "not_home")
    reset = config.text("payload_reset", "None")
    draft.has(properties.STATUS.but(name="location"))

    def told(text: str) -> Any:
        return {home: "home", away: "not home", reset: None}.get(text, text)

    draft.reads("location", "state_topic", "value_template", told)
    return "tracker"


def update(draft: Draft) -> str:
    """Installed and latest version; installing is not offered, a voice is no way to flash a device."""
    config = draft.config
    draft.has(Property("installed_version", str, role=Role.DIAGNOSTIC, title="installed version"))
    draft.has(Property("latest_version", str, role=Role.DIAGNOSTIC, title="latest version"))
    template = config.template("value_template")

    def told(payload: bytes) -> Values:
        text = template.read(payload) if template else words(payload)
        if not text.startswith("{"):
            return {"installed_version": text} if text and text.lower() not in NOTHING else {}
        report = decoded(text.encode())
        names = ("installed_version", "latest_version")
        return {name: report[name] for name in names if isinstance(report.get(name), str | int | float)}

    where = config.heard("state_topic")
    if where:
        draft.hears(where, ("installed_version", "latest_version"), told)
    if not draft.reads("latest_version", "latest_version_topic", "latest_version_template") and not where:
        raise Unsupported("it has no state_topic")
    if draft.role is Role.MAIN:
        draft.role = Role.DIAGNOSTIC
    return "sensor"
