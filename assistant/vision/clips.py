"""A clip as the daemon holds it, and what is wanted of one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from assistant.vision.pipe import Item

SMALL_THINGS = re.compile(
    r"\b(licen[cs]e|number) ?plates?\b|\bplates?\b|\blabels?\b|\bread\b|\bwritten\b|\btext\b|\bsays?\b"
    r"|\bsign\b|\bnumber\b|\blogo\b|\bscreen\b|\bdisplay\b|\bmeter\b",
    re.IGNORECASE,
)
"""Questions about small things need more points of each picture."""
USUAL_PIXELS, FINE_PIXELS = 768, 1536
LONG_SECONDS = 20.0


@dataclass(frozen=True)
class Clip:
    """A film fit to be sent. ``begin`` is when it begins, in seconds since 1970 (None: nobody knows);
    ``late_s`` is how long before the wanted end the last picture came."""

    data: bytes = field(repr=False)
    mime: str = "video/mp4"
    seconds: float = 0.0
    begin: float | None = None
    fps: float = 1.0
    frames: int = 0
    width: int = 0
    height: int = 0
    sound: bool = False
    copied: bool = False
    still: bool = False
    source: str = ""
    movement: list[Item] = field(default_factory=list)
    late_s: float = 0.0

    @classmethod
    def of(cls, told: Item, data: bytes, begin: float | None, late_s: float = 0.0) -> Clip:
        """What the ring process told of it."""
        same = ("mime", "seconds", "fps", "frames", "width", "height", "sound", "copied", "still", "source")
        told_of: dict[str, Any] = {name: told[name] for name in same if name in told}
        return cls(data=data, begin=begin, late_s=late_s, movement=list(told.get("movement", [])), **told_of)

    def shown(self) -> Item:
        """All but the bytes, for people and programs."""
        return {
            "bytes": len(self.data),
            "seconds": round(self.seconds, 2),
            "fps": self.fps,
            "frames": self.frames,
            "width": self.width,
            "height": self.height,
            "sound": self.sound,
            "copied": self.copied,
            "source": self.source,
            "movement": self.movement,
        }


def fine(question: str) -> bool:
    """Whether a question is about small things: text, plates, labels."""
    return SMALL_THINGS.search(question) is not None


def wish(seconds: float, question: str = "", fps: float = 0.0) -> Item:
    """How a clip is prepared for a question; short ones with two pictures a second."""
    wanted = fps or (2.0 if seconds <= LONG_SECONDS else 1.0)
    return {"fps": min(24.0, max(0.1, wanted)), "pixels": FINE_PIXELS if fine(question) else USUAL_PIXELS}
