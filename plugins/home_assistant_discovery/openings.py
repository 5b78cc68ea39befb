"""Covers, valves, locks and alarm panels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from assistant.api.sources import Command, Values, decoded, properties

from .config import Unsupported
from .draft import Draft, number_of, percent, scaled

COVER_KINDS: Mapping[str, str] = {
    "awning": "awning",
    "blind": "blinds",
    "curtain": "curtains",
    "damper": "damper",
    "door": "door",
    "garage": "garage door",
    "gate": "gate",
    "shade": "blinds",
    "shutter": "shutter",
    "window": "window",
}
ARMED = ("home", "away", "night", "vacation", "custom_bypass")


def cover(draft: Draft) -> str:
    """Position, tilt and state words; open is 100 percent."""
    config = draft.config
    ends = config.scale("position_closed", "position_open", (0, 100))
    for action in ("open", "close", "stop"):
        if not _null(draft, f"payload_{action}"):
            draft.acts(action, "command_topic", config.text(f"payload_{action}", action.upper()))
    _states(draft)
    draft.has(properties.POSITION)
    if where := config.heard("position_topic"):
        template = config.template("position_template") or config.template("value_template")
        draft.listens(where, template, ("position", "tilt"), lambda t: _position(draft, t, ends))
    if "set_position_topic" in config:
        send = draft.setter("set_position_topic", "set_position_template")

        def move(value: Any) -> list[Command]:
            wire = round(scaled(value, ends))
            shared = {"position_open": round(ends[1]), "position_closed": round(ends[0])}
            return [send(wire, position=round(value), **shared)]

        draft.writes("position", move)
        if "command_topic" not in config:
            for action, end in (("open", 100), ("close", 0)):
                draft.acts(action, "set_position_topic", str(move(end)[0].payload))
    _tilt(draft)
    return COVER_KINDS.get(config.text("device_class"), "blinds")


def _null(draft: Draft, key: str) -> bool:
    """Whether it was set to null on purpose: the device cannot do that."""
    return draft.config.named(key) and draft.config.raw(key) is None


def _states(draft: Draft) -> None:
    config = draft.config
    where = config.heard("state_topic")
    if not where:
        return
    meanings: dict[str, dict[str, Any]] = {
        config.text("state_opening", "opening"): {"status": "opening"},
        config.text("state_closing", "closing"): {"status": "closing"},
        config.text("state_stopped", "stopped"): {"status": "stopped"},
        config.text("state_open", "open"): {"open": True, "status": "open"},
        config.text("state_closed", "closed"): {"open": False, "status": "closed"},
    }
    draft.has(properties.OPEN)
    draft.has(properties.STATUS)

    def told(text: str) -> Values:
        if text in meanings:
            return meanings[text]
        if text.lower() in ("none", "null", "unknown"):
            return {"open": None}
        raise ValueError(f"{text[:40]!r} is no state of it")

    draft.listens(where, config.template("value_template"), ("open", "status"), told)


def _position(draft: Draft, text: str, ends: tuple[float, float]) -> Values:
    told: Any = decoded(text.encode()) if text.startswith("{") else text
    values: dict[str, Any] = {}
    position = told.get("position") if isinstance(told, dict) else told
    if isinstance(position, str) and position.lower() in ("none", "null"):
        position = None
    if position is not None:
        values["position"] = percent(number_of(position), ends)
    tilt = told.get("tilt_position") if isinstance(told, dict) else None
    if tilt is not None and draft.knows("tilt"):
        values["tilt"] = percent(number_of(tilt), (0, 100))
    return values


def _tilt(draft: Draft) -> None:
    config = draft.config
    if "tilt_command_topic" not in config and "tilt_status_topic" not in config:
        return
    ends = config.scale("tilt_min", "tilt_max", (0, 100))
    draft.has(properties.TILT)
    draft.reads(
        "tilt", "tilt_status_topic", "tilt_status_template", lambda text: percent(number_of(text), ends)
    )
    if "tilt_command_topic" in config:
        send = draft.setter("tilt_command_topic", "tilt_command_template")
        limits = {"tilt_min": round(ends[0]), "tilt_max": round(ends[1])}
        draft.writes(
            "tilt", lambda value: [send(round(scaled(value, ends)), tilt_position=round(value), **limits)]
        )


def valve(draft: Draft) -> str:
    """Open and closed in words, or a position."""
    config = draft.config
    ends = config.scale("position_closed", "position_open", (0, 100))
    send = draft.setter("command_topic", "command_template")
    if not _null(draft, "payload_stop") and "payload_stop" in config:
        draft.acts("stop", "command_topic", config.text("payload_stop"))
    if config.flag("reports_position"):
        draft.has(properties.POSITION)
        if where := config.heard("state_topic"):
            draft.listens(
                where, config.template("value_template"), ("position",), lambda t: _position(draft, t, ends)
            )
        draft.writes("position", lambda value: [send(round(scaled(value, ends)))])
        for action, end in (("open", ends[1]), ("close", ends[0])):
            draft.does(action, [send(round(end))])
        return "valve"
    for action in ("open", "close"):
        if not _null(draft, f"payload_{action}"):
            draft.does(action, [send(config.text(f"payload_{action}", action.upper()))])
    if where := config.heard("state_topic"):
        _valve_words(draft, where)
    return "valve"


def _valve_words(draft: Draft, where: str) -> None:
    config = draft.config
    words: dict[Any, Values] = {
        config.text("state_open", "open"): {"open": True, "status": "open"},
        config.text("state_closed", "closed"): {"open": False, "status": "closed"},
        config.text("state_opening", "opening"): {"status": "opening"},
        config.text("state_closing", "closing"): {"status": "closing"},
    }
    draft.has(properties.OPEN)
    draft.has(properties.STATUS)

    def told(text: str) -> Values:
        state = decoded(text.encode()).get("state") if text.startswith("{") else text
        if state not in words:
            raise ValueError(f"{str(state)[:40]!r} is no state of a valve")
        return words[state]

    draft.listens(where, config.template("value_template"), ("open", "status"), told)


def lock(draft: Draft) -> str:
    """Locked or not. One that wants a code gets the owner's; without, it can only be looked at."""
    config = draft.config
    words: dict[str, Values] = {
        config.text("state_locked", "LOCKED"): {"locked": True, "status": "locked"},
        config.text("state_unlocked", "UNLOCKED"): {"locked": False, "status": "unlocked"},
        config.text("state_locking", "LOCKING"): {"status": "locking"},
        config.text("state_unlocking", "UNLOCKING"): {"status": "unlocking"},
        config.text("state_jammed", "JAMMED"): {"locked": None, "status": "jammed"},
        config.text("state_open", "OPEN"): {"locked": False, "status": "open"},
        config.text("state_opening", "OPENING"): {"status": "opening"},
    }
    reset = config.text("payload_reset", "None")
    draft.has(properties.LOCKED)
    draft.has(properties.STATUS)
    if where := config.heard("state_topic"):
        draft.listens(
            where, config.template("value_template"), ("locked", "status"), _words(words, reset, "locked")
        )
    code = draft.code if "code_format" in config else ""
    if "code_format" not in config or code:
        send = draft.setter("command_topic", "command_template")
        yes, no = config.text("payload_lock", "LOCK"), config.text("payload_unlock", "UNLOCK")

        def told(word: str) -> list[Command]:
            return [replace(send(word, code=code or None), secret=bool(code))]

        draft.writes("locked", lambda value: told(yes if value else no))
        if "payload_open" in config:
            draft.does("open", told(config.text("payload_open")))
    return "lock"


def _words(words: Mapping[str, Values], reset: str, name: str) -> Callable[[str], Values]:
    def told(text: str) -> Values:
        if text == reset or text.lower() in ("none", "null"):
            return {name: None}
        if text not in words:
            raise ValueError(f"{text[:40]!r} is no state of it")
        return words[text]

    return told


def alarm(draft: Draft) -> str:
    """Arming and disarming, as far as no code is wanted or the owner has left one."""
    config = draft.config
    draft.has(properties.STATUS)
    draft.reads("status", "state_topic", "value_template", lambda text: text.lower())
    coded = "code" in config
    code = draft.code if coded else ""
    features = config.options("supported_features", [f"arm_{mode}" for mode in ARMED])
    template = config.template("command_template")

    def does(action: str, word: str) -> None:
        if "command_topic" in config:
            text = template.fill(word, action=word, code=code or None) if template else word
            draft.does(action, [replace(draft.command("command_topic", text), secret=bool(code))])

    if code or not (coded and config.flag("code_arm_required", True)):
        for mode in ARMED:
            if f"arm_{mode}" in features:
                does(f"arm_{mode}", config.text(f"payload_arm_{mode}", f"ARM_{mode.upper()}"))
    if code or not (coded and config.flag("code_disarm_required", True)):
        does("disarm", config.text("payload_disarm", "DISARM"))
    if "command_topic" not in config and "state_topic" not in config:
        raise Unsupported("it has no topics")
    return "alarm"
