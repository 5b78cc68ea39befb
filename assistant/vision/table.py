"""What each model of pictures can do and costs: data, with the day it was read (``data/pictures.json``)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

SIZES = ("1K", "2K", "4K")
LONG_SIDE = {"1K": 1376, "2K": 2752, "4K": 5504}
"""About so many pixels has the long side of a 16:9 picture."""


@dataclass(frozen=True)
class Model:
    """One row. ``way`` is how it is asked: ``gemini`` by generateContent, ``vertex`` by predict, which only
    Google Cloud has. ``usd`` is the price of one picture by size, None where nobody has told it:
    ``usd_at_most`` is then what it may cost. ``references`` is how many pictures it may be given; ``most``
    how many it makes at once; ``masks`` whether it edits within a mask; ``people`` and ``safety`` what may be
    asked of it (``people`` of a Gemini model through Google Cloud only)."""

    name: str
    way: Literal["gemini", "vertex"] = "gemini"
    ratios: tuple[str, ...] = ()
    references: int = 0
    most: int = 1
    search: bool = False
    masks: bool = False
    thinking: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    safety: tuple[str, ...] = ()
    usd: Mapping[str, float | None] = field(default_factory=dict)
    usd_at_most: float = 0.0
    usd_per_million_in: float = 0.0
    usd_per_million_out: float = 0.0
    usd_per_million_picture: float = 0.0

    @property
    def sizes(self) -> tuple[str, ...]:
        """What it can make, the smallest first."""
        return tuple(size for size in SIZES if size in self.usd)

    def price(self, size: str) -> float:
        """Dollars for one picture, or the most that it may cost."""
        told = self.usd.get(size)
        return self.usd_at_most if told is None else told

    def nearest(self, shape: float) -> str:
        """The ratio nearest to a shape (width by height)."""
        return min(self.ratios, key=lambda ratio: abs(math.log(of_ratio(ratio) / shape)))

    def covering(self, pixels: int, largest: str) -> str:
        """The smallest size whose long side has so many pixels, up to ``largest``."""
        may = [size for size in self.sizes if SIZES.index(size) <= SIZES.index(largest)] or self.sizes[:1]
        # A little blur is not worth three times the price.
        return next((size for size in may if LONG_SIDE[size] * 1.5 >= pixels), may[-1])


@dataclass(frozen=True)
class Retired:
    """A model that its maker has shut down."""

    since: str
    successor: str


def of_ratio(text: str) -> float:
    """Width by height of ``16:9``."""
    wide, _, high = text.partition(":")
    return float(wide) / float(high)


def model(name: str) -> Model | None:
    """The row of a model, with or without ``models/`` before it; None when it is unknown."""
    return _rows().get(name.removeprefix("models/"))


def retired(name: str) -> Retired | None:
    """When a model was shut down and what takes its place; None while it lives."""
    told = _table()["retired"].get(name.removeprefix("models/"))
    return Retired(**told) if told else None


def known(way: str = "") -> Sequence[str]:
    """Names of the models that there are."""
    return [row.name for row in _rows().values() if way in ("", row.way)]


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    text = (resources.files("assistant.vision") / "data" / "pictures.json").read_text(encoding="utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, Model]:
    table = _table()
    return {
        name: Model(
            name,
            **{
                **told,
                "ratios": tuple(table["ratios"][told["ratios"]]),
                "thinking": tuple(told.get("thinking", ())),
                "people": tuple(table["people"][told["people"]]),
                "safety": tuple(table["safety"][told["safety"]]),
            },
        )
        for name, told in table["models"].items()
    }
