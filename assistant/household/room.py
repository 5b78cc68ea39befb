"""One room's switches: muted, how loud, how easily woken; they outlive a restart."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

from assistant import store
from assistant.audio.settings import RoomSettings

log = logging.getLogger(__name__)


class Ears(Protocol):
    """The audio process, while there is one."""

    def apply(self, settings: RoomSettings) -> None: ...
    def open_gate(self, by: str) -> None: ...


class Room:
    """Keeps the settings in a file and hands them to the ears; ``changed`` is called after each change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.settings = _read(path)
        self.ears: Ears | None = None
        self.changed: Callable[[], None] = lambda: None

    def change(self, **wanted: Any) -> None:
        """Set some of them: ``muted``, ``volume`` and ``sensitivity`` in percent."""
        self.settings = replace(self.settings, **wanted)
        try:
            store.write_atomically(self._path, json.dumps(asdict(self.settings)).encode())
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error.strerror)
        if self.ears is not None:
            self.ears.apply(self.settings)
        self.changed()

    def push(self) -> bool:
        """Listen without a wake word; False when there is no microphone, or it is muted."""
        if self.ears is None or self.settings.muted:
            return False
        self.ears.open_gate("push")
        return True


def _read(path: Path) -> RoomSettings:
    try:
        told = json.loads(path.read_bytes())
        volume, sensitivity = int(told["volume"]), int(told["sensitivity"])
        if 0 <= volume <= 100 and 0 <= sensitivity <= 100:
            return RoomSettings(bool(told["muted"]), volume, sensitivity)
    except FileNotFoundError:
        return RoomSettings()
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s cannot be read: %s", path, error)
    # Nobody knows whether it was muted: a room is rather deaf than overheard.
    return RoomSettings(muted=True)
