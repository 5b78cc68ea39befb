"""A camera to measure and test with: an RTSP server over TCP that sends films for ever, as if they happened
now.

Run as ``python -m assistant.cli.bench.rtsp NAME=FILE ...``: prints its port. Its clients come in where the
film just is, as with a real camera. It can be told to stand still, to want a password and to drop everybody.
"""

from __future__ import annotations

import asyncio
import base64
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from assistant.cli.bench.rtp import Track, tracks

SOON_SECONDS = 0.5
SSRC = b"\x13\x57\x9b\xdf"


class Film:
    """One film that is on the air since ``begun``."""

    def __init__(self, path: Path) -> None:
        self.tracks, self.seconds = tracks(path)
        self.begun = time.monotonic()

    def schedule(self) -> list[tuple[float, int, bytes, bool]]:
        """All payloads of one round: time, track, payload, mark; those of a track in the order in which they
        are decoded, which is not that of their times where pictures hang on later ones."""
        found = []
        for number, track in enumerate(self.tracks):
            due = 0.0
            for at, data, mark in track.payloads:
                due = max(due, at)
                found.append((due, (at, number, data, mark)))
        return [payload for _, payload in sorted(found, key=lambda one: one[0])]


class Server:
    """Serves films by name."""

    def __init__(self, films: Mapping[str, Path], *, password: str = "") -> None:
        self.films = {name: Film(path) for name, path in films.items()}
        self.password = password
        """``user:password``; empty: everybody may look."""
        self.stalled = False
        """Connections stay open, nothing is sent."""
        self.deaf = False
        """New connections are taken and not answered."""
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    @asynccontextmanager
    async def open(self, port: int = 0) -> AsyncIterator[Server]:
        """On the air while the block lasts."""
        server = await asyncio.start_server(self._client, "127.0.0.1", port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.drop()
            await server.wait_closed()

    def url(self, name: str) -> str:
        """Where a film is."""
        return f"rtsp://127.0.0.1:{self.port}/{name}"

    def rewind(self, name: str, to: float = 0.0) -> None:
        """The film is at this second now."""
        self.films[name].begun = time.monotonic() - to

    def change(self, name: str, path: Path) -> None:
        """From now on its clients see the beginning of another film, without being told of it beforehand: a
        camera that was set to another size in its own menu."""
        film = self.films[name]
        film.tracks, film.seconds = tracks(path)
        self.rewind(name)

    def drop(self) -> None:
        """Cut every connection."""
        for writer in list(self._writers):
            writer.close()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            async with asyncio.TaskGroup() as tasks:
                talk = _Talk(self, reader, writer, tasks)
                await talk.run()
        except* (ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()


class _Talk:
    """One client."""

    def __init__(
        self,
        server: Server,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._server, self._reader, self._writer, self._tasks = server, reader, writer, tasks
        self._channels: dict[int, int] = {}
        self._sending: asyncio.Task[None] | None = None

    async def run(self) -> None:
        try:
            while (request := await self._request()) is not None:
                if not self._server.deaf:
                    self._answer(*request)
        finally:
            if self._sending is not None:
                self._sending.cancel()

    async def _request(self) -> tuple[str, str, dict[str, str]] | None:
        """Method, path and headers of the next request; what a client reports about RTP is passed over."""
        while (first := await self._reader.read(1)) == b"$":
            head = await self._reader.readexactly(3)
            await self._reader.readexactly(int.from_bytes(head[1:], "big"))
        if not first:
            return None
        lines = (first + await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, url, _ = lines[0].split(" ", 2)
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        return method, "/" + url.partition("://")[2].partition("/")[2], headers

    def _answer(self, method: str, path: str, headers: dict[str, str]) -> None:
        name, _, track = path.strip("/").partition("/")
        film = self._server.films.get(name)
        told = {"CSeq": headers.get("cseq", "0"), "Session": "1"}
        if not self._admitted(headers):
            self._reply("401 Unauthorized", {**told, "WWW-Authenticate": 'Basic realm="camera"'})
        elif method == "OPTIONS":
            self._reply(
                "200 OK", {**told, "Public": "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"}
            )
        elif film is None:
            self._reply("404 Not Found", told)
        elif method == "DESCRIBE":
            lines = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=camera", "c=IN IP4 0.0.0.0", "t=0 0", ""]
            body = "\r\n".join(lines) + "".join(t.description(n) for n, t in enumerate(film.tracks))
            base = self._server.url(name) + "/"
            self._reply("200 OK", {**told, "Content-Base": base, "Content-Type": "application/sdp"}, body)
        elif method == "SETUP":
            transport = headers.get("transport", "")
            if "interleaved=" not in transport:
                self._reply("461 Unsupported Transport", told)
                return
            first = int(transport.partition("interleaved=")[2].split("-")[0])
            self._channels[int(track.removeprefix("track") or 0)] = first
            self._reply(
                "200 OK", {**told, "Transport": f"RTP/AVP/TCP;unicast;interleaved={first}-{first + 1}"}
            )
        else:
            self._reply("200 OK", told)
            if method == "PLAY" and self._sending is None:
                self._sending = self._tasks.create_task(self._send(film))

    def _admitted(self, headers: dict[str, str]) -> bool:
        wanted = base64.b64encode(self._server.password.encode()).decode()
        return not self._server.password or headers.get("authorization") == f"Basic {wanted}"

    def _reply(self, status: str, headers: dict[str, str], body: str = "") -> None:
        lines = [f"RTSP/1.0 {status}", *(f"{name}: {value}" for name, value in headers.items())]
        lines += [f"Content-Length: {len(body)}"] if body else []
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    async def _send(self, film: Film) -> None:
        """Payloads as their time comes, round after round; a film that is rewound goes on there."""
        schedule, numbers = film.schedule(), [0] * len(film.tracks)
        begun = film.begun
        round_, at = divmod(time.monotonic() - begun, film.seconds)
        index = next((n for n, one in enumerate(schedule) if one[0] >= at), len(schedule))
        while True:
            if index >= len(schedule):
                index, round_ = 0, round_ + 1
            when, track, data, mark = schedule[index]
            index += 1
            due = begun + round_ * film.seconds + when - time.monotonic()
            if due > 0:
                await asyncio.sleep(due)
            if film.begun != begun:
                begun, round_ = film.begun, 0.0
                schedule = film.schedule()
                at = time.monotonic() - begun - SOON_SECONDS  # it begins with its key picture
                index = next((n for n, one in enumerate(schedule) if one[0] >= at), 0)
                continue
            if self._server.stalled or track not in self._channels:
                continue
            stamp = begun + round_ * film.seconds + when
            if not numbers[track]:
                self._report(film.tracks[track], track, stamp)
            self._packet(film.tracks[track], track, numbers[track], stamp, (data, mark))
            numbers[track] += 1
            if self._writer.transport.get_write_buffer_size() > 2**20:
                await self._writer.drain()

    def _report(self, track: Track, number: int, stamp: float) -> None:
        """What its clock shows and what time that is (RFC 3550, 6.4.1): without, whoever listens takes the
        first packets of pictures and sound for the same moment."""
        seconds = round(stamp * 2**32).to_bytes(8, "big")
        clock = (round(stamp * track.rate) & 0xFFFFFFFF).to_bytes(4, "big")
        report = bytes([0x80, 200, 0, 6]) + SSRC + seconds + clock + bytes(8)
        head = b"$" + bytes([self._channels[number] + 1]) + len(report).to_bytes(2, "big")
        self._writer.write(head + report)

    def _packet(
        self, track: Track, number: int, sequence: int, stamp: float, what: tuple[bytes, bool]
    ) -> None:
        data, mark = what
        kind = track.number | (0x80 if mark else 0)
        rtp = bytes([0x80, kind]) + (sequence & 0xFFFF).to_bytes(2, "big")
        rtp += (round(stamp * track.rate) & 0xFFFFFFFF).to_bytes(4, "big") + SSRC + data
        self._writer.write(b"$" + bytes([self._channels[number]]) + len(rtp).to_bytes(2, "big") + rtp)


async def serve(films: Mapping[str, Path]) -> None:
    """Until stdin ends."""
    async with Server(films).open() as server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        pairs = (argument.partition("=") for argument in sys.argv[1:])
        asyncio.run(serve({name: Path(path) for name, _, path in pairs}))
