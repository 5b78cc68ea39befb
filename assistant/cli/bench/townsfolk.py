"""The gadgets of a generated home, in a process of their own: one line of JSON asks, one line answers.

``python -m assistant.cli.bench.townsfolk URL ENTITIES WAY ...``
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from typing import Any

from assistant.cli.bench.town import Gadget, Way, announcements, town
from assistant.errors import LinkError
from assistant.home.link import Link

STEP_SECONDS = 0.01


class Townsfolk:
    """Announce, obey and report; after an outage everybody says anew what state he is in."""

    def __init__(self, url: str, gadgets: list[Gadget]) -> None:
        self._gadgets = {gadget.topic: gadget for gadget in gadgets}
        self._states = {gadget.topic: gadget.state(0) for gadget in gadgets}
        self._news: asyncio.Queue[str] = asyncio.Queue()
        self._link = Link(url, client_id="townsfolk", on_online=self._all_report)
        for base in {gadget.topic.partition("/")[0] for gadget in gadgets}:
            self._link.subscribe(f"{base}/+/+/set", self._obey, retained=False)

    def _all_report(self) -> None:
        for topic in self._states:
            self._news.put_nowait(topic)

    def _obey(self, topic: str, payload: bytes) -> None:
        topic = topic.removesuffix("/set")
        with suppress(ValueError):
            wished = json.loads(payload)
            if topic in self._states and isinstance(wished, dict):
                self._states[topic] |= wished
                self._news.put_nowait(topic)

    async def run(self) -> None:
        """Until nobody asks any more."""
        async with asyncio.TaskGroup() as tasks:
            lives = [tasks.create_task(self._link.run()), tasks.create_task(self._speak())]
            await self._link.ready()
            reader = asyncio.StreamReader()
            loop = asyncio.get_running_loop()
            await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
            async for line in reader:
                await self._answer(json.loads(line))
                sys.stdout.write("done\n")
                sys.stdout.flush()
            for life in lives:
                life.cancel()

    async def _speak(self) -> None:
        while True:
            await self._report(await self._news.get())

    async def _report(self, topic: str) -> None:
        with suppress(LinkError):
            await self._link.publish(topic, json.dumps(self._states[topic]), retain=True)

    async def _answer(self, wish: dict[str, Any]) -> None:
        match wish:
            case {"do": "announce"}:
                for topic, payload in announcements(list(self._gadgets.values())):
                    await self._link.publish(topic, payload, retain=True, qos=1)
                for topic in self._states:
                    await self._link.publish(topic, json.dumps(self._states[topic]), retain=True, qos=1)
            case {"do": "change", "generation": int(generation)}:
                for topic, gadget in self._gadgets.items():
                    self._states[topic] = gadget.state(generation)
            case {"do": "report", "rate": int(rate), "seconds": float(seconds)}:
                await self._chatter(rate, seconds)

    async def _chatter(self, rate: int, seconds: float) -> None:
        """Everybody reports again and again, so many a second together."""
        clock = asyncio.get_running_loop().time
        started, told, topics = clock(), 0, list(self._states)
        while (passed := clock() - started) < seconds:
            while told < passed * rate:
                await self._report(topics[told % len(topics)])
                told += 1
            await asyncio.sleep(STEP_SECONDS)


def main(url: str, entities: str, *ways: Way) -> None:
    """Live until stdin ends."""
    asyncio.run(Townsfolk(url, town(int(entities), *ways)).run())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *("native" if way == "native" else "announced" for way in sys.argv[3:]))
