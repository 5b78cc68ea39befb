"""MQTT 3.1.1 on the wire: bytes to packets and back (OASIS standard, chapters 2 and 3)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from enum import IntEnum

from assistant.home.topics import problem_with_filter, problem_with_topic

LARGEST = 4 * 1024 * 1024
"""Bytes of one packet; a camera picture fits, a film does not."""


class Malformed(ValueError):
    """Not MQTT; the standard wants such a client cut off."""


class Kind(IntEnum):
    """The four high bits of a packet's first byte."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14


class Answer(IntEnum):
    """What a CONNACK may say."""

    ACCEPTED = 0
    WRONG_PROTOCOL = 1
    BAD_CLIENT_ID = 2
    WRONG_PASSWORD = 4
    NOT_ALLOWED = 5


@dataclass(frozen=True)
class Publish:
    """A message on its way in or out."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    packet_id: int = 0
    duplicate: bool = False

    def encode(self) -> bytes:
        topic = self.topic.encode()
        flags = self.duplicate << 3 | self.qos << 1 | self.retain
        number = self.packet_id.to_bytes(2, "big") if self.qos else b""
        return encode(Kind.PUBLISH, len(topic).to_bytes(2, "big"), topic, number, self.payload, flags=flags)

    def to(self, qos: int, *, retain: bool = False) -> Publish:
        """The same message as one subscriber gets it."""
        return replace(self, qos=min(self.qos, qos), retain=retain, packet_id=0, duplicate=False)


@dataclass(frozen=True)
class Connect:
    """A client introduces itself. Of other protocol levels nothing but the level is read."""

    level: int
    client_id: str = ""
    clean: bool = True
    keep_alive: int = 0
    will: Publish | None = None
    user: str | None = None
    password: bytes | None = None


@dataclass(frozen=True)
class Acknowledgement:
    """PUBACK, PUBREC, PUBREL or PUBCOMP."""

    kind: Kind
    packet_id: int

    def encode(self) -> bytes:
        return encode(self.kind, self.packet_id.to_bytes(2, "big"), flags=2 * (self.kind == Kind.PUBREL))


@dataclass(frozen=True)
class Subscribe:
    """Filters, each with the highest QoS wanted."""

    packet_id: int
    filters: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Unsubscribe:
    """Filters no longer wanted."""

    packet_id: int
    filters: tuple[str, ...]


@dataclass(frozen=True)
class Ping:
    """Are you there?"""


@dataclass(frozen=True)
class Disconnect:
    """A polite end: the will is void."""


Packet = Publish | Connect | Acknowledgement | Subscribe | Unsubscribe | Ping | Disconnect


def encode(kind: Kind, *parts: bytes, flags: int = 0) -> bytes:
    """A whole packet from the parts of its body."""
    length = sum(map(len, parts))
    header = bytearray([kind << 4 | flags])
    while True:
        length, digit = divmod(length, 128)
        header.append(digit | (0x80 if length else 0))
        if not length:
            return b"".join((header, *parts))


class Splitter:
    """Cuts a stream of bytes into packets."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._largest = largest
        self._bytes = bytearray()

    def feed(self, data: bytes) -> None:
        """Take bytes as they come from the network."""
        self._bytes += data

    @property
    def first(self) -> int | None:
        """The kind of the packet that is arriving."""
        return self._bytes[0] >> 4 if self._bytes else None

    def packets(self) -> Generator[Packet, None, None]:
        """Every packet that is complete; raises Malformed. May be abandoned and begun again."""
        start = 0
        try:
            while (end := self._end(start)) is not None:
                body, stop = end
                first, content = self._bytes[start], bytes(self._bytes[body:stop])
                start = stop
                yield parse(first, content)
        finally:
            del self._bytes[:start]

    def _end(self, start: int) -> tuple[int, int] | None:
        """Where the body of the packet at ``start`` begins and ends."""
        length = 0
        for position in range(1, 5):
            if start + position >= len(self._bytes):
                return None
            digit = self._bytes[start + position]
            length |= (digit & 0x7F) << 7 * (position - 1)
            if not digit & 0x80:
                break
        else:
            raise Malformed("the length has more than four digits")
        if length > self._largest:
            raise Malformed(f"a packet of {length} bytes; {self._largest} are allowed")
        body = start + position + 1
        return (body, body + length) if body + length <= len(self._bytes) else None


class _Body:
    """Reads the fields of a packet one after the other."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._content)

    def take(self, count: int) -> bytes:
        piece = self._content[self._at : self._at + count]
        if len(piece) < count:
            raise Malformed("the packet ends too early")
        self._at += count
        return piece

    def rest(self) -> bytes:
        return self.take(len(self._content) - self._at)

    def number(self, size: int = 2) -> int:
        return int.from_bytes(self.take(size), "big")

    def packet_id(self) -> int:
        if not (number := self.number()):
            raise Malformed("packet id zero")
        return number

    def data(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        try:
            text = self.data().decode()
        except UnicodeDecodeError:
            raise Malformed("text that is not UTF-8") from None
        if "\0" in text:
            raise Malformed("a zero character in a text")
        return text

    def topic(self) -> str:
        topic = self.text()
        if problem := problem_with_topic(topic):
            raise Malformed(f"a topic that {problem}")
        return topic

    def filter(self) -> str:
        topic_filter = self.text()
        if problem := problem_with_filter(topic_filter):
            raise Malformed(f"a filter that {problem}")
        return topic_filter


def parse(first: int, content: bytes) -> Packet:
    """One packet from its first byte and its body; raises Malformed."""
    body, flags = _Body(content), first & 0x0F
    kind = first >> 4
    if kind == Kind.PUBLISH:
        return _publish(body, flags)
    if flags != (2 if kind in {Kind.PUBREL, Kind.SUBSCRIBE, Kind.UNSUBSCRIBE} else 0):
        raise Malformed("reserved bits are set")
    packet = _parse(kind, body)
    if body and not (isinstance(packet, Connect) and packet.level != 4):
        raise Malformed("the packet goes on after its end")
    return packet


def _parse(kind: int, body: _Body) -> Packet:
    match kind:
        case Kind.CONNECT:
            return _connect(body)
        case Kind.PUBACK | Kind.PUBREC | Kind.PUBREL | Kind.PUBCOMP:
            return Acknowledgement(Kind(kind), body.packet_id())
        case Kind.SUBSCRIBE:
            return Subscribe(body.packet_id(), _wanted(body))
        case Kind.UNSUBSCRIBE:
            return Unsubscribe(body.packet_id(), _unwanted(body))
        case Kind.PINGREQ:
            return Ping()
        case Kind.DISCONNECT:
            return Disconnect()
        case _:
            raise Malformed(f"packet kind {kind} does not come from clients")


def _publish(body: _Body, flags: int) -> Publish:
    qos = flags >> 1 & 3
    if qos == 3:
        raise Malformed("QoS 3")
    topic = body.topic()
    packet_id = body.packet_id() if qos else 0
    return Publish(topic, body.rest(), qos, bool(flags & 1), packet_id, bool(flags & 8))


def _wanted(body: _Body) -> tuple[tuple[str, int], ...]:
    filters: list[tuple[str, int]] = []
    while body or not filters:
        topic_filter, qos = body.filter(), body.number(1)
        if qos > 2:
            raise Malformed("QoS 3")
        filters.append((topic_filter, qos))
    return tuple(filters)


def _unwanted(body: _Body) -> tuple[str, ...]:
    filters = [body.filter()]
    while body:
        filters.append(body.filter())
    return tuple(filters)


def _connect(body: _Body) -> Connect:
    if body.data() not in {b"MQTT", b"MQIsdp"}:
        raise Malformed("not MQTT")
    level = body.number(1)
    if level != 4:
        return Connect(level)
    flags, keep_alive = body.number(1), body.number()
    if flags & 1:
        raise Malformed("reserved bits are set")
    client_id = body.text()
    will = _will(body, flags)
    user = body.text() if flags & 0x80 else None
    password = body.data() if flags & 0x40 else None
    if password is not None and user is None:
        raise Malformed("a password without a user")
    return Connect(level, client_id, bool(flags & 2), keep_alive, will, user, password)


def _will(body: _Body, flags: int) -> Publish | None:
    qos, retain = flags >> 3 & 3, bool(flags & 0x20)
    if not flags & 4:
        if qos or retain:
            raise Malformed("will bits without a will")
        return None
    if qos == 3:
        raise Malformed("QoS 3")
    return Publish(body.topic(), body.data(), qos, retain)
