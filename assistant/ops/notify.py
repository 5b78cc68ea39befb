"""Tells systemd how the daemon is (sd_notify); without systemd nothing is told."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Mapping

from assistant.plain import one_line

log = logging.getLogger(__name__)

LONGEST_STATUS = 200


class Notifier:
    """Datagrams to the socket that systemd names; whoever does not listen any more is no problem of ours."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self.watchdog_seconds = _watchdog(environment)
        """How often systemd wants to hear from us, at least; 0 when it does not."""

    def ready(self) -> None:
        """The house stands: it can be talked to."""
        self._send("READY=1")

    def reloading(self) -> None:
        """The configuration is read anew; ``ready`` follows."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The house is going down."""
        self._send("STOPPING=1")

    def status(self, text: str) -> None:
        """One line for ``systemctl status``."""
        self._send(f"STATUS={one_line(text, LONGEST_STATUS)}")

    def alive(self) -> None:
        """The watchdog need not bark."""
        self._send("WATCHDOG=1")

    def _send(self, text: str) -> None:
        if not self._address:
            return
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as out:
                out.sendto(text.encode(), address)
        except OSError as error:
            log.debug("systemd cannot be told %r: %s", text, error)


def _watchdog(environment: Mapping[str, str]) -> float:
    whose = environment.get("WATCHDOG_PID", "")
    if whose and whose != str(os.getpid()):
        return 0.0
    try:
        return max(int(environment.get("WATCHDOG_USEC", "0")) / 1e6, 0.0)
    except ValueError:
        return 0.0
