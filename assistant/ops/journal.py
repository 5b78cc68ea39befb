"""What the daemon tells, for journald: a line for people, and its parts as fields.

``journalctl -t assistant ASSISTANT_EVENT=offline`` finds what a search for words would not. It is the native
protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): one datagram for each entry.
"""

from __future__ import annotations

import logging
import os
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TextIO

SOCKET = Path("/run/systemd/journal/socket")
IDENTIFIER = "assistant"
ERROR, INFORMATION = 3, 6
"""Priorities of syslog."""
PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
DEBUG = 7
LONGEST_VALUE, MOST_FIELDS = 8192, 40
UNFIT = re.compile(r"[^A-Z0-9_]+")


class Journal:
    """Entries for journald; one that it does not take is written by the caller as a line."""

    def __init__(self, address: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._address = str(address)

    @classmethod
    def behind(
        cls, stream: TextIO, environment: Mapping[str, str] = os.environ, address: Path | None = None
    ) -> Self | None:
        """The journal, if this stream ends there; a file, a pipe or a terminal gets its lines as before."""
        with suppress(OSError, ValueError):
            status, address = os.fstat(stream.fileno()), address or SOCKET
            if environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}" and address.exists():
                return cls(address)
        return None

    def tell(self, line: str, priority: int, **fields: object) -> bool:
        """Send an entry; whether it was taken."""
        told = {"MESSAGE": line, "PRIORITY": priority, "SYSLOG_IDENTIFIER": IDENTIFIER, **fields}
        try:
            self._socket.sendto(b"".join(_field(name, value) for name, value in told.items()), self._address)
        except OSError:  # too large, not there, or busy
            return False
        return True

    def event(self, item: Mapping[str, Any], line: str) -> bool:
        """Send an event: ``{"event": "offline", "reason": …}`` as ASSISTANT_EVENT and ASSISTANT_REASON."""
        plain = {key: value for key, value in item.items() if isinstance(value, str | int | float)}
        fields = {f"ASSISTANT_{key}": value for key, value in list(plain.items())[:MOST_FIELDS]}
        return self.tell(line, ERROR if item["event"] == "error" else INFORMATION, **fields)

    def close(self) -> None:
        """Send nothing more."""
        self._socket.close()


class JournalHandler(logging.Handler):
    """Log records as entries; what journald does not take goes the usual way."""

    def __init__(self, journal: Journal, otherwise: logging.Handler) -> None:
        super().__init__()
        self._journal, self._otherwise = journal, otherwise

    def emit(self, record: logging.LogRecord) -> None:
        """Send one."""
        priority = next((p for level, p in PRIORITIES if record.levelno >= level), DEBUG)
        where = {"CODE_FILE": record.pathname, "CODE_LINE": record.lineno, "CODE_FUNC": record.funcName}
        if not self._journal.tell(self.format(record), priority, LOGGER=record.name, **where):
            self._otherwise.handle(record)

    def close(self) -> None:
        """Send nothing more."""
        self._journal.close()
        super().close()


def _field(name: str, value: object) -> bytes:
    """``NAME=value``; what has several lines comes with its length, so that none can pass for a field."""
    key = UNFIT.sub("_", name.upper()).strip("_")[:64].encode()
    text = str(value)[:LONGEST_VALUE].encode(errors="replace")
    if b"\n" not in text:
        return key + b"=" + text + b"\n"
    return key + b"\n" + len(text).to_bytes(8, "little") + text + b"\n"
