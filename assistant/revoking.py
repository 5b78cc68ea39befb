"""What a request has made that can still be called off: a timer that was set, a drawing that goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass

DONE = "what I just did"
"""What is called so is called off together with what was done for it."""
DRAWING = "the picture I am drawing"


@dataclass(eq=False)
class Revocable:
    """Something that was set, as a person calls it ("the tea timer"), or that goes on and calls itself so.

    ``revoke`` calls it off and returns the sentence about it; "" when it is over already. What ``lasts`` can
    be called off until then, however long ago it was asked for.
    """

    called: str
    revoke: Callable[[], Awaitable[str]]
    lasts: bool = False


_going_on: ContextVar[Revocable | None] = ContextVar("going on", default=None)
_noted: ContextVar[Callable[[Revocable], None] | None] = ContextVar("revocable", default=None)


def noted_by(note: Callable[[Revocable], None] | None) -> None:
    """From now on, in this task and those that it starts, this hears what is made."""
    _noted.set(note)


def made(what: Revocable) -> None:
    """Say that something was made which can be called off; when nobody has asked for it, nothing happens."""
    if (note := _noted.get()) is not None:
        note(what)


def goes_on(what: Revocable) -> None:
    """From now on, in this task and those that it starts, this is what goes on."""
    _going_on.set(what)


def called(name: str) -> None:
    """Say how a person calls what goes on; when nobody could call it off, nothing happens."""
    if (what := _going_on.get()) is not None:
        what.called = name
