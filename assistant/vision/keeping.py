"""The last clip of each camera, for questions that follow; in memory only, and not for long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from assistant.vision.clips import Clip

KEPT_SECONDS = 300.0


@dataclass
class Kept:
    """What was looked at last."""

    clock: Callable[[], float] = monotonic
    seconds: float = KEPT_SECONDS
    _clips: dict[str, tuple[float, Clip]] = field(default_factory=dict)

    def remember(self, camera: str, clip: Clip) -> None:
        """This is the clip that "the same" means from now on."""
        self.sweep()
        self._clips[camera] = (self.clock(), clip)

    def last(self, camera: str) -> Clip | None:
        """The last clip of a camera; None when there is none or it is too old."""
        self.sweep()
        at_clip = self._clips.get(camera)
        return at_clip[1] if at_clip else None

    def latest(self) -> str:
        """The camera that was looked at last; empty when that is too long ago."""
        self.sweep()
        return max(self._clips, key=lambda name: self._clips[name][0], default="")

    def sweep(self) -> None:
        """Forget what is too old."""
        now = self.clock()
        for camera in [name for name, (at, _) in self._clips.items() if now - at > self.seconds]:
            del self._clips[camera]
