"""Tokens of single screens: each opens one screen's page and nothing else, and can be taken back."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from assistant import store
from assistant.errors import UsageError

log = logging.getLogger(__name__)

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
        try:
            about = self._path.stat()
        except FileNotFoundError:
            self._seen, self._known = None, {}
            return
        except OSError as error:
            self._broken(error.strerror or "not readable")
            return
        mark = (about.st_mtime_ns, about.st_ino, about.st_size)
        if mark == self._seen:
            return
        self._seen = mark
        try:
            told = json.loads(self._path.read_bytes())
            self._known = dict(_checked(told))
        except (OSError, ValueError, RecursionError) as error:
            self._broken(str(error))

    def _broken(self, why: str) -> None:
        self._known = {}
        log.warning("%s cannot be read (%s): no token of a single screen opens it", self._path, why)

    def _write(self) -> None:
        try:
            store.write_atomically(self._path, json.dumps(self._known, indent=1).encode())
        except OSError as error:
            raise UsageError(f"{self._path}: cannot be written: {error.strerror}") from error


def _checked(told: object) -> Iterator[tuple[str, dict[str, str]]]:
    """The entries that make sense."""
    if not isinstance(told, dict):
        raise ValueError("not an object")
    for entry in told.values():
        match entry:
            case {"name": str(name), "sha256": str(digest), "made": str(made)}:
                if NAME.fullmatch(name) and DIGEST.fullmatch(digest):
                    yield name.casefold(), {"name": name, "sha256": digest, "made": made[:25]}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
