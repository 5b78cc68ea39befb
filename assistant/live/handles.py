"""Where conversations can be taken up again: the newest handle of each brain, kept over restarts."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant import store
from assistant.aside import restored
from assistant.live.endpoint import Endpoint

log = logging.getLogger(__name__)

VALID_SECONDS = 2 * 3600.0
"""The service keeps a conversation for two hours after its last link (its session guide, 2026)."""
SAVE_SECONDS = 60.0
"""A handle comes with every turn; memory cards wear."""


@dataclass(frozen=True)
class Kept:
    """One handle; ``at`` is wall-clock time, because it must outlive the process."""

    value: str
    model: str
    account: str
    at: float


class Handles:
    """The newest handle of each brain; in a file that only its owner can read, or for this run only."""

    def __init__(self, path: Path | None = None, now: Callable[[], datetime] = datetime.now) -> None:
        self._path, self._now = path, now
        self._kept: dict[str, Kept] = restored(path, _kept, {})
        self._saved_at = 0.0

    def get(self, endpoint: Endpoint) -> str | None:
        """The handle for a brain; None when there is none, it is too old, or of another account."""
        kept = self._kept.get(endpoint.brain)
        if kept is None or (kept.model, kept.account) != (endpoint.model, account(endpoint)):
            return None
        return kept.value if self._valid(kept) else None

    def _valid(self, kept: Kept) -> bool:
        return 0 <= self._now().timestamp() - kept.at < VALID_SECONDS

    def keep(self, endpoint: Endpoint, value: str) -> None:
        """From now on this one."""
        self._kept[endpoint.brain] = Kept(value, endpoint.model, account(endpoint), self._now().timestamp())
        if time.monotonic() - self._saved_at > SAVE_SECONDS:
            self.save()

    def drop(self, endpoint: Endpoint) -> None:
        """The brain refuses it."""
        if self._kept.pop(endpoint.brain, None):
            self.save()

    def tidy(self) -> None:
        """Take those out of the file that are too old."""
        if any(not self._valid(kept) for kept in self._kept.values()):
            self.save()

    def forget(self) -> None:
        """No conversation is taken up again, with whatever brain it was."""
        self._kept.clear()
        self.save()

    def save(self) -> None:
        """Write the file."""
        if self._path is None:
            return
        self._saved_at = time.monotonic()
        # A brain in the house forgets when it ends; only others can be asked again after a restart.
        lasting = {
            brain: asdict(kept)
            for brain, kept in self._kept.items()
            if brain != "embedded" and self._valid(kept)
        }
        if not lasting and not self._path.exists():
            return
        try:
            store.write_atomically(self._path, json.dumps(lasting).encode())
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error.strerror)


def account(endpoint: Endpoint) -> str:
    """Whose conversation it is; the key itself is never written anywhere."""
    owner = (endpoint.key, endpoint.base_url, endpoint.project, endpoint.location)
    return hashlib.sha256(json.dumps(owner).encode()).hexdigest()[:16]


def _kept(told: Any) -> dict[str, Kept]:
    kept = {str(brain): Kept(**each) for brain, each in told.items()}
    if not all(isinstance(each.at, int | float) for each in kept.values()):
        raise ValueError("a time in it is none")
    return kept
