"""An MQTT 3.1.1 client that says exactly the bytes a test wants; independent of the broker's own code."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, PINGRESP, CONNACK = 3, 4, 5, 6, 7, 9, 11, 13, 2


def text(value: str | bytes) -> bytes:
    """A length-prefixed string."""
    data = value.encode() if isinstance(value, str) else value
    return len(data).to_bytes(2, "big") + data


def packet(first: int, body: bytes = b"") -> bytes:
    """A packet with its length."""
    length, digits = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        digits.append(digit | (128 if length else 0))
        if not length:
            return bytes([first]) + digits + body


def connect(
    client_id: str = "",
    *,
    clean: bool = True,
    keep_alive: int = 60,
    will: tuple[str, str, bool] | None = None,
    login: tuple[str, str] | None = None,
) -> bytes:
    """A CONNECT."""
    flags, payload = 2 * clean, text(client_id)
    if will is not None:
        flags |= 4 | 0x20 * will[2]
        payload += text(will[0]) + text(will[1])
    if login is not None:
        flags |= 0xC0
        payload += text(login[0]) + text(login[1])
    return packet(0x10, text("MQTT") + bytes([4, flags]) + keep_alive.to_bytes(2, "big") + payload)


@dataclass
class Got:
    """A packet from the broker."""

    kind: int
    flags: int
    body: bytes

    @property
    def topic(self) -> str:
        return self.body[2 : 2 + int.from_bytes(self.body[:2], "big")].decode()

    @property
    def qos(self) -> int:
        return self.flags >> 1 & 3

    @property
    def retained(self) -> bool:
        return bool(self.flags & 1)

    @property
    def _after_topic(self) -> int:
        return 2 + int.from_bytes(self.body[:2], "big")

    @property
    def packet_id(self) -> int:
        at = self._after_topic if self.kind == PUBLISH else 0
        return int.from_bytes(self.body[at : at + 2], "big")

    @property
    def payload(self) -> bytes:
        return self.body[self._after_topic + (2 if self.qos else 0) :]


class WireClient:
    """Reads and writes packets."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self._last_id = 0

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def get(self, seconds: float = 3) -> Got | None:
        """The next packet; None when the broker hung up."""
        try:
            async with asyncio.timeout(seconds):
                first = (await self.reader.readexactly(1))[0]
                length = shift = 0
                while True:
                    digit = (await self.reader.readexactly(1))[0]
                    length |= (digit & 127) << shift
                    shift += 7
                    if not digit & 128:
                        break
                return Got(first >> 4, first & 15, await self.reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    async def expect(self, kind: int) -> Got:
        got = await self.get()
        assert got is not None, "the broker hung up"
        assert got.kind == kind, f"expected packet kind {kind}, got {got}"
        return got

    async def hung_up(self, seconds: float = 3) -> bool:
        """Whether the broker closes the connection; what it still says is skipped."""
        while True:
            try:
                if await self.get(seconds) is None:
                    return True
            except TimeoutError:
                return False

    def _next_id(self) -> bytes:
        self._last_id += 1
        return self._last_id.to_bytes(2, "big")

    async def subscribe(self, *filters: str, qos: int = 0) -> list[Got]:
        """Subscribe; messages that came before the SUBACK are returned."""
        self.send(packet(0x82, self._next_id() + b"".join(text(f) + bytes([qos]) for f in filters)))
        early: list[Got] = []
        while True:
            got = await self.get()
            assert got is not None, "the broker hung up"
            if got.kind == SUBACK:
                assert got.body[2:] == bytes([qos]) * len(filters)
                return early
            early.append(got)

    async def unsubscribe(self, topic_filter: str) -> None:
        self.send(packet(0xA2, self._next_id() + text(topic_filter)))
        await self.expect(UNSUBACK)

    async def publish(
        self, topic: str | bytes, payload: bytes | str = b"", *, qos: int = 0, retain: bool = False
    ) -> None:
        """Publish, and go through the handshake of the QoS."""
        data = payload.encode() if isinstance(payload, str) else payload
        number = self._next_id() if qos else b""
        self.send(packet(0x30 | qos << 1 | retain, text(topic) + number + data))
        if qos == 1:
            assert (await self.expect(PUBACK)).body == number
        if qos == 2:
            assert (await self.expect(PUBREC)).body == number
            self.send(packet(0x62, number))
            assert (await self.expect(PUBCOMP)).body == number
        await self.writer.drain()

    async def messages(self, *, ack: bool = True) -> list[Got]:
        """Everything that the broker sent until now: what comes before the answer to a ping."""
        self.send(packet(0xC0))
        found: list[Got] = []
        while (got := await self.get(10)) is not None and got.kind != PINGRESP:
            if got.kind == PUBLISH:
                found.append(got)
                if ack and got.qos:
                    self.send(packet(0x40 if got.qos == 1 else 0x50, got.packet_id.to_bytes(2, "big")))
            elif got.kind == PUBREL:
                self.send(packet(0x70, got.body))
        return found

    async def leave(self) -> None:
        """A polite goodbye."""
        self.send(packet(0xE0))
        await self.close()

    async def close(self) -> None:
        """Drop the connection without a word."""
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


@contextlib.asynccontextmanager
async def dialled(port: int) -> AsyncIterator[WireClient]:
    """A TCP connection on which nothing was said yet."""
    client = WireClient(*await asyncio.open_connection("127.0.0.1", port))
    try:
        yield client
    finally:
        await client.close()


@contextlib.asynccontextmanager
async def connected(
    port: int,
    client_id: str = "",
    *,
    clean: bool = True,
    will: tuple[str, str, bool] | None = None,
    keep_alive: int = 60,
) -> AsyncIterator[WireClient]:
    """An accepted client."""
    async with dialled(port) as client:
        client.send(connect(client_id, clean=clean, will=will, keep_alive=keep_alive))
        assert (await client.expect(CONNACK)).body[1] == 0
        yield client
