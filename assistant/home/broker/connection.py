"""One client's connection: from bytes to the switchboard and back."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from assistant.home.broker.packets import (
    Acknowledgement,
    Answer,
    Connect,
    Disconnect,
    Kind,
    Malformed,
    Packet,
    Ping,
    Publish,
    Splitter,
    Subscribe,
    Unsubscribe,
    encode,
)
from assistant.home.broker.passwords import Passwords
from assistant.home.broker.session import Session
from assistant.home.broker.switchboard import Switchboard

log = logging.getLogger(__name__)

INTRODUCTION_SECONDS = 10.0
GOODBYE_SECONDS = 5.0
PACKETS_A_TURN = 100
"""Then everybody else's turn comes: the voice shares this loop with a client that floods."""
CLOG_BYTES = 512 * 1024


@dataclass
class House:
    """What all connections share."""

    switchboard: Switchboard
    passwords: Passwords | None = None
    connections: set[Connection] = field(default_factory=set)
    empty: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.empty.set()


class Connection(asyncio.Protocol):
    """One client; a protocol error costs it its connection and nobody else anything."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._loop = asyncio.get_running_loop()
        self._splitter = Splitter()
        self._session: Session | None = None
        self._connect: Connect | None = None
        self._heard = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._busy = False
        self._polite = False
        self._clogged = False
        self._patience = math.inf

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=CLOG_BYTES)
        self._house.connections.add(self)
        self._house.empty.clear()
        self._after(INTRODUCTION_SECONDS, self.close)

    def data_received(self, data: bytes) -> None:
        self._heard = self._loop.time()
        self._splitter.feed(data)
        if not self._busy:
            self._work()

    def pause_writing(self) -> None:
        self._clogged = True

    def resume_writing(self) -> None:
        self._clogged = False
        if self._session is not None:
            self._session.pump()

    def connection_lost(self, error: Exception | None) -> None:
        self._after(math.inf, self.abort)
        self._leave()
        self._house.connections.discard(self)
        if not self._house.connections:
            self._house.empty.set()

    # What the session calls.

    @property
    def clogged(self) -> bool:
        return self._clogged

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def close(self) -> None:
        self._leave()
        self._transport.close()
        self._after(GOODBYE_SECONDS, self._transport.abort)  # it may never take what is still to be sent

    # What the server calls.

    def dismiss(self) -> None:
        """Hang up without publishing the will: it is the broker that goes."""
        self._polite = True
        self.close()

    def abort(self) -> None:
        """Hang up on a client that does not even take our goodbye."""
        self._leave()
        self._transport.abort()

    # Incoming packets.

    def _work(self) -> None:
        """Handle what has arrived, some packets at a time; reading pauses while there is more."""
        self._busy = False
        try:
            if self._connect is None and self._splitter.first != Kind.CONNECT:
                raise Malformed("the first packet is not a CONNECT")  # however long it would become
            with contextlib.closing(self._splitter.packets()) as packets:
                for count, packet in enumerate(packets, 1):
                    self._handle(packet)
                    if self._transport.is_closing() or self._busy:
                        return
                    if count == PACKETS_A_TURN:
                        self._hold(self._loop.call_soon)
                        return
        except Malformed as error:
            who = self._session.client_id if self._session else "a client without a name"
            log.warning("The broker cut off %s: %s.", who, error)
            self.abort()
            return
        self._transport.resume_reading()

    def _hold(self, until: Callable[[Callable[[], None]], object]) -> None:
        """Take no more packets until called."""
        self._busy = True
        self._transport.pause_reading()
        until(self._go_on)

    def _go_on(self) -> None:
        if not self._transport.is_closing():
            self._work()

    def _handle(self, packet: Packet) -> None:
        if self._session is None:
            assert isinstance(packet, Connect), "nothing else is read first"
            self._introduce(packet)
        else:
            self._answer(self._session, packet)

    def _answer(self, session: Session, packet: Packet) -> None:
        match packet:
            case Publish():
                self._published(session, packet)
            case Acknowledgement(Kind.PUBREL, packet_id):
                session.received.discard(packet_id)
                self.write(Acknowledgement(Kind.PUBCOMP, packet_id).encode())
            case Acknowledgement():
                session.acknowledged(packet)
            case Subscribe():
                self._subscribed(session, packet)
            case Unsubscribe():
                self._unsubscribed(session, packet)
            case Ping():
                self.write(encode(Kind.PINGRESP))
            case Disconnect():
                self._polite = True
                self.close()
            case Connect():
                raise Malformed("a second CONNECT")

    def _subscribed(self, session: Session, request: Subscribe) -> None:
        granted = bytes(qos for _, qos in request.filters)
        self.write(encode(Kind.SUBACK, request.packet_id.to_bytes(2, "big"), granted))
        for topic_filter, qos in request.filters:
            self._house.switchboard.subscribe(session, topic_filter, qos)

    def _unsubscribed(self, session: Session, request: Unsubscribe) -> None:
        for topic_filter in request.filters:
            self._house.switchboard.unsubscribe(session, topic_filter)
        self.write(encode(Kind.UNSUBACK, request.packet_id.to_bytes(2, "big")))

    def _published(self, session: Session, message: Publish) -> None:
        if message.qos == 2:
            if message.packet_id not in session.received:
                session.received.add(message.packet_id)
                self._house.switchboard.publish(message)
            self.write(Acknowledgement(Kind.PUBREC, message.packet_id).encode())
            return
        self._house.switchboard.publish(message)
        if message.qos:
            self.write(Acknowledgement(Kind.PUBACK, message.packet_id).encode())

    # Coming and going.

    def _introduce(self, connect: Connect) -> None:
        self._connect = connect
        if connect.level != 4:
            # Clients of MQTT 5 understand this answer and fall back.
            self._refuse(Answer.WRONG_PROTOCOL)
        elif not connect.client_id and not connect.clean:
            self._refuse(Answer.BAD_CLIENT_ID)
        elif self._house.passwords is None:
            self._accept(connect)
        elif connect.user is None or connect.password is None:
            self._refuse(Answer.NOT_ALLOWED)
        else:
            check = functools.partial(self._house.passwords.allow, connect.user, connect.password)
            checked = self._loop.run_in_executor(None, check)
            checked.add_done_callback(self._checked)
            self._hold(lambda go_on: checked.add_done_callback(lambda _: go_on()))

    def _checked(self, checked: asyncio.Future[bool]) -> None:
        if self._transport.is_closing() or self._connect is None:
            return
        if checked.result():
            self._accept(self._connect)
        else:
            self._refuse(Answer.WRONG_PASSWORD)

    def _accept(self, connect: Connect) -> None:
        self._session, present = self._house.switchboard.enter(connect, self)
        self.write(encode(Kind.CONNACK, bytes([present, Answer.ACCEPTED])))
        self._session.attach(self)
        self._patience = connect.keep_alive * 1.5 or math.inf
        self._check_alive()

    def _refuse(self, answer: Answer) -> None:
        self.write(encode(Kind.CONNACK, bytes([0, answer])))
        self.close()

    def _check_alive(self) -> None:
        left = self._heard + self._patience - self._loop.time()
        if left <= 0:
            self.abort()
        else:
            self._after(left, self._check_alive)

    def _after(self, seconds: float, then: Callable[[], None]) -> None:
        """The connection's one timer: introduction, then keep-alive, then goodbye."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds == math.inf else self._loop.call_later(seconds, then)

    def _leave(self) -> None:
        """Give the session back; whoever goes without a goodbye leaves its will."""
        if self._session is None or self._connect is None:
            return
        session, will = self._session, self._connect.will
        self._session = None
        self._house.switchboard.leave(session)
        if will is not None and not self._polite:
            self._house.switchboard.publish(will)
