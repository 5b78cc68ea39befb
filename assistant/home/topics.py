"""MQTT topics and topic filters: what is well formed, and which filters a topic meets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

_NO_CHARACTERS = "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
FORBIDDEN = re.compile(rf"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_NO_CHARACTERS}]")
"""What a broker may take for a malformed packet: mosquitto then ends the connection, again and again."""

LONGEST = 65_535
"""Bytes that the protocol's length field can count."""

DEEPEST = 200
"""Levels; mosquitto draws the same line. Without one, a filter of 30 000 slashes exhausts the stack."""


def problem_with_topic(topic: str) -> str | None:
    """Why nothing can be published on this topic; None when it can."""
    if "+" in topic or "#" in topic:
        return "contains a wildcard"
    return _problem(topic)


def problem_with_sending(topic: str) -> str | None:
    """Why we publish nothing there; None when we do: brokers end the connection of who speaks for them."""
    if topic.startswith("$"):
        return "begins with $, which only the broker itself may use"
    return problem_with_topic(topic)


def problem_with_filter(topic_filter: str) -> str | None:
    """Why nobody can subscribe to this filter; None when one can."""
    levels = topic_filter.split("/")
    if any("#" in level and level != "#" for level in levels) or "#" in levels[:-1]:
        return "has a # that is not the whole last level"
    if any("+" in level and level != "+" for level in levels):
        return "has a + that is not a whole level"
    return _problem(topic_filter)


def _problem(text: str) -> str | None:
    if not text:
        return "is empty"
    if FORBIDDEN.search(text):
        return "contains a control character or half of one"
    if len(text.encode()) > LONGEST:
        return "is too long"
    if text.count("/") >= DEEPEST:
        return "has too many levels"
    return None


class TopicTree(Generic[T]):
    """Things filed under topic filters, found again by topic in time that does not grow with their number."""

    def __init__(self) -> None:
        self._branches: dict[str, TopicTree[T]] = {}
        self._things: list[T] = []

    def add(self, topic_filter: str, thing: T) -> None:
        """File the thing; the same thing may be filed under several filters."""
        node = self
        for level in topic_filter.split("/"):
            node = node._branches.setdefault(level, TopicTree())
        node._things.append(thing)

    def remove(self, topic_filter: str, thing: T) -> None:
        """Take the thing away again; branches that hold nothing any more go with it."""
        path: list[tuple[TopicTree[T], str]] = []
        node = self
        for level in topic_filter.split("/"):
            path.append((node, level))
            node = node._branches[level]
        node._things.remove(thing)
        for parent, level in reversed(path):
            child = parent._branches[level]
            if child._things or child._branches:
                break
            del parent._branches[level]

    def match(self, topic: str) -> Iterator[T]:
        """Everything filed under a filter that the topic meets, once for each such filter."""
        # A wildcard in first place must not reveal the broker's own topics ($SYS/...).
        yield from self._match(topic.split("/"), 0, wild=not topic.startswith("$"))

    def _match(self, levels: list[str], depth: int, *, wild: bool = True) -> Iterator[T]:
        if wild and (rest := self._branches.get("#")):
            yield from rest._things
        if depth == len(levels):
            yield from self._things
            return
        if exact := self._branches.get(levels[depth]):
            yield from exact._match(levels, depth + 1)
        if wild and (any_level := self._branches.get("+")):
            yield from any_level._match(levels, depth + 1)
