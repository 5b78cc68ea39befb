"""What understanding hands out: calls or a sentence, never both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.brain.home import Thing


@dataclass(frozen=True, slots=True)
class Call:
    """One function to call."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked about the state of things: the word to check, and how the answer is phrased."""

    word: str = ""
    form: str = "tell"
    """``tell`` the state, ``check`` (yes or no), ``any`` or ``all`` (yes or no over several), ``which``."""
    of: tuple[str, ...] = ()
    """Names of the things that it is about, when the house was left to find out which of them are meant."""
    field: str = ""
    """Of what things report, the measure or the author's own word that was asked for; "": all of it."""
    otherwise: str = ""
    """What to say when none of them reports that; "": what they do report."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """Calls to make, or a sentence to say; ``risky`` when a call lets somebody in."""

    calls: tuple[Call, ...] = ()
    say: str = ""
    risky: bool = False
    question: Question | None = None


class Miss(Exception):
    """Nothing will be done; ``say`` is the sentence for it.

    ``things`` are candidates that a short answer can choose from. ``final`` means that nobody else
    (grammars of others) may try: the sentence was understood well enough to know that it must not act.
    """

    def __init__(self, say: str, *, things: tuple[Thing, ...] = (), final: bool = False) -> None:
        super().__init__(say)
        self.say = say
        self.things = things
        self.final = final


State = Mapping[str, Any]
