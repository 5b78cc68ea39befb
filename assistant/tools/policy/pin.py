"""The PIN: kept as scrypt, tries counted on disk before they are compared, locked for a time that doubles."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from assistant import store
from assistant.aside import restored
from assistant.errors import AssistantError

FILE = "pin.json"
SHORTEST, LONGEST = 4, 12
COST = {"n": 2**14, "r": 8, "p": 1}
"""About 50 ms and 16 MB on a small machine; a guess costs that, too."""
LONGEST_LOCK_SECONDS = 86_400.0
MOST_LOCKS = 20


class PinError(AssistantError):
    """The PIN cannot be used; one sentence says why and what to do."""


@dataclass(frozen=True)
class _Kept:
    """What is on disk: salt and hash as hex, wrong tries since the last right one or lock, locks, its end."""

    salt: str
    hash: str
    wrong: int = 0
    locks: int = 0
    until: float = 0.0


class Pin:
    """One household's PIN. ``now`` is in seconds since 1970: a lock outlives a restart."""

    def __init__(self, state: Path, now: Callable[[], float], *, tries: int = 3, minutes: float = 15) -> None:
        self._file, self._now = state / FILE, now
        self._tries, self._seconds = tries, minutes * 60

    @property
    def is_set(self) -> bool:
        """Whether there is one."""
        return self._read() is not None

    @property
    def locked_seconds(self) -> float:
        """How long nobody may try; 0 when somebody may."""
        kept = self._read()
        return max(0.0, min(kept.until - self._now(), LONGEST_LOCK_SECONDS)) if kept else 0.0

    def set(self, digits: str) -> None:
        """Take a new one; wrong tries are forgotten.

        Raises:
            PinError: it is no PIN.
        """
        if not is_pin(digits):
            raise PinError(f"a PIN is {SHORTEST} to {LONGEST} digits")
        if len(set(digits)) == 1 or digits in "01234567890" or digits in "09876543210":
            raise PinError("that PIN is the first that anybody would try; choose another")
        salt = os.urandom(16)
        self._write(_Kept(salt.hex(), _hash(digits, salt).hex()))

    def forget(self) -> None:
        """There is none any more."""
        self._file.unlink(missing_ok=True)

    def check(self, digits: str) -> bool:
        """Whether these are the ones.

        Raises:
            PinError: there is none, or it is locked; the text says for how long.
        """
        kept = self._read()
        if kept is None:
            raise PinError("no PIN is set; set one with: assistant pin set")
        if (left := self.locked_seconds) > 0:
            raise PinError(f"the PIN is locked for {spoken_wait(left)} after too many wrong ones")
        self._write(self._counted(kept))  # before comparing: whoever cuts the power then has tried, too
        if not hmac.compare_digest(_hash(digits[:64], bytes.fromhex(kept.salt)), bytes.fromhex(kept.hash)):
            return False
        self._write(_Kept(kept.salt, kept.hash))
        return True

    def _counted(self, kept: _Kept) -> _Kept:
        wrong = kept.wrong + 1
        if wrong < self._tries:
            return _Kept(kept.salt, kept.hash, wrong, kept.locks)
        wait = min(self._seconds * 2**kept.locks, LONGEST_LOCK_SECONDS)
        return _Kept(kept.salt, kept.hash, 0, min(kept.locks + 1, MOST_LOCKS), self._now() + wait)

    def _read(self) -> _Kept | None:
        return restored(self._file, _believed, None)

    def _write(self, kept: _Kept) -> None:
        try:
            store.write_atomically(self._file, json.dumps(asdict(kept)).encode())
        except OSError as error:
            raise PinError(f"{self._file} cannot be written ({error.strerror}), so no PIN counts") from error


def _believed(told: Any) -> _Kept | None:
    """What a file says, when every part of it makes sense.

    Raises:
        ValueError, TypeError: a part of it does not; without it there is no PIN.
    """
    kept = _Kept(**told)
    for text in (kept.salt, kept.hash):
        bytes.fromhex(text)
    for number in (kept.wrong, kept.locks):
        if type(number) is not int or number < 0:
            raise ValueError(f"{number!r} is no number of tries")
    if not math.isfinite(kept.until):
        raise ValueError(f"{kept.until!r} is no time")
    return replace(kept, locks=min(kept.locks, MOST_LOCKS))


def is_pin(text: str) -> bool:
    """Whether a text could be a PIN."""
    return SHORTEST <= len(text) <= LONGEST and text.isascii() and text.isdecimal()


def spoken_wait(seconds: float) -> str:
    """``3 minutes``, rounded up."""
    minutes = max(1, -int(-seconds // 60))
    return f"{minutes} minute{'s' if minutes > 1 else ''}"


def _hash(digits: str, salt: bytes) -> bytes:
    return hashlib.scrypt(digits.encode(), salt=salt, **COST)
