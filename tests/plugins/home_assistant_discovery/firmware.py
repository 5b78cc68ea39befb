"""What Zigbee2MQTT makes of a command: its JSON, raw and per-endpoint forms, reported on the device's topic."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.plugins.home_assistant_discovery.home import DiscoveryHouse

ENDS = {"OPEN": 100, "CLOSE": 0}


class Zigbee2Mqtt:
    """Keeps each topic's state and reports it after every command."""

    def __init__(self, house: DiscoveryHouse, state_topics: Iterable[str]) -> None:
        self.states: dict[str, dict[str, Any]] = {topic: {} for topic in state_topics}
        self._house = house
        house.on_publish = self.obey

    def obey(self, topic: str, payload: str) -> None:
        if topic == "zigbee2mqtt/bridge/request/options":
            level = json.loads(payload)["options"]["advanced"]["log_level"]
            self._report("zigbee2mqtt/bridge/info", {"log_level": level})
            return
        where, found, key = topic.partition("/set")
        if not found:
            return
        try:
            told = json.loads(payload)
        except ValueError:
            told = payload
        key = key.removeprefix("/")
        changes = {key: told} if key else told if isinstance(told, dict) else {"state": told}
        if where not in self.states:
            where, _, end = where.rpartition("/")
            changes = {k if k.endswith(end) else f"{k}_{end}": value for k, value in changes.items()}
        self._report(where, self._meant(changes))

    def _meant(self, changes: dict[str, Any]) -> dict[str, Any]:
        changes = dict(changes)
        if "color" in changes:
            changes["color_mode"] = "xy"
        elif "color_temp" in changes:
            changes["color_mode"] = "color_temp"
        if changes.get("state") in ENDS:
            changes["position"] = ENDS[changes["state"]]
        elif "position" in changes:
            changes["state"] = "OPEN" if changes["position"] else "CLOSE"
        return changes

    def _report(self, topic: str, changes: dict[str, Any]) -> None:
        state = self.states.setdefault(topic, {})
        state.update(changes)
        if state.get("state") == "STOP":
            state["state"] = "OPEN"
        self._house.say(topic, state)
