"""What is kept about the people of the house: one table for forgetting, retention and docs/privacy.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from assistant.aside import BROKEN
from assistant.config import Config

KEY = re.compile(r"\{([\w.]+)\}")
BROKEN_DAYS = 30
"""What could not be read and was set aside is somebody's, too: long enough for a rescue, not for ever."""
GOOGLE = (
    "What was sent to Gemini before is Google's to keep by its own terms, which differ for paid and unpaid "
    "keys; nothing here can take it back."
)


@dataclass(frozen=True)
class Kept:
    """One thing that is kept.

    ``kind`` is a word of ``assistant forget``, "" of what is nobody's and stays. ``files`` are patterns below
    the state folder, which only ours fit: a folder may be a link to a disk with others. None of what is only
    in memory. ``until`` says how long, keys of the configuration in braces.
    """

    kind: str
    what: str
    files: tuple[str, ...]
    until: str

    def how_long(self, config: Config) -> str:
        """``until`` with the values of a configuration."""
        return KEY.sub(lambda key: f"{reduce(getattr, key[1].split('.'), config)}", self.until)

    def there(self, state: Path) -> Iterator[Path]:
        """Its files, those of them that were set aside, and halves that a kill -9 has left."""
        asides = (f"{pattern}{BROKEN}*" for pattern in self.files)
        patterns = (*self.files, *asides, *map(_half, self.files))
        found = {path for pattern in patterns for path in state.glob(pattern) if not path.is_dir()}
        yield from sorted(found)


def _half(pattern: str) -> str:
    """What is being written begins with a dot until it is whole (``store.write_atomically``)."""
    folder, slash, name = pattern.rpartition("/")
    return f"{folder}{slash}.{name.rstrip('*')}*"


DIARY = Kept(
    "transcripts",
    "everything said and answered, when that is wanted",
    ("transcripts/????-??-??.jsonl",),
    "{keep.transcripts_days} days (`keep.transcripts_days`; 0: not at all)",
)
SEEN = Kept(
    "events",
    "what the cameras saw, a line each",
    ("seen.sqlite*",),
    "{clips.remember_days} days (`clips.remember_days`), at most 5,000 lines",
)
GALLERY = Kept(
    "gallery",
    "pictures that were made, changed, taken or shown, the words for them, and the words on a card that "
    "hangs on a screen",
    ("pictures/gallery.sqlite*", "pictures/????????-??????.*"),
    "{pictures.keep_days} days and {pictures.keep_mb} MB (`pictures.keep_days`, `pictures.keep_mb`); "
    "saved ones stay",
)
BILLS = Kept(
    "ledger",
    "what each turn cost: when, which model, tokens, dollars; no words",
    ("ledger-*.jsonl",),
    "{keep.bills_days} days (`keep.bills_days`)",
)
LEFT = Kept(
    "ledger",
    "how many seconds left the microphone on a day, and what had opened the gate",
    ("left.json", "left-*.json"),
    "{keep.left_days} days (`keep.left_days`)",
)
TABLE = (
    Kept(
        "audio",
        "what the microphone hears: half a second while the gate is shut, a sentence until it is answered",
        (),
        "never on a disk",
    ),
    Kept(
        "transcripts",
        "the last four things said and answered; for which words the last fifty things were done",
        (),
        "10 minutes; until the daemon ends. Never on a disk",
    ),
    DIARY,
    Kept("transcripts", "names of the devices asked for lately", ("lately.json",), "the last 200 names"),
    Kept(
        "handles",
        "a word by which Gemini takes up the conversation again; nothing of what was said",
        ("conversations.json",),
        "2 hours",
    ),
    SEEN,
    Kept(
        "events",
        "how many clips were looked at today, and since when cameras keep watch",
        ("looks.json",),
        "until something is looked at on another day",
    ),
    Kept("clips", "the last minute of each camera", (), "its `seconds`. Never on a disk"),
    GALLERY,
    Kept(
        "memory",
        "what plugins keep for you: timers, alarms, reminders, lists, energy used; what is to be done later",
        ("plugins/*.sqlite*",),
        "until it is over, or you take it off",
    ),
    BILLS,
    LEFT,
    Kept(
        "",
        "the house's own: mute, volume, its names at the broker, whom commands go to; the PIN and the "
        "screens' tokens as hashes",
        (
            "room.json",
            "room-*.json",
            "pin.json",
            "pins.json",
            "screens.json",
            "identity",
            "mqtt-client-id",
            "daemon.lock",
            "daemon.json",
            "control.sock",
        ),
        "until you remove them",
    ),
    Kept(
        "",
        "the last state of each device, in a broker of our own",
        ("retained.*", "mosquitto/*"),
        "until the next",
    ),
    Kept(
        "",
        "the embedded brain's certificate, and its hearing, made of the names of the home",
        ("brain/*", "brain/cache/*"),
        "until the names change",
    ),
)
KINDS = tuple(dict.fromkeys(row.kind for row in TABLE if row.kind))
BY_NAME_ONLY = frozenset({"memory"})
"""Nobody who wants to be forgotten wants to miss tomorrow's alarm: ``all`` leaves it."""


def table(config: Config) -> str:
    """The table as it stands in docs/privacy.md."""
    lines = ["| what | where | how long | `assistant forget --what` |", "|---|---|---|---|"]
    for row in TABLE:
        where = ", ".join(f"`{pattern}`" for pattern in row.files) or "memory"
        word = f"`{row.kind}`" if row.kind else "stays"
        lines.append(f"| {row.what} | {where} | {row.how_long(config)} | {word} |")
    return "\n".join(lines) + "\n"
