"""Who is there, who wants what, and passing messages on."""

from __future__ import annotations

import uuid

from assistant.home.broker.packets import Connect, Publish
from assistant.home.broker.retained import Retained
from assistant.home.broker.session import Session, Subscription, Wire
from assistant.home.topics import TopicTree


class Switchboard:
    """Sessions by client id, their subscriptions, and the retained messages. Knows no sockets."""

    def __init__(self, retained: Retained) -> None:
        self._retained = retained
        self._sessions: dict[str, Session] = {}
        self._subscriptions: TopicTree[Subscription] = TopicTree()

    def enter(self, connect: Connect, wire: Wire) -> tuple[Session, bool]:
        """The client's session, and whether it is an old one; the wire is not attached yet.

        A second connection of the same name takes over: the first is closed.
        """
        client_id = connect.client_id or f"auto-{uuid.uuid4().hex}"
        session = self._sessions.get(client_id)
        if session is not None and session.wire is not None:
            session.wire.close()
            session = self._sessions.get(client_id)
        if session is not None and connect.clean:
            self._forget(session)
            session = None
        if present := session is not None:
            return session, present
        session = self._sessions[client_id] = Session(client_id, clean=connect.clean)
        return session, present

    def leave(self, session: Session) -> None:
        """The client is gone; a session that is not clean stays."""
        session.wire = None
        if session.clean:
            self._forget(session)

    def publish(self, message: Publish) -> None:
        """Pass the message on, once to each client, at the highest QoS of its matching subscriptions."""
        if message.retain:
            self._retained.keep(message)
        wanted: dict[Session, int] = {}
        for subscription in self._subscriptions.match(message.topic):
            wanted[subscription.session] = max(subscription.qos, wanted.get(subscription.session, 0))
        for session, qos in wanted.items():
            session.deliver(message.to(qos))

    def subscribe(self, session: Session, topic_filter: str, qos: int) -> None:
        """File the subscription, in place of an earlier one to the same filter, and send what is retained."""
        self.unsubscribe(session, topic_filter)
        subscription = session.subscriptions[topic_filter] = Subscription(session, qos)
        self._subscriptions.add(topic_filter, subscription)
        for message in self._retained.matching(topic_filter):
            session.deliver(message.to(qos, retain=True))

    def unsubscribe(self, session: Session, topic_filter: str) -> None:
        """Forget the subscription, if there is one."""
        if (subscription := session.subscriptions.pop(topic_filter, None)) is not None:
            self._subscriptions.remove(topic_filter, subscription)

    def _forget(self, session: Session) -> None:
        for topic_filter in list(session.subscriptions):
            self.unsubscribe(session, topic_filter)
        del self._sessions[session.client_id]
