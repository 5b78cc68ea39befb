"""The rooms' switches: muted, how loud, how easily woken; they outlive a restart."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

from assistant import store
from assistant.aside import restored
from assistant.audio.settings import RoomSettings
from assistant.config import AudioConfig, Config
from assistant.events import RoomChanged
from assistant.household.left import DAYS, Left
from assistant.rooms import NOWHERE, Place

log = logging.getLogger(__name__)

FILE = "room.json"
RING_PERCENT = 30
"""Who wants a soft voice at night still wants to be woken."""
UNKNOWN = RoomSettings(muted=True)
"""Nobody knows whether it was muted: a room is rather deaf than overheard, also after the next restart."""


class Ears(Protocol):
    """The audio process, while there is one."""

    def apply(self, settings: RoomSettings) -> None: ...
    def open_gate(self, by: str) -> None: ...
    def sign(self, name: str) -> None: ...


class Room:
    """Keeps the settings in a file and hands them to the ears; ``changed`` is told of each change.

    ``before`` is the file that they are taken from as long as there is none of its own.
    """

    def __init__(
        self,
        path: Path,
        place: Place = NOWHERE,
        audio: AudioConfig | None = None,
        *,
        before: Path | None = None,
        left_days: int = DAYS,
    ) -> None:
        self._path = path
        self.place, self.audio = place, audio or AudioConfig()
        known = path if before is None or path.exists() else before
        self.settings = restored(known, _settings, RoomSettings(), instead=UNKNOWN)
        if self.settings is UNKNOWN:
            self._save()
        self.left = Left(path.with_name(path.name.replace("room", "left", 1)), days=left_days)
        self._rings = 0
        self.ears: Ears | None = None
        """The audio process, while there is one that hears or speaks."""
        self.changed: Callable[[RoomChanged], None] = lambda _now: None

    def change(self, **wanted: Any) -> None:
        """Set some of them: ``muted``, ``volume`` and ``sensitivity`` in percent."""
        self.settings = replace(self.settings, **wanted)
        self._save()
        self._apply()
        self.tell()

    @contextmanager
    def ringing(self) -> Iterator[None]:
        """Something rings here: it is heard, however softly the assistant is to speak."""
        self._rings += 1
        self._apply()
        try:
            yield
        finally:
            self._rings -= 1
            self._apply()

    @property
    def present(self) -> RoomSettings:
        """The settings as the ears are to have them just now."""
        if not self._rings:
            return self.settings
        return replace(self.settings, volume=max(self.settings.volume, RING_PERCENT))

    def _apply(self) -> None:
        if self.ears is not None:
            self.ears.apply(self.present)

    def tell(self) -> None:
        """Say how its switches are."""
        self.changed(RoomChanged(**asdict(self.settings), room=self.place.room))

    def _save(self) -> None:
        try:
            store.write_atomically(self._path, json.dumps(asdict(self.settings)).encode())
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error.strerror)

    def push(self) -> bool:
        """Listen without a wake word; False when there is no microphone, or it is muted (which sounds)."""
        if self.ears is None or not self.hears:
            return False
        if self.settings.muted:
            self.ears.sign("mute")
            return False
        self.ears.open_gate("push")
        return True

    @property
    def hears(self) -> bool:
        """Whether there is a microphone, and it is open."""
        return self.ears is not None and self.audio.has_microphone


def rooms(config: Config, state: Path) -> list[Room]:
    """The rooms of the house, the first as it is known since there was only one; never none."""
    if not config.rooms:
        home = config.home.announce
        place = Place(home.area or home.name, home.area)
        return [Room(state / FILE, place, config.audio, left_days=config.keep.left_days)]
    places = [Place(name, name if room.area is None else room.area) for name, room in config.rooms.items()]
    return [
        Room(
            state / f"room-{place.key}.json",
            place,
            config.audio_in(place.room),
            before=state / FILE if place is places[0] else None,
            left_days=config.keep.left_days,
        )
        for place in places
    ]


def _settings(told: Any) -> RoomSettings:
    volume, sensitivity = int(told["volume"]), int(told["sensitivity"])
    if not (0 <= volume <= 100 and 0 <= sensitivity <= 100):
        raise ValueError("a percentage in it is none")
    return RoomSettings(bool(told["muted"]), volume, sensitivity)
