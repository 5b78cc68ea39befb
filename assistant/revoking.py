"""What a request has made that can still be called off: a timer that was set, a drawing that goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass

DONE = "what I just did"
"""What is called so is called off together with what was done for it."""


@dataclass(frozen=True)
class Revocable:
    """Something that was set, as a person calls it ("the tea timer").

    ``revoke`` calls it off and returns the sentence about it; "" when it is over already. What ``lasts`` can
    be called off until then, however long ago it was asked for.
    """

    called: str
    revoke: Callable[[], Awaitable[str]]
    lasts: bool = False


_noted: ContextVar[Callable[[Revocable], None] | None] = ContextVar("revocable", default=None)


def noted_by(note: Callable[[Revocable], None] | None) -> None:
    """From now on, in this task and those that it starts, this hears what is made."""
    _noted.set(note)


def made(what: Revocable) -> None:
    """Say that something was made which can be called off; when nobody has asked for it, nothing happens."""
    if (note := _noted.get()) is not None:
        note(what)
