"""Words an author uses in annotations: Percent, Range, Choice, Unit and the risk classes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Literal

from assistant.errors import PluginError


class Risk(IntEnum):
    """What can go wrong when a tool is called by mistake (docs/decisions/0003)."""

    READ = 0
    COMFORT = 1
    COSTLY = 2
    SECURITY = 3


Speak = Literal["now", "when idle", "never"]
"""When the answer of a slow tool is spoken: over whatever is being said, after it, or not at all."""


@dataclass(frozen=True)
class Range:
    """Lowest and highest value that makes sense, both included."""

    low: float
    high: float

    def __post_init__(self) -> None:
        for end in (self.low, self.high):
            if isinstance(end, bool) or not isinstance(end, int | float):
                raise PluginError(
                    f"a Range goes from number to number, and {end!r} is none; write Range(0, 100)"
                )
        if self.low > self.high:
            raise PluginError(
                f"Range({self.low:g}, {self.high:g}) holds nothing; write Range({self.high:g}, {self.low:g})"
            )


@dataclass(frozen=True, init=False)
class Choice:
    """The only values that make sense, as words a person would say."""

    options: tuple[str, ...]

    def __init__(self, *options: str) -> None:
        if not options or not all(isinstance(option, str) for option in options):
            raise PluginError(f'a Choice is between words, not {options!r}; write Choice("low", "high")')
        object.__setattr__(self, "options", options)


@dataclass(frozen=True)
class Unit:
    """The unit of a number, as it is spoken."""

    name: str

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise PluginError(f'a Unit is a word, not {self.name!r}; write Unit("litres")')


@dataclass(frozen=True)
class Publishable:
    """A setting that is an MQTT topic to publish on: not empty, no wildcards."""


Percent = Annotated[int, Range(0, 100), Unit("percent")]
Celsius = Annotated[float, Unit("degrees Celsius")]
Area = Annotated[str, Unit("area")]
Seconds = Annotated[int, Range(1, 31 * 86400), Unit("seconds")]
"""A length of time; spoken as people say it ("an hour and a half")."""
WRITTEN_MOMENT = (
    '"HH:MM" (24 h), after "tomorrow", "friday", "YYYY-MM-DD", "weekdays" or "every monday"; or "in 20 min"'
)
Moment = Annotated[str, WRITTEN_MOMENT]
"""A time to come; ``self.clock.moment`` reads it."""
MorningMoment = Annotated[Moment, "in the morning unless the evening is said"]
"""The same, of people who want to be woken."""
Topic = Annotated[str, Publishable()]
