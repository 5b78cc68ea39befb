"""A house of one plugin, without a broker: for tests that send hundreds of payloads."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from assistant.bus import Bus
from assistant.events import Event
from assistant.home.topics import TopicTree
from assistant.marking import PAYLOAD_BYTES
from assistant.testing.home import Loudspeaker
from assistant.wallclock import WallClock


class BareHost:
    """Keeps what plugins send and say; ``report`` delivers as the link does, ``keep`` as a broker remembers.

    ``published`` are the topics and texts sent, ``events`` what was told, ``on_publish`` the firmware.
    """

    def __init__(self, folder: Path | None = None, clock: WallClock | None = None) -> None:
        self._folder = folder
        self.clock = clock or WallClock()
        self.voice = Loudspeaker()
        self.bus = Bus()
        self.published: list[tuple[str, str]] = []
        self.events: list[Event] = []
        self.on_publish: Callable[[str, str], None] = lambda _topic, _payload: None
        self._heard: dict[str, list[Callable[[str, bytes], None]]] = {}
        self._kept: dict[str, bytes] = {}

    async def publish(self, topic: str, payload: str | bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Note it, and let the firmware answer at once."""
        text = payload if isinstance(payload, str) else payload.decode(errors="surrogateescape")
        self.published.append((topic, text))
        self.on_publish(topic, text)

    def subscribe(
        self,
        topic: str,
        heard: Callable[[str, bytes], None],
        *,
        retained: bool = True,
        largest: int = PAYLOAD_BYTES,
    ) -> Callable[[], None]:
        """Deliver what is reported from now on, and what was kept; call what is returned to end it."""
        self._heard.setdefault(topic, []).append(heard)
        for kept in [kept for kept in self._kept if met(topic, kept)]:
            heard(kept, self._kept[kept])
        return lambda: self._heard[topic].remove(heard)

    @property
    def heard(self) -> list[tuple[str, Callable[[str, bytes], None]]]:
        """Who listens to what."""
        return [(topic, heard) for topic, listeners in self._heard.items() for heard in listeners]

    @property
    def folder(self) -> Path:
        """Where the house keeps its state, made when somebody asks."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp())
        return self._folder

    def listen(self, *kinds: type[Event]) -> AbstractContextManager[asyncio.Queue[Event]]:
        """Events of these kinds, while the block runs."""
        return self.bus.subscribed(*kinds)

    def tell(self, event: Event) -> None:
        """Note an event and pass it on."""
        self.events.append(event)
        self.bus.publish(event)

    def report(self, topic: str, payload: str | bytes) -> None:
        """A device says something."""
        delivered = payload if isinstance(payload, bytes) else payload.encode()
        for heard in [heard for wanted, heard in self.heard if met(wanted, topic)]:
            heard(topic, delivered)

    def keep(self, topic: str, payload: bytes) -> None:
        """A retained message: whoever listens now or later gets it."""
        self._kept[topic] = payload
        self.report(topic, payload)


def met(topic_filter: str, topic: str) -> bool:
    """Whether a topic passes a filter."""
    if topic_filter == topic:
        return True
    if "+" not in topic_filter and "#" not in topic_filter:
        return False
    tree: TopicTree[bool] = TopicTree()
    tree.add(topic_filter, True)
    return any(tree.match(topic))
