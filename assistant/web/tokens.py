"""Tokens of single screens: each opens one screen's page and nothing else, and can be taken back."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant import store
from assistant.aside import restored
from assistant.errors import UsageError

FILE = "screens.json"
NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff/?#%]{1,40}")
"""How a screen may be called: nothing that is not seen, or that turns the order of letters."""
DIGEST = re.compile(r"[0-9a-f]{64}")
MOST = 64

Print = tuple[int, int, int]
"""Of a file: it has changed when this has."""


class ScreenTokens:
    """Kept in a file as hashes, one for each screen; a daemon that runs sees at once what has changed."""

    def __init__(self, state: Path) -> None:
        self._path = state / FILE
        self._seen: Print | None = None
        self._known: dict[str, dict[str, str]] = {}

    def all(self) -> Mapping[str, str]:
        """Names of the screens with a token of their own → when it was made (ISO 8601)."""
        self._look()
        return {kept["name"]: kept["made"] for kept in self._known.values()}

    def make(self, name: str, now: datetime) -> str:
        """A new token for a screen; the one before it opens nothing any more.

        Raises:
            UsageError: no screen can have this name, or there are too many, or it cannot be written.
        """
        name = name.strip()
        if not NAME.fullmatch(name):
            raise UsageError(f"{name[:40]!r} is no name of a screen: up to 40 letters without / ? # %")
        self._look()
        if len(self._known) >= MOST and name.casefold() not in self._known:
            raise UsageError(f"{MOST} screens have tokens already: revoke one")
        token = secrets.token_urlsafe(24)
        made = now.isoformat(timespec="seconds")
        self._known[name.casefold()] = {"name": name, "sha256": _digest(token), "made": made}
        self._write()
        return token

    def revoke(self, name: str) -> None:
        """This screen's token opens nothing any more.

        Raises:
            UsageError: it has none, or the file cannot be written.
        """
        self._look()
        if self._known.pop(name.strip().casefold(), None) is None:
            have = ", ".join(sorted(self.all())) or "no screen has"
            raise UsageError(f"the screen {name.strip()[:40]!r} has no token of its own ({have})")
        self._write()

    def whose(self, token: str) -> str:
        """Name of the screen that a token opens; "" when it opens none. Takes as long for a wrong one."""
        self._look()
        given, found = _digest(token), ""
        for kept in self._known.values():
            if hmac.compare_digest(given, kept["sha256"]):
                found = kept["name"]
        return found

    def _look(self) -> None:
        """Read the file when it has changed; one that cannot be read opens nothing."""
        mark: Print | None = None
        with suppress(OSError):
            about = self._path.stat()
            mark = (about.st_mtime_ns, about.st_ino, about.st_size)
        if mark is None or mark != self._seen:
            nobody: dict[str, dict[str, str]] = {}
            self._seen, self._known = mark, restored(self._path, _known, nobody)

    def _write(self) -> None:
        try:
            store.write_atomically(self._path, json.dumps(self._known, indent=1).encode())
        except OSError as error:
            raise UsageError(f"{self._path}: cannot be written: {error.strerror}") from error


def _known(told: Any) -> dict[str, dict[str, str]]:
    return dict(_checked(told))


def _checked(told: dict[str, object]) -> Iterator[tuple[str, dict[str, str]]]:
    """The entries that make sense."""
    for entry in told.values():
        match entry:
            case {"name": str(name), "sha256": str(digest), "made": str(made)}:
                if NAME.fullmatch(name) and DIGEST.fullmatch(digest):
                    yield name.casefold(), {"name": name, "sha256": digest, "made": made[:25]}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
