"""The vocabulary of a source: a plugin that finds devices by itself and speaks their protocol.

A source makes a ``Found`` for each physical device and shows it (``Source.show``); the house gives it
names, verbs, confirmation and undo. docs/sources.md walks through one.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from assistant.config.secrets import secret
from assistant.devices import classes, colours, properties
from assistant.devices.found import Availability, Command, Floor, Found, Part, Reader, Values, Writer, slug
from assistant.devices.overheard import Overheard, Told
from assistant.devices.properties import Property, Role
from assistant.devices.source import Source
from assistant.errors import LinkError, NotTaken
from assistant.redaction import without_secrets
from assistant.tools.vocabulary import Risk

__all__ = [
    "Availability",
    "Command",
    "Floor",
    "Found",
    "LinkError",
    "NotTaken",
    "Overheard",
    "Part",
    "Property",
    "Reader",
    "Risk",
    "Role",
    "Source",
    "Told",
    "Values",
    "Writer",
    "classes",
    "colours",
    "decoded",
    "properties",
    "secret",
    "slug",
    "without_secrets",
    "words",
]

DEEPEST = 32


@lru_cache(maxsize=16)
def decoded(payload: bytes) -> Any:
    """A JSON payload, decoded once for all parts that read it: look at it, never change it.

    Raises:
        ValueError: not JSON, not UTF-8, or nested deeper than any device means.
    """
    text = payload.decode()
    if _depth(text) > DEEPEST:
        raise ValueError(f"JSON nested deeper than {DEEPEST} levels")
    return json.loads(text, parse_constant=_no_number)


def _no_number(word: str) -> Any:
    """NaN and Infinity are no JSON; devices send them when a sensor is broken."""
    return None


def _depth(text: str) -> int:
    deepest = depth = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def words(payload: bytes) -> str:
    """A payload as text, its ends trimmed.

    Raises:
        ValueError: not UTF-8.
    """
    return payload.decode().strip()
