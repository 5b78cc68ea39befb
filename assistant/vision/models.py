"""What each model that sees can do: data with the day it was read, and who takes its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

SOUND_TOKENS = 32
"""A second of sound in a film."""


@dataclass(frozen=True)
class Sight:
    """One row: tokens of a picture as it is and ``fine``, whether each part of a request may have a
    resolution of its own, how much it should think, and who is asked when it is gone or has no time."""

    frame_tokens: int
    fine_tokens: int
    part_resolution: bool
    thinking: str
    next: str


def sight(model: str) -> Sight:
    """The row of a model; one that is not listed gets the dearest."""
    table = _table()
    return Sight(**table["models"].get(model.removeprefix("models/"), table["unknown"]))


def successor(model: str) -> str:
    """Who took the place of a model that its maker has shut down; "" while it lives."""
    return str(_table()["retired"].get(model.removeprefix("models/"), ""))


def line(model: str) -> Iterator[str]:
    """A model and those that are asked after it, each once."""
    told: set[str] = set()
    model = successor(model) or model.removeprefix("models/")
    while model and model not in told:
        told.add(model)
        yield model
        model = sight(model).next


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    text = (resources.files("assistant.vision") / "data" / "models.json").read_text(encoding="utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table
