"""Whether a tool call has reached out: what has may never be done a second time for the same words (P7)."""

from __future__ import annotations

from contextvars import ContextVar


class Act:
    """What one tool call has done to the world so far; tasks that it starts share it."""

    def __init__(self) -> None:
        self.begun = False


_present: ContextVar[Act | None] = ContextVar("act", default=None)


def watched_act() -> Act:
    """The act of the call that this task makes from now on."""
    act = Act()
    _present.set(act)
    return act


def reaching_out() -> None:
    """Said before anything leaves the house's memory: a command, a request, a written entry."""
    if (act := _present.get()) is not None:
        act.begun = True
