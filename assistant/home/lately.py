"""Which devices people have talked about lately: a large home names those first."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from assistant import store
from assistant.aside import restored

log = logging.getLogger(__name__)

MOST_NAMES = 300
LARGEST_GROUP = 5
"""Who says "all lights" means none of them in particular."""


class Lately:
    """Names of devices by their last use, in a file or for this run only."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        nobody: list[str] = []
        self._names: dict[str, None] = dict.fromkeys(restored(path, _names, nobody))
        self._unsaved = False

    @property
    def names(self) -> list[str]:
        """The one used last comes first."""
        return list(reversed(self._names))

    def note(self, names: Iterable[str]) -> None:
        """These were asked for just now."""
        used = list(names)
        if len(used) > LARGEST_GROUP:
            return
        for name in used:
            self._names.pop(name, None)
            self._names[name] = None
            self._unsaved = True
        while len(self._names) > MOST_NAMES:
            del self._names[next(iter(self._names))]

    def save(self) -> None:
        """Write the file, when there is something new; not after each use, memory cards wear."""
        if not self._unsaved or self._path is None:
            return
        self._unsaved = False
        try:
            store.write_atomically(self._path, json.dumps(list(self._names)).encode())
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error.strerror)


def _names(told: Any) -> list[str]:
    if not isinstance(told, list):
        raise TypeError("it is no list of names")
    return [name for name in told if isinstance(name, str)][-MOST_NAMES:]
