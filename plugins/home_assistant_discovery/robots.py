"""Robot vacuums and lawn mowers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assistant.api.sources import Command, Values, decoded, properties

from .config import Unsupported
from .draft import Draft, one_of

VACUUM_FEATURES = ("start", "stop", "return_home", "clean_spot")
VACUUM_ACTIONS: Mapping[str, tuple[str, str, str]] = {
    # feature: our action, its payload's key, its default
    "start": ("start", "payload_start", "start"),
    "stop": ("stop", "payload_stop", "stop"),
    "pause": ("pause", "payload_pause", "pause"),
    "return_home": ("dock", "payload_return_to_base", "return_to_base"),
    "locate": ("locate", "payload_locate", "locate"),
    "clean_spot": ("clean_spot", "payload_clean_spot", "clean_spot"),
}
ACTIVITIES = ("mowing", "paused", "docked", "returning", "error")


def vacuum(draft: Draft) -> str:
    """State as JSON; fan speeds as presets; rooms where the configuration names them."""
    config = draft.config
    features = config.options("supported_features", VACUUM_FEATURES)
    draft.has(properties.STATUS)
    draft.has(properties.BATTERY)
    speeds = config.options("fan_speed_list")
    if speeds:
        draft.has(properties.PRESET.but(options=speeds))
        if "set_fan_speed_topic" in config:
            send = draft.setter("set_fan_speed_topic", "")
            draft.writes("preset", lambda value: [send(value)])
    if where := config.topic("state_topic"):
        names = ("status", "preset", "battery")
        draft.hears(where, names, _vacuum_report)
    for feature, (action, key, default) in VACUUM_ACTIONS.items():
        if feature in features:
            draft.acts(action, "command_topic", config.text(key, default))
    _rooms(draft)
    return "vacuum"


def _vacuum_report(payload: bytes) -> Values:
    report = decoded(payload)
    if not isinstance(report, dict):
        raise ValueError("a report of a vacuum is a JSON object")
    names = {"state": "status", "fan_speed": "preset", "battery_level": "battery"}
    return {ours: report[theirs] for theirs, ours in names.items() if theirs in report}


def _rooms(draft: Draft) -> None:
    """Segments come as ``["16.Kitchen"]``, or with their ids as the keys of an object."""
    config = draft.config
    known = config.raw("segments")
    if "clean_segments_command_topic" not in config:
        return
    if isinstance(known, dict):
        rooms = {str(name): str(key) for key, name in known.items()}
    else:
        pairs = (text.partition(".") for text in config.options("segments"))
        rooms = {name or key: key for key, _, name in pairs}
    if not rooms:
        return
    send = draft.setter("clean_segments_command_topic", "clean_segments_command_template")
    draft.has(properties.STATUS.but(name="rooms", options=tuple(rooms)))

    def clean(value: Any) -> list[Command]:
        return [send(json.dumps([rooms[room] for room in str(value).split("\n")]))]

    draft.writes("rooms", clean)


def mower(draft: Draft) -> str:
    """A topic for each command."""
    draft.has(properties.STATUS)
    activities = {name: name for name in ACTIVITIES}
    draft.reads("status", "activity_state_topic", "activity_value_template", one_of(activities))
    for key, action, word in (
        ("start_mowing", "start", "start_mowing"),
        ("pause", "pause", "pause"),
        ("dock", "dock", "dock"),
        ("stop", "stop", "stop"),
    ):
        if f"{key}_command_topic" in draft.config:
            send = draft.setter(f"{key}_command_topic", f"{key}_command_template")
            draft.does(action, [send(word)])
    if "activity_state_topic" not in draft.config and not draft.can_do_anything:
        raise Unsupported("it has no topics")
    return "mower"
