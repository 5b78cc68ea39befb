"""What understanding hands out: calls or a sentence, never both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.brain.home import Thing

DO_LATER = "do_later"
READING = "get_state"
MANY = 3


@dataclass(frozen=True, slots=True)
class Call:
    """One function to call."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delay:
    """When, as tools take it ("" is now), and after how many seconds it is to be as before (None: never)."""

    when: str = ""
    seconds: int | None = None

    def call(self, calls: Sequence[Call]) -> Call:
        """The call that has these calls made then."""
        times: dict[str, Any] = {"when": self.when} if self.when else {}
        if self.seconds is not None:
            times["seconds"] = self.seconds
        return Call(DO_LATER, {"calls": [_step(call) for call in calls], **times})


def _step(call: Call) -> dict[str, Any]:
    more = [{"name": name, "value": str(value)} for name, value in call.args.items() if name != "device"]
    step: dict[str, Any] = {"tool": call.name, "device": call.args["device"]}
    return step | {"arguments": more} if more else step


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

    @property
    def reads(self) -> bool:
        """Whether it only asks how things are."""
        return all(call.name == READING for call in self.calls)

    @property
    def wide(self) -> bool:
        """Whether it changes more things than people name one by one: all of a kind, or three and more."""
        steps = [step for call in self.calls for step in _steps(call)]
        return not self.reads and (len(steps) >= MANY or any(_of_all(step) for step in steps))


def _steps(call: Call) -> Sequence[Mapping[str, Any]]:
    return call.args["calls"] if call.name == DO_LATER else [{"tool": call.name, **call.args}]


def _of_all(step: Mapping[str, Any]) -> bool:
    return any(str(step.get(key, "")).split()[:1] == ["all"] for key in ("device", "name"))


class Miss(Exception):
    """Nothing will be done; ``say`` is the sentence for it.

    ``things`` are candidates that a short answer can choose from. ``final`` means that nobody else
    (grammars of others) may try: the sentence was understood well enough to know that it must not act.
    ``delay`` is when it would be done once a short answer has come.
    """

    def __init__(self, say: str, *, things: tuple[Thing, ...] = (), final: bool = False) -> None:
        super().__init__(say)
        self.say = say
        self.things = things
        self.final = final
        self.delay: Delay | None = None


State = Mapping[str, Any]
