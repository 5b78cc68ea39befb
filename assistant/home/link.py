"""Our link to the MQTT broker: it reconnects for ever and never delivers a command late."""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import NoReturn

from assistant import retained
from assistant.errors import LinkError
from assistant.home.address import Address
from assistant.home.connection import (
    CONNECT_SECONDS,
    MQTT_3,
    MQTT_5,
    Connection,
    Will,
)
from assistant.home.inbox import Inbox, Message
from assistant.home.refusals import Lost, NotAllowed, WrongProtocol
from assistant.home.topics import TopicTree, problem_with_filter, problem_with_sending
from assistant.marking import PAYLOAD_BYTES
from assistant.plain import one_line

log = logging.getLogger(__name__)

Callback = Callable[[str, bytes], None]

PUBLISH_PATIENCE_SECONDS = 1.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 5.0
"""A broker that came back must not wait long for us: listening again within ten seconds is a promise."""
REFUSED_PAUSE_SECONDS = 60.0
STABLE_SECONDS = 5.0
MOST_COMPLAINTS = 100
MOST_HEARD = 20_000
"""Topics whose value a listener remembers to have; of more it may hear twice what the broker kept."""
TURN_SECONDS = 0.002
"""How long callbacks may run in one go while more messages wait; the voice shares this loop."""
KICKS, SURE_KICKS, KICK_SECONDS = 5, 3, 30.0
"""So many losses within so short a time: somebody uses our client id, and each of us throws the other out.
Fewer suffice when the broker says so; one that is restarted again and again looks much the same.
"""


class _Attempts:
    """What to do differently next time: how long to wait, which version of MQTT, which client id."""

    def __init__(self, client_ids: Iterator[str]) -> None:
        self.client_id = next(client_ids)
        self._client_ids = client_ids
        self.protocol = MQTT_5
        self._failures = 0
        self._losses: deque[float] = deque(maxlen=KICKS)
        self._sure: deque[float] = deque(maxlen=SURE_KICKS)

    def after(self, error: LinkError, started: float, now: float) -> float:
        """Seconds to wait after this error."""
        if isinstance(error, WrongProtocol) and self.protocol == MQTT_5:
            self.protocol = MQTT_3
            return 0.0
        # From the top: a broker that was only starting hangs up too, and deserves MQTT 5 next time.
        self.protocol = MQTT_5
        if isinstance(error, NotAllowed):
            return REFUSED_PAUSE_SECONDS
        if isinstance(error, Lost):
            self._lost(now, sure=error.taken_over)
        else:
            self._losses.clear()  # a broker that is away throws nobody out
        if now - started > STABLE_SECONDS:
            self._failures = 0
        pause: float = min(FIRST_PAUSE_SECONDS * 2**self._failures, LONGEST_PAUSE_SECONDS)
        self._failures = min(self._failures + 1, 10)
        # Jitter: after a power cut not everything in the house knocks in the same instant.
        return pause * random.uniform(1.0, 1.2)

    def _lost(self, now: float, *, sure: bool) -> None:
        self._losses.append(now)
        if sure:
            self._sure.append(now)
        if any(
            len(known) == known.maxlen and now - known[0] < KICK_SECONDS
            for known in (self._losses, self._sure)
        ):
            self._losses.clear()
            self._sure.clear()
            namesake = self.client_id
            self.client_id = next(self._client_ids)
            log.warning(
                "Another client seems to use the MQTT client id %s; ours is now %s.", namesake, self.client_id
            )


def _ids(first: str) -> Iterator[str]:
    """A client id, and others to go on with."""
    first = first or f"assistant-{uuid.uuid4().hex[:12]}"
    yield first
    while True:
        yield f"{first}-{uuid.uuid4().hex[:4]}"


@dataclass(eq=False)
class _Listener:
    """One callback; ``heard`` are the topics whose value it knows since the link is up."""

    callback: Callback
    retained: bool
    largest: int
    heard: set[str] = field(default_factory=set)
    stopped: bool = False

    def wants(self, message: Message) -> bool:
        """What the broker had kept is for those who ask for it, and once only."""
        if self.stopped or len(message.payload) > self.largest:
            return False
        return not message.retained or (self.retained and message.topic not in self.heard)


@dataclass(frozen=True)
class _Subscription:
    """One filter and all who listen to it; the number tells its messages from an overlapping filter's."""

    number: int
    listeners: list[_Listener] = field(default_factory=list)


class Link:
    """Publishes and subscribes while ``run()`` runs; forgets nothing but commands when the broker is away.

    ``will`` is published, retained, when we are gone, whether politely or not. ``client_id`` may go on: the
    next one is for when somebody else fights for ours. ``on_offline`` is called with a sentence that says
    why, and again when the reason has changed.
    """

    def __init__(
        self,
        where: Address | str,
        *,
        client_id: str | Iterator[str] = "",
        will: Will | None = None,
        on_online: Callable[[], None] = lambda: None,
        on_offline: Callable[[str], None] = lambda _reason: None,
    ) -> None:
        self._address = Address.parse(where) if isinstance(where, str) else where
        self._attempts = _Attempts(_ids(client_id) if isinstance(client_id, str) else client_id)
        self._will = will
        self._on_online, self._on_offline = on_online, on_offline
        self._inbox = Inbox()
        self._listeners: TopicTree[_Listener] = TopicTree()
        self._subscriptions: dict[str, _Subscription] = {}
        self._numbered: dict[int, _Subscription] = {}
        self._numbers = itertools.count(1)
        self._connection: Connection | None = None
        self._online = asyncio.Event()
        self._problem = f"The MQTT link to {self._address.shown} is not up yet."
        self._complaints: set[str] = set()

    def __repr__(self) -> str:
        return f"<Link to {self._address.shown}, {'online' if self.connected else 'offline'}>"

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted us and we have not lost it since."""
        return self._connection is not None

    @property
    def problem(self) -> str:
        """Why we are not connected, as a sentence; "" when we are."""
        return self._problem

    async def ready(self, timeout: float = CONNECT_SECONDS) -> None:
        """Wait until connected; LinkError says what is wrong when that takes longer."""
        try:
            async with asyncio.timeout(timeout):
                await self._online.wait()
        except TimeoutError:
            raise LinkError(self._problem) from None

    async def publish(
        self, topic: str, payload: str | bytes | float, *, retain: bool = False, qos: int = 0
    ) -> None:
        """Publish now or raise LinkError: no command is kept for later, a lamp must not turn on at 3 am."""
        if problem := problem_with_sending(topic):
            raise LinkError(f"Nothing can be published on the topic {topic!r}: it {problem}.")
        if self._connection is None:
            await self.ready(PUBLISH_PATIENCE_SECONDS)
        if self._connection is None:
            raise LinkError(self._problem)
        await self._connection.publish(topic, payload, retain=retain, qos=qos)

    def subscribe(
        self,
        topic_filter: str,
        callback: Callback,
        *,
        retained: bool = True,
        largest: int = PAYLOAD_BYTES,
    ) -> Callable[[], None]:
        """Call back with every message that passes the filter, retained ones first; returns how to stop.

        Without ``retained`` it hears only what is said from now on: a command that a broker has kept was
        meant for another day. Payloads of more bytes than ``largest`` are left out.
        """
        if problem := problem_with_filter(topic_filter):
            raise LinkError(f"Nobody can subscribe to {topic_filter!r}: it {problem}.")
        listener = _Listener(callback, retained, largest)
        if (subscription := self._subscriptions.get(topic_filter)) is None:
            subscription = _Subscription(next(self._numbers))
            self._subscriptions[topic_filter] = self._numbered[subscription.number] = subscription
        subscription.listeners.append(listener)
        self._listeners.add(topic_filter, listener)
        if self._connection is not None:
            # Again for a second listener: it wants the retained messages too.
            self._connection.subscribe(topic_filter, subscription.number)
        return lambda: self._stop(topic_filter, listener)

    def _stop(self, topic_filter: str, listener: _Listener) -> None:
        if listener.stopped:
            return
        listener.stopped = True
        self._listeners.remove(topic_filter, listener)
        subscription = self._subscriptions[topic_filter]
        subscription.listeners.remove(listener)
        if not subscription.listeners:
            del self._subscriptions[topic_filter], self._numbered[subscription.number]
            if self._connection is not None:
                self._connection.unsubscribe(topic_filter)

    async def run(self) -> None:
        """Keep the link up until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._deliver(), name="mqtt deliver")
            tasks.create_task(self._stay_connected(), name="mqtt connect")

    async def _stay_connected(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            started = clock()
            try:
                await self._live_once()
            except LinkError as error:
                pause = self._attempts.after(error, started, clock())
                if pause:
                    self._went_offline(str(error))
                await asyncio.sleep(pause)

    async def _live_once(self) -> NoReturn:
        connection = Connection(self._address, self._attempts.protocol, self._attempts.client_id)
        try:
            await connection.open(self._arrived, self._will)
            self._went_online(connection)
            await connection.stay()
        finally:
            connection.close(self._will if self.connected else None)
            self._connection = None
            self._online.clear()

    def _went_online(self, connection: Connection) -> None:
        self._connection = connection
        for topic_filter, subscription in self._subscriptions.items():
            for listener in subscription.listeners:
                listener.heard.clear()  # what the broker kept may have changed while we were away
            connection.subscribe(topic_filter, subscription.number)
        self._problem = ""
        self._online.set()
        self._on_online()

    def _went_offline(self, problem: str) -> None:
        if problem != self._problem:
            log.warning("%s", problem)
            self._problem = problem
            self._on_offline(problem)

    def _arrived(self, message: Message) -> None:
        size = len(message.payload)
        if size > PAYLOAD_BYTES and not any(size <= each.largest for each in self._listeners_to(message)):
            topic = one_line(message.topic, 120)
            self._complain(f"{topic}: ignored, its {size // 1024} kB are too large.")
        elif not self._inbox.put(message):
            prefix = one_line(message.prefix, 60)
            self._complain(f"{prefix}/# floods the link: some of its messages are left out.")

    def _complain(self, problem: str) -> None:
        """A line in the log, once; whoever writes to our topics cannot fill it."""
        if problem not in self._complaints and len(self._complaints) < MOST_COMPLAINTS:
            self._complaints.add(problem)
            log.warning("%s", problem)

    async def _deliver(self) -> None:
        clock = asyncio.get_running_loop().time
        turn_ends = 0.0
        while True:
            self._hand_out(await self._inbox.get())
            if clock() > turn_ends:
                await asyncio.sleep(0)
                turn_ends = clock() + TURN_SECONDS

    def _listeners_to(self, message: Message) -> Iterable[_Listener]:
        """Whom this copy is for: a broker sends one for each overlapping filter, and says for which."""
        if not message.subscriptions:
            return self._listeners.match(message.topic)
        known = (self._numbered.get(number) for number in message.subscriptions)
        return itertools.chain.from_iterable(subscription.listeners for subscription in known if subscription)

    def _hand_out(self, message: Message) -> None:
        for listener in list(self._listeners_to(message)):
            if not listener.wants(message):
                continue
            if len(listener.heard) < MOST_HEARD:
                listener.heard.add(message.topic)
            try:
                with retained.handed_out() if message.retained else nullcontext():
                    listener.callback(message.topic, message.payload)
            except Exception as error:  # noqa: BLE001 - somebody else's code; it must not stop the others
                log.error("A listener to %s failed: %s: %s", message.topic, type(error).__name__, error)
