"""Whoever might see something that is nobody's business: all that stands on a broker, goes to a collector, is logged."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

LOUD = '''"""Makes every library of the daemon tell all that it does."""

import asyncio
import logging

from assistant.api import Plugin


class Loud(Plugin):
    async def run(self) -> None:
        """Those that are loaded later, too."""
        while True:
            for name in ("", *list(logging.root.manager.loggerDict)):
                logging.getLogger(name).setLevel(logging.DEBUG)
            await asyncio.sleep(0.1)
'''
WHOLE_FRAMES = {"WEBSOCKETS_MAX_LOG_SIZE": "100000000"}
"""websockets' own switch: what goes to a brain is logged whole."""


class Eavesdropper:
    """Another client of the broker, which hears everything and says what it likes."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = lambda _client, _data, message: self.heard.append(
            (message.topic, bytes(message.payload))
        )
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("#")
        self._client.loop_start()

    def say(self, topic: str, payload: bytes | str, *, retain: bool = False, qos: int = 1) -> None:
        """Publish, and wait until the broker has it."""
        self._client.publish(topic, payload, qos=qos, retain=retain).wait_for_publish(10)

    def on(self, topic: str) -> list[bytes]:
        """What was said there, in its order."""
        return [payload for where, payload in list(self.heard) if where == topic]

    @property
    def everything(self) -> bytes:
        """Topics and payloads, one after the other."""
        return b"\n".join(topic.encode() + b" " + payload for topic, payload in list(self.heard))


@contextlib.contextmanager
def eavesdropping(port: int) -> Iterator[Eavesdropper]:
    """Somebody at the broker, until the block ends."""
    somebody = Eavesdropper(port)
    try:
        yield somebody
    finally:
        somebody._client.disconnect()
        somebody._client.loop_stop()


class Collector(ThreadingHTTPServer):
    """Takes whatever is sent to it, and keeps the bodies."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.bodies: list[bytes] = []

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_address[1]}"


class _Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers.get("content-length", 0))))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextlib.contextmanager
def collecting() -> Iterator[Collector]:
    """A collector of traces, until the block ends."""
    with Collector() as there:
        thread = threading.Thread(target=there.serve_forever, name="collector")
        thread.start()
        try:
            yield there
        finally:
            there.shutdown()
            thread.join(10)


def found(secrets: Mapping[str, str], places: Mapping[str, bytes]) -> list[str]:
    """``what in where``, for each secret that stands anywhere."""
    return [
        f"{what} in {where}: …{content[max(0, content.index(secret.encode()) - 80) :][:160]!r}"
        for where, content in places.items()
        for what, secret in secrets.items()
        if secret.encode() in content
    ]


def kept_in(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {f"state: {path.name}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}
