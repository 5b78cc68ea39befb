"""Robot vacuums and lawn mowers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assistant.api.sources import Command, Values, decoded, properties

from .config import MOST_OPTIONS, Unsupported
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
VACUUM_REPORT: Mapping[str, str] = {"state": "status", "fan_speed": "preset", "battery_level": "battery"}
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
    cleans = "clean_segments_command_topic" in config
    if where := config.topic("state_topic"):
        names = ("status", "preset", "battery")
        template = config.template("value_template")
        known = config.raw("segments")

        def read(payload: bytes) -> Values:
            report = _object(template.read(payload).encode() if template else payload)
            rooms = report.get("segments")
            if isinstance(rooms, dict) and rooms and rooms != known and cleans:
                draft.learn("segments", rooms)
            return {ours: report[theirs] for theirs, ours in VACUUM_REPORT.items() if theirs in report}

        draft.hears(where, names, read)
    for feature, (action, key, default) in VACUUM_ACTIONS.items():
        if feature in features:
            draft.acts(action, "command_topic", config.text(key, default))
    _rooms(draft)
    return "vacuum"


def _object(payload: bytes) -> dict[str, Any]:
    report = decoded(payload)
    if not isinstance(report, dict):
        raise ValueError("a report of a vacuum is a JSON object")
    return report


def _rooms(draft: Draft) -> None:
    """Segments come as ``["16.Kitchen"]``, or with their ids as the keys of an object; from a report, too."""
    config = draft.config
    known = config.raw("segments")
    if "clean_segments_command_topic" not in config:
        return
    # Its topic is pinned from the start: that rooms become known is no change.
    send = draft.setter("clean_segments_command_topic", "clean_segments_command_template")
    if isinstance(known, dict):
        pairs = list(known.items())[:MOST_OPTIONS]
        rooms = {" ".join(str(name).split())[:80]: str(key) for key, name in pairs if isinstance(name, str)}
    else:
        texts = (text.partition(".") for text in config.options("segments"))
        rooms = {name or key: key for key, _, name in texts}
    if not rooms:
        return
    templated = "clean_segments_command_template" in config
    draft.has(properties.STATUS.but(name="rooms", options=tuple(rooms)))

    def clean(value: Any) -> list[Command]:
        ids = [rooms[room] for room in str(value).split("\n")]
        return [send(ids if templated else json.dumps(ids))]  # a template wants the list

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
