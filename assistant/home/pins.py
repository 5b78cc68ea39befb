"""Discovery pinning: a known device whose command topics change is held back until its owner agrees.

Whoever may write to the discovery topics could otherwise send the next "lock the front door" somewhere else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from assistant import store
from assistant.aside import restored
from assistant.devices.found import Found

MOST_PINS = 10_000


class Pins:
    """Remembers, per device, the topics that its parts command; in a file, or for this run only."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._topics: dict[str, list[str]] = restored(path, _topics, {})
        self._unsaved = False

    def problem(self, found: Found) -> str:
        """Why a device must not be shown; "" when it is new (it is remembered) or as it was.

        Topics that are gone do no harm, and new ones beside the known are normal after an update of the
        firmware: what counts is a part that was known and is now commanded elsewhere.
        """
        moved = [
            part.id
            for part in found.parts
            if (known := self._topics.get(f"{found.id}/{part.id}")) is not None
            and _elsewhere(part.topics, known)
        ]
        if moved:
            return (
                f"its command topics have changed ({', '.join(moved[:3])}); if that was you, "
                f"run: assistant devices accept {found.id}"
            )
        self.keep(found)
        return ""

    def keep(self, found: Found) -> None:
        """From now on the topics of this device are these."""
        fresh = {f"{found.id}/{part.id}": sorted(part.topics) for part in found.parts if part.topics}
        if all(self._topics.get(key) == topics for key, topics in fresh.items()):
            return
        if len(self._topics) < MOST_PINS:
            self._topics.update(fresh)
            self._unsaved = True

    def save(self) -> None:
        """Write what is new to the file; discovery brings hundreds at once, so not after each."""
        if self._unsaved and self._path is not None:
            store.write_atomically(self._path, json.dumps(self._topics, indent=0, sort_keys=True).encode())
        self._unsaved = False


def _elsewhere(topics: Iterable[str], known: Iterable[str]) -> bool:
    """Whether a topic is neither known nor a neighbour of one that is."""
    folders = {topic.rpartition("/")[0] for topic in known}
    return any(topic not in known and topic.rpartition("/")[0] not in folders for topic in topics)


def _topics(told: Any) -> dict[str, list[str]]:
    return {str(part): [str(topic) for topic in topics] for part, topics in told.items()}
