"""Somebody who lives here, from a topic on which their tracker says whether they are at home.

    - person: {name: Anna, topic: presence/anna}   # says home or not_home, on or off, or {"state": "home"}

presence.py tells who is at home.
"""

import json

from assistant.api import Device, hears, state

HERE = {"home", "true", "on", "1", "present", "yes", "open"}
AWAY = {"not_home", "false", "off", "0", "away", "absent", "no", "closed"}


class Person(Device):
    """Somebody, and whether they are at home."""

    topic: str
    at_home: bool | None = state()
    kind = "person"

    @hears("{topic}")
    def _told(self, payload: str) -> None:
        word = payload.strip()
        if word.startswith("{"):
            report = json.loads(word)
            word = str(report.get("state", report.get("presence", "")))
        word = word.strip().lower().replace(" ", "_")
        if word not in HERE | AWAY:
            word = "away"  # trackers name the zone that somebody is in: work, school ...
        self.at_home = word in HERE
