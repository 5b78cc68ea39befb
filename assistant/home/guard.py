"""The house as one plugin sees it: it may say much, but not without end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from assistant.errors import LinkError
from assistant.events import Event
from assistant.floods import Bucket
from assistant.marking import PAYLOAD_BYTES
from assistant.plugin import Host
from assistant.speaking import Voice
from assistant.wallclock import WallClock

MESSAGES, MESSAGES_A_SECOND = 1000, 50.0
"""A source asks each of a thousand devices how it is; nobody has more to say than that."""
PAUSE_SECONDS = 1.0

Told = Callable[[str], None]


class GuardedHost:
    """Passes on what a plugin does, as long as it is not too much; ``told`` hears when it is."""

    def __init__(self, host: Host, told: Told) -> None:
        self._host, self._told = host, told
        self._bucket = Bucket(MESSAGES, MESSAGES_A_SECOND)
        self._withdrawn, self._reproached_at = False, -PAUSE_SECONDS

    @property
    def voice(self) -> Voice:
        """The house's voice."""
        return self._host.voice

    @property
    def clock(self) -> WallClock:
        """The clock on the wall."""
        return self._host.clock

    @property
    def folder(self) -> Path:
        """Where the house keeps its state."""
        return self._host.folder

    def listen(self, *kinds: type[Event]) -> AbstractContextManager[asyncio.Queue[Event]]:
        """A queue that gets every event of these classes while the block lasts."""
        return self._host.listen(*kinds)

    def withdraw(self) -> None:
        """What still runs of a plugin that was taken out reaches nobody."""
        self._withdrawn = True

    async def publish(self, topic: str, payload: str | bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Send to the broker.

        Raises:
            LinkError: the plugin floods it, or is no longer there.
        """
        if self._withdrawn:
            await asyncio.sleep(PAUSE_SECONDS)  # where its task can be cancelled
            raise LinkError("this plugin was taken out of the house")
        now = asyncio.get_running_loop().time()
        if not self._bucket.take(now):
            if now - self._reproached_at >= PAUSE_SECONDS:  # many tasks of one flood are one offence
                self._reproached_at = now
                most = f"{MESSAGES_A_SECOND:g} messages a second"
                self._told(f"publishes more than {most}; the rest is left out")
            # Whoever tries again at once would hold up everybody.
            await asyncio.sleep(PAUSE_SECONDS)
            raise LinkError(f"more than {MESSAGES_A_SECOND:g} messages a second are left out")
        await self._host.publish(topic, payload, qos=qos, retain=retain)
        if self._bucket.low:
            await asyncio.sleep(0)  # many at once are the one thing that publishing does not wait for

    def subscribe(
        self,
        topic: str,
        heard: Callable[[str, bytes], None],
        *,
        retained: bool = True,
        largest: int = PAYLOAD_BYTES,
    ) -> Callable[[], None]:
        """Hear a topic."""
        return self._host.subscribe(topic, heard, retained=retained, largest=largest)

    def tell(self, event: Event) -> None:
        """Put a fact on the bus."""
        if not self._withdrawn:
            self._host.tell(event)

    def __getattr__(self, name: str) -> Any:
        """What sources need besides."""
        return getattr(self._host, name)
