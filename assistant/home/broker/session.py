"""What the broker keeps for one client id: its subscriptions, and messages on their way to it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.home.broker.packets import Acknowledgement, Kind, Publish

WAITING_MESSAGES, WAITING_BYTES = 10_000, 16 * 1024 * 1024
"""What may wait for one client. When there is more, the oldest goes: of a lamp's reports the newest counts.
Nobody else notices a client that does not keep up."""
IN_FLIGHT = 100


class Wire(Protocol):
    """The connection of a client that is there."""

    @property
    def clogged(self) -> bool:
        """Whether the client does not take what was written."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    def close(self) -> None:
        """Hang up."""


@dataclass(frozen=True, eq=False)
class Subscription:
    """One filter of one client."""

    session: Session
    qos: int


class Session:
    """A client, present or away."""

    def __init__(self, client_id: str, *, clean: bool) -> None:
        self.client_id = client_id
        self.clean = clean
        self.subscriptions: dict[str, Subscription] = {}
        self.received: set[int] = set()
        """Ids of incoming QoS 2 messages that were passed on already."""
        self.wire: Wire | None = None
        self._waiting: deque[Publish] = deque()
        self._waiting_bytes = 0
        self._in_flight: dict[int, Publish | None] = {}  # None: a PUBREL was sent
        self._last_id = 0

    def attach(self, wire: Wire) -> None:
        """The client is there (again): repeat what it did not acknowledge, then send what waited."""
        self.wire = wire
        for packet_id, message in self._in_flight.items():
            if message is None:
                wire.write(Acknowledgement(Kind.PUBREL, packet_id).encode())
            else:
                wire.write(replace(message, duplicate=True).encode())
        self.pump()

    def deliver(self, message: Publish) -> None:
        """Send the message when the client can take it; for one that is away only QoS 1 and 2 wait."""
        if self.wire is None and (self.clean or not message.qos):
            return
        self._waiting.append(message)
        self._waiting_bytes += len(message.payload)
        self.pump()
        while len(self._waiting) > WAITING_MESSAGES or self._waiting_bytes > WAITING_BYTES:
            self._waiting_bytes -= len(self._waiting.popleft().payload)

    def pump(self) -> None:
        """Send as much of what waits as the client takes."""
        while self._waiting and self.wire is not None and not self.wire.clogged:
            if self._waiting[0].qos and len(self._in_flight) >= IN_FLIGHT:
                return
            message = self._waiting.popleft()
            self._waiting_bytes -= len(message.payload)
            if message.qos:
                message = replace(message, packet_id=self._next_id())
                self._in_flight[message.packet_id] = message
            self.wire.write(message.encode())

    def acknowledged(self, acknowledgement: Acknowledgement) -> None:
        """The client has a message (QoS 1), or is a step further with it (QoS 2)."""
        packet_id = acknowledgement.packet_id
        if acknowledgement.kind == Kind.PUBREC:
            if packet_id in self._in_flight:
                self._in_flight[packet_id] = None
            if self.wire is not None:
                self.wire.write(Acknowledgement(Kind.PUBREL, packet_id).encode())
            return
        self._in_flight.pop(packet_id, None)
        self.pump()

    def _next_id(self) -> int:
        while True:
            self._last_id = self._last_id % 65_535 + 1
            if self._last_id not in self._in_flight:
                return self._last_id
