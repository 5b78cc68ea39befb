"""`python -m assistant.cli.bench.tap`: a house behind one wire, and every packet that leaves through it.

Started in a network namespace of its own. There it makes another, in which the daemon runs with a recording
for a microphone; a pair of virtual interfaces is the only way out. This side of it plays Gemini: the embedded
brain listens at the address that the daemon believes to be Google's. Every packet is seen by a packet socket,
whatever process sent it and wherever to.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import IO, Any

OUTSIDE, INSIDE, NETWORK = "10.77.0.1", "10.77.0.2", 24
WIRE, OTHER_END = "wire", "house"
ANY_PROTOCOL = 3
SOL_PACKET, PACKET_STATISTICS = 263, 6
BUFFER_BYTES = 8 * 2**20
LARGEST_PACKET = 2**17
IPV4, ARP, IPV6 = 0x0800, 0x0806, 0x86DD
TCP, UDP, ICMPV6 = 6, 17, 58
IN_THE_HOUSE = (
    'read go; ip link set lo up; ip addr add "$1" dev "$2"; ip link set "$2" up; '
    'ip route add default via "$3"; shift 3; exec "$@"'
)
AFTERWARDS_SECONDS, LAST_SECONDS = 1.0, 40.0
"""After the answer; when none comes, after the recording."""


@dataclass(frozen=True)
class Packet:
    """What left: when (seconds, monotonic), to whom (``10.77.0.1:443/tcp``), bytes of payload, and from which
    port, which is another for each connection."""

    at: float
    to: str
    size: int
    port: int = 0


@dataclass
class Seen:
    """Everything of one watch. Times are seconds of the monotonic clock; 0 is never."""

    packets: list[Packet] = field(default_factory=list)
    captured: int = 0
    dropped: int = 0
    """Packets that the kernel could not keep for us: any makes the watch worthless."""
    brain: str = ""
    began: float = 0.0
    online: float = 0.0
    woke: float = 0.0
    heard: tuple[tuple[float, str], ...] = ()
    left_before: float = 0.0
    """Seconds of microphone in the house's own ledger when the wake word was heard."""
    told: tuple[str, ...] = ()
    """Problems, in words."""


def payload(frame: bytes) -> tuple[str, int] | None:
    """To whom an Ethernet frame goes and how many bytes it carries; None of what only finds neighbours."""
    (kind,) = struct.unpack_from("!H", frame, 12)
    if kind == ARP:
        return None
    if kind == IPV4:
        header, total = (frame[14] & 15) * 4, struct.unpack_from("!H", frame, 16)[0]
        protocol, to = frame[23], str(ip_address(frame[30:34]))
        # Segmentation offload: a packet larger than the field can say has length 0 there.
        body = frame[14 + header : 14 + total if total else None]
    elif kind == IPV6:
        protocol, to, body = frame[20], str(ip_address(frame[38:54])), frame[54:]
        if protocol in (ICMPV6, 0) and to.startswith("ff02:"):
            return None
    else:
        return f"ethernet {kind:#06x}", len(frame) - 14
    if protocol == TCP:
        port, offset = struct.unpack_from("!H", body, 2)[0], (body[12] >> 4) * 4
        return f"{to}:{port}/tcp", len(body) - offset
    if protocol == UDP:
        return f"{to}:{struct.unpack_from('!H', body, 2)[0]}/udp", len(body) - 8
    return f"{to} protocol {protocol}", len(body)


def source_port(frame: bytes) -> int:
    """From which port a frame comes that ``payload`` knows; 0 of what has none."""
    kind, first = struct.unpack_from("!HB", frame, 12)
    start = {IPV4: 14 + (first & 15) * 4, IPV6: 54}.get(kind, len(frame))
    return int.from_bytes(frame[start : start + 2])


class Tap:
    """Watches one daemon until it has answered, or until there is nothing more to hear."""

    def __init__(self, state: Path, recording: Path, seconds: float) -> None:
        self._state, self._recording, self._seconds = state, recording, seconds
        self.seen = Seen()
        self._over_at = 0.0
        self._lines = b""

    def watch(self) -> Seen:
        """Run the house and the brain; what was seen."""
        command = ("unshare", "--net", "sh", "-c", IN_THE_HOUSE, "sh", f"{INSIDE}/{NETWORK}", OTHER_END)
        daemon = (OUTSIDE, sys.executable, "-m", "assistant", "run", "--json")
        _lay_wire()
        with _brain_outside(self._state / "cloud") as ready:
            self.seen.brain = str(ready["url"]).removeprefix("https://") + "/tcp"
            return self._watched((*command, *daemon), ready)

    def _watched(self, command: tuple[str, ...], ready: dict[str, Any]) -> Seen:
        environment = {
            **os.environ,
            "ASSISTANT_STATE_DIR": str(self._state / "house"),
            "ASSISTANT_MQTT_URL": "embedded",
            "ASSISTANT_BRAIN": "auto",
            "ASSISTANT_AUDIO__INPUT": str(self._recording),
            "ASSISTANT_AUDIO__OUTPUT": str(self._state / "spoken.wav"),
            "ASSISTANT_GEMINI_BASE_URL": str(ready["url"]),
            "GEMINI_API_KEY": "a-key-of-the-bench",
            "SSL_CERT_FILE": str(ready["certificate"]),
        }
        house = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert house.stdin is not None, "both are pipes"
        assert house.stdout is not None, "both are pipes"
        try:
            _until_apart(house.pid)
            _ip("link", "set", OTHER_END, "netns", str(house.pid))
            with _captured(WIRE) as packets:
                self.seen.began = time.monotonic()
                self._over_at = self.seen.began + self._seconds + LAST_SECONDS
                house.stdin.write(b"go\n")
                house.stdin.flush()
                self._look(packets, house.stdout)
        finally:
            house.terminate()
            house.wait(20)
        return self.seen

    def _look(self, packets: socket.socket, lines: IO[bytes]) -> None:
        os.set_blocking(lines.fileno(), False)
        with selectors.DefaultSelector() as waiting:
            waiting.register(packets, selectors.EVENT_READ, self._packet)
            waiting.register(lines, selectors.EVENT_READ, self._line)
            while (left := self._over_at - time.monotonic()) > 0:
                for key, _ in waiting.select(left):
                    key.data(key.fileobj)
        received, dropped = struct.unpack("II", packets.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        self.seen.captured, self.seen.dropped = received, dropped

    def _packet(self, packets: socket.socket) -> None:
        frame, address = packets.recvfrom(LARGEST_PACKET)
        if address[2] == socket.PACKET_OUTGOING:
            return  # what comes home to it
        found = payload(frame)
        if found is not None and found[1]:
            self.seen.packets.append(Packet(time.monotonic(), *found, source_port(frame)))

    def _line(self, lines: IO[bytes]) -> None:
        chunk = lines.read()
        if not chunk:
            self._over_at = 0.0
            self.seen.told = (*self.seen.told, "the daemon has ended")
            return
        *whole, self._lines = (self._lines + chunk).split(b"\n")
        for line in whole:
            self._event(json.loads(line), time.monotonic())

    def _event(self, event: dict[str, Any], now: float) -> None:
        seen = self.seen
        match event:
            case {"event": "online", "brain": "gemini"} if not seen.online:
                seen.online = now
            case {"event": "woke"} if not seen.woke:
                seen.woke = now
                seen.left_before = _left(self._state / "house" / "left.json")
            case {"event": "heard", "text": str(text)}:
                seen.heard = (*seen.heard, (now, text))
            case {"event": "spoke"} if seen.woke:
                self._over_at = now + AFTERWARDS_SECONDS
            case {"event": "error", "text": str(text)}:
                seen.told = (*seen.told, text)


def _left(ledger: Path) -> float:
    """Seconds of microphone that the house says have left it."""
    try:
        days = json.loads(ledger.read_bytes())
    except OSError:
        return 0.0
    return float(sum(frames for day in days.values() for frames in day.values()) * 0.02)


def _lay_wire() -> None:
    """This end of it; the other goes into the house once that is there."""
    _ip("link", "set", "lo", "up")
    _ip("link", "add", "name", WIRE, "type", "veth", "peer", "name", OTHER_END)
    _ip("addr", "add", f"{OUTSIDE}/{NETWORK}", "dev", WIRE)
    _ip("link", "set", WIRE, "up")


def _ip(*words: str) -> None:
    subprocess.run(("ip", *words), check=True)


def _until_apart(pid: int) -> None:
    """Until a process has a network of its own."""
    own = Path("/proc/self/ns/net").readlink()
    for _ in range(1000):
        with suppress(OSError):
            if Path(f"/proc/{pid}/ns/net").readlink() != own:
                return
        time.sleep(0.01)
    raise SystemExit("the house got no network of its own")


@contextmanager
def _captured(interface: str) -> Iterator[socket.socket]:
    """Every frame of an interface, in both directions."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ANY_PROTOCOL)) as packets:
        packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        packets.bind((interface, 0))
        packets.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)  # counts from now on
        yield packets


@contextmanager
def _brain_outside(state: Path) -> Iterator[dict[str, Any]]:
    """A brain at the address of this end of the wire; where it is, and whom to trust."""
    command = (sys.executable, "-m", "assistant.brain", "--host", OUTSIDE, "--state", str(state))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as brain:
        assert brain.stdout is not None, "it is a pipe"
        try:
            yield json.loads(brain.stdout.readline())
        finally:
            brain.terminate()


def main() -> int:
    """Watch, and print what was seen as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--recording", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True, help="how long the recording is")
    options = parser.parse_args()
    seen = Tap(options.state, options.recording, options.seconds).watch()
    sys.stdout.write(json.dumps(asdict(seen)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
