"""A file of users and scrypt-hashed passwords, one ``user:salt:hash`` a line."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

from assistant.errors import BrokerError

MEMORY = 64 * 1024 * 1024


def hashed(user: str, password: str) -> str:
    """The line for a user; the file should belong to us alone (mode 0600)."""
    if ":" in user or "\n" in user:
        raise BrokerError(f"The user name {user!r} cannot contain a colon or a line break.")
    salt = os.urandom(16)
    return f"{user}:{salt.hex()}:{_scrypt(password.encode(), salt).hex()}"


class Passwords:
    """Who may connect."""

    def __init__(self, path: Path) -> None:
        self._users: dict[str, tuple[bytes, bytes]] = {}
        try:
            lines = path.read_text().splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise BrokerError(f"The broker's password file {path} cannot be read: {error}.") from error
        for number, line in enumerate(lines, 1):
            try:
                user, salt, digest = line.split(":")
                self._users[user] = bytes.fromhex(salt), bytes.fromhex(digest)
            except ValueError:
                raise BrokerError(f"{path}, line {number}: expected user:salt:hash.") from None

    def allow(self, user: str, password: bytes) -> bool:
        """Whether the password is right; takes some 50 ms on purpose, for unknown users too."""
        salt, digest = self._users.get(user, (b"nobody", b""))
        return hmac.compare_digest(_scrypt(password, salt), digest)


def _scrypt(password: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(password, salt=salt, n=2**14, r=8, p=1, maxmem=MEMORY)
