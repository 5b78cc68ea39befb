"""One entity's configuration, read without trust: every value is checked where it is asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .templates import Template

MOST_OPTIONS = 300
LONGEST_TOPIC = 1000
MOST_WILDCARDS, NAMED = 3, 6
"""Whole levels that may be anything, and characters that the last level must have."""


class Unsupported(ValueError):
    """This entity cannot be shown; the text says why."""


class Config:
    """Typed looks at an expanded discovery payload."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) is not None

    def named(self, key: str) -> bool:
        """Whether it is mentioned at all, if only as null."""
        return key in self._values

    def raw(self, key: str) -> Any:
        """As it came."""
        return self._values.get(key)

    def text(self, key: str, default: str = "") -> str:
        """A text; numbers and truths as Home Assistant writes them."""
        value = self._values.get(key)
        if value is None:
            return default
        if isinstance(value, str | int | float):
            return str(value)
        raise Unsupported(f"its {key} is no text")

    def number(self, key: str, default: float) -> float:
        """A finite number, also one in quotes."""
        value = self._values.get(key)
        if value is None:
            return default
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise Unsupported(f"its {key} is no number")
        return number

    def scale(self, low: str, high: str, default: tuple[float, float]) -> tuple[float, float]:
        """Two ends that differ."""
        ends = self.number(low, default[0]), self.number(high, default[1])
        if ends[0] == ends[1]:
            raise Unsupported(f"its {low} and {high} are the same")
        return ends

    def flag(self, key: str, default: bool = False) -> bool:
        """A truth; words for it count."""
        value = self._values.get(key)
        if value is None:
            return default
        if isinstance(value, str):
            return value.casefold() in ("true", "yes", "on", "1", "enable")
        return bool(value)

    def options(self, key: str, default: Sequence[str] = ()) -> tuple[str, ...]:
        """A list of different texts."""
        value = self._values.get(key)
        if value is None:
            return tuple(default)
        if not isinstance(value, list):
            raise Unsupported(f"its {key} is no list")
        texts = [str(item) for item in value[:MOST_OPTIONS] if isinstance(item, str | int | float)]
        return tuple(dict.fromkeys(text for text in texts if text))

    def topic(self, key: str) -> str:
        """A topic that one may publish on, or "" when there is none.

        Raises:
            Unsupported: it has wildcards, or is no topic at all.
        """
        value = self._values.get(key)
        if value is None or value == "":
            return ""
        return checked_topic(value, key)

    def heard(self, key: str) -> str:
        """A topic to hear, or "": some gateways of a house tell of the same sensor (``+/+/BTtoMQTT/…``).

        Raises:
            Unsupported: it is no topic, or one that nearly everything would meet.
        """
        value = self._values.get(key)
        if isinstance(value, str) and "+" in value and value.count("+") <= MOST_WILDCARDS:
            levels = value.split("/")
            if all(level == "+" or "+" not in level for level in levels) and len(levels[-1]) >= NAMED:
                return checked_topic(value.replace("+", "_"), key) and value
        return self.topic(key)

    def template(self, key: str) -> Template | None:
        """A template, or None.

        Raises:
            Unsupported: it is none, or may not run here.
        """
        source = self.text(key)
        if not source:
            return None
        try:
            return Template(source)
        except ValueError as error:
            raise Unsupported(f"its {key} was refused: {error}") from error

    @property
    def qos(self) -> int:
        """Quality of service of its commands."""
        qos = self._values.get("qos")
        return qos if isinstance(qos, int) and qos in (0, 1, 2) else 0

    @property
    def retain(self) -> bool:
        """Whether the broker keeps its commands."""
        return self.flag("retain")


def checked_topic(value: Any, key: str) -> str:
    """A topic without wildcards.

    Raises:
        Unsupported: naming the key.
    """
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TOPIC:
        raise Unsupported(f"its {key} is no topic")
    if "+" in value or "#" in value or "\x00" in value or value.startswith("$"):
        raise Unsupported(f"its {key} is no topic to use: {value[:60]!r}")
    return value
