"""One connection to an MQTT broker, over paho; the only file that knows paho.

paho is driven from the running loop (its documented "external loop" way): no thread and no queue between a
message and us. Only connecting, which may block on names and TLS, visits a thread.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn, TypeVar

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.enums import MQTTProtocolVersion as Protocol
from paho.mqtt.exception import MQTTException
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from assistant.errors import LinkError, NotTaken
from assistant.home.address import Address
from assistant.home.inbox import Message
from assistant.home.refusals import LOST, Lost, refused, unreachable

log = logging.getLogger(__name__)

T = TypeVar("T")

MQTT_5, MQTT_3 = Protocol.MQTTv5, Protocol.MQTTv311
Will = tuple[str, str]
"""Topic and payload that the broker publishes, retained, when we are gone."""

PACKET_LIMIT = 4 * 2**20
KEEP_ALIVE_SECONDS = 20
HOUSEKEEPING_SECONDS = 5.0
CONNECT_SECONDS = 5.0
ANSWER_SECONDS, BUSY_SECONDS = 5.0, 15.0
"""How long to wait for the broker's word on a message: silent, and while it sends us other things first."""
TAKEN_OVER = "session taken over"
READ_SECONDS, AWAITED_READ_SECONDS = 0.001, 0.005
"""How long to read in one go while more comes, and while an answer that we await stands behind it; the voice
shares this loop. Of our own time: on a busy machine a millisecond of the clock may be one message.
"""
READS_BETWEEN = 8
"""Messages between two looks at that clock: it is a call into the kernel, and dear beside a small message."""

BROKEN_INPUT = (MQTTException, OSError, ValueError, TypeError, LookupError, struct.error)
"""What paho raises on nonsense from the other side."""


class Connection:
    """One connection, from its making to its loss."""

    def __init__(self, address: Address, protocol: Protocol, client_id: str) -> None:
        self._address = address
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[str] = self._loop.create_future()
        self._loss: asyncio.Future[str] = self._loop.create_future()
        self._sent: dict[int, asyncio.Future[str | ReasonCode]] = {}
        self._arrived = 0
        self._alert = ""
        self._watched: socket.socket | None = None
        self._numbered = False
        self._client = client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id, protocol=protocol, reconnect_on_failure=False
        )
        client.connect_timeout = CONNECT_SECONDS
        client.username = address.user
        client.password = address.password
        client.on_connect = self._answered
        client.on_disconnect = lambda _c, _u, flags, reason, _p: self._lost(
            str(reason).lower() if flags.is_disconnect_packet_from_server else "the connection broke"
        )
        client.on_publish = lambda _c, _u, mid, reason, _p: self._acknowledged(mid, reason)
        client.on_socket_close = lambda _c, _u, _s: self._unwatch()

    async def open(self, arrived: Callable[[Message], None], will: Will | None) -> None:
        """Connect and be accepted, or raise LinkError; ``arrived`` is called with every message, at once."""
        if will is not None:
            self._client.will_set(*will, qos=1, retain=True)

        def on_message(_client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
            self._arrived += 1
            numbers = tuple(getattr(message.properties, "SubscriptionIdentifier", ()))
            arrived(Message(message.topic, bytes(message.payload), message.retain, numbers))

        self._client.on_message = on_message
        if self._address.tls:
            self._client.on_log = self._logged
        await self._connect()
        self._watch()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                answer = await self._answer
        except TimeoutError:
            raise LinkError(f"The MQTT broker at {self._address.shown} is there, but says nothing.") from None
        self._client.on_log = None  # it would write a line for each message
        if refusal := refused(answer, self._address, self._alert):
            raise refusal

    def _logged(self, _client: paho.Client, _data: object, level: int, text: str) -> None:
        """Only here paho says why a socket broke: TLS 1.3 refuses our certificate after the handshake."""
        if level == paho.MQTT_LOG_ERR and "alert" in text:
            self._alert = text

    async def _connect(self) -> None:
        dialled = self._loop.run_in_executor(None, self._dial)
        try:
            await asyncio.shield(dialled)
        except asyncio.CancelledError:
            # The thread cannot be stopped; what it still brings is closed.
            dialled.add_done_callback(self._dialled_in_vain)
            raise
        except LinkError:
            raise
        except (OSError, ValueError) as error:
            raise unreachable(error, self._address) from error

    def _dialled_in_vain(self, dialled: asyncio.Future[None]) -> None:
        if not dialled.cancelled() and dialled.exception() is None:
            self.close()

    def _dial(self) -> None:
        """Blocks on name resolution, TCP and TLS: runs in a thread."""
        if self._address.tls:
            self._client.tls_set_context(self._address.certificates.context())
        limits = None
        if self._protocol == MQTT_5:  # what is larger stays with the broker
            limits = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            limits.MaximumPacketSize = PACKET_LIMIT
        self._client.connect(self._address.host, self._address.port, KEEP_ALIVE_SECONDS, properties=limits)

    async def stay(self) -> NoReturn:
        """Keep the connection alive; raises LinkError when it is lost."""
        while not self._loss.done():
            await asyncio.wait([self._loss], timeout=HOUSEKEEPING_SECONDS)
            self._client.loop_misc()
        reason = self._loss.result()
        text = f"The MQTT link to {self._address.shown} was lost: {reason}."
        raise Lost(text, taken_over=reason == TAKEN_OVER)

    def subscribe(self, topic_filter: str, number: int) -> None:
        """Ask for a filter's messages, the retained ones first; they will carry the number if possible."""
        if self._numbered:
            properties = Properties(PacketTypes.SUBSCRIBE)  # type: ignore[no-untyped-call]
            properties.SubscriptionIdentifier = number
            self._client.subscribe(topic_filter, options=SubscribeOptions(), properties=properties)
        else:
            self._client.subscribe(topic_filter)
        self._flush()

    def unsubscribe(self, topic_filter: str) -> None:
        """Ask for no more of a filter's messages."""
        self._client.unsubscribe(topic_filter)
        self._flush()

    async def publish(self, topic: str, payload: str | bytes | float, *, retain: bool, qos: int) -> None:
        """Hand a message to the broker; with qos > 0, until it says that it has it."""
        info = self._client.publish(topic, payload, qos, retain)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise LinkError(f"The MQTT link to {self._address.shown} is down; {topic} was not published.")
        self._flush()
        if info.is_published():
            return
        self._sent[info.mid] = answer = self._loop.create_future()
        try:
            outcome = await _word_on(answer, lambda: self._arrived)
        except TimeoutError:
            self.close()  # what still waits in the socket must not arrive late
            outcome = "it does not answer"
        finally:
            del self._sent[info.mid]
        refused = f"The MQTT broker at {self._address.shown} did not take {topic}"
        if isinstance(outcome, str):
            raise LinkError(f"{refused}: {outcome}.")
        if outcome.is_failure:
            raise NotTaken(f"{refused}: {str(outcome).lower()}.")

    def close(self, farewell: Will | None = None) -> None:
        """End the connection at once; never blocks. A polite end cancels the will, so it is said here."""
        if farewell is not None:
            self._client.publish(*farewell, retain=True)
        self._client.disconnect()
        if (sock := self._socket) is not None:
            # The broker reads nothing, so not even the goodbye got out: make paho see the end of the stream.
            with suppress(*BROKEN_INPUT):
                sock.shutdown(socket.SHUT_RDWR)
                self._client.loop_read()
        self._lost("closed")

    @property
    def _socket(self) -> socket.socket | None:
        sock = self._client.socket()
        assert sock is None or isinstance(sock, socket.socket), "only WebSockets are wrapped"
        return sock

    def _watch(self) -> None:
        if (sock := self._socket) is None:
            self._lost("closed")
            return
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._watched = sock
        self._loop.add_reader(sock, self._read)
        self._flush()

    def _unwatch(self) -> None:
        if self._watched is not None:
            self._loop.remove_reader(self._watched)
            self._loop.remove_writer(self._watched)
            self._watched = None

    def _read(self) -> None:
        """Take what has come: faster than it is delivered, so that a flood is thinned out here and not by a
        broker, which would throw away the newest.
        """
        until = time.thread_time() + (AWAITED_READ_SECONDS if self._sent else READ_SECONDS)
        began = self._arrived
        try:
            while self._watched is not None:
                before = self._arrived
                self._client.loop_read()
                # TLS may hold more that the selector does not see.
                hidden = isinstance(self._watched, ssl.SSLSocket) and self._watched.pending() > 0
                if self._arrived == before and not hidden:
                    break
                if (self._arrived - began) % READS_BETWEEN == 0 and time.thread_time() > until:
                    if hidden:
                        self._loop.call_soon(self._read)
                    break
        except BROKEN_INPUT as error:
            log.warning("The MQTT broker at %s sends nonsense: %s", self._address.shown, error)
            self.close()
        self._flush()

    def _flush(self) -> None:
        """Write when the socket has room again; paho has tried at once."""
        if self._watched is None:
            return
        if self._client.want_write():
            self._loop.add_writer(self._watched, self._write)
        else:
            self._loop.remove_writer(self._watched)

    def _write(self) -> None:
        self._client.loop_write()
        self._flush()

    def _answered(
        self,
        _client: paho.Client,
        _data: object,
        _flags: paho.ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        # MQTT 5 has them unless the broker says otherwise.
        available = getattr(properties, "SubscriptionIdentifierAvailable", 1)
        self._numbered = self._protocol == MQTT_5 and bool(available)
        _settle(self._answer, str(reason))

    def _acknowledged(self, mid: int, reason: ReasonCode) -> None:
        if (answer := self._sent.get(mid)) is not None:
            _settle(answer, reason)

    def _lost(self, reason: str) -> None:
        _settle(self._answer, LOST)
        _settle(self._loss, reason)
        for answer in self._sent.values():
            _settle(answer, reason)


async def _word_on(answer: asyncio.Future[T], arrived: Callable[[], int]) -> T:
    """The broker's answer; TimeoutError when it is silent, or sends us other things for too long."""
    async with asyncio.timeout(BUSY_SECONDS):
        while not answer.done():
            before = arrived()
            await asyncio.wait([answer], timeout=ANSWER_SECONDS)
            if arrived() == before and not answer.done():
                raise TimeoutError
    return answer.result()


def _settle(future: asyncio.Future[T], outcome: T) -> None:
    if not future.done():
        future.set_result(outcome)
