"""The last seconds of a camera, as it encoded them: whole groups of pictures, never more bytes than
allowed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

MICRO = 1_000_000
APART_SECONDS = 0.5
"""Where every picture is a key picture, a group is at least so long."""
LONG_GROUP_SECONDS = 4.0
LATE_SECONDS = 4.0
"""So much of the end of a span is worth more than all before it."""
JUMP_SECONDS = 5.0
"""When the camera's clock and ours disagree by more than that, the camera has set its own."""


@dataclass(slots=True)
class Packet:
    """One encoded picture or piece of sound; times in microseconds of the camera's clock."""

    data: bytes
    pts: int
    dts: int
    key: bool
    audio: bool


@dataclass(slots=True)
class Group:
    """A key picture and what hangs on it. ``at`` is when the key picture came, by our monotonic clock."""

    at: float
    run: int
    packets: list[Packet] = field(default_factory=list)
    size: int = 0
    last_at: float = 0.0
    lag: float = 0.0
    """Our clock minus the camera's, in seconds."""


@dataclass(slots=True)
class Cut:
    """Packets of whole groups, with times from 0; ``at`` is when the first picture was taken, ``last_at``
    when the last one came, both by our monotonic clock."""

    packets: list[Packet]
    at: float
    last_at: float
    templates: Any


class Ring:
    """Filled by one thread, cut by another: both hold the lock of whoever owns it."""

    def __init__(self, seconds: float, largest: int) -> None:
        self._seconds, self._largest = seconds, largest
        self._groups: deque[Group] = deque()
        self._runs: dict[int, tuple[Any, object]] = {}
        """Of each connection its streams, and what they are: those that are alike make one film."""
        self._run = 0
        self._waiting = True
        self.size = 0
        self.longest_group = 0.0
        self.overflowed = False
        """A single group was larger than all that may be kept."""

    def begin(self, templates: Any, kind: object = None) -> None:
        """Another connection, with the streams that its packets belong to; with those of the same ``kind``
        they can be one film."""
        self._run += 1
        self._runs[self._run] = templates, kind
        self._waiting = True

    def jumped(self) -> None:
        """The camera has set its clock: what comes now does not follow what was."""
        self.begin(*self._runs[self._run])

    def add(self, packet: Packet, at: float) -> None:
        """Keep a packet that came at ``at``; nothing before the first key picture."""
        if packet.key and not packet.audio and self._opens(packet, at):
            self._open(packet, at)
        if self._waiting:
            return
        group = self._groups[-1]
        group.packets.append(packet)
        group.size += len(packet.data)
        self.size += len(packet.data)
        if not packet.audio:
            group.last_at = at
            group.lag = min(group.lag, at - packet.pts / MICRO)
        self._forget(at)

    def _opens(self, packet: Packet, at: float) -> bool:
        return self._waiting or at - self._groups[-1].at >= APART_SECONDS

    def _open(self, packet: Packet, at: float) -> None:
        if self._groups and not self._waiting:
            self.longest_group = at - self._groups[-1].at
        self._waiting = False
        self._groups.append(Group(at, self._run, last_at=at, lag=at - packet.pts / MICRO))

    def _forget(self, now: float) -> None:
        groups, size = self._groups, len(self._groups)
        while len(groups) > 1 and (now - groups[1].at >= self._seconds or self.size > self._largest):
            self.size -= groups.popleft().size
        if self.size > self._largest:
            self.size -= groups.pop().size
            self._waiting = self.overflowed = True
        if len(groups) < size:
            self._forget_runs()

    def _forget_runs(self) -> None:
        kept = {group.run for group in self._groups} | {self._run}
        for run in [run for run in self._runs if run not in kept]:
            del self._runs[run]  # closed with the last cut that still uses it

    def clear(self) -> None:
        """Forget everything: it is private time."""
        self._groups.clear()
        self.size = 0
        self._waiting = True

    @property
    def since(self) -> float | None:
        """Since when it remembers, by our monotonic clock; None while it is empty."""
        return self._groups[0].at if self._groups else None

    def cut(self, begin: float, end: float) -> Cut | None:
        """Whole groups that touch the span, of connections that are alike; None when there is nothing.

        Where the camera has become another meanwhile, they are those of which there is more, but what is to
        be seen at the end goes before what is long over.
        """
        touched = [group for group in self._groups if group.last_at >= begin and group.at <= end]
        if not touched:
            return None
        kinds: dict[object, list[Group]] = {}
        for group in touched:
            kind = self._runs[group.run][1]
            kinds.setdefault(group.run if kind is None else (kind,), []).append(group)
        most = max(kinds.values(), key=lambda groups: sum(len(group.packets) for group in groups))
        newest = max(kinds.values(), key=lambda groups: groups[-1].last_at)
        late = newest[-1].last_at - most[-1].last_at > LATE_SECONDS
        groups = newest if late else most
        return _joined(groups, end, self._runs[groups[-1].run][0])


def _joined(groups: list[Group], end: float, templates: Any) -> Cut:
    """Their packets up to ``end``, in time from 0; each connection's times are put where they were by ours.

    The lag of a connection is the least of all: what came late was not taken late.
    """
    lag = groups[-1].lag
    lags = {group.run: group.lag for group in groups}  # of each run that of its last group
    packets: list[Packet] = []
    run = groups[0].run
    shift = round((lags[run] - lag) * MICRO)
    zero = groups[0].packets[0].pts + shift
    for group in groups:
        if group.run != run:
            run = group.run
            follows = max(packet.dts for packet in packets) + 1 if packets else 0
            shift = max(round((lags[run] - lag) * MICRO), follows + zero - group.packets[0].dts)
        packets += [
            Packet(p.data, p.pts + shift - zero, p.dts + shift - zero, p.key, p.audio)
            for p in group.packets
            if not (p.audio and p.pts + shift < zero) and (p.pts + shift) / MICRO + lag <= end
        ]
    if not any(not p.audio for p in packets):
        first = groups[0].packets[0]
        packets = [Packet(first.data, 0, min(0, first.dts - first.pts), True, False)]
    return Cut(packets, zero / MICRO + lag, groups[-1].last_at, templates)


def last_group(cut: Cut) -> Cut:
    """Of a cut only what its last picture needs."""
    keys = [number for number, packet in enumerate(cut.packets) if packet.key and not packet.audio]
    kept = [packet for packet in cut.packets[keys[-1] if keys else 0 :] if not packet.audio]
    zero = kept[0].pts
    packets = [Packet(one.data, one.pts - zero, one.dts - zero, one.key, False) for one in kept]
    return Cut(packets, cut.at + zero / MICRO, cut.last_at, cut.templates)
