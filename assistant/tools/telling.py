"""What a slow tool says while it works."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from assistant import given
from assistant.plain import text

Listener = Callable[[str], Awaitable[object]]
"""Takes one sentence to whoever asked."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def told_to(listener: Listener | None) -> None:
    """From now on, in this task, `tell` speaks to this listener."""
    _listener.set(listener)


async def tell(sentence: str) -> None:
    """Say how far a slow tool is, while it goes on; outside of a tool that was asked for, nobody hears it."""
    await teller()(given.text(sentence, "what tell() tells", "tell(str(…))"))


def teller() -> Listener:
    """What `tell` is in this task, for others that work for it."""
    listener = _listener.get()

    async def told(sentence: str) -> None:
        if listener is not None and sentence.strip():
            await listener(text(sentence))

    return told
