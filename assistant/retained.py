"""Whether the message that is being handed out is one that a broker had kept: it answers no command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_kept: ContextVar[bool] = ContextVar("kept", default=False)


def kept() -> bool:
    """Whether what is being heard now was kept, and says nothing about what was asked for since."""
    return _kept.get()


@contextmanager
def handed_out() -> Iterator[None]:
    """A kept message is being handed out while the block lasts."""
    token = _kept.set(True)
    try:
        yield
    finally:
        _kept.reset(token)
