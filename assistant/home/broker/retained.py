"""The last retained message of each topic, in memory and, if wanted, in a file."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant import store
from assistant.aside import restored
from assistant.home.broker.packets import Publish
from assistant.home.topics import TopicTree

log = logging.getLogger(__name__)

DELAY_SECONDS = 5.0
"""Which topics there are is announced once, and is written soon;"""
VALUES_SECONDS = 1800.0
"""what stands there changes all day, and cards wear: as seldom as mosquitto writes it, and at the end."""


class Retained:
    """Remembers what publishers asked to be remembered."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._messages: dict[str, Publish] = restored(path, _messages, {})
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Future[None] | None = None

    def keep(self, message: Publish) -> None:
        """Remember the message; an empty one makes the broker forget the topic."""
        before = self._messages.get(message.topic)
        if message.payload:
            self._messages[message.topic] = message
            if before is not None and (before.payload, before.qos) == (message.payload, message.qos):
                return
        elif self._messages.pop(message.topic, None) is None:
            return
        self._write_within(VALUES_SECONDS if message.payload and before is not None else DELAY_SECONDS)

    def matching(self, topic_filter: str) -> Iterator[Publish]:
        """What a new subscriber to the filter is told."""
        if "+" not in topic_filter and "#" not in topic_filter:
            if (message := self._messages.get(topic_filter)) is not None:
                yield message
            return
        tree = TopicTree[None]()
        tree.add(topic_filter, None)
        for topic, message in list(self._messages.items()):
            if any(True for _ in tree.match(topic)):
                yield message

    async def close(self) -> None:
        """Write what is not written yet."""
        if self._writing is not None:
            await asyncio.wait([self._writing])
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._write(self._text())

    def _write_within(self, seconds: float) -> None:
        if self._path is None:
            return
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            if self._timer.when() <= loop.time() + seconds:
                return
            self._timer.cancel()
        self._timer = loop.call_later(seconds, self._write_in_thread)

    def _write_in_thread(self) -> None:
        self._timer = None
        if self._writing is not None and not self._writing.done():
            self._write_within(DELAY_SECONDS)  # a slow disk: again later
            return
        loop = asyncio.get_running_loop()
        self._writing = loop.run_in_executor(None, self._write, self._text())

    def _text(self) -> str:
        return json.dumps(
            {
                message.topic: {"qos": message.qos, "payload": base64.b64encode(message.payload).decode()}
                for message in self._messages.values()
            },
            indent=0,
        )

    def _write(self, text: str) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            store.write_atomically(self._path, text.encode())
        except OSError as error:
            log.error("The broker cannot write its retained messages to %s: %s", self._path, error)


def _messages(told: Any) -> dict[str, Publish]:
    return {
        topic: Publish(
            topic, base64.b64decode(entry["payload"], validate=True), int(entry["qos"]), retain=True
        )
        for topic, entry in told.items()
    }
