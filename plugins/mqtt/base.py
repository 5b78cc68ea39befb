"""What all the generic MQTT devices share: JSON reports on one topic, JSON commands on another."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from assistant.api import Topic
from assistant.api.kinds import Configured
from assistant.api.sources import Command, Part, Property, Values, decoded

Settings = Mapping[str, Any]
SWITCHED = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}


class OnTopic(Configured):
    """A device that reports on ``topic`` and obeys on ``command_topic`` (default ``<topic>/set``)."""

    topic: Topic
    command_topic: Topic = ""


def reported(payload: bytes) -> dict[str, Any]:
    """A report: a JSON object."""
    report = decoded(payload)
    if not isinstance(report, dict):
        raise TypeError(f"expected a JSON object, got {payload[:40]!r}")
    return report


def sent(own: Settings, message: Mapping[str, Any] | str) -> list[Command]:
    """A command: a mapping goes as JSON."""
    topic = own["command_topic"] or f"{own['topic']}/set"
    return [Command(topic, message if isinstance(message, str) else json.dumps(message))]


def part(
    own: Settings,
    kind: str,
    properties: tuple[Property, ...],
    read: Callable[[dict[str, Any]], Values],
    write: Callable[[Values], Mapping[str, Any] | str] | None = None,
) -> Part:
    """A part of JSON reports and commands; what a report does not say, ``read`` leaves out."""
    return Part(
        "main",
        kind,
        properties,
        {own["topic"]: lambda payload: read(reported(payload))},
        (lambda values: sent(own, write(values))) if write else None,
    )


def switched(value: object) -> bool | None:
    """``ON`` and its relatives as a bool; None when the device does not know (Zigbee2MQTT sends null)."""
    if value is None:
        return None
    if str(value).lower() not in SWITCHED:
        raise ValueError(f"{str(value)[:40]!r} is neither on nor off")
    return SWITCHED[str(value).lower()]


def within(name: str, value: object, low: float = 0, high: float = 100) -> float:
    """A number of a report; one out of its range is refused rather than bent."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is {str(value)[:40]!r}, and no number")
    if not low <= value <= high:
        raise ValueError(f"{name} {value:g} is not between {low:g} and {high:g}")
    return value
